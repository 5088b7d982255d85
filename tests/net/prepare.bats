#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# host-prep up, down, confirm and status for the networks' links, from their files.

bats_require_minimum_version 1.5.0
load lib

setup() {
	prep_setup
	network lan '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth0 '[Tap]' Name=tap0 User=nobody
	before=$(snapshot)
}

teardown() {
	[[ -z ${router:-} ]] || kill "$router" 2>/dev/null || true
	kill $(watchdogs) 2>/dev/null || true
	[[ -z ${group:-} ]] || on_host rmdir "$group" 2>/dev/null || true
	prep_teardown
}

is_as_before() {
	[[ $before == "$(snapshot)" ]]
}
saved=host-prep.saved.json

@test "plan shows what up does, up does it, and a second up nothing" {
	run -0 host_prep plan network
	[[ $output == *"+ bridge br0: "*"# network/lan.conf:"* ]]
	[[ $output == *"~ link eth0: master none -> master br0"*"# network/lan.conf:5"* ]]
	is_as_before
	host_prep up network
	[[ $(link_field eth0 .master) == br0 ]]
	[[ $(stat -c %a "$run/host-prep.json") == 600 ]]
	journal=$(stat -c '%i %Y' "$run/host-prep.json")
	[[ -z $(host_prep up network) ]]
	[[ $(host_prep status network) == "all is as configured" ]]
	[[ $(stat -c '%i %Y' "$run/host-prep.json") == "$journal" ]]
}

@test "down gives all back and leaves no trace" {
	on_host sh -c 'echo 1 >/proc/sys/net/ipv4/conf/eth0/forwarding'
	network inside '[Network]' Mode=nat Bridge=virbr7 '[Address]' Address=10.20.0.1/24
	host_prep up network
	[[ $(on_host ip -o link show) == *virbr7* ]]
	host_prep down network
	diff <(echo "$before") <(snapshot)
	[[ ! -e $run/host-prep.json ]]
	[[ $(on_host cat /proc/sys/net/ipv4/conf/eth0/forwarding) == 1 ]]
}

@test "down says of a tap that a guest has open that the guest loses its network" {
	network inside '[Network]' Mode=host-only Bridge=br7 '[Address]' Address=10.20.0.1/24 '[Tap]' Name=tap-web '[Tap]' Name=tap-free
	host_prep up network
	nsenter --target "$host" --net --mount "$netstate" hold tap-web >/dev/null 3>&- &
	holder=$!
	has_carrier() { [[ $(on_host ip -o link show tap-web) == *LOWER_UP* ]]; }
	await has_carrier
	run -0 host_prep down network
	kill "$holder"
	wait "$holder" || true
	[[ $output == *"tap-web is in use: the guest"*"has no network until it is started anew"* ]]
	[[ $output != *"tap-free is in use"* ]]
}

@test "a network that has no file any more goes, and its port gets back what it had" {
	host_prep up network
	rm "$conf/network/lan.conf"
	host_prep up network
	diff <(echo "$before") <(snapshot)
}

# on_bridge NAME: the addresses and routes of before are all there, and on that bridge.
on_bridge() {
	diff <(grep '\beth0\b' <<<"$before" | grep -v '^eth0@' | sed "s/\beth0\b/$1/g") \
		<(snapshot | grep "\b$1\b" | grep -v "^$1:")
}

@test "a port that goes to another bridge takes the host's addresses and routes along" {
	host_prep up network
	on_bridge br0
	network lan '[Network]' Mode=public Bridge=br1 '[Bridge]' Ports=eth0
	host_prep up network
	on_bridge br1
	[[ -z $(host_prep up network) ]]
	network lan '[Network]' Mode=isolated Bridge=br1
	network office '[Network]' Mode=public Bridge=br2 '[Bridge]' Ports=eth0
	host_prep up network
	on_bridge br2
	[[ $(host_prep status network) == "all is as configured" ]]
	host_prep down network
	is_as_before
}

