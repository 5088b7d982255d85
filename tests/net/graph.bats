#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# host-prep graph: what is plugged into what, on a real host and against the files.

bats_require_minimum_version 1.5.0
load lib

setup() {
	prep_setup
	mkdir -p "$conf/guests"
	network lan '[Network]' Mode=nat Bridge=br-lan '[Address]' Address=10.10.20.1/24 \
		'[Tap]' Name=tap-db Mac=52:54:00:00:00:02 '[Lease]' Mac=52:54:00:00:00:02 Address=10.10.20.6 Name=db
	network office '[Network]' Mode=public Bridge=br0 '[Bridge]' Ports=eth0
	printf '%s\n' '[Nic]' Network=lan Mac=52:54:00:00:00:05 Address=10.10.20.5 \
		'[Nic]' Network=office Mac=52:54:00:00:00:06 >"$conf/guests/web.conf"
}

teardown() {
	prep_teardown
}

graph() {
	host_prep graph "$@"
}

# node NAME JQ-EXPRESSION
node() {
	graph --json | jq -r --arg name "$1" ".nodes[] | select(.name == \$name) | $2"
}

# ways: "FROM way TO", sorted.
ways() {
	graph --json | jq -r '.nodes as $n | .edges[] | "\($n[.from].name) \(.way) \($n[.to].name)"' | sort
}

@test "before up, what the files want is missing, and the port is to change" {
	[[ $(node br-lan .state) == missing ]]
	[[ $(node tap-web .state) == missing ]]
	[[ $(node eth0 .state) == changed ]]
	[[ $(node eth0 '.drift[]') == *"~ link eth0: master none -> master br0 # network/office.conf:5"* ]]
	run -0 graph
	[[ $output == *"bridge br-lan  10.10.20.1/24  ! missing"* ]]
}

@test "what is plugged into what" {
	host_prep up links
	diff - <(ways) <<-'END'
		br-lan port tap-db
		br-lan port tap-web
		br0 port eth0
		br0 port tap-web1
		lan has br-lan
		office has br0
		tap-db serves db
		tap-web serves web
		tap-web1 serves web
	END
	[[ $(graph --json | jq -r '[.nodes[].state] | unique[]') == as-wanted ]]
	[[ $(node web .detail) == *52:54:00:00:00:05*10.10.20.5*52:54:00:00:00:06* ]]
}

@test "the tree is drawn by the locale" {
	host_prep up links
	on_host ip link add dummy9 type bridge
	LC_ALL=C.UTF-8 graph | sed -E 's/([a-z0-9])  .*/\1/' >"$BATS_TEST_TMPDIR/tree"
	diff - "$BATS_TEST_TMPDIR/tree" <<-'END'
		network lan
		└─ bridge br-lan
		   ├─ tap tap-db
		   │  └─ guest db
		   └─ tap tap-web
		      └─ guest web
		network office
		└─ bridge br0
		   ├─ veth eth0
		   └─ tap tap-web1
		      └─ guest web (see above)
		bridge dummy9
	END
	LC_ALL=C graph >"$BATS_TEST_TMPDIR/tree"
	run -1 grep -P '[^\x00-\x7f]' "$BATS_TEST_TMPDIR/tree"
	grep -q '^   +- tap tap-db' "$BATS_TEST_TMPDIR/tree"
}

@test "one network is drawn alone, in every form" {
	host_prep up links
	LC_ALL=C.UTF-8 graph lan | sed -E 's/([a-z0-9])  .*/\1/' >"$BATS_TEST_TMPDIR/tree"
	diff - "$BATS_TEST_TMPDIR/tree" <<-'END'
		network lan
		└─ bridge br-lan
		   ├─ tap tap-db
		   │  └─ guest db
		   └─ tap tap-web
		      └─ guest web
	END
	[[ $(graph --json office | jq -c '[.nodes[].name] | sort') == '["br0","eth0","office","tap-web1","web"]' ]]
	graph --svg office >"$BATS_TEST_TMPDIR/svg"
	xmllint --noout "$BATS_TEST_TMPDIR/svg"
	[[ $(xmllint --xpath 'count(//*[local-name()="path"])' "$BATS_TEST_TMPDIR/svg") == 4 ]]
	graph --dot office >"$BATS_TEST_TMPDIR/dot"
	dot_is_good "$BATS_TEST_TMPDIR/dot"
	[[ $(graph network --json | jq '.nodes | length') == "$(graph lan office --json | jq '.nodes | length')" ]]
	run -2 graph ofice
	[[ $output == *"did you mean office?"* ]]
}

