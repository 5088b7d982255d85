#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2054,SC2154 # lib.bash sets them; commas are netstate's
# Links, addresses and routes: made, moved and given back, with the real kernel.

bats_require_minimum_version 1.5.0
load lib

setup() {
	net_setup
}

teardown() {
	touch "$BATS_TEST_TMPDIR/stop"
	net_teardown
}

into_bridge=(bridge=br0 port=eth0,br0)

@test "a NIC's addresses and routes move to its bridge, and back, exactly" {
	before=$(snapshot)
	on_host "$netstate" read "${into_bridge[@]}" >"$BATS_TEST_TMPDIR/saved.json"
	apply "${into_bridge[@]}"
	diff <(grep -v ': <' <<<"$before" | sed 's/eth0/br0/g' | sort) <(snapshot | grep -v ': <' | sort)
	[[ $(link_field br0 .address) == "$(link_field eth0 .address)" ]]
	[[ $(link_field eth0 .master) == br0 ]]
	on_host busybox ping -c 1 -W 2 10.9.0.1
	on_host busybox ping -6 -c 1 -W 2 fd09::1
	on_host "$netstate" restore "$BATS_TEST_TMPDIR/saved.json"
	diff <(echo "$before") <(snapshot)
	on_host busybox ping -c 1 -W 2 10.9.0.1
}

@test "the second time there is nothing to do" {
	wishes=("${into_bridge[@]}" tap=t0,br0,65534 tap=t1,br0,,mq sysctl=net/ipv4/conf/br0/forwarding,1)
	apply "${wishes[@]}"
	[[ -z $(plan "${wishes[@]}") ]]
	[[ $(apply "${wishes[@]}") == "0 steps, 0 batches" ]]
}

@test "all of it is three batches" {
	[[ $(apply "${into_bridge[@]}" tap=t0,br0 tap=t1,br0 tap=t2,br0) == *" steps, 3 batches" ]]
}

# Lines are written without a pause, until the file "stop" is there. A shell of its own has not got the
# traps with which bats follows each command.
stream() {
	# shellcheck disable=SC2016 # for that shell
	bash -c 'i=0; while [[ ! -e stop ]]; do echo "$((++i))"; done'
}
received_more_than() {
	(($(stat -c %s "$BATS_TEST_TMPDIR/received") > $1))
}

# transfer FROM TO ADDRESS: a transfer over one connection that goes on while the NIC moves to the
# bridge and back.
transfer() {
	local size step
	cd "$BATS_TEST_TMPDIR"
	# With an end of its own input it would close the connection.
	mkfifo quiet
	"on_$2" busybox nc -l -p 5000 <>quiet >received 3>&- &
	local receiver=$!
	await "on_$2" sh -c 'ss -Hltn sport = :5000 | grep -q .'
	stream | tee sent | "on_$1" busybox nc "$3" 5000 3>&- &
	on_host "$netstate" read "${into_bridge[@]}" >saved.json
	await received_more_than 5000
	for step in there back; do
		if [[ $step == there ]]; then
			apply "${into_bridge[@]}"
		else
			on_host "$netstate" restore "$PWD/saved.json"
		fi
		size=$(stat -c %s received)
		await received_more_than $((size + 5000))
	done
	touch stop
	wait "$receiver"
	cmp sent received
}

@test "a TCP connection from the host lives through the move, there and back" {
	transfer host far 10.9.0.1
}

@test "a TCP connection to the host lives through the move, there and back" {
	transfer far host 10.9.0.2
}

@test "a TCP connection over IPv6 lives through the move, there and back" {
	transfer far host fd09::2
}

@test "a port's IPv6 can go: its addresses have moved on before, and come back" {
	before=$(snapshot)
	wishes=("${into_bridge[@]}" sysctl=net/ipv6/conf/eth0/disable_ipv6,1)
	on_host "$netstate" read "${wishes[@]}" >"$BATS_TEST_TMPDIR/saved.json"
	apply "${wishes[@]}"
	[[ $(on_host ip -o -6 address show dev br0 scope global) == *fd09::2/64* ]]
	[[ -z $(on_host ip -o -6 address show dev eth0) ]]
	[[ $(on_host cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6) == 1 ]]
	on_host "$netstate" restore "$BATS_TEST_TMPDIR/saved.json"
	[[ $(on_host cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6) == 0 ]]
	diff <(echo "$before") <(snapshot)
}

@test "taps have their owner, queues and header, and carry our alias" {
	apply bridge=br0 tap=t0,br0,65534 tap=t1,br0,,mq isolated=t1
	[[ $(link_field t0 '.linkinfo.info_data | "\(.user) \(.persist) \(.vnet_hdr) \(.multi_queue)"') == \
		"nobody true true false" ]]
	[[ $(link_field t1 .linkinfo.info_data.multi_queue) == true ]]
	[[ $(link_field t1 .linkinfo.info_slave_data.isolated) == true ]]
	[[ $(link_field t0 .linkinfo.info_slave_data.isolated) == false ]]
	[[ $(link_field t0 .ifalias) == bedplate:test ]]
	[[ $(link_field t0 .master) == br0 ]]
	[[ $(link_field t0 '.flags | index("UP") != null') == true ]]
}

