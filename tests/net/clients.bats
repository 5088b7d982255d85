#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2154 # for the shells in there; lib.bash sets them
# Addresses of the host's own by DHCPv6, through the system's client.

bats_require_minimum_version 1.5.0
load lib

setup() {
	prep_setup
	before=$(snapshot)
}

teardown() {
	prep_teardown
}

# Router advertisements and DHCP of both families at the other end.
serve_leases() {
	on_far dnsmasq --conf-file=/dev/null --interface=far0 --bind-interfaces --port=0 --user=root \
		--dhcp-range=10.9.0.100,10.9.0.150,1h --dhcp-range=fd09::100,fd09::1ff,64,1h --enable-ra \
		--dhcp-leasefile="$BATS_TEST_TMPDIR/leases" --pid-file="$BATS_TEST_TMPDIR/far.server"
}

uplink() {
	network uplink '[Network]' Mode=public '[Bridge]' Ports=eth0 "$@"
}

leased6() {
	on_host sh -c 'ip -6 address show dev br-uplink | grep "fd09::1[0-9a-f][0-9a-f]/128.*dynamic"'
}

leased() {
	on_host sh -c 'ip -4 address show dev br-uplink | grep "10\.9\.0\.1[0-5][0-9]/24.*dynamic"'
}
client_is_gone() {
	[[ -z $(in_host dhclient)$(in_host udhcpc) ]]
}
addresses() {
	on_host ip -o address show dev br-uplink | grep -v 'scope link\|dynamic' | awk '{ print $4 }' | sort
}

# Hooks that note what they are told; IPv4's leases are renewed each second.
hooks() {
	mkdir -p "$BATS_TEST_TMPDIR/etc/dhcp/dhclient-exit-hooks.d"
	echo 'supersede dhcp-renewal-time 1;' >"$BATS_TEST_TMPDIR/etc/dhcp/dhclient.conf"
	echo 'echo "$reason $interface $new_ip_address$new_ip6_address" >>'"$BATS_TEST_TMPDIR/hooks" \
		>"$BATS_TEST_TMPDIR/etc/dhcp/dhclient-exit-hooks.d/note"
}

@test "a bridge gets its IPv6 address by DHCPv6, beside those that it has" {
	command -v dhclient || skip "no dhclient here"
	serve_leases
	hooks
	uplink '[Address]' Dhcp=yes '[Address]' Address=fd33::1/64 '[Address]' Address=10.33.0.1/24
	host_prep up network
	await leased6
	await leased
	[[ $(addresses) == $'10.33.0.1/24\n10.8.0.2/16\n10.9.0.2/24\n10.9.0.3/24\nfd09::2/64\nfd33::1/64' ]]
	[[ $(host_prep status network) == "all is as configured" ]]
	[[ -z $(host_prep up network) ]]
	# hooks hear of it, and of renewals
	grep -q "^BOUND6 br-uplink fd09::1" "$BATS_TEST_TMPDIR/hooks"
	await grep "^RENEW br-uplink 10.9.0.1" "$BATS_TEST_TMPDIR/hooks"
	on_host busybox ping -6 -c 1 -W 2 fd09::1
	# one family less
	sed -i s/Dhcp=yes/Dhcp=ipv6/ "$conf/network/uplink.conf"
	host_prep up network
	[[ $(addresses) == $'10.33.0.1/24\n10.8.0.2/16\n10.9.0.2/24\n10.9.0.3/24\nfd09::2/64\nfd33::1/64' ]]
	[[ $(host_prep status network) == "all is as configured" ]]
	sed -i 5,6d "$conf/network/uplink.conf"
	host_prep up network
	client_is_gone
	[[ $(addresses) == $'10.33.0.1/24\n10.8.0.2/16\n10.9.0.2/24\n10.9.0.3/24\nfd09::2/64\nfd33::1/64' ]]
	host_prep down network
	diff <(echo "$before") <(snapshot)
	[[ ! -e $run/dhcp-client && ! -e $run/host-prep.json ]]
}

@test "a client for DHCPv6 is started where the cable is out, and hears when it is in" {
	command -v dhclient || skip "no dhclient here"
	serve_leases
	on_far ip link set far0 down
	uplink '[Address]' Dhcp=ipv6
	host_prep up network
	[[ $(host_prep status network) == "all is as configured" ]]
	on_far ip link set far0 up
	on_far ip address add fd09::1/64 nodad dev far0
	await leased6
}

