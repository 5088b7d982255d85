# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Guests in namespaces of their own, what they ask for, and what answers them.

guests=()

on() {
	nsenter --target "${!1}" --net --mount "${@:2}"
}

# guest NAME BRIDGE [MAC]: a namespace whose eth0 is plugged into the bridge by the interface tap-NAME.
guest() {
	namespace "$1"
	guests+=("$1")
	on_host ip link delete "tap-$1" 2>/dev/null || true
	on_host ip link add "tap-$1" type veth peer name eth0 netns "${!1}"
	on_host ip link set "tap-$1" master "$2" up
	[[ -z ${3:-} ]] || on "$1" ip link set eth0 address "$3"
	on "$1" ip link set eth0 up
}

# dhcp GUEST: asks for an address, and takes what it gets.
dhcp() {
	cat >"$BATS_TEST_TMPDIR/dhcp" <<-'END'
		#!/bin/sh
		[ "$1" = bound ] || exit 0
		ip address add "$ip/$mask" dev "$interface"
		[ -z "$router" ] || ip route add default via "$router"
		echo "$ip router=$router dns=$dns domain=$domain"
	END
	chmod +x "$BATS_TEST_TMPDIR/dhcp"
	on "$1" busybox udhcpc -i eth0 -f -q -n -s "$BATS_TEST_TMPDIR/dhcp" 2>/dev/null
}

# serve WHERE PORT: whoever connects is told who serves.
serve() {
	on "$1" busybox nc -ll -p "$2" -e /bin/echo "$1:$2" </dev/null >/dev/null 2>&1 3>&- &
	echo $! >"$BATS_TEST_TMPDIR/$1-$2.server"
	await on "$1" sh -c "ss -ltn | grep -q ':$2 '"
}

# get FROM ADDRESS PORT: what is served there.
get() {
	on "$1" timeout 3 busybox nc -w 2 "$2" "$3" </dev/null
}

reaches() {
	on "$1" busybox ping -c 1 -W 2 "$2"
}

guests_teardown() {
	local file
	for file in "$BATS_TEST_TMPDIR"/*.server; do
		[[ ! -e $file ]] || kill "$(cat "$file")" || true
	done
	for file in "${guests[@]}"; do
		kill "${!file}" || true
	done
}
