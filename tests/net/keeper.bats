#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016,SC2154 # for the shells in there; lib.bash and namespace set them
# dnsmasq where no systemd watches it: it comes back, and goes without a trace.

bats_require_minimum_version 1.5.0
load lib
load guests

setup() {
	prep_setup
	network lan '[Address]' Address=10.10.20.1/24 '[Lease]' Mac=52:54:00:00:00:01 Address=10.10.20.5 Name=web
}

teardown() {
	guests_teardown
	prep_teardown
}

server() {
	cat "$run/dnsmasq/lan.pid"
}
# is_another PID: another one runs, and is at work.
is_another() {
	local now
	now=$(server 2>/dev/null) && [[ -n $now && $now != "$1" ]] && kill -0 "$now"
}
servers() {
	in_host dnsmasq
}
nothing_is_left() {
	[[ -z $(servers) && -z $(keepers) && -z $(ls "$run/dnsmasq") ]]
}

@test "a dnsmasq that was killed comes back, and gives its guest the lease that it had" {
	host_prep up network
	guest web br-lan 52:54:00:00:00:01
	[[ $(dhcp web) == "10.10.20.5 "* ]]
	on web ip address flush dev eth0
	# a child of its keeper, which is nobody's
	[[ $(ps -o ppid= -p "$(server)" | tr -d ' ') == "$(keepers)" ]]
	for signal in KILL TERM; do
		old=$(server)
		kill -s "$signal" "$old"
		await is_another "$old"
		[[ $(servers) == "$(server)" ]]
	done
	[[ $(dhcp web) == "10.10.20.5 "* ]]
	# it is as it should be, but what happened is told
	status=$(host_prep status network)
	echo "$status"
	[[ $status == "all is as configured"*"dnsmasq of network lan has been started again 2 times, last at "*": status 0" ]]
	[[ $(host_prep up network) != *"~"* ]]
	jq -e '.restarts == 2 and ."gave-up" == false' "$run/dnsmasq/lan.keeper"
	host_prep down network
	nothing_is_left
	[[ ! -e $run/host-prep.json ]]
}

@test "nothing of what was open when it was started is kept open by who watches dnsmasq" {
	host_prep up network 7>"$BATS_TEST_TMPDIR/open"
	keeper=$(keepers)
	ls -l "/proc/$keeper/fd"
	[[ $(ls -l "/proc/$keeper/fd") != *host-prep.lock* && ! -e /proc/$keeper/fd/7 ]]
	[[ $(readlink "/proc/$keeper/fd/2") == /dev/null ]]
	# it sleeps: poll, without a time
	before=$(grep ctxt "/proc/$keeper/status")
	on_host ip link set lo up
	echo "syscall: $(cat "/proc/$keeper/syscall")"
	[[ $(cat "/proc/$keeper/syscall") == "7 "*" 0x4 0xffffffff"* ]]
	[[ $(grep ctxt "/proc/$keeper/status") == "$before" ]]
}

@test "where the keeper was killed, status tells, and up mends it without a second dnsmasq" {
	host_prep up network
	old=$(keepers) server=$(server)
	kill -9 "$old"
	await is_gone "$old"
	# guests go on to be served
	kill -0 "$server"
	[[ $(host_prep status network) == "~ dnsmasq of network lan: not watched -> on br-lan "* ]]
	host_prep up network
	[[ $(host_prep status network) == "all is as configured" ]]
	[[ $(keepers) != "$old" && $(keepers | wc -l) == 1 && $(servers) == "$(server)" ]]
	await is_gone "$server"
	# both killed
	server=$(server)
	kill -9 "$(keepers)" "$server"
	await is_gone "$server"
	[[ $(host_prep status network) == "~ dnsmasq of network lan: not running -> on br-lan "* ]]
	host_prep up network
	[[ $(servers) == "$(server)" ]]
	# and down does without the keeper
	kill -9 "$(keepers)"
	host_prep down network
	nothing_is_left
}

@test "a configuration that dnsmasq does not take any more ends it, and status says what it said" {
	host_prep up network
	echo nonsense >>"$run/dnsmasq/lan.conf"
	keeper=$(keepers)
	kill -9 "$(server)"
	await is_gone "$keeper"
	status=$(host_prep status network)
	echo "$status"
	[[ $status == "~ dnsmasq of network lan: given up (status 1: "*"nonsense"*"line "*") -> on br-lan "* ||
		$status == "~ dnsmasq of network lan: given up (status 1: "*"bad option"*") -> on br-lan "* ]]
	host_prep up network
	[[ $(host_prep status network) == "all is as configured" ]]
	kill -0 "$(server)"
}