# The system has these programs only, beside what it needs.
only() {
	mkdir "$BATS_TEST_TMPDIR/sbin"
	local name
	for name in "$@"; do
		ln -s "$(command -v busybox)" "$BATS_TEST_TMPDIR/sbin/$name"
	done
	for name in nft ip bridge; do
		cp -L "$(command -v "$name")" "$BATS_TEST_TMPDIR/sbin/$name"
	done
	on_host mount --bind "$BATS_TEST_TMPDIR/sbin" /usr/sbin
}

@test "where the system's client cannot ask for IPv6, that is said before anything is changed" {
	only udhcpc
	for families in ipv6 yes; do
		uplink '[Address]' "Dhcp=$families"
		run -1 host_prep up network
		echo "$output"
		[[ $output == *"network/uplink.conf:6: br-uplink gets no IPv6 address by DHCP: the client here, udhcpc, asks for IPv4 only"*"hint: install dhclient"* ]]
		[[ $output != *"+ bridge"* ]]
		diff <(echo "$before") <(snapshot)
	done
	rm "$BATS_TEST_TMPDIR/sbin/udhcpc"
	run -1 host_prep up network
	[[ $output == *"network/uplink.conf:6: there is no DHCP client for br-uplink"* && $output != *"+ bridge"* ]]
	diff <(echo "$before") <(snapshot)
}

# A dhclient (its process is a "sh") that goes to the background for IPv4 and cannot for IPv6.
half_a_dhclient() {
	only
	cat >"$BATS_TEST_TMPDIR/sbin/dhclient" <<-'END'
		#!/bin/sh
		[ "$1" = -4 ] || { echo "no IPv6 today" >&2; exit 1; }
		setsid sh -c 'while sleep 1; do :; done' "$@" >/dev/null 2>&1 3>&- &
	END
	chmod +x "$BATS_TEST_TMPDIR/sbin/dhclient"
}

@test "a client that starts for one family only is not left behind" {
	half_a_dhclient
	uplink '[Address]' Dhcp=ipv4
	host_prep up network
	[[ -n $(in_host sh) ]]
	# what was there before is there again
	uplink '[Address]' Dhcp=yes
	run -1 host_prep up network
	[[ $output == *"no IPv6 today"* ]]
	[[ -n $(in_host sh) ]]
	host_prep down network
	[[ -z $(in_host sh) ]]
	run -1 host_prep up network
	[[ $output == *"no IPv6 today"* ]]
	[[ -z $(in_host sh) ]]
	[[ ! -e $run/dhcp-client && ! -e $run/host-prep.json ]]
	diff <(echo "$before") <(snapshot)
}

@test "busybox's udhcpc gets a bridge its address, and leaves those alone that it has" {
	busybox --list | grep -qx udhcpc || skip "no udhcpc here"
	serve_leases
	only udhcpc
	mkdir "$BATS_TEST_TMPDIR/etc/udhcpc"
	cp "$BATS_TEST_DIRNAME/udhcpc.script" "$BATS_TEST_TMPDIR/etc/udhcpc/default.script"
	uplink '[Address]' Dhcp=ipv4 '[Address]' Address=10.33.0.1/24 '[Route]' To=10.44.0.0/16 Via=10.33.0.2
	host_prep up network
	await leased
	[[ $(addresses) == $'10.33.0.1/24\n10.8.0.2/16\n10.9.0.2/24\n10.9.0.3/24\nfd09::2/64' ]]
	on_host ip route show 10.44.0.0/16 | grep "via 10.33.0.2"
	[[ $(host_prep status network) == "all is as configured" ]]
	[[ -z $(host_prep up network) ]]
	pid=$(on_host cat /run/bedplate/dhcp-client/br-uplink-4.pid)
	# it renews (USR1), and gives back what it has (USR2)
	kill -USR1 "$pid"
	await grep "^renew br-uplink 10.9.0.1" "$BATS_TEST_TMPDIR/etc/said"
	leased
	kill -USR2 "$pid"
	await grep -c "^deconfig br-uplink" "$BATS_TEST_TMPDIR/etc/said"
	await is_not_leased
	[[ $(addresses) == $'10.33.0.1/24\n10.8.0.2/16\n10.9.0.2/24\n10.9.0.3/24\nfd09::2/64' ]]
	host_prep down network
	client_is_gone
	diff <(echo "$before") <(snapshot)
	[[ ! -e $run/dhcp-client && ! -e $run/host-prep.json ]]
}

is_not_leased() {
	! leased
}
