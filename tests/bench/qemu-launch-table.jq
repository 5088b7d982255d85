# SPDX-License-Identifier: GPL-2.0-or-later
#
# qemu-launch.json as a person reads it, in Markdown.

include "lib";

def spread_text(divisor; $places): if . == null then "–" else
	"\(.median / divisor | digits($places)) (\(.min / divisor | digits($places))–\(.max / divisor | digits($places)))" end;
def ratio_text: if . then digits(1) else "–" end;

def cells: [.name, (.up_us | spread_text(1000; 0)), (.ratio | ratio_text), (.cpu_us | spread_text(1000; 0)),
	(.cpu_ratio | ratio_text), (.pss_kib | spread_text(1024; 1)), (.pss_ratio | ratio_text),
	(.rss_kib | spread_text(1024; 1)), (.rss_ratio | ratio_text), (.failed | tostring)];

"# \(.guests) guests start",
"",
"Kernel \(.host.kernel), \(.host.nproc) × \(.host.cpu), load \(.host.load) at the start; guests by \(.accel); \(.host.runs) turns.",
"Figures are medians, with the smallest and largest in brackets. Ratios are to bedplate.",
"",
([["system", "all run, ms", "ratio", "CPU, ms", "ratio", "PSS, MiB", "ratio", "RSS, MiB", "ratio", "failed"]] +
	[.rows[] | cells] | table),
"",
(.rows[] | select(.own_us) | "The launcher itself, one guest alone: \(.own_us | spread_text(1000; 1)) ms, of processor time \(.own_cpu_us | spread_text(1000; 1)) ms.", ""),
(.targets[] | target_line)
