# SPDX-License-Identifier: GPL-2.0-or-later
#
# host-prep.json as a person reads it, in Markdown.

include "lib";

def milliseconds: if . == null then "–" else
	"\(.median / 1000 | digits(1)) (\(.min / 1000 | digits(1))–\(.max / 1000 | digits(1)))" end;

def cells: [.name, (.up_us | milliseconds), (if .ratio then .ratio | digits(1) else "–" end),
	(.cpu_us | milliseconds), (if .cpu_ratio then .cpu_ratio | digits(1) else "–" end), (.again_us | milliseconds), (if .peak_kib then .peak_kib / 1024 | digits(1) else "–" end),
	(.failed | tostring)];

"# A network comes up",
"",
"Kernel \(.host.kernel), \(.host.nproc) × \(.host.cpu), load \(.host.load) at the start; \(.host.runs) turns.",
"Times are medians, with the smallest and largest in brackets. The ratio is to bedplate.",
"",
([["system", "up, ms", "ratio", "CPU, ms", "ratio", "second up, ms", "peak, MiB", "failed"]] + [.rows[] | cells] | table),
"",
(.targets[] | target_line)
