#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# Guests with a Linux of Debian's inside: what shows that they are ready comes from the guest itself.

load lib
bats_require_minimum_version 1.5.0
setup_file() {
	linux=$(BEDPLATE_BUILD=$guests_build "$BATS_TEST_DIRNAME/linux-guest")
	export linux
}
setup() { guests_setup; }
teardown() {
	[[ -z ${space:-} ]] || kill "$space" 2>/dev/null || true
	guests_teardown
}

# linux NAME COMMAND-LINE [KEY=VALUE...]: a guest's file with more keys of [Guest]; $more behind them.
linux() {
	{
		printf '%s\n' "[Guest]" Restart=no ReadyTimeout=5min "${@:3}"
		printf '%s\n' "[Machine]" Type=q35 "Accel=${ACCEL:-tcg}" "[Memory]" Size=192M "[Serial]" \
			"[Kernel]" "Kernel=$linux/vmlinux" "Initrd=$linux/initrd" \
			"CommandLine=console=ttyS0 quiet no_timer_check $2"
		cat
	} >"$root/etc/bedplate/guests/$1.conf" <<<"${more:-}"
}

await_long() {
	local end=$((SECONDS + 200))
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

@test "a guest is ready when its agent answers, and its agent shuts it down" {
	more=$(printf '%s\n' "[Channel]" Type=agent)
	linux web "" Ready=agent StopTimeout=60s
	run_guest web
	await is_state web running
	# QEMU's socket is there long before anybody answers.
	run ! is_ready web
	await_long is_ready web
	[[ $(launch console web --log) == *"all is up"* ]]
	launch stop web
	said web "asked by its agent"
	run ! said web "power button"
	run ! said web "QEMU told to quit"
	grep -q "" "$log/web.log"
	is_clean web
}

# A network of its own with a tap for the guest; what runs `in_space` runs there.
make_space() {
	unshare --net --mount sh -c 'mount -t sysfs none /sys; exec sleep 600' 3>&- &
	space=$!
	await eval 'grep -qx sleep "/proc/$space/comm"'
	in_space ip link set lo up
	in_space ip tuntap add tap-web mode tap
	in_space ip address add 10.9.8.1/24 dev tap-web
	in_space ip link set tap-web up
}

in_space() {
	nsenter --target "$space" --net --mount "$@"
}

@test "a guest is ready when it has its address by DHCP" {
	command -v dnsmasq >/dev/null || skip "no dnsmasq"
	make_space
	mkdir -p "$root/var/lib/bedplate/dnsmasq" "$root/etc/bedplate/network"
	printf '%s\n' "[Network]" >"$root/etc/bedplate/network/lan.conf"
	leases=$root/var/lib/bedplate/dnsmasq/lan.leases
	in_space dnsmasq --conf-file=/dev/null --port=0 --interface=tap-web --bind-interfaces --no-ping --user=root \
		--dhcp-range=10.9.8.50,10.9.8.60 --dhcp-leasefile="$leases" --pid-file="$root/dnsmasq.pid"
	more=$(printf '%s\n' "[Nic]" Network=lan Vhost=off)
	linux web lease Ready=lease StopTimeout=1s
	in_space "$launcher" run web --root "$root" >>"$root/web.out" 2>&1 3>&- &
	supervisors+=($!)
	await is_state web running
	run ! is_ready web
	await_long is_ready web
	[[ -s $leases ]]
	launch stop web
	# The lease that it had says nothing of the next start.
	in_space "$launcher" run web --root "$root" >>"$root/web.out" 2>&1 3>&- &
	supervisors+=($!)
	await is_state web running
	sleep 1
	run ! is_ready web
	kill -KILL "$(qemu_of web)"
	kill "$(<"$root/dnsmasq.pid")"
}

@test "a guest is ready when its TCP port is open, and not before" {
	make_space
	more=$(printf '%s\n' "[Nic]" Tap=tap-web Vhost=off)
	linux web "address=10.9.8.9 serve=2222" Ready=port ReadyAddress=10.9.8.9 ReadyPort=2222 StopTimeout=1s
	in_space "$launcher" run web --root "$root" >>"$root/web.out" 2>&1 3>&- &
	supervisors+=($!)
	await is_state web running
	run ! is_ready web
	await_long is_ready web
	launch stop web
}
