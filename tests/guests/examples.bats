#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets some
# examples/base-and-overlays, started for real: its network by host-prep, its guests by qemu-launch, from the files that
# stand there. Only the base image is another: 512 bytes that write a line to the console.

bats_require_minimum_version 1.5.0
load lib

setup() {
	work=$BATS_TEST_TMPDIR
	make_host
}

# Whatever runs in there ends with its first process.
teardown() {
	[[ -n ${BATS_TEST_COMPLETED:-} ]] || on_host sh -c 'tail -n 20 /var/log/bedplate/guests/*' || true
	kill -KILL "$init" || true
	wait 2>/dev/null || true
}

# A machine of its own as far as the programs see one: processes, network, /etc, /run, /srv and /var. $init is its
# first process.
make_host() {
	mkdir -p "$work/etc/bedplate"
	cp -r "$guests_top/examples/base-and-overlays"/{host.conf,network,guests} "$work/etc/bedplate/"
	{ cat /etc/passwd && echo "guest:x:65501:65501::/:/bin/false"; } >"$work/etc/passwd"
	{ cat /etc/group && echo "guest:x:65501:"; } >"$work/etc/group"
	echo 0123456789abcdef0123456789abcdef >"$work/etc/machine-id"
	# shellcheck disable=SC2016 # for the shell in there
	unshare --net --mount --pid --fork bash -e -c '
		mount -t proc proc /proc
		mount -t sysfs sysfs /sys
		mount --bind "$1" /etc
		for folder in /run /srv /var; do mount -t tmpfs -o mode=755 tmpfs "$folder"; done
		mkdir -p /var/lib /srv/base /srv/guests
		chown 65501:65501 /srv/base /srv/guests
		ip link set lo up
		echo ready
		exec sleep infinity
	' - "$work/etc" >"$work/ready" 3>&- &
	await grep -q ready "$work/ready"
	init=$(pgrep -P $!)
}

on_host() {
	nsenter --target "$init" --net --mount --pid "$@"
}

host_prep() {
	on_host "$guests_build/host-prep/bedplate-host-prep" "$@"
}

launch() {
	on_host "$launcher" "$@"
}

# What a guest of 512 bytes cannot do, and this machine perhaps not either.
adapt() {
	local file
	for file in "$work"/etc/bedplate/guests/*.conf; do
		printf '%s\n' "[Guest]" Ready=console "ReadyLine=here I am" ReadyTimeout=5min StopTimeout=2s \
			KillTimeout=2s "[Machine]" "Accel=${ACCEL:-tcg}" >>"$file"
	done
}

# SeaBIOS boots from no virtio disk that is smaller than a cylinder.
make_base() {
	cp "$guests_build/tests/guests/HALT.img" "$work/base.img"
	truncate -s 16M "$work/base.img"
	on_host qemu-img convert -O qcow2 "$work/base.img" /srv/base/debian-13.qcow2
	on_host chmod 444 /srv/base/debian-13.qcow2
}

base_sum() {
	on_host sha256sum /srv/base/debian-13.qcow2
}

@test "two guests and a third that forgets run on one base, which none of them writes to" {
	local before
	adapt
	host_prep up network
	make_base
	before=$(base_sum)
	run -0 launch check web1 web2 scratch
	echo "$output"
	[[ $output != *problem* ]]
	launch start web1 web2 scratch
	[[ $(launch status web1 web2 scratch --json | jq -c '[.[] | .state, .ready]') == \
		'["running",true,"running",true,"running",true]' ]]
	for name in web1 web2; do
		on_host qemu-img info -U --output=json "/srv/guests/$name.qcow2" |
			jq -e '."full-backing-filename" == "/srv/base/debian-13.qcow2" and ."backing-filename-format" == "qcow2"'
		[[ $(on_host stat -c %U "/srv/guests/$name.qcow2") == guest ]]
	done
	# Each writes for itself.
	launch monitor web1 'qemu-io -d /machine/peripheral/disk0/virtio-backend "write -P 7 0 512"'
	[[ $(on_host qemu-io -U -r -c "read -P 7 0 512" /srv/guests/web1.qcow2) != *"verification failed"* ]]
	[[ $(on_host qemu-io -U -r -c "read -P 7 0 512" /srv/guests/web2.qcow2) == *"verification failed"* ]]
	# Their cards are in the network.
	[[ $(on_host ip -json link show master br-lan | jq -r '.[].ifname' | sort | paste -sd' ') == \
		"tap-base-next tap-scratch tap-web1 tap-web2" ]]
	on_host ip -json link show tap-web1 | jq -e '.[0].flags | index("LOWER_UP")'
	launch stop web1 web2 scratch
	[[ $(base_sum) == "$before" ]]
	[[ -z $(on_host find /var/lib/bedplate/guests -name '*volatile*') ]]
	host_prep down network
	run ! on_host pgrep -x "qemu-system-x86|dnsmasq"
}
