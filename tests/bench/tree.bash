# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # common.bash sets them
#
# What the parts that run in a tree of Debian's packages share; common.bash comes first.

# tree_unpack NAME PACKAGE,...: unpacks it where it is missing or out of date, and sets tree.
tree_unpack() {
	local tar key
	tree=$bench_state/$1-tree
	tar=$("$vm_here/debian-tar" "$1-bench" "$2")
	key=$(cat "$tar.key")
	[[ $(cat "$tree.key" 2>/dev/null) != "$key" ]] || return 0
	rm -rf "$tree" "$tree.key"
	mkdir -p "$tree/etc/bedplate"
	tar -x -f "$tar" -C "$tree" --numeric-owner --exclude='./dev/*'
	echo "$key" >"$tree.key"
}

# tree_host RUNS: the machine, as JSON.
tree_host() {
	jq -c -n --arg kernel "$(uname -r)" --arg nproc "$(nproc)" --arg load "$(cut -d ' ' -f 1-3 /proc/loadavg)" \
		--arg cpu "$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1)" \
		--arg runs "$1" '{$kernel, $nproc, $load, $cpu, $runs}'
}
