#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# host-prep up --keep-going and --wait: what is done at boot, where not all may be there, or good.

bats_require_minimum_version 1.5.0
load lib

setup() {
	prep_setup
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth0
	before=$(snapshot)
	# The file systems of disks are others' business.
	mkfs.ext4 -q "$BATS_TEST_TMPDIR/disk" 4M 2>/dev/null
}

teardown() {
	[[ -z ${up:-} ]] || kill "$up" 2>/dev/null || true
	prep_teardown
}

bad_swap() {
	printf '%s\n' '[Swap]' "File=$BATS_TEST_TMPDIR/disk" >"$conf/host.conf"
}
is_as_before() {
	[[ $before == "$(snapshot)" ]]
}
now_ms() {
	date +%s%3N
}

@test "swap space that holds something else does not cost the network" {
	bad_swap
	run -1 host_prep up
	[[ $output == *"host.conf:2: $BATS_TEST_TMPDIR/disk is not taken: it holds ext4"* ]]
	is_as_before
	[[ ! -e $run/host-prep.json ]]
	run -1 host_prep up --keep-going
	[[ $output == *"swap: host.conf:2: "*"it holds ext4"* ]]
	[[ ${lines[-1]} == *"swap: failed; what does not need it is done" ]]
	[[ $(link_field eth0 .master) == br0 ]]
	[[ $(jq -c 'has("swap"), has("links")' "$run/host-prep.json" | xargs) == "false true" ]]
	run -1 host_prep up --keep-going
	[[ $output != *"br0"* ]]
	host_prep down
	diff <(echo "$before") <(snapshot)
	[[ ! -e $run/host-prep.json ]]
}

@test "a network without its port costs no other network and no other part" {
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth9
	network inside '[Network]' Mode=nat Bridge=virbr7 '[Address]' Address=10.20.0.1/24 \
		'[Tap]' Name=tap7 '[Firewall]' Reach=lan
	mkdir -p "$conf/guests"
	printf '%s\n' '[Nic]' Network=lan >"$conf/guests/web.conf"
	printf '%s\n' '[Sysctl]' Set=net.ipv4.conf.eth0.log_martians=1 >"$conf/host.conf"
	run -1 host_prep up
	is_as_before
	run -1 host_prep up --keep-going
	[[ $output == *"network lan is left out: "*"network/lan.conf:5: "*"eth9 chooses no interface"* ]]
	[[ $output == *"the guest web is without its network lan"* ]]
	[[ ${lines[-1]} == *"network lan: failed; what does not need it is done" ]]
	[[ $(grep -c eth9 <<<"$output") == 1 ]]
	[[ $(on_host cat /proc/sys/net/ipv4/conf/eth0/log_martians) == 1 ]]
	[[ $(link_field tap7 .master) == virbr7 && -e $run/dnsmasq/inside.pid ]]
	[[ $(on_host nft list table inet bedplate) == *virbr7* ]]
	run -1 on_host ip link show br0
	# It tells so again, and takes it in when its port has come.
	run -1 host_prep up --keep-going
	[[ ${lines[0]} != *virbr7* && $output == *eth9* ]]
	on_host ip link add eth9 type veth peer name far9
	host_prep up --keep-going
	[[ $(link_field eth9 .master) == br0 ]]
	# One that is up is not taken down where its port goes.
	on_host ip link del eth9
	run -1 host_prep up --keep-going
	[[ $(link_field br0 .operstate) != null && $(link_field tap7 .master) == virbr7 ]]
	host_prep down
	diff <(echo "$before") <(snapshot)
	[[ ! -e $run/host-prep.json ]]
	[[ $(on_host cat /proc/sys/net/ipv4/conf/eth0/log_martians) == 0 ]]
}

@test "a mistake in one network's file changes nothing at all" {
	network inside '[Network]' Mode=nat Bridge=virbr7 '[Address]' Address=10.20.0.1/24
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Prots=eth0
	run -2 host_prep up --keep-going
	is_as_before
}

@test "a network whose server fails is undone, and the others come up" {
	network inside '[Network]' Mode=nat Bridge=virbr7 '[Address]' Address=10.20.0.1/24
	network other '[Network]' Mode=nat Bridge=virbr8 '[Address]' Address=10.30.0.1/24
	bad_swap
	mkdir "$BATS_TEST_TMPDIR/bin"
	# The first server starts, the second does not.
	cat >"$BATS_TEST_TMPDIR/bin/dnsmasq" <<-END
		#!/bin/sh
		case "\$*" in *other*) echo broken >&2; exit 2 ;; esac
		exec $(command -v dnsmasq) "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/bin/dnsmasq"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run -1 host_prep up --keep-going
	[[ $output == *"network other is left out: "*"network/other.conf"*"broken"* ]]
	[[ ${lines[-1]} == *"network other, swap: failed; what does not need it is done" ]]
	[[ $(link_field eth0 .master) == br0 && -e $run/dnsmasq/inside.pid ]]
	[[ $(on_host nft list tables) == *"inet bedplate"* ]]
	[[ $(on_host nft list table inet bedplate) == *virbr7* ]]
	[[ $(on_host nft list table inet bedplate) != *virbr8* ]]
	[[ $(on_host ip -o link show) == *virbr7* && $(on_host ip -o link show) != *virbr8* ]]
	[[ ! -e $run/dnsmasq/other.conf ]]
	[[ $(jq -c '.dhcp | keys' "$run/host-prep.json") == '["inside"]' ]]
	# All that could be done is done: nothing is left to do but what failed.
	[[ $(host_prep plan network) != *virbr7* && $(host_prep plan network) == *virbr8* ]]
	host_prep down
	diff <(echo "$before") <(snapshot)
}

