# SPDX-License-Identifier: GPL-2.0-or-later
#
# result.json as the page that a person reads: two tables and the targets, in Markdown.

include "lib";

def or_dash(f): if . == null then "–" else f end;

def time_ms: or_dash(.median / 1000 | digits(0));
def time_range: or_dash(if .runs == 1 then "\(.median / 1000 | digits(0))" else
	"\(.median / 1000 | digits(0)) (\(.min / 1000 | digits(0))–\(.max / 1000 | digits(0)))" end);

def init_cell: if .init_us == null and (.failed | length) > 0
	then "did not boot: \(.failed[0])" else .init_us | time_range end;

def cells: [
	.name,
	(.steady | init_cell),
	(.ratio | or_dash(digits(1))),
	(.real | init_cell),
	(.steady.unpack_us | time_ms),
	(.steady.sum_us | time_ms),
	(.over_floor | or_dash(digits(2))),
	(.bytes / 1e6 | digits(2)),
	(.files | or_dash(tostring)),
	(.steady.memory_peak_kib | or_dash(.max | tostring)),
	(.generation_s | or_dash(.median | digits(2))),
	(.generation_ratio | or_dash(digits(1))),
	(.vm_generation_s | or_dash(digits(2))),
	(.vm_generation_ratio | or_dash(digits(1))),
	(.generation_cpu_s | or_dash(.median | digits(2))),
	(.generation_peak_kib | or_dash(.median / 1024 | digits(0)))
];

def head: ["image", "/init to init, ms", "ratio", "real clock, ms", "unpack, ms", "sum, ms", "× floor",
	"size, MB", "files", "PID 1, KiB", "generation, s", "ratio",
	"in the VM, s", "ratio", "CPU, s", "peak, MiB"];

def title: if . == "lvm" then "Root on LVM" else "Root on a plain ext4 disk" end;

"# Boot, size and generation",
"",
"Kernel \(.host.kernel), \(.host.qemu), real clock under \(.host.accel) on \(.host.cpu).",
"Times are medians, with the smallest and largest in brackets. The ratio is to bedplate-host.",
(.rows as $rows | [$rows[].root] | unique[] as $root |
	"", "## \($root | title)", "",
	([head] + [$rows[] | select(.root == $root)] | .[0:1] + (.[1:] | map(cells)) | table)),
"",
(if .update_s then "An update of a host on which nothing has changed takes \(.update_s.median * 1000 | digits(1)) ms and \(
	.update_peak_kib.max / 1024 | digits(1)) MiB.", "" else empty end),
"## Targets",
"",
(.targets[] | target_line)