@test "what ended dnsmasq stands in the kernel's log" {
	dmesg >/dev/null || skip "the kernel's log cannot be read"
	rm "$conf/network/lan.conf"
	network "n$$" '[Address]' Address=10.10.20.1/24
	host_prep up network
	logged() {
		dmesg | grep -qF "bedplate host-prep: dnsmasq of network n$$: $1"
	}
	old=$(servers)
	kill -9 "$old"
	await logged "killed by signal 9; it is started again"
	again() {
		[[ -n $(servers) && $(servers) != "$old" ]]
	}
	await again
	echo nonsense >>"$run/dnsmasq/n$$.conf"
	kill -9 "$(servers)"
	await logged "status 1: "
	dmesg | grep "dnsmasq of network n$$: status 1: .*line .* of .*; it is not started again"
}

@test "a dnsmasq that is not there any more is given up" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	ln -s "$(command -v dnsmasq)" "$BATS_TEST_TMPDIR/bin/dnsmasq"
	on_host env "PATH=$BATS_TEST_TMPDIR/bin" "$(dirname "$netstate")/../../host-prep/bedplate-host-prep" up links dhcp
	rm "$BATS_TEST_TMPDIR/bin/dnsmasq"
	keeper=$(keepers)
	kill -9 "$(server)"
	await is_gone "$keeper"
	[[ $(host_prep status dhcp) == "~ dnsmasq of network lan: given up (dnsmasq: No such file or directory) -> "* ]]
}

@test "an up that is killed once dnsmasq runs leaves what down and up find again" {
	network zoo '[Address]' Address=10.10.30.1/24
	mkdir "$BATS_TEST_TMPDIR/bin"
	# lan comes first; zoo's is the end of up
	printf '#!/bin/sh\ncase $1 in *zoo*) kill -9 "$up"; esac\nexec %s "$@"\n' "$(command -v dnsmasq)" \
		>"$BATS_TEST_TMPDIR/bin/dnsmasq"
	chmod +x "$BATS_TEST_TMPDIR/bin/dnsmasq"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run on_host sh -c 'exec env up=$$ "$@"' - \
		"$(dirname "$netstate")/../../host-prep/bedplate-host-prep" up network
	[[ $status == 137 ]]
	await test -e "$run/dnsmasq/zoo.pid"
	[[ $(keepers | wc -l) == 2 ]]
	jq -e '.dhcp.lan and .dhcp.zoo' "$run/host-prep.json"
	host_prep down network
	nothing_is_left
}

@test "a down that is killed half way leaves no server that the next one does not know" {
	host_prep up network
	# It is stopped when it has ended the server: the firewall comes behind that.
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nkill -9 "$PPID"\n' >"$BATS_TEST_TMPDIR/bin/nft"
	chmod +x "$BATS_TEST_TMPDIR/bin/nft"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run host_prep down network
	[[ $status == 137 ]]
	jq -e '.dhcp.lan == ""' "$run/host-prep.json"
	host_prep down network
	nothing_is_left
	[[ ! -e $run/host-prep.json ]]
}

@test "where neither a changed dnsmasq starts nor the one before, both are told" {
	host_prep up network
	network lan '[Address]' Address=10.10.20.1/24 '[Dhcp]' LeaseTime=2h
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nexit 3\n' >"$BATS_TEST_TMPDIR/bin/dnsmasq"
	chmod +x "$BATS_TEST_TMPDIR/bin/dnsmasq"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run -1 host_prep up network
	[[ $output == *"error: undoing: network/lan.conf: dnsmasq of network lan: dnsmasq: status 3"*"error: network/lan.conf: dnsmasq of network lan: dnsmasq: status 3"* ]]
}

@test "a dnsmasq that cannot start leaves no keeper" {
	on_host dnsmasq --conf-file=/dev/null --pid-file="$BATS_TEST_TMPDIR/other.server" --port=53 --user=root
	run -1 host_prep up network
	echo "$output"
	[[ $output == *"dnsmasq: status 2: "*"ddress already in use"* && $output == *bind-interfaces* ]]
	[[ -z $(keepers) && $(servers) == "$(cat "$BATS_TEST_TMPDIR/other.server")" ]]
}

@test "where the bridge was taken away, up gives the guests a server on the new one" {
	host_prep up network
	server=$(server)
	on_host ip link delete br-lan
	[[ $(host_prep status network) == *"dnsmasq of network lan: bound to a bridge that is gone"* ]]
	host_prep up network
	guest web br-lan 52:54:00:00:00:01
	[[ $(dhcp web) == "10.10.20.5 "* ]]
	[[ $(host_prep status network) == "all is as configured" ]]
	[[ $(servers) == "$(server)" ]]
}
