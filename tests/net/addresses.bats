#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# Addresses that somebody has already: another interface of the host, or another machine.

bats_require_minimum_version 1.5.0
load lib

setup() {
	prep_setup
	before=$(snapshot)
}

teardown() {
	prep_teardown
}

found() {
	{ host_prep check --json || true; } |
		jq -r '.findings[] | select(.check == "addresses") | .severity + " " + .what + " -> " + .advice'
}

inside() {
	network inside '[Network]' Mode=host-only Bridge=virbr7 '[Address]' "Address=$1" '[Dhcp]' Server=no
}

@test "an address that another interface has is refused, with its line" {
	inside 10.20.0.1/24
	on_host sh -e -c 'ip link add d0 type bridge; ip address add 10.20.0.1/24 dev d0'
	run -1 host_prep up network
	[[ $output == *"network/inside.conf:5: [Address] Address: the address is in use: d0 has it"* ]]
	on_host ip link delete d0
	on_host ip address add 10.20.0.1/32 dev lo
	run -1 host_prep up network
	[[ $output == *"network/inside.conf:5: the address 10.20.0.1/24 of virbr7 is in use: lo has it"* ]]
	on_host ip address delete 10.20.0.1/32 dev lo
	diff <(echo "$before") <(snapshot)
	# eth0's own goes to br0.
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth0
	inside 10.9.0.3/24
	run -1 host_prep up network
	[[ $output == *"network/inside.conf:5: the address 10.9.0.3/24 of virbr7 is in use: br0 has it"* ]]
	diff <(echo "$before") <(snapshot)
}

@test "an address goes from one network to another" {
	inside 10.20.0.1/24
	host_prep up network
	mv "$conf/network/inside.conf" "$conf/network/other.conf"
	sed -i s/virbr7/virbr8/ "$conf/network/other.conf"
	host_prep up network
	[[ $(on_host ip -o -4 address show dev virbr8) == *10.20.0.1/24* ]]
	network inside '[Network]' Mode=host-only Bridge=virbr7 '[Address]' Address=10.30.0.1/24 '[Dhcp]' Server=no
	host_prep up network
	# Both are there, and change theirs.
	sed -i 's/10.30.0.1/10.20.0.1/' "$conf/network/inside.conf"
	sed -i 's/10.20.0.1/10.30.0.1/' "$conf/network/other.conf"
	host_prep up network
	[[ $(on_host ip -o -4 address show dev virbr7) == *10.20.0.1/24* ]]
	[[ $(on_host ip -o -4 address show dev virbr8) == *10.30.0.1/24* ]]
	host_prep down network
	diff <(echo "$before") <(snapshot)
}

@test "check finds another machine that has an IPv4 address, before up and after" {
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth0 '[Address]' Address=10.9.0.9/24
	[[ $(found) == "ok no other machine has an address of ours -> " ]]
	on_far ip address add 10.9.0.9/24 dev far0
	mac=$(on_far cat /sys/class/net/far0/address)
	[[ $(found) == "problem another machine, $mac, has the address 10.9.0.9 of eth0 (network/lan.conf:7) -> give one of them another" ]]
	host_prep up network
	[[ $(found) == "problem another machine, $mac, has the address 10.9.0.9 of br0 (network/lan.conf:7)"* ]]
	on_far ip address delete 10.9.0.9/24 dev far0
	[[ $(found) == ok* ]]
}

is_found_twice() {
	on_host ip -o -6 address show dev br0 | grep -q 'fd09::9/64.*dadfailed'
}

@test "an IPv6 address that another machine has is told by status and check" {
	on_far ip address add fd09::9/64 nodad dev far0
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth0 '[Address]' Address=fd09::9/64
	host_prep up network
	await is_found_twice
	[[ $(host_prep status network) == *"br0 has no use of its address fd09::9/64: another machine has it"* ]]
	[[ $(found) == "problem another machine has the address fd09::9/64 of br0: the kernel leaves it unused -> "* ]]
	# As it is advised.
	on_far ip address delete fd09::9/64 dev far0
	advice=$(found)
	advice=${advice##*then: }
	advice=${advice%%,*}
	# shellcheck disable=SC2086 # words
	on_host $advice
	host_prep up network
	[[ $(found) == ok* ]]
	[[ $(host_prep status network) == "all is as configured" ]]
}

is_leaseless() {
	[[ $(on_host ip -o -4 address show dev "$1") != *10.9.0.2/24* ]]
}

@test "an address that has ended since keeps no port from being given back" {
	# the port's by DHCP: the lease moves, and ends there
	on_host sh -e <<-'END'
		ip address change 10.9.0.2/24 dev eth0 valid_lft 2 preferred_lft 2
		ip address delete fd09::2/64 dev eth0
		ip -6 route add default via fd09::1 dev eth0 onlink metric 7
	END
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth0 '[Address]' Address=fd33::1/64
	host_prep up network
	await is_leaseless br0
	on_host ip address delete 10.9.0.3/24 dev br0 2>/dev/null || true
	[[ -n $(on_host ip route show default table 100) ]]
	[[ $(host_prep status network) == "all is as configured" ]]
	host_prep down network
	[[ $(link_field eth0 '.master // "none"') == none ]]
	[[ $(on_host ip -o -4 address show dev eth0) == *10.8.0.2/16* ]]
	[[ $(on_host ip -4 route show dev eth0 10.8.0.0/16) == *"metric 100"* ]]
	# what of it can still be stays
	[[ -n $(on_host ip -6 route show default metric 7) ]]
	run ! on_host ip link show br0
	# the same where it has ended before
	on_host ip route add 10.77.0.0/16 via 10.8.0.1 dev eth0
	on_host ip address delete 10.8.0.2/16 dev eth0
	host_prep up network
	[[ -z $(host_prep up network) ]]
	host_prep down network
}