@test "drift is named, and mended" {
	host_prep up network
	on_host ip link set tap0 nomaster down
	run -0 host_prep status network
	[[ $output == *"~ tap tap0: master none -> master br0"* ]]
	[[ $output == *"~ tap tap0: down -> up"* ]]
	host_prep up network
	[[ $(link_field tap0 .master) == br0 ]]
}

@test "down works from the journal after a crash between making a link and naming it" {
	host_prep up network
	on_host ip link set tap0 alias ''
	on_host ip link set br0 alias ''
	host_prep down network
	diff <(echo "$before") <(snapshot)
}

@test "addresses are not lost where down is broken off before it has begun" {
	host_prep up network
	cp "$run/host-prep.json" "$BATS_TEST_TMPDIR/journal"
	# What stands there when the steps begin.
	jq '.links = {giving: .links.took}' "$BATS_TEST_TMPDIR/journal" >"$run/host-prep.json"
	# Parts that have nothing to do with it, and one that cannot be planned, leave that there.
	host_prep up swap
	sed -i s/eth0/eth9/ "$conf/network/lan.conf"
	run -1 host_prep up --keep-going
	[[ $(jq '.links.giving.links | length' "$run/host-prep.json") == 1 ]]
	host_prep down network
	diff <(echo "$before") <(snapshot)
	[[ ! -e $run/host-prep.json ]]
}

@test "a network that has no file any more goes, too, where the one that has cannot come up" {
	host_prep up network
	mv "$conf/network/lan.conf" "$conf/network/else.conf"
	sed -i s/eth0/eth9/ "$conf/network/else.conf"
	run -1 host_prep up --keep-going
	[[ $output == *"network else is left out: "*eth9* ]]
	diff <(echo "$before") <(snapshot)
	[[ ! -e $run/host-prep.json ]]
}

@test "a mistake in a file changes nothing, and is told with its line" {
	network lan '[Network]' Mode=publick
	for command in plan up "up --keep-going --wait 9" status graph "peer add me" "check --apply-ownership"; do
		[[ $command != *up* ]] || command+=" network"
		# shellcheck disable=SC2086 # words
		run -2 host_prep $command
		[[ $output == *"network/lan.conf:2: "* ]]
	done
	is_as_before
	[[ ! -e $run/host-prep.json ]]
}

@test "what two files say against each other is a mistake, what the host lacks is none" {
	network other '[Network]' Mode=isolated Bridge=br0
	run -2 host_prep up
	[[ $output == *"network/other.conf:3: "*"br0 is also what network/lan.conf:3 makes"* ]]
	network other '[Network]' Mode=public Bridge=br1 '[Bridge]' Ports=eth9
	run -1 host_prep up
	[[ $output == *"network/other.conf:5: "*"eth9 chooses no interface"* ]]
	is_as_before
}

@test "a change that is confirmed stays" {
	host_prep up --confirm 60 network
	[[ -e $run/$saved ]]
	[[ $(host_prep status network) == *"waits to be confirmed"* ]]
	run -1 host_prep up network
	[[ $output == *"a change of the network waits to be confirmed"* ]]
	watchdog=$(watchdogs)
	[[ -n $watchdog ]]
	[[ $(host_prep confirm) == confirmed ]]
	[[ ! -e $run/$saved ]]
	await is_gone "$watchdog"
	[[ $(link_field eth0 .master) == br0 ]]
	run -1 host_prep confirm
	[[ $output == *"no change waits to be confirmed"* ]]
}

@test "a time of nothing to confirm in is refused: it would be no net at all" {
	run -2 host_prep up --confirm=-1 network
	run -2 host_prep up --confirm 0 network
	[[ $output == *"--confirm"*seconds* ]]
	is_as_before
}

watchdogs() {
	in_host bedplate-host-p
}

@test "a change that nobody confirms is taken back, also when the terminal is gone" {
	# The session's leader dies; the terminal hangs up all that is in it.
	nsenter --target "$host" --net --mount setsid --wait script -qec \
		"$(dirname "$netstate")/../../host-prep/bedplate-host-prep up --confirm 2 network; kill -9 \$\$" /dev/null \
		>/dev/null 2>&1 || true
	[[ -e $run/$saved ]]
	[[ $(link_field eth0 .master) == br0 ]]
	await is_as_before
	await test ! -e "$run/$saved"
	[[ ! -e $run/host-prep.json ]]
}

