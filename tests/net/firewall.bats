#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# What others do to the firewall that was loaded, and what is not mistaken for that.

bats_require_minimum_version 1.5.0
load lib

setup() {
	prep_setup
	network lan '[Address]' Address=10.10.20.1/24 '[Dhcp]' Server=no '[Tap]' Name=tap-web Mac=52:54:00:00:00:01 Ip=10.10.20.5 \
		'[Firewall]' AntiSpoof=yes
	host_prep up network
}

teardown() {
	prep_teardown
}

changed="rules that somebody else changed"

# handle FAMILY CHAIN TEXT: of the first rule there that has the text.
handle() {
	on_host nft -a list chain "$1" bedplate "$2" | sed -n "/$3/{s/.*# handle //p;q}"
}

# mends: status tells that somebody changed the firewall, and up puts it right.
mends() {
	host_prep status network
	[[ $(host_prep status network) == "~ firewall table"*"$changed -> "* ]]
	[[ $(host_prep up network) == *"$changed"* ]]
	diff <(echo "$rules") <(on_host nft -s list ruleset)
	[[ $(host_prep status network) == "all is as configured" ]]
	[[ -z $(host_prep up network) ]]
}

@test "up starts nft once, and not at all where nothing is to change" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '%s\n' '#!/bin/sh' "echo \"nft \$*\" >>$BATS_TEST_TMPDIR/runs" "exec $(command -v nft) \"\$@\"" >"$BATS_TEST_TMPDIR/bin/nft"
	chmod +x "$BATS_TEST_TMPDIR/bin/nft"
	runs() { # runs COMMAND...: what nft is told while it runs, a line for each process
		: >"$BATS_TEST_TMPDIR/runs"
		PATH=$BATS_TEST_TMPDIR/bin:$PATH host_prep "$@" >/dev/null
		cat "$BATS_TEST_TMPDIR/runs"
	}
	host_prep down network
	network two '[Address]' Address=10.10.21.1/24 '[Address]' Address=fd00:21::1/64 '[Dhcp]' Server=no \
		'[Forward]' Listen='tcp 2222' To=10.10.21.5:22 '[Forward]' Listen='udp 6000-6010' To=10.10.21.5 '[Firewall]' Isolate=yes
	[[ $(runs up) == "nft -f -" ]]
	[[ $(on_host nft list table inet bedplate) == *2222* && $(on_host nft list table bridge bedplate) == *guard_0* ]]
	[[ -z $(runs up) && -z $(runs status) && -z $(runs plan) ]]
	# What goes is read for an undo; all that comes is one load again.
	sed -i s/2222/2223/ "$conf/network/two.conf"
	[[ $(runs up | grep -vc 'nft list table') == 1 ]]
	[[ $(on_host nft list table inet bedplate) == *2223* ]]
}

@test "whatever somebody changes in the firewall is told, and put right" {
	rules=$(on_host nft -s list ruleset)
	on_host nft replace rule inet bedplate from_lan handle "$(handle inet from_lan reject)" accept
	mends
	on_host nft insert rule inet bedplate forward accept
	mends
	on_host nft delete rule inet bedplate to_lan handle "$(handle inet to_lan reject)"
	mends
	# as many rules as before
	on_host nft "delete rule inet bedplate to_lan handle $(handle inet to_lan reject); add rule inet bedplate to_lan drop"
	mends
	on_host nft replace rule bridge bedplate guard_0 handle "$(handle bridge guard_0 8021q)" accept
	mends
	on_host nft 'add set inet bedplate mine { type ipv4_addr; }; add element inet bedplate mine { 10.0.0.1 }'
	mends
	on_host nft chain inet bedplate forward '{ policy drop; }'
	mends
	on_host nft add chain inet bedplate more
	mends
	# what says of itself that it is ours, loaded by another
	other=$(on_host nft list table inet bedplate | sed 's/reject with.*/accept/')
	on_host nft delete table inet bedplate
	on_host nft -f - <<<"$other"
	mends
	# elements of our own sets cannot be changed at all
	run ! on_host nft add element inet bedplate __set0 '{ 10.0.0.1 }'
}

@test "what others change in tables of theirs is no drift" {
	on_host nft 'add table inet other; add chain inet other forward { type filter hook forward priority 0; policy accept; }'
	on_host nft 'add rule inet other forward accept; add set inet other mine { type ipv4_addr; }'
	on_host nft 'add table ip bedplate; add chain ip bedplate more'
	[[ $(host_prep status network) == "all is as configured" ]]
	[[ -z $(host_prep up network) ]]
	on_host nft delete table inet other
	[[ $(host_prep status network) == "all is as configured" ]]
}

@test "an up that does nothing starts no process" {
	# the only program there is not to be found
	run on_host env PATH=/nowhere \
		"$(dirname "$netstate")/../../host-prep/bedplate-host-prep" up network
	[[ $status == 0 && -z $output ]]
}

@test "a firewall that was brought back is no drift, but one that was changed before stays changed" {
	network new '[Network]' Mode=isolated
	rules=$(on_host nft -s list ruleset)
	host_prep up --confirm 60 network
	[[ $(on_host nft -s list ruleset) != "$rules" ]]
	host_prep down --restore
	rm "$conf/network/new.conf"
	[[ $(host_prep status network) == "all is as configured" ]]
	# a step behind it fails
	network new '[Network]' Mode=host-only '[Address]' Address=10.20.0.1/24
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/dnsmasq"
	chmod +x "$BATS_TEST_TMPDIR/bin/dnsmasq"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run ! host_prep up network
	echo "$output"
	[[ $output == *dnsmasq* ]]
	saved=$(<"$conf/network/new.conf")
	rm "$conf/network/new.conf"
	[[ $(host_prep status network) == "all is as configured" ]]
	# the same, changed before
	on_host nft insert rule inet bedplate forward accept
	echo "$saved" >"$conf/network/new.conf"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run ! host_prep up network
	rm "$conf/network/new.conf"
	mends
}

@test "a firewall that an up loaded that was then killed is loaded anew" {
	host_prep up network
	jq 'del(.nat.loaded)' "$run/host-prep.json" >"$BATS_TEST_TMPDIR/journal"
	cp "$BATS_TEST_TMPDIR/journal" "$run/host-prep.json"
	[[ $(host_prep up network) == *"rules of which nothing is noted -> "* ]]
	[[ -z $(host_prep up network) ]]
}

@test "a down that was killed half way is taken up by the next one" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	# shellcheck disable=SC2016 # for the shell in there
	printf '#!/bin/sh\nkill -9 "$PPID"\n' >"$BATS_TEST_TMPDIR/bin/nft"
	chmod +x "$BATS_TEST_TMPDIR/bin/nft"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run host_prep down network
	[[ $status == 137 ]]
	[[ $(on_host nft list ruleset) == *bedplate* ]]
	host_prep down network
	[[ -z $(on_host nft list ruleset) ]]
	[[ ! -e $run/host-prep.json ]]
}