@test "with all networks in the way of one another each is told" {
	network other '[Network]' Mode=nat Bridge=virbr8 '[Address]' Address=10.30.0.1/24
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '%s\n' '#!/bin/sh' 'echo "Error: no nft" >&2; exit 1' >"$BATS_TEST_TMPDIR/bin/nft"
	chmod +x "$BATS_TEST_TMPDIR/bin/nft"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run -1 host_prep up --keep-going network
	[[ $output == *"network other is left out: "*"no nft"* ]]
	[[ $(link_field eth0 .master) == br0 ]]
	run -1 on_host ip link show virbr8
}

@test "a port that appears while up waits is taken" {
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth5
	host_prep up --wait 60s network >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	up=$!
	await grep -q 'waiting 5[0-9]s at most: .*eth5 chooses no interface' "$BATS_TEST_TMPDIR/out"
	is_as_before
	# Others are not kept out meanwhile.
	host_prep down
	on_host ip link add eth5 type veth peer name far5
	began=$(now_ms)
	wait "$up"
	up=
	(($(now_ms) - began < 5000))
	[[ $(link_field eth5 .master) == br0 ]]
	[[ $(grep -c waiting "$BATS_TEST_TMPDIR/out") == 1 ]]
}

@test "a port that never comes ends up at the deadline, with the usual error" {
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth5
	began=$(now_ms)
	run -1 host_prep up --wait 700ms network
	took=$(($(now_ms) - began))
	((took >= 700 && took < 5000))
	[[ $output != *waiting* && $output == *"network/lan.conf:5: "*"eth5 chooses no interface"* ]]
	is_as_before
	bad_swap
	run -1 host_prep up --wait 700ms --keep-going
	[[ $output == *"network lan is left out: "*"eth5"*"swap: "* ]]
}

@test "up waits for a device of swap, and then goes on without" {
	printf '%s\n' '[Swap]' 'Device=/dev/none' >"$conf/host.conf"
	began=$(now_ms)
	run -1 host_prep up --wait 4s --keep-going
	(($(now_ms) - began >= 4000))
	[[ $output == *"waiting "[123]"s at most: host.conf:2: there is no /dev/none"* ]]
	[[ $(link_field eth0 .master) == br0 ]]
}

@test "a device that comes with an event of the kernel is taken up at once" {
	late=$BATS_TEST_TMPDIR/late
	printf '%s\n' '[Swap]' "Device=$late" >"$conf/host.conf"
	host_prep up --wait 60s swap >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	up=$!
	await grep -q "there is no $late" "$BATS_TEST_TMPDIR/out"
	ln -s /dev/null "$late"
	echo change >/sys/class/mem/null/uevent
	began=$(now_ms)
	code=0
	wait "$up" || code=$?
	up=
	(($(now_ms) - began < 5000 && code == 1))
	grep -q 'host.conf:2: /dev/null is not taken: it is no disk' "$BATS_TEST_TMPDIR/out"
}

@test "who waits ends when asked to, and a span that is none is a mistake" {
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth5
	host_prep up --wait 60 network >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	up=$!
	await grep -q 'waiting 5[0-9]s at most' "$BATS_TEST_TMPDIR/out"
	pkill -TERM -P "$up"
	code=0
	wait "$up" || code=$?
	up=
	[[ $code == 1 ]]
	grep -q 'waiting for devices: interrupted' "$BATS_TEST_TMPDIR/out"
	run -2 host_prep up --wait soon
	[[ $output == *"--wait: "* ]]
}

@test "what comes when nobody waits any more is taken by up --late" {
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth5
	host_prep up --late --keep-going
	run -1 host_prep up --wait 100ms --keep-going
	grep -q 'eth5 chooses no interface' "$run/host-prep.late"
	host_prep up --late --keep-going >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	up=$!
	await grep -q 'waiting: .*eth5 chooses no interface' "$BATS_TEST_TMPDIR/out"
	on_host ip link add eth5 type veth peer name far5
	wait "$up"
	up=
	[[ $(link_field eth5 .master) == br0 && ! -e $run/host-prep.late ]]
	run -0 host_prep up --late --keep-going
	[[ -z $output ]]
}

@test "who waits for what is late makes nothing that was taken down, and stops without complaint" {
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth5
	run -1 host_prep up --keep-going
	for end in down stop; do
		host_prep up --late --keep-going >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
		up=$!
		await grep -q 'waiting: ' "$BATS_TEST_TMPDIR/out"
		if [[ $end == stop ]]; then
			pkill -TERM -P "$up"
		else
			host_prep down
			on_host ip link add eth5 type veth peer name far5
		fi
		wait "$up"
		up=
		run -1 grep -v ': waiting: ' "$BATS_TEST_TMPDIR/out"
		run -1 on_host ip link show br0
		on_host ip link del eth5 2>/dev/null || true
		run -1 host_prep up --keep-going
	done
}

@test "up --wait waits for another that is at work" {
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth0
	flock "$run/host-prep.lock" sleep infinity 3>&- &
	holder=$!
	locked() { ! flock -n "$run/host-prep.lock" true; }
	await locked
	run -1 host_prep up
	[[ $output == *"another bedplate host-prep is at work"* ]]
	host_prep up --wait 60s >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	up=$!
	await grep -q 'at most: another bedplate host-prep is at work' "$BATS_TEST_TMPDIR/out"
	pkill -P "$holder"
	wait "$up"
	up=
	[[ $(link_field eth0 .master) == br0 ]]
}

@test "with all there, up does not wait" {
	local program
	program=$(dirname "$netstate")/../../host-prep/bedplate-host-prep
	on_host timeout 60 "$program" up --wait 600 --keep-going network
	on_host timeout 60 "$program" up --wait 600 --keep-going network
}