@test "drift is marked where it is, and what no file asks for" {
	host_prep up links
	on_host ip link set tap-db nomaster down
	on_host ip link delete tap-web
	rm "$conf/network/office.conf"
	sed -i '4,$d' "$conf/guests/web.conf"
	echo Address=10.10.20.5 >>"$conf/guests/web.conf"
	[[ $(node tap-db .state) == changed ]]
	[[ $(node tap-db '.drift[]') == *"~ tap tap-db: down -> up"* ]]
	[[ $(node tap-web .state) == missing ]]
	[[ $(node br0 .state) == left ]]
	run -0 graph
	[[ $output == *"  ! ~ tap tap-db: down -> up"* ]]
	[[ $output == *"bridge br0  "*"! no file asks for it any more"* ]]
}

@test "the picture is an SVG document in which every box stands within the page" {
	host_prep up links
	on_host ip link set tap-db down
	graph --svg >"$BATS_TEST_TMPDIR/svg"
	xmllint --noout "$BATS_TEST_TMPDIR/svg"
	nodes=$(graph --json | jq '.nodes | length')
	[[ $(xmllint --xpath 'count(//*[local-name()="g"])' "$BATS_TEST_TMPDIR/svg") == "$nodes" ]]
	[[ $(xmllint --xpath 'count(//*[local-name()="path"])' "$BATS_TEST_TMPDIR/svg") == "$(graph --json | jq '.edges | length')" ]]
	[[ $(xmllint --xpath 'count(//*[local-name()="rect"][@x + @width > /*/@width or @y + @height > /*/@height])' \
		"$BATS_TEST_TMPDIR/svg") == 0 ]]
	grep -q '~ tap tap-db: down -&gt; up' "$BATS_TEST_TMPDIR/svg"
}

# dot_is_good FILE: by graphviz itself where it is installed, and by the grammar of what is written.
dot_is_good() {
	local line='^	(n[0-9]+ \[shape=[a-z]+, style="[a-z,]+", fillcolor="#[0-9a-f]{6}", label="([^"\\]|\\["\\nl])*"\]|n[0-9]+ -> n[0-9]+ \[style=[a-z]+\]|(node|edge) \[[^]]*\]|rankdir=LR);$'
	[[ $(head -n 1 "$1") == "digraph networks {" && $(tail -n 1 "$1") == "}" ]]
	run -1 grep -vE "$line" <(sed '1d;$d' "$1")
	! command -v dot >/dev/null || dot -Tsvg "$1" | xmllint --noout -
}

@test "graphviz takes what --dot writes, whatever the names hold" {
	# shellcheck disable=SC1003 # a backslash
	on_host ip link add 'a"b\' type bridge
	host_prep up links
	on_host ip link set tap-db down
	graph --dot >"$BATS_TEST_TMPDIR/dot"
	dot_is_good "$BATS_TEST_TMPDIR/dot"
	grep -qF 'label="bridge a\"b\\\n' "$BATS_TEST_TMPDIR/dot"
	[[ $(grep -c ' -> n' "$BATS_TEST_TMPDIR/dot") == 9 ]]
}

@test "with a mistake in the files the host is drawn as it is" {
	network office '[Network]' Mode=public '[Bridge]' Ports=eth7
	run -1 graph
	[[ $output == *"veth eth0  up"* ]]
	[[ $output == *"network/office.conf:4: "*"eth7"* ]]
}

@test "one form at a time" {
	run -2 graph --json --dot
	[[ $output == *"one of them"* ]]
}