@test "a tap that a guest has open is not taken from it" {
	apply bridge=br0 tap=t0,br0,65534
	mkfifo "$BATS_TEST_TMPDIR/held"
	nsenter --target "$host" --net --mount "$netstate" hold t0 >"$BATS_TEST_TMPDIR/held" 3>&- &
	holder=$!
	read -r <"$BATS_TEST_TMPDIR/held"
	[[ -z $(plan tap=t0,br0,65534) ]]
	run -1 apply owner=t0,1000 bridge=br1
	[[ $output == *"network/test.conf:1: tap t0: opening it: Resource busy"* ]]
	[[ $output == *"hint: stop the guest that has it open"* ]]
	[[ $(on_host ip -o link show) != *br1* ]]
	kill "$holder"
	wait "$holder" || true
	apply owner=t0,1000
	[[ $(on_host "$netstate" read | jq '.links[] | select(.name == "t0").owner') == 1000 ]]
}

@test "a macvtap stands on its NIC, and its node belongs to its owner" {
	apply macvtap=m0,eth0
	[[ $(link_field m0 '"\(.linkinfo.info_kind) \(.linkinfo.info_data.mode) \(.link)"') == \
		"macvtap bridge eth0" ]]
	[[ -z $(plan macvtap=m0,eth0) ]]
	apply drop=m0
	run -1 on_host ip link show m0
}

@test "100 taps on 20 bridges come in few batches, and go without a trace" {
	before=$(snapshot)
	wishes=("${into_bridge[@]}")
	for ((i = 1; i < 20; i++)); do
		wishes+=("bridge=br$i" "address=br$i,10.20.$i.1/24")
	done
	for ((i = 0; i < 100; i++)); do
		wishes+=("tap=tap$i,br$((i % 20))")
	done
	on_host "$netstate" read "${wishes[@]}" >"$BATS_TEST_TMPDIR/saved.json"
	SECONDS=0
	run -0 apply "${wishes[@]}"
	((SECONDS < 10))
	[[ $output == *" steps, 4 batches" ]]
	[[ $(on_host ip -o link show master br7 | wc -l) == 5 ]]
	[[ -z $(plan "${wishes[@]}") ]]
	SECONDS=0
	on_host "$netstate" restore "$BATS_TEST_TMPDIR/saved.json"
	((SECONDS < 10))
	diff <(echo "$before") <(snapshot)
}

# Starts apply, which waits when it has made its plan; `output` and `status` are those of its end.
paused_apply() {
	mkfifo "$BATS_TEST_TMPDIR/in"
	on_host "$netstate" apply "$@" pause <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	applying=$!
	exec {go}>"$BATS_TEST_TMPDIR/in"
	await grep -q ready "$BATS_TEST_TMPDIR/out"
}
go_on() {
	echo >&"$go"
	status=0
	wait "$applying" || status=$?
	output=$(cat "$BATS_TEST_TMPDIR/out")
}

@test "an interface that vanishes while it is worked on: the rest is undone" {
	on_host ip link add eth1 type veth peer name far1
	before=$(snapshot | grep -v 'eth1\|far1')
	paused_apply bridge=br0 tap=t0,br0 bridge=br1 port=eth0,br1 port=eth1,br0
	on_host ip link delete eth1
	go_on
	[[ $status == 1 ]]
	[[ $output == *"network/test.conf:2: link eth1: looking for eth1: No such device"* ]]
	diff <(echo "$before") <(snapshot)
}

@test "what another has made in the meantime is not taken away by the undo" {
	before=$(snapshot)
	paused_apply bridge=br0 bridge=br1 tap=t0,br0 port=eth0,br1
	on_host ip link add br1 type bridge
	go_on
	[[ $status == 1 ]]
	[[ $output == *"network/test.conf:1: bridge br1: File exists"* ]]
	on_host ip link delete br1
	diff <(echo "$before") <(snapshot)
}

@test "a change that the kernel refuses is undone, and told with its origin and reason" {
	before=$(snapshot)
	run -1 apply "${into_bridge[@]}" tap=t0,br0 route=br0,10.50.0.0/16,192.0.2.77
	[[ $output == *"network/test.conf:4: route 10.50.0.0/16 via 192.0.2.77 dev br0: Network unreachable: Nexthop has invalid gateway"* ]]
	diff <(echo "$before") <(snapshot)
}

@test "a secondary address stays when its primary goes" {
	apply into=eth0 without=eth0,10.9.0.2/24
	[[ $(on_host ip -o -4 address show dev eth0) == *10.9.0.3/24* ]]
	[[ $(on_host ip -o -4 address show dev eth0) != *10.9.0.2/24* ]]
}

@test "what nobody speaks of is left alone" {
	on_host sh -e <<-'END'
		ip link add other type bridge
		ip tuntap add othertap mode tap
		ip link set othertap master other
		ip address add 172.16.0.1/24 dev other
		ip link set other up
	END
	before=$(snapshot)
	on_host "$netstate" read "${into_bridge[@]}" >"$BATS_TEST_TMPDIR/saved.json"
	apply "${into_bridge[@]}"
	[[ $(snapshot | grep other) == $(grep other <<<"$before") ]]
	on_host ip address add 172.16.9.1/24 dev other
	on_host "$netstate" restore "$BATS_TEST_TMPDIR/saved.json"
	[[ $(on_host ip -o address show dev other) == *172.16.9.1* ]]
}

@test "VLANs: an interface on a bridge, and those of its ports" {
	on_host ip link add probe type bridge vlan_filtering 1 2>/dev/null || skip "this kernel does not filter VLANs"
	on_host ip link delete probe
	wishes=(bridge=br0 filtering=br0 tap=t0,br0 tagged=t0,10,pvid tagged=t0,20 tagged=br0,20 vlan=br0.20,20,br0)
	apply "${wishes[@]}"
	[[ $(on_host bridge -json vlan show dev t0 | jq -c '[.[0].vlans[].vlan]') == '[10,20]' ]]
	[[ $(link_field br0.20 .linkinfo.info_data.id) == 20 ]]
	[[ -z $(plan filtering=br0) ]]
}
