#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash and namespace set them
# The networks of examples/, from the very files that stand there, on a host with the cards that they name: brought up
# by the real nft and dnsmasq, used by guests in namespaces of their own, and taken down.

bats_require_minimum_version 1.5.0
load lib
load guests

teardown() {
	guests_teardown
	host_prep down network >/dev/null 2>&1 || true
	net_teardown
}

# example NAME CABLE ADDRESS: a host with its network cards and files; at the other end of the cable is $far with the
# router's address.
example() {
	local etc=$BATS_TEST_TMPDIR/etc
	name=$1
	namespace host
	namespace far
	on_host ip -batch "$net_top/tests/golden/trees/examples/$name.links"
	on_host ip link set "$2" netns "$far"
	on_far ip link set "$2" up
	on_far ip address add "$3" dev "$2"
	mkdir -p "$etc/bedplate"
	cp -r "$net_top/examples/$name"/{host.conf,network,guests} "$etc/bedplate/"
	{ cat /etc/passwd && echo "guest:x:65501:65501::/:/bin/false"; } >"$etc/passwd"
	{ cat /etc/group && echo "guest:x:65501:"; } >"$etc/group"
	# shellcheck disable=SC2016 # for the shell in there
	on_host sh -e -c 'mount --bind "$1" /etc; mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /var/lib' - "$etc"
	before=$(snapshot)
}

# card GUEST NUMBER [BRIDGE]: a namespace for the guest's card of this number, by the name of its tap, which it takes the
# place of. What the tap's port has is its own, so that is given again.
card() {
	local tap=tap-$1 mac isolated
	(($2 == 0)) || tap+=$2
	mac=$(on_host "$(dirname "$netstate")/../../qemu-launch/bedplate-qemu-launch" argv "$1" --lines |
		sed -n "s/.*id=nic$2,mac=\([0-9a-f:]*\).*/\1/p")
	isolated=$(link_field "$tap" '.linkinfo.info_slave_data.isolated')
	guest "${tap#tap-}" "$(link_field "$tap" .master)" "$mac"
	[[ $isolated != true ]] || on_host bridge link set dev "$tap" isolated on
}

# goes_without_trace: the host is as it was before.
goes_without_trace() {
	local name
	for name in "${guests[@]}"; do
		on_host ip link delete "tap-$name"
	done
	host_prep down network
	diff <(echo "$before") <(snapshot)
	[[ $(on_host nft list ruleset) == "" ]]
	run ! on_host test -e /run/bedplate/dnsmasq
	run ! on_host test -e /run/bedplate/host-prep.json
	[[ -z $(in_host dnsmasq) && -z $(keepers) ]]
}

@test "home-lab: guests get their addresses and get out, and the two ports lead in" {
	example home-lab to-air 192.168.1.1/24
	host_prep up network
	[[ $(host_prep status network) == "all is as configured" ]]
	card web 0
	card db 0
	[[ $(dhcp web) == "10.10.20.5 router=10.10.20.1 dns=10.10.20.1 domain=lan" ]]
	[[ $(dhcp db) == "10.10.20.6 "* ]]
	on db busybox nslookup web.lan 10.10.20.1 | grep 10.10.20.5
	serve far 80
	serve web 22
	serve web 80
	serve host 5432
	[[ $(get web 192.168.1.1 80) == far:80 ]]
	[[ $(get far 192.168.1.57 2222) == web:22 ]]
	[[ $(get far 192.168.1.57 8080) == web:80 ]]
	reaches db 10.10.20.5
	[[ $(get web 10.10.20.1 5432) == "" ]]
	goes_without_trace
}

@test "four-networks: who reaches whom is as the table of its README.md has it" {
	example four-networks to-switch 192.0.2.1/24
	host_prep up network
	# All is as configured, but for the name servers: nobody is there to be told of them.
	run -0 host_prep up network
	[[ $output == "" || ($output == "network/office.conf:13: "*resolv* && ${#lines[@]} == 1) ]]
	on_far ip address add 192.0.2.129/24 dev to-switch
	for spec in "web 0" "web 1" "web 2" "db 0" "db 1" "build 0"; do
		# shellcheck disable=SC2086 # two words
		card $spec
	done
	on web ip address add 192.0.2.30/24 dev eth0
	[[ $(dhcp web1) == "10.10.30.11 router= "* ]]
	[[ $(dhcp db) == "10.10.30.12 router= "* ]]
	[[ $(dhcp build) == "10.10.20.5 router=10.10.20.1 "* ]]
	on web2 ip address add 10.0.0.11/24 dev eth0
	on db1 ip address add 10.0.0.12/24 dev eth0
	serve far 80
	serve web 80
	serve build 22
	serve db 22
	serve db1 5432
	serve host 7000
	# office
	reaches far 192.0.2.10
	[[ $(get far 192.0.2.30 80) == web:80 ]]
	on_far ip route add 192.0.2.10 dev to-switch src 192.0.2.129
	[[ $(get far 192.0.2.10 2222) == build:22 ]]
	on_far ip route replace 192.0.2.10 dev to-switch src 192.0.2.1
	[[ $(get far 192.0.2.10 2222) == "" ]]
	# build, behind the host's address
	[[ $(get build 192.0.2.1 80) == far:80 ]]
	[[ $(get build 192.0.2.30 80) == web:80 ]]
	[[ $(get build 10.10.20.1 7000) == "" ]]
	run ! reaches build 10.10.30.12
	# the host, and those of admin, who do not reach one another
	[[ $(get host 10.10.30.12 22) == db:22 ]]
	reaches db 10.10.30.1
	[[ $(get db 10.10.30.1 7000) == "" ]]
	run ! reaches web1 10.10.30.12
	on db ip route add default via 10.10.30.1
	run ! reaches db 192.0.2.1
	# cluster, in which each is who it is, and the host nobody
	[[ $(get web2 10.0.0.12 5432) == db1:5432 ]]
	on web2 ip address add 10.0.0.99/24 dev eth0
	run ! on web2 busybox ping -c 1 -W 2 -I 10.0.0.99 10.0.0.12
	[[ -z $(on_host ip -o address show dev br-cluster) ]]
	goes_without_trace
}
