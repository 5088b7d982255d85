# SPDX-License-Identifier: GPL-2.0-or-later
#
# The results of host-prep's part. Input, by lines: "SYSTEM times FIRST-US SECOND-US CPU-US" and
# "SYSTEM memory KIB"; "failed" instead of the numbers. $host has the machine.

include "lib";

def number_or_null: try tonumber catch null;

[inputs | split(" ")] as $lines
| ([$lines[] | .[0]] | unique) as $names
| [$names[] as $name | [$lines[] | select(.[0] == $name)] as $own
	| {name: $name,
	   up_us: [$own[] | select(.[1] == "times") | .[2] | number_or_null | select(.)] | spread,
	   again_us: [$own[] | select(.[1] == "times") | .[3] | number_or_null | select(.)] | spread,
	   cpu_us: [$own[] | select(.[1] == "times") | .[4] // "" | number_or_null | select(.)] | spread,
	   peak_kib: ([$own[] | select(.[1] == "memory") | .[2] | number_or_null] | .[0]),
	   failed: [$own[] | select(.[2] == "failed")] | length}]
| first(.[] | select(.name == "bedplate")) as $ours
| [.[] | . + {ratio: ratio(.up_us.median; $ours.up_us.median),
	cpu_ratio: ratio(.cpu_us.median; $ours.cpu_us.median)}] | sort_by(.up_us.median)
| . as $rows
| {host: $host, rows: $rows, targets: [
	([("script-rules", "script", "ifupdown2") as $peer | first($rows[] | select(.name == $peer))
		| {target: "a network comes up at least 5 times as fast as by \(.name)", unit: "times", wanted: 5,
		   at_least: true, measured: .ratio}][]),
	no_more("a second up in less than 20 ms"; "ms"; 20;
		if $ours.again_us then $ours.again_us.median / 1000 else null end),
	no_more("less than 8 MB of memory"; "MB"; 8;
		if $ours.peak_kib then $ours.peak_kib * 1024 / 1e6 else null end)] | map(verdict)}