@test "a watchdog whose change was confirmed leaves the next one alone, however late it hears" {
	host_prep up --confirm 6 network
	first=$(watchdogs)
	kill -STOP "$first"
	host_prep confirm
	network inside '[Network]' Mode=isolated Bridge=virbr7
	host_prep up --confirm 60 network
	kill -CONT "$first"
	await is_gone "$first"
	[[ -e $run/$saved && -n $(watchdogs) ]]
	on_host ip link show virbr7
	host_prep confirm
}

@test "a watchdog restores what a later change broke further" {
	host_prep up --confirm 2 network
	on_host ip address flush dev br0
	on_host ip link set br0 down
	await is_as_before
}

@test "an up that is killed half way is taken back" {
	network inside '[Network]' Mode=nat Bridge=virbr7 '[Address]' Address=10.20.0.1/24
	mkdir "$BATS_TEST_TMPDIR/bin"
	# shellcheck disable=SC2016 # for the shells in there
	printf '#!/bin/sh\nkill -9 "$up"\n' >"$BATS_TEST_TMPDIR/bin/dnsmasq"
	chmod +x "$BATS_TEST_TMPDIR/bin/dnsmasq"
	# shellcheck disable=SC2016
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run on_host sh -c 'exec env up=$$ "$@"' - \
		"$(dirname "$netstate")/../../host-prep/bedplate-host-prep" up --confirm 2 network
	[[ $status == 137 ]]
	[[ $(link_field eth0 .master) == br0 ]]
	await is_as_before
	await test ! -e "$run/$saved"
	[[ -z $(on_host nft list ruleset) && ! -e $run/host-prep.json ]]
}

@test "the end of the session's control group does not end the watchdog" {
	group=/sys/fs/cgroup/bedplate-$$
	on_host sh -c "mount -t cgroup2 cgroup2 /sys/fs/cgroup && mkdir $group" || skip "no cgroup2 can be mounted here"
	# shellcheck disable=SC2016 # for the shell in there
	on_host sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' - "$group" \
		"$(dirname "$netstate")/../../host-prep/bedplate-host-prep" up --confirm 60 network
	[[ -n $(watchdogs) ]]
	[[ -z $(on_host cat "$group/cgroup.procs") ]]
	[[ $(grep ^0: "/proc/$(watchdogs)/cgroup") == 0::/ ]]
	on_host rmdir "$group"
	[[ $(host_prep confirm --json | jq -c .) == '{"confirmed":true}' ]]
}

@test "where the watchdog was killed, down --restore brings the state back" {
	host_prep up --confirm 60 network
	kill -9 "$(watchdogs)"
	[[ $(host_prep down --restore --json | jq -c .) == '{"restored":true}' ]]
	diff <(echo "$before") <(snapshot)
	[[ ! -e $run/$saved && ! -e $run/host-prep.json ]]
	run -1 host_prep down --restore
	[[ $output == *"no state is saved"* ]]
}

@test "what was there before the change comes back with its journal" {
	host_prep up network
	between=$(snapshot)
	journal=$(jq -S . "$run/host-prep.json")
	network inside '[Network]' Mode=isolated Bridge=virbr7
	rm "$conf/network/lan.conf"
	host_prep up --confirm 60 network
	is_as_before || [[ $(on_host ip -o link show) == *virbr7* ]]
	host_prep down --restore
	diff <(echo "$between") <(snapshot)
	[[ $(jq -S . "$run/host-prep.json") == "$journal" ]]
}

