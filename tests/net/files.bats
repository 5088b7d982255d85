#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# Files that host-prep makes for other programs, read by those: qemu-bridge-helper and udev.

bats_require_minimum_version 1.5.0
load lib

setup() {
	prep_setup
	mkdir -p "$conf/guests"
}

teardown() {
	prep_teardown
}

# plug BRIDGE: what the helper says; its tap is handed to nobody here, and so goes away again.
plug() {
	on_host /usr/lib/qemu/qemu-bridge-helper --br="$1" --fd=1 2>&1 </dev/null | cat
}

@test "qemu-bridge-helper plugs into the bridges that ask for it, and into no others" {
	[[ -x /usr/lib/qemu/qemu-bridge-helper ]] || skip "there is no qemu-bridge-helper"
	network open '[Network]' Mode=isolated '[Bridge]' Helper=yes
	network shut '[Network]' Mode=isolated
	host_prep up network
	[[ $(plug br-open) == *"Socket operation on non-socket"* ]]
	[[ $(plug br-shut) == *"access denied by acl file"* ]]
	[[ $(host_prep up network) != *file* ]]
	host_prep down network
	[[ ! -e $BATS_TEST_TMPDIR/etc/qemu ]]
}

@test "udev reads the rules for guests' devices without a word" {
	command -v udevadm >/dev/null || skip "there is no udev"
	printf '%s\n' '[Guests]' User=nobody Group=nogroup >"$conf/host.conf"
	printf '%s\n' '[Usb]' Id=046d:c52b Serial=A1 '[Usb]' Port=1-4.2 >"$conf/guests/web.conf"
	host_prep up udev
	[[ $(grep -c '^SUBSYSTEM=="usb".*OWNER="nobody", GROUP="nogroup", MODE="0660"$' \
		"$BATS_TEST_TMPDIR/run/udev/rules.d/70-bedplate.rules") == 2 ]]
	on_host udevadm test /sys/class/net/lo >"$BATS_TEST_TMPDIR/udev" 2>&1
	grep -q 'rules.d/70-bedplate.rules' "$BATS_TEST_TMPDIR/udev"
	run -1 grep '70-bedplate.rules:[0-9]' "$BATS_TEST_TMPDIR/udev"
	# It would have had a word.
	sed -i 's/nobody/nobodyatall/; s/MODE=/MOOD=/' "$BATS_TEST_TMPDIR/run/udev/rules.d/70-bedplate.rules"
	on_host udevadm test /sys/class/net/lo >"$BATS_TEST_TMPDIR/udev" 2>&1
	grep -q '70-bedplate.rules:[0-9]' "$BATS_TEST_TMPDIR/udev"
}

# The kernel gives an interface's second address a label of its own (eth0:2) when it is renamed.
unlabelled() {
	snapshot | sed 's/ eth0:[0-9]*$/ eth0/'
}

lan_by_address() {
	mac=$(link_field eth0 .address)
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=lan0 \
		'[Link]' "PermanentMACAddress=$mac" Name=lan0
}

@test "an interface gets its name with its addresses and routes, and gives it back" {
	on_host sh -c 'echo 1 >/proc/sys/net/ipv4/conf/eth0/forwarding'
	before=$(unlabelled)
	lan_by_address
	run -0 host_prep plan network
	[[ $output == *"~ link eth0: name: eth0 -> lan0"*"# network/lan.conf:8"* ]]
	[[ $output == *"~ link lan0: master none -> master br0"* ]]
	diff <(echo "$before") <(unlabelled)
	[[ $(host_prep graph) == *"~ link eth0: name -> lan0"* ]]
	host_prep up network
	[[ $(link_field lan0 .master) == br0 ]]
	[[ $(on_host ip -o address show dev br0) == *10.9.0.2/24* ]]
	on_far busybox ping -c 1 -W 2 10.9.0.2
	[[ -z $(host_prep up network) ]]
	[[ $(host_prep graph --json | jq -r '.nodes[] | select(.name == "lan0") | .state') == as-wanted ]]
	host_prep down network
	diff <(echo "$before") <(unlabelled)
	[[ $(on_host cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6) == 0 ]]
	[[ ! -e $run/host-prep.json && ! -e $BATS_TEST_TMPDIR/run/systemd/network ]]
}

@test "udev gives the name to what comes later" {
	command -v udevadm >/dev/null || skip "there is no udev"
	lan_by_address
	host_prep up names
	on_host udevadm test-builtin net_setup_link /sys/class/net/lan0 >"$BATS_TEST_TMPDIR/udev" 2>&1 || true
	grep -q '^ID_NET_LINK_FILE=/run/systemd/network/70-bedplate-lan0.link$' "$BATS_TEST_TMPDIR/udev"
	run -1 grep '70-bedplate-lan0.link:[0-9]' "$BATS_TEST_TMPDIR/udev"
}

@test "a step that fails gives the name back" {
	before=$(unlabelled)
	lan_by_address
	network other '[Network]' Mode=isolated '[Tap]' Name=tap0
	# No tap can be made.
	on_host sh -c 'mount -t tmpfs tmpfs /dev'
	run -1 host_prep up network
	[[ $output == *tun* ]]
	diff <(echo "$before") <(unlabelled)
}

@test "a name that is taken, and a port that is in use by its name, are refused" {
	lan_by_address
	on_host ip link add lan0 type bridge
	run -1 host_prep up network
	[[ $output == *"network/lan.conf:8: [Link] Name: the name of eth0, but another interface is lan0"* ]]
	on_host ip link delete lan0
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports="$mac"
	host_prep up network
	lan_by_address
	run -1 host_prep up network
	[[ $output == *"eth0 is a port of a bridge by this name"* ]]
	[[ $(link_field eth0 .master) == br0 ]]
}

@test "nothing of the running system is renamed by files below another root" {
	lan_by_address
	mkdir -p "$BATS_TEST_TMPDIR/other/run"
	cp -r "$BATS_TEST_TMPDIR/etc" "$BATS_TEST_TMPDIR/other"
	run -1 host_prep up --root "$BATS_TEST_TMPDIR/other" names
	[[ $output == *"not below --root"* ]]
	[[ $(link_field eth0 .ifname) == eth0 ]]
}
