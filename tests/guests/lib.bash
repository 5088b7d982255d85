# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the cases
# What the cases with guests share: a folder that stands for the host's configuration and state.

guests_top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
guests_build=$guests_top/${BEDPLATE_BUILD:-build}
[[ ${BEDPLATE_BUILD:-} != /* ]] || guests_build=$BEDPLATE_BUILD
launcher=$guests_build/qemu-launch/bedplate-qemu-launch
export LC_ALL=C.UTF-8

# $root is short: sockets' names are.
guests_setup() {
	root=$(mktemp -d /tmp/bedplate-guests.XXXXXX)
	mkdir -p "$root/etc/bedplate/guests" "$root/dev"
	cp /etc/passwd /etc/group "$root/etc"
	log=$root/var/log/bedplate/guests
	sockets=$root/run/bedplate/guests
	supervisors=()
	namespace=()
}

# Ports that are the case's alone: those that displays get by themselves are any host's.
own_ports() {
	local holder
	unshare --net sh -c 'ip link set lo up; exec sleep 600' 3>&- &
	holder=$!
	supervisors+=("$holder")
	await grep -qsx sleep "/proc/$holder/comm"
	namespace=(nsenter --target "$holder" --net)
}

# Whatever a case has left running ends with it, and is known by its folder.
guests_teardown() {
	local state pid
	for pid in "${supervisors[@]}"; do
		kill -KILL "$pid" 2>/dev/null || true
	done
	for state in "$sockets"/*.json; do
		[[ -e $state ]] || continue
		for pid in $(jq -r '.supervisor.pid, .qemu.pid, (.done.helpers // {} | .[].pid) // empty' "$state"); do
			[[ $pid == null ]] || ! grep -qs -- "$root" "/proc/$pid/cmdline" || kill -KILL "$pid"
		done
	done
	[[ -z ${BATS_TEST_COMPLETED:-} ]] && tail -n 50 "$log"/* "$root"/*.out 2>/dev/null
	wait 2>/dev/null || true
	rm -rf --one-file-system "$root"
}

launch() {
	"${namespace[@]}" "$launcher" "$@" --root "$root"
}

# guest NAME BOOT [KEY=VALUE...]: a guest's file with more keys of [Guest], and what stands on the
# standard input behind them. BOOT is one of boot.S's kinds.
guest() {
	install -m 666 "$guests_build/tests/guests/$2.img" "$root/$1.img"
	{
		printf '%s\n' "[Guest]" StopTimeout=2s KillTimeout=2s Restart=no "${@:3}"
		printf '%s\n' "[Machine]" Type=pc "Accel=${ACCEL:-tcg}" "[Memory]" Size=16M "[Serial]" \
			"[Disk]" "Path=$root/$1.img" Format=raw Bus=ide
		cat
	} >"$root/etc/bedplate/guests/$1.conf" <<<"${more:-}"
}

# await COMMAND...: until it is true, thirty seconds at most.
await() {
	local end=$((SECONDS + 30))
	until "$@"; do
		((SECONDS < end)) || {
			echo "waited for: $*"
			return 1
		}
		sleep 0.05
	done
}

# status NAME [JQ-EXPRESSION]
status() {
	launch status "$1" --json | jq -r ".[0] | ${2:-.state}"
}

is_state() {
	[[ $(status "$1") == "$2" ]]
}

is_ready() {
	[[ $(status "$1" .ready) == true ]]
}

# run_guest NAME [OPTION...]: its supervisor in the background, as $supervisor.
run_guest() {
	"${namespace[@]}" "$launcher" run "$@" --root "$root" >>"$root/$1.out" 2>&1 3>&- &
	supervisor=$!
	supervisors+=("$supervisor")
}

# The supervisor's death, which what follows a signal must not be quicker than.
kill_supervisor() {
	kill -KILL "$supervisor"
	await is_gone "$supervisor"
}

qemu_of() {
	jq -r .qemu.pid "$sockets/$1.json"
}

is_gone() {
	[[ ! -e /proc/$1 ]] || grep -q '^State:.Z' "/proc/$1/status"
}

said() {
	grep -q -- "$2" "$root/$1.out"
}

# Nothing of the guest runs, and nothing is left to be given back.
is_clean() {
	[[ $(jq -c .done "$sockets/$1.json") == '{}' ]] && ! pgrep -f -- "-name guest=$1,.*$root" >/dev/null
}

# link_of NAME NUMBER: 1 where the e1000 has a link: bit 1 of its status register, at offset 8.
link_of() {
	local base
	base=$(launch monitor "$1" info pci | tr -d '\r' | sed -n 's/.*BAR0: 32 bit memory at \(0x[0-9a-f]*\) \[.*/\1/p' | sed -n "$2p")
	echo $((($(launch monitor "$1" xp /1wx $((base + 8)) | tr -d '\r' | sed -n 's/.*: \(0x[0-9a-f]*\)$/\1/p') >> 1) & 1))
}