@test "the firewall and DHCP come back with the links" {
	network inside '[Network]' Mode=nat Bridge=virbr7 '[Address]' Address=10.20.0.1/24 '[Dhcp]' Range=10.20.0.50-10.20.0.60
	host_prep up network
	rules=$(on_host nft -s list ruleset)
	[[ $rules == *"table inet bedplate"* ]]
	server=$(cat "$run/dnsmasq/inside.conf")
	between=$(snapshot)
	network inside '[Network]' Mode=nat Bridge=virbr7 '[Address]' Address=10.20.0.1/24 '[Dhcp]' Range=10.20.0.70-10.20.0.80 \
		'[Forward]' 'Listen=tcp 2222' To=10.20.0.75:22
	network other '[Network]' Mode=host-only Bridge=virbr8 '[Address]' Address=10.30.0.1/24 '[Dhcp]' Range=10.30.0.50-10.30.0.60
	host_prep up --confirm 60 network
	[[ $(on_host nft -s list ruleset) != "$rules" ]]
	[[ -e $run/dnsmasq/other.conf ]]
	host_prep down --restore
	diff <(echo "$rules") <(on_host nft -s list ruleset)
	diff <(echo "$server") "$run/dnsmasq/inside.conf"
	[[ ! -e $run/dnsmasq/other.conf ]]
	diff <(echo "$between") <(snapshot)
	# It is as the former files had it.
	rm "$conf/network/other.conf"
	network inside '[Network]' Mode=nat Bridge=virbr7 '[Address]' Address=10.20.0.1/24 '[Dhcp]' Range=10.20.0.50-10.20.0.60
	[[ $(host_prep status network) == "all is as configured" ]]
	host_prep down network
	[[ -z $(on_host nft list ruleset) ]]
}

@test "after a crash between making a link and naming it, up goes on" {
	host_prep up network
	on_host ip link set tap0 alias ''
	host_prep up network
	[[ $(link_field tap0 .ifalias) == bedplate:* ]]
}

@test "what router advertisements gave moves, too, and goes on to be renewed" {
	on_far ip address add fd0a::1/64 nodad dev far0
	on_far sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
	nsenter --target "$far" --net dnsmasq --keep-in-foreground --port=0 --conf-file=/dev/null --enable-ra \
		--dhcp-range=fd0a::,ra-only,64,300 --ra-param=far0,4,1800 --interface=far0 --bind-interfaces \
		--pid-file= --dhcp-leasefile="$BATS_TEST_TMPDIR/leases" 3>&- &
	router=$!
	await has_advertised eth0
	host_prep up network
	has_address br0
	[[ -z $(on_host ip -6 route show dev eth0) ]]
	[[ $(on_host ip -6 route show default) != *nexthop* ]]
	await has_advertised br0
	[[ $(host_prep status network) == "all is as configured" ]]
	host_prep down network
	has_address eth0
	[[ $(on_host ip -6 route show default) == *"via fd09::1 dev eth0"* ]]
	await has_advertised eth0
	kill "$router"
}

has_address() {
	on_host ip -o -6 address show dev "$1" | grep -q 'fd0a:.*dynamic'
}
has_advertised() {
	has_address "$1" && on_host ip -6 route show default dev "$1" | grep -q 'via fe80.*proto ra metric 1024 expires'
}

@test "files below another root change no network" {
	mkdir "$BATS_TEST_TMPDIR/other"
	cp -r "$BATS_TEST_TMPDIR/etc" "$BATS_TEST_TMPDIR/other/"
	run -1 host_prep up --root "$BATS_TEST_TMPDIR/other" network
	[[ $output == *"networks are the running system's"* ]]
	is_as_before
}

@test "a change that fails leaves no watchdog behind" {
	network inside '[Network]' Mode=nat Bridge=virbr7 '[Address]' Address=10.20.0.1/24
	mkdir "$BATS_TEST_TMPDIR/bin"
	# the real one, after a word that it does not know
	printf '#!/bin/sh\n(echo nonsense; cat) | %s "$@"\n' "$(command -v nft)" >"$BATS_TEST_TMPDIR/bin/nft"
	chmod +x "$BATS_TEST_TMPDIR/bin/nft"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run -1 host_prep up --confirm 60 network
	[[ $output == *"nft: Error: "* ]]
	[[ ! -e $run/$saved && -z $(watchdogs) ]]
	is_as_before
}
