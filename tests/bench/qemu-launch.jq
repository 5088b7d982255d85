# SPDX-License-Identifier: GPL-2.0-or-later
#
# The results of qemu-launch's part. Input, by lines: "SYSTEM WHAT VALUE", or "SYSTEM failed".
# $host has the machine.

include "lib";

[inputs | split(" ")] as $lines
| ([$lines[] | .[0]] | unique) as $names
| [$names[] as $name | [$lines[] | select(.[0] == $name)] as $own
	| def values($what): [$own[] | select(.[1] == $what) | .[2] | tonumber] | spread;
	{name: $name, up_us: values("up_us"), cpu_us: values("cpu_us"), pss_kib: values("pss_kib"),
	 rss_kib: values("rss_kib"), own_us: values("own_us"), own_cpu_us: values("own_cpu_us"),
	 failed: [$own[] | select(.[1] == "failed")] | length}]
| first(.[] | select(.name == "bedplate")) as $ours
| [.[] | . + {ratio: ratio(.up_us.median; $ours.up_us.median), cpu_ratio: ratio(.cpu_us.median; $ours.cpu_us.median),
	pss_ratio: ratio(.pss_kib.median; $ours.pss_kib.median),
	rss_ratio: ratio(.rss_kib.median; $ours.rss_kib.median)}] | sort_by(.up_us.median)
| first(.[] | select(.name == "libvirt")) as $libvirt
| {host: $host, accel: $accel, guests: $guests, rows: ., targets: [
	{target: "all guests run at least 3 times as fast as by libvirt", unit: "times", wanted: 3, at_least: true,
	 measured: $libvirt.ratio},
	{target: "memory of what looks after the guests at least 10 times smaller (PSS)", unit: "times", wanted: 10,
	 at_least: true, measured: $libvirt.pss_ratio},
	{target: "the same with what several share counted for each (RSS)", unit: "times", wanted: 10,
	 at_least: true, measured: $libvirt.rss_ratio},
	no_more("the launcher itself in less than 15 ms, the quietest start"; "ms"; 15;
		if $ours.own_us then $ours.own_us.min / 1000 else null end),
	no_more("the same in processor time, the median"; "ms"; 15;
		if $ours.own_cpu_us then $ours.own_cpu_us.median / 1000 else null end)] | map(verdict)}
