#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # lib.bash sets them
# host-prep up --json and down --json: one document on the standard output, whatever comes of it.

bats_require_minimum_version 1.5.0
load lib

setup() {
	prep_setup
	network lan '[Network]' Mode=nat Bridge=virbr7 '[Address]' Address=10.20.0.1/24
	before=$(snapshot)
}

teardown() {
	prep_teardown
}

is_as_before() {
	[[ $before == "$(snapshot)" ]]
}

# told CODE WORDS...: host-prep ends with the code, and its output is one JSON document.
told() {
	PATH=$BATS_TEST_TMPDIR/bin:$PATH run --separate-stderr "-$1" host_prep "${@:2}" --json
	[[ $(jq -s length <<<"$output") == 1 ]]
}

# program NAME: a script in PATH, from the standard input.
program() {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	{ echo '#!/bin/sh' && cat; } >"$BATS_TEST_TMPDIR/bin/$1"
	chmod +x "$BATS_TEST_TMPDIR/bin/$1"
}

# states [PART]: what has come of steps, each word once.
states() {
	jq -r --arg part "${1:-}" '[.steps[] | select($part == "" or .part == $part) | .state] | unique[]' <<<"$output" | xargs
}

@test "what goes well is told with its steps, in one document" {
	told 0 up network
	[[ $(jq -r '.version, .result, .error' <<<"$output" | xargs) == "1 done null" && $(states) == "done" ]]
	told 0 up network
	[[ $(jq -c '[.result, .steps]' <<<"$output") == '["done",[]]' ]]
	told 0 down network
	[[ $(jq -r .result <<<"$output") == "done" && $(states) == "done" ]]
	is_as_before
}

@test "a step that fails is named, with its error and what was undone" {
	program dnsmasq <<<'echo noise; echo broken >&2; exit 2'
	told 1 up network
	[[ $(jq -r .result <<<"$output") == failed ]]
	[[ $(jq -r .error.message <<<"$output") == *"network/lan.conf"*broken* ]]
	[[ $stderr == *broken* ]]
	[[ $(jq -r '[.steps[] | select(.state == "failed") | .part] | join(" ")' <<<"$output") == dhcp ]]
	[[ $(states links) == undone && $(states nat) == undone && $(states) != *done\ * ]]
	is_as_before
}

@test "of steps that are done together, the one that the kernel refuses has failed" {
	# The largest packet of a bridge is more than a tap's.
	network lan '[Network]' Mode=isolated Bridge=virbr7 Mtu=65535 '[Tap]' Name=tap7
	told 1 up network
	[[ $(jq -c '[.steps[] | select(.state == "failed") | .what]' <<<"$output") == '["tap tap7"]' ]]
	[[ $(jq -r .error.message <<<"$output") == *"network/lan.conf:"*"tap tap7: "* ]]
	[[ $(states) == "failed undone" ]]
	is_as_before
}

@test "a down that fails tells so, too" {
	host_prep up network
	program nft <<<'echo noise; echo "Error: no nft" >&2; exit 1'
	told 1 down network
	[[ $(jq -r .error.message <<<"$output") == *"no nft"* ]]
	[[ $(states nat) == failed && $(states) == "failed undone" ]]
	[[ $(link_field virbr7 .operstate) != null ]]
}

@test "what fails before the first step is told with its hint, and changes nothing" {
	network lan '[Network]' Mode=nta
	told 2 up network
	[[ $(jq -c '[.steps, .error.hint]' <<<"$output") == '[[],"did you mean nat?"]' ]]
	[[ $(jq -r .error.message <<<"$output") == *"network/lan.conf:2: "* ]]
	told 2 up netwrok
	[[ $(jq -r .error.hint <<<"$output") == "did you mean network?" ]]
	told 2 up --confirm 0
	told 1 down --restore
	[[ $(jq -r '.restored, (.error.message | length > 0)' <<<"$output" | xargs) == "false true" ]]
	is_as_before
}

@test "with --keep-going each part that failed is there with its reason, and each network" {
	truncate -s 1M "$BATS_TEST_TMPDIR/disk"
	mkfs.ext4 -q -O ^has_journal "$BATS_TEST_TMPDIR/disk"
	printf '%s\n' '[Swap]' "File=$BATS_TEST_TMPDIR/disk" >"$conf/host.conf"
	network other '[Network]' Mode=nat Bridge=virbr8 '[Address]' Address=10.30.0.1/24
	program dnsmasq <<-END
		case "\$*" in *other*) echo broken >&2; exit 2 ;; esac
		exec $(command -v dnsmasq) "\$@"
	END
	told 1 up --keep-going
	[[ $(jq -r '.parts[] | "\(.part): \(.error.message)"' <<<"$output") == "swap: "*"it holds ext4"* ]]
	[[ $(jq -r '.left_out[] | "\(.network): \(.error.message)"' <<<"$output") == "other: "*broken* ]]
	# What was tried in vain stands in front of what was done then, and what took it back.
	[[ $(jq -r '.steps[] | select(.what == "bridge virbr8") | .action' <<<"$output" | xargs) == "add remove add remove" ]]
	[[ $(jq -r '.steps[] | select(.what == "dnsmasq of network lan") | .state' <<<"$output" | xargs) == "undone done" ]]
	[[ $(jq -c '[.steps[] | select(.state == "failed") | .part] | unique' <<<"$output") == '["dhcp"]' ]]
	[[ $(link_field virbr7 .operstate) != null ]]
}
