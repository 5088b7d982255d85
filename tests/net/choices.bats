#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and namespace set them
# What a network's file can choose beside its mode, as guests and the outside see it.

bats_require_minimum_version 1.5.0
load lib
load guests

setup() {
	prep_setup
}

teardown() {
	guests_teardown
	prep_teardown
}

@test "guests get what [Dhcp] says: range, router, name server and options" {
	network lan '[Address]' Address=10.10.20.1/24 '[Dhcp]' Range=10.10.20.77-10.10.20.77 \
		Router=10.10.20.254 Dns=10.10.20.253 Options=option:ntp-server,10.10.20.9
	host_prep up network
	guest web br-lan
	[[ $(dhcp web) == "10.10.20.77 router=10.10.20.254 dns=10.10.20.253 domain=lan" ]]
	# No second address is left.
	guest db br-lan
	run ! on db timeout 5 busybox udhcpc -i eth0 -f -q -n -t 2 -T 1 -s /bin/true
}

@test "guests go out by the address that [Nat] Source= says, and only by the interfaces of Out=" {
	network lan '[Address]' Address=10.10.20.1/24 '[Nat]' Out=eth0 Source=10.9.0.3
	on_host ip link add eth1 type veth peer name side0
	on_host ip link set side0 netns "$far"
	on_host ip address add 10.7.0.2/24 dev eth1
	on_host ip link set eth1 up
	on_far ip address add 10.7.0.1/24 dev side0
	on_far ip link set side0 up
	on_far ip route add 10.10.20.0/24 via 10.7.0.2
	host_prep up network
	guest web br-lan
	dhcp web
	reaches host 10.7.0.1
	run ! reaches web 10.7.0.1
	# far answers to nobody else
	on_far nft "add table ip only; add chain ip only input { type filter hook input priority 0 ; }"
	on_far nft add rule ip only input ip saddr != 10.9.0.3 icmp type echo-request drop
	run ! reaches host 10.9.0.1
	reaches web 10.9.0.1
}

@test "forwards: UDP, by one of the host's addresses, and not for guests with Hairpin=no" {
	network lan '[Address]' Address=10.10.20.1/24 '[Lease]' Mac=52:54:00:00:00:01 Address=10.10.20.5 Name=web \
		'[Forward]' Listen=tcp:80 To=web:8080 Address=10.9.0.3 Hairpin=no \
		'[Forward]' Listen=udp:5000-5001 To=web:6000-6001
	host_prep up network
	guest web br-lan 52:54:00:00:00:01
	guest db br-lan
	dhcp web
	dhcp db
	serve web 8080
	[[ $(get far 10.9.0.3 80) == web:8080 ]]
	[[ $(get far 10.9.0.2 80) == "" ]]
	[[ $(get db 10.9.0.3 80) == "" ]]
	[[ $(get host 10.9.0.3 80) == "" ]]
	# A name server is the one who speaks UDP here.
	on web dnsmasq --conf-file=/dev/null --port=6001 --bind-interfaces --interface=eth0 --user=root \
		--no-resolv --no-hosts --address=/answer/192.0.2.9 --pid-file="$BATS_TEST_TMPDIR/udp.pid"
	cp "$BATS_TEST_TMPDIR/udp.pid" "$BATS_TEST_TMPDIR/udp.server"
	on_far busybox nslookup answer 10.9.0.2:5001 | grep 192.0.2.9
	run ! on_far timeout 3 busybox nslookup answer 10.9.0.2:5000
}

@test "a network is reached by another one that asks for it, and by no other" {
	network lan '[Address]' Address=10.10.20.1/24 '[Firewall]' Reach=store
	network store '[Network]' Mode=host-only '[Address]' Address=10.10.30.1/24 '[Dhcp]' Router=10.10.30.1
	network desk '[Address]' Address=10.10.40.1/24
	host_prep up network
	guest web br-lan
	guest disk br-store
	guest pc br-desk
	dhcp web
	store=$(dhcp disk)
	dhcp pc
	reaches web "${store%% *}"
	run ! reaches pc "${store%% *}"
	run ! reaches disk 10.9.0.1
	run ! reaches disk "$(on web ip -json address show eth0 | jq -r '.[0].addr_info[0].local')"
}

@test "a bridge has its MTU, fixed address, STP and routes, and IPv6 only where it is asked for" {
	network lan '[Network]' Mode=public Mtu=1400 Ipv6=no '[Bridge]' Ports=eth0 Mac=02:00:00:00:00:07 Stp=yes ForwardDelay=4s \
		'[Route]' To=10.66.0.0/16 Via=10.9.0.1 Metric=7
	before=$(snapshot)
	host_prep up network
	[[ $(link_field br-lan .address) == 02:00:00:00:00:07 && $(link_field br-lan .mtu) == 1400 ]]
	[[ $(link_field br-lan .linkinfo.info_data.stp_state) == 1 ]]
	[[ $(link_field br-lan .linkinfo.info_data.forward_delay) == 400 ]]
	[[ $(on_host ip route show 10.66.0.0/16) == *"via 10.9.0.1 dev br-lan"*"metric 7"* ]]
	[[ -z $(on_host ip -6 address show dev br-lan) ]]
	[[ $(host_prep status network) == "all is as configured" ]]
	# Without STP the delay is less than it allows.
	sed -i 's/ForwardDelay=4s//; s/Stp=yes/Stp=no/' "$conf/network/lan.conf"
	host_prep up network
	[[ $(link_field br-lan '.linkinfo.info_data | [.stp_state, .forward_delay] | @csv') == 0,0 ]]
	on_host ip link set br-lan type bridge stp_state 1
	host_prep up network
	[[ $(host_prep status network) == "all is as configured" ]]
	host_prep down network
	diff <(echo "$before") <(snapshot)
}

@test "guests reach others by IPv6 as the network's mode says" {
	network lan '[Address]' Address=10.10.20.1/24 '[Address]' Address=fd00:20::1/64 '[Firewall]' Host=services
	network own '[Network]' Mode=host-only '[Address]' Address=10.10.30.1/24 '[Address]' Address=fd00:30::1/64
	host_prep up network
	guest web br-lan
	guest lone br-own
	dhcp web
	for one in web lone; do
		await on $one sh -c 'ip -6 address show dev eth0 scope global | grep "inet6 fd00:" | grep -v tentative'
	done
	serve host 7001
	on web busybox ping -6 -c 1 -W 2 fd09::1
	[[ $(get web fd00:20::1 7001) == "" ]]
	[[ $(get lone fd00:30::1 7001) == host:7001 ]]
	run ! on lone busybox ping -6 -c 1 -W 2 fd09::1
	lone6=$(on lone ip -json -6 address show dev eth0 scope global | jq -r '.[0].addr_info[0].local')
	run ! on web busybox ping -6 -c 1 -W 2 "$lone6"
}

@test "of who comes in by a public bridge only its guests are kept from the host's services" {
	network office '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth0 '[Tap]' Name=tap-web \
		'[Firewall]' Host=services Allow=tcp:7000
	host_prep up network
	guest web br0
	on web ip address add 10.9.0.50/24 dev eth0
	serve host 7000
	serve host 7001
	[[ $(get far 10.9.0.2 7001) == host:7001 ]]
	[[ $(get web 10.9.0.2 7000) == host:7000 ]]
	[[ $(get web 10.9.0.2 7001) == "" ]]
	reaches web 10.9.0.2
	reaches web 10.9.0.1
	on_host nft list table bridge bedplate | grep 'iifname "tap-web" meta mark set'
	[[ -z $(host_prep up nat) ]]
}
