# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the benchmark's results and their tables are made with.

def spread: if length == 0 then null else
	sort as $s | length as $n |
	{median: (if $n % 2 == 1 then $s[($n - 1) / 2] else ($s[$n / 2 - 1] + $s[$n / 2]) / 2 end),
	 min: $s[0], max: $s[$n - 1], runs: $n} end;

def ratio($a; $b): if $a and $b and $b > 0 then $a / $b else null end;

# A target: a value of our own that is to be at most so much.
def no_more($text; $unit; $most; $measured):
	{target: $text, unit: $unit, wanted: $most, at_least: false, $measured};

def verdict: . + {met: (if .measured == null then null
	elif .at_least then .measured >= .wanted else .measured <= .wanted end)};

def digits($n): if $n == 0 then (. | round | tostring) else
	(. * pow(10; $n) | round) as $all |
	("0000" + ($all | tostring))[-([($all | tostring | length), $n + 1] | max):] as $text |
	$text[:-$n] + "." + $text[-$n:] end;

# A table whose columns are aligned in plain text too.
def pad($width; $left): . as $text | ([range($width - length)] | map(" ") | join("")) as $space |
	if $left then $text + $space else $space + $text end;
def table: . as $rows | [range($rows[0] | length)] as $columns |
	[$columns[] as $c | [$rows[][$c] | length] | max] as $widths |
	[$rows[] | . as $row | [$columns[] as $c | $row[$c] | pad($widths[$c]; $c == 0)] |
		"| " + join(" | ") + " |"] as $lines |
	[$columns[] as $c | [range($widths[$c] - 1)] | map("-") | join("") |
		if $c == 0 then . + "-" else . + ":" end] |
	"| " + join(" | ") + " |" | [$lines[0], .] + $lines[1:] | .[];

def target_line: "- " + .target + ": " + (
	if .met == null then "not measured"
	else "\(.measured | digits(2)) \(.unit), " + (if .met then "met"
		elif .at_least then "missed by \(.wanted - .measured | digits(2))"
		else "missed by \(.measured - .wanted | digits(2)) \(.unit)" end) end);
