#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# host-prep check on a running kernel's links, firewall and sockets.

bats_require_minimum_version 1.5.0
load lib

setup() {
	prep_setup
	network lan '[Network]' Mode=nat Bridge=br-lan '[Address]' Address=10.20.0.1/24 '[Dhcp]' Server=no
}

teardown() {
	for pid in "$BATS_TEST_TMPDIR"/*.pid; do
		[[ ! -e $pid ]] || kill "$(cat "$pid")" || true
	done
	prep_teardown
}

# found CHECK SEVERITY: what the doctor found of it, one a line.
found() {
	{ host_prep check --json || true; } |
		jq -r --arg check "$1" --arg severity "$2" \
			'.findings[] | select(.check == $check and .severity == $severity) | .what + " -> " + .advice'
}

@test "who drops what is forwarded is read from the kernel, and the advice helps" {
	on_host nft -f - <<-'END'
		table ip fence {
			chain in { type filter hook input priority 0; policy drop; }
			chain fw { type filter hook forward priority 0; policy drop; }
		}
		table inet bedplate { chain f { type filter hook forward priority 0; policy drop; }; }
	END
	what=$(found forwarding problem)
	[[ $what == *"the policy of ip fence fw is drop"* ]]
	[[ $what != *"fence in"* && $what != *"inet bedplate"* ]]
	on_host nft add chain ip fence DOCKER-USER
	[[ $(found forwarding problem) == *"by Docker"*"DOCKER-USER -i br-lan"* ]]
	network lan '[Network]' Mode=nat Bridge=br-lan '[Address]' Address=10.20.0.1/24 '[Dhcp]' Server=no \
		'[Firewall]' Coexist=yes
	[[ -z $(found forwarding problem) ]]
	on_host nft delete table ip fence
}

@test "a loop of two pairs between bridges is found, and gone with one of them" {
	on_host sh -e <<-'END'
		ip link add br1 type bridge; ip link add br2 type bridge
		ip link add a1 type veth peer name a2; ip link add b1 type veth peer name b2
		ip link set a1 master br1; ip link set a2 master br2; ip link set b1 master br1
	END
	[[ -z $(found bridges problem) ]]
	on_host ip link set b2 master br2
	[[ $(found bridges problem) == *"close a loop between"*"Stp=yes"* ]]
	on_host ip link set b2 nomaster
	[[ -z $(found bridges problem) ]]
}

@test "another server on our address is named with its process" {
	network lan '[Network]' Mode=nat Bridge=br-lan '[Address]' Address=10.20.0.1/24
	[[ -z $(found dhcp problem) ]]
	on_host dnsmasq --conf-file=/dev/null --port=53 --bind-interfaces \
		--listen-address=127.0.0.1 --dhcp-range=127.0.0.2,127.0.0.3 --user=root --leasefile-ro \
		--pid-file="$BATS_TEST_TMPDIR/dnsmasq.pid" 3>&-
	listens() { [[ $(found dhcp problem) == *"dnsmasq (process "*") answers DHCP on every interface"* ]]; }
	await listens
}

# stranger NAME NETWORK BRIDGE: a DHCP server of others', on a cable to the bridge.
stranger() {
	on_host ip link add "cable-$1" type veth peer name "$1"
	on_host ip link set "$1" netns "$far"
	on_host ip link set "cable-$1" master "$3" up
	on_far ip link set "$1" up
	on_far ip address add "$2.1/24" dev "$1"
	on_far dnsmasq --conf-file=/dev/null --port=0 --bind-interfaces --interface="$1" \
		--dhcp-range="$2.50,$2.90" --user=root --leasefile-ro --pid-file="$BATS_TEST_TMPDIR/$1.pid" 3>&-
}

@test "a DHCP server of others that answers where ours does is told with its address and its machine" {
	network lan '[Network]' Mode=nat Bridge=br-lan '[Address]' Address=10.20.0.1/24
	network wan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth0
	host_prep up
	[[ -z $(found dhcp problem)$(found dhcp note) ]]
	# Who looks on is told what takes so long.
	said=$(export -f on_host host_prep && export host netstate && SHELL=$BASH script -qec 'host_prep check' /dev/null || true)
	[[ $said == *"asking for 4 seconds who answers DHCP"* ]]
	stranger other 10.66.0 br-lan
	what=$(found dhcp problem)
	mac=$(on_far cat /sys/class/net/other/address)
	[[ $what == "the machine $mac, 10.66.0.1, answers DHCP on br-lan, too -> "*"Server=no in [Dhcp] of etc/bedplate/network/lan.conf" ]]
	# Where the network is theirs one server is as it should be, but not two.
	stranger first 10.67.0 br0
	[[ $(found dhcp note) == *", 10.67.0.1, answers DHCP on br0 -> "* ]]
	stranger second 10.68.0 br0
	what=$(found dhcp warning)
	[[ $what == *"10.67.0.1, answers DHCP on br0, too"* && $what == *"10.68.0.1, answers DHCP on br0, too"* ]]
	kill "$(cat "$BATS_TEST_TMPDIR/other.pid")"
	[[ -z $(found dhcp problem) ]]
}

@test "mistakes of several files are told with the host's own interfaces in mind" {
	network wan '[Network]' Mode=public '[Bridge]' Ports=eth7
	network old '[Network]' Mode=public '[Bridge]' Ports=eth8
	host_prep check --json >"$BATS_TEST_TMPDIR/said" || [[ $? == 2 ]]
	[[ $(jq -r '.findings[] | select(.check == "files") | .origin + ": " + .what' "$BATS_TEST_TMPDIR/said") == \
		*"network/old.conf:4: "*eth8*"network/wan.conf:4: "*eth7* ]]
	host_prep check >"$BATS_TEST_TMPDIR/said" || [[ $? == 2 ]]
	grep "network/old.conf:4.*eth8" "$BATS_TEST_TMPDIR/said"
}

@test "a program that a network needs and that is missing is told with its package" {
	network lan '[Address]' Address=10.10.20.1/24
	run -0 host_prep check programs
	[[ $output == "ok       programs: "* ]]
	mkdir "$BATS_TEST_TMPDIR/bin"
	cp "$(command -v nft)" "$BATS_TEST_TMPDIR/bin"
	# Nor is it in the folders of administrators' programs.
	run -2 on_host unshare --mount bash -c 'mount -t tmpfs tmpfs /usr/sbin; mount -t tmpfs tmpfs /usr/local/sbin
		PATH=$1 exec "$2" check network' - "$BATS_TEST_TMPDIR/bin" \
		"$(dirname "$netstate")/../../host-prep/bedplate-host-prep"
	[[ $output == *"problem  programs: there is no dnsmasq, which makes DHCP and DNS of networks"*"dnsmasq-base"* ]]
	[[ $output != *"there is no nft"* && $output != *"there is no wg"* ]]
}
