#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2154 # for the shells in there; lib.bash sets them
# Addresses of the host's own by DHCP of both families, through the system's client.

bats_require_minimum_version 1.5.0
load lib

setup() {
	prep_setup
	before=$(snapshot)
}

# dhcpcd outlives its namespace's other processes.
teardown() {
	local pid
	for pid in $(in_host dhcpcd); do
		kill "$pid" 2>/dev/null || true
	done
	prep_teardown
}

# serve_leases [OPTION...]: router advertisements and DHCP of both families at the other end, for $lease each.
serve_leases() {
	on_far dnsmasq --conf-file=/dev/null --interface=far0 --bind-interfaces --port=0 --user=root \
		--dhcp-range="10.9.0.100,10.9.0.150,${lease:-1h}" --dhcp-range="fd09::100,fd09::1ff,64,${lease:-1h}" \
		--enable-ra "$@" \
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
	[[ -z $(in_host dhclient)$(in_host dhcpcd)$(in_host udhcpc) ]]
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

# lifetime6: the seconds that the leased address still has.
lifetime6() {
	on_host ip -json -6 address show dev br-uplink |
		jq '.[].addr_info[] | select(.prefixlen == 128 and .dynamic) | .valid_life_time'
}
ends_soon() {
	(($(lifetime6) < 80))
}
has_begun_anew() {
	(($(lifetime6) > 110))
}

@test "a lease by DHCPv6 is renewed in time" {
	command -v dhclient || skip "no dhclient here"
	# dnsmasq's shortest: half of it is waited
	lease=2m patience=75
	serve_leases
	hooks
	uplink '[Address]' Dhcp=ipv6
	host_prep up network
	await leased6
	address=$(leased6 | awk '{ print $2 }')
	await ends_soon
	await has_begun_anew
	await grep "^RENEW6 br-uplink ${address%/*}" "$BATS_TEST_TMPDIR/hooks"
	[[ $(leased6 | awk '{ print $2 }') == "$address" ]]
	[[ $(host_prep status network) == "all is as configured" ]]
	on_host busybox ping -6 -c 1 -W 2 -I "${address%/*}" fd09::1
}

@test "a bridge without IPv6 has its IPv4 address by DHCP all the same, also when it gets another name" {
	command -v dhclient || skip "no dhclient here"
	serve_leases
	network uplink '[Network]' Mode=public Ipv6=no '[Bridge]' Ports=eth0 '[Address]' Dhcp=yes
	host_prep up network
	await leased
	network uplink '[Network]' Mode=public Ipv6=no Bridge=br1 '[Bridge]' Ports=eth0 '[Address]' Dhcp=yes
	host_prep up network
	leased_anew() {
		on_host sh -c 'ip -4 address show dev br1 | grep "10\.9\.0\.1[0-5][0-9]/24.*dynamic"'
	}
	await leased_anew
	[[ $(host_prep status network) == "all is as configured" ]]
	host_prep down network
	client_is_gone
	diff <(echo "$before") <(snapshot)
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

# The system has this client only, beside what it needs.
only() {
	local name
	mkdir "$BATS_TEST_TMPDIR/sbin"
	[[ $1 != udhcpc ]] || ln -s "$(command -v busybox)" "$BATS_TEST_TMPDIR/sbin/udhcpc"
	for name in nft ip bridge "${@#udhcpc}"; do
		[[ -z $name ]] || cp -L "$(command -v "$name")" "$BATS_TEST_TMPDIR/sbin/$name"
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

# dhcpcd only, whose hooks note what they are told. It looks for another one with its address before it takes it.
has_dhcpcd() {
	command -v dhcpcd || skip "no dhcpcd here"
	only dhcpcd
	echo 'echo "$reason $interface $new_ip_address$new_dhcp6_ia_na1_ia_addr1" >>'"$BATS_TEST_TMPDIR/hooks" \
		>"$BATS_TEST_TMPDIR/etc/dhcpcd.exit-hook"
	patience=30
}

# dhcpcd_pid FAMILY
dhcpcd_pid() {
	on_host cat "/run/dhcpcd/br-uplink-$1.pid"
}

@test "dhcpcd gets a bridge its addresses of both families, and leaves those alone that it has" {
	has_dhcpcd
	serve_leases --dhcp-option=option:dns-server,10.9.0.53
	uplink '[Address]' Dhcp=yes '[Address]' Address=fd33::1/64 '[Address]' Address=10.33.0.1/24 \
		'[Route]' To=10.44.0.0/16 Via=10.33.0.2
	host_prep up network
	await leased6
	await leased
	[[ $(addresses) == $'10.33.0.1/24\n10.8.0.2/16\n10.9.0.2/24\n10.9.0.3/24\nfd09::2/64\nfd33::1/64' ]]
	on_host ip route show 10.44.0.0/16 | grep "via 10.33.0.2"
	# routes like the lease's stay beside them
	await on_host sh -c 'ip route show default | grep "via 10.9.0.1 dev br-uplink proto dhcp src 10.9.0.1[0-9]* metric 10"'
	on_host ip route show default | grep "via 10.9.0.1 dev br-uplink proto dhcp src 10.9.0.2 metric 100"
	[[ $(host_prep status network) == "all is as configured" ]]
	[[ -z $(host_prep up network) ]]
	# hooks hear of it and of renewals, and name servers come by them
	await grep "^BOUND br-uplink 10.9.0.1" "$BATS_TEST_TMPDIR/hooks"
	grep "^BOUND6 br-uplink fd09::1" "$BATS_TEST_TMPDIR/hooks"
	await grep "nameserver 10.9.0.53" "$BATS_TEST_TMPDIR/etc/resolv.conf"
	kill -USR1 "$(dhcpcd_pid 4)"
	kill -USR1 "$(dhcpcd_pid 6)"
	await grep "^RENEW br-uplink 10.9.0.1" "$BATS_TEST_TMPDIR/hooks"
	await grep "^RENEW6 br-uplink fd09::1" "$BATS_TEST_TMPDIR/hooks"
	leased
	# a cable that is pulled takes nothing away, nor does the end
	for _ in first second; do
		: >"$BATS_TEST_TMPDIR/hooks"
		on_far ip link set far0 down
		await grep "^EXPIRE6 br-uplink" "$BATS_TEST_TMPDIR/hooks"
		leased
		leased6
		on_far ip link set far0 up
		on_far ip address add fd09::1/64 nodad dev far0
		await grep "^\(REBOOT6\|BOUND6\|RENEW6\) br-uplink fd09::1" "$BATS_TEST_TMPDIR/hooks"
		leased6
	done
	# router advertisements are the kernel's business
	[[ $(on_host cat /proc/sys/net/ipv6/conf/br-uplink/accept_ra) == 1 ]]
	# one that was killed is begun again
	kill "$(dhcpcd_pid 6)"
	await no_dhcpcd 6
	await grep "^STOPPED br-uplink" "$BATS_TEST_TMPDIR/hooks"
	leased6
	[[ $(host_prep status network) == "~ DHCP client on br-uplink: not running -> dhcpcd, ipv4 and ipv6 "* ]]
	host_prep up network
	[[ $(host_prep status network) == "all is as configured" ]]
	# one family less
	sed -i s/Dhcp=yes/Dhcp=ipv4/ "$conf/network/uplink.conf"
	host_prep up network
	await no_dhcpcd 6
	leased
	[[ $(on_host cat /proc/sys/net/ipv6/conf/br-uplink/addr_gen_mode) == 0 ]]
	[[ $(host_prep status network) == "all is as configured" ]]
	host_prep down network
	await client_is_gone
	diff <(echo "$before") <(snapshot)
	[[ ! -e $run/dhcp-client && ! -e $run/host-prep.json ]]
}

no_dhcpcd() {
	! dhcpcd_pid "$1" 2>/dev/null
}

# start_manager COMMAND...: a dhcpcd for all interfaces; udev is not here.
start_manager() {
	on_host "$@" --nodev 3>&-
	manager=$(on_host cat /run/dhcpcd/pid)
}

@test "dhcpcd on a bridge and the one for all interfaces leave one another alone" {
	has_dhcpcd
	serve_leases
	start_manager dhcpcd -q -b --inactive
	uplink '[Address]' Dhcp=ipv4
	host_prep up network
	await leased
	client=$(dhcpcd_pid 4)
	[[ $client != "$manager" ]]
	[[ $(host_prep status network) == "all is as configured" ]]
	# that one is told
	[[ $(host_prep check owners) == *"dhcpcd sets br-uplink up, which is bedplate's"* ]]
	host_prep check --apply-ownership
	[[ $(host_prep check owners) == ok* ]]
	on_host dhcpcd -x
	await is_gone "$manager"
	leased
	[[ $(dhcpcd_pid 4) == "$client" && -z $(host_prep up network) ]]
	# and hears
	: >"$BATS_TEST_TMPDIR/hooks"
	on_host sh -c 'ip link add side type veth peer name side1 && ip link set side up && ip link set side1 up'
	eval "start_manager $(sed -n 's/^ExecStart=\(.\)/\1/p' "$BATS_TEST_TMPDIR/etc/systemd/system/dhcpcd.service.d/90-bedplate.conf")"
	await grep "^CARRIER side " "$BATS_TEST_TMPDIR/hooks"
	run ! grep "eth0\|br-uplink" "$BATS_TEST_TMPDIR/hooks"
	on_host ip link delete side
	host_prep down network
	await is_gone "$client"
	kill -0 "$manager"
	on_host dhcpcd -x
	await client_is_gone
	diff <(echo "$before") <(snapshot)
}

@test "an address that dhcpcd has given the port moves to the bridge, with its end" {
	has_dhcpcd
	serve_leases
	on_host ip -4 address flush dev eth0
	on_host ip -4 route flush dev eth0
	before=$(snapshot)
	on_host dhcpcd --nodev -4 -L -p eth0 3>&-
	on_host dhcpcd -4 -p -x eth0
	await client_is_gone
	had=$(on_host ip -o -4 address show dev eth0 | awk '{ print $4 }')
	routes=$(on_host ip -4 route show | sed s/eth0/br-uplink/)
	uplink
	plan=$(host_prep plan network)
	echo "$plan"
	host_prep up network
	leased
	[[ $(on_host ip -o -4 address show dev br-uplink | awk '{ print $4 }') == "$had" ]]
	diff <(echo "$routes") <(on_host ip -4 route show)
	[[ $(host_prep status network) == "all is as configured" ]]
	host_prep down network
	[[ $(on_host ip -o -4 address show dev eth0 | awk '{ print $4 }') == "$had" ]]
}
