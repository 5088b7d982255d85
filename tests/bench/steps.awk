# SPDX-License-Identifier: GPL-2.0-or-later
#
# Draws panels of bars as SVG. The input is what `steps` says.

BEGIN {
	FS = "\t"
	left = 190; width = 620; row = 24; bar = 16; full = 980
	colour["unpack"] = "#9fb3c8"; colour["ours"] = "#2f855a"; colour["other"] = "#c05621"
	colour["ok"] = "#2b6cb0"; colour["skipped"] = "#a0aec0"; colour["failed"] = "#c53030"
	colour["module"] = "#63b3ed"
}

$1 == "panel" { panels++; title[panels] = $2; next }
{ rows[panels]++; line[panels, rows[panels]] = $0 }
$1 == "image" && $3 + $4 > longest[panels] { longest[panels] = $3 + $4 }
$1 == "step" && $4 > longest[panels] { longest[panels] = $4 }

function escape(text) {
	gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); gsub(/>/, "\\&gt;", text)
	return text
}

function text(x, y, anchor, size, words) {
	body = body sprintf("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>\n",
		x, y, anchor, size, escape(words))
}

function rect(x, y, w, kind, hint) {
	body = body sprintf("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"><title>%s</title></rect>\n",
		x, y, w < 1 ? 1 : w, bar, colour[kind], escape(hint))
}

function ms(us) {
	return us < 9950 ? sprintf("%.1f ms", us / 1000) : sprintf("%.0f ms", us / 1000)
}

# The least of 1, 2 and 5 times a power of ten that gives at most seven ticks.
function tick_of(span,    tick) {
	for (tick = 1; ; tick *= 10) {
		if (span / tick <= 7) return tick
		if (span / (tick * 2) <= 7) return tick * 2
		if (span / (tick * 5) <= 7) return tick * 5
	}
}

function axis(p, y, height,    tick, at, x) {
	tick = tick_of(longest[p])
	for (at = 0; at <= longest[p]; at += tick) {
		x = left + at / longest[p] * width
		body = body sprintf("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e2e8f0\"/>\n",
			x, x, y, y + height)
		text(x, y + height + 14, "middle", 11,
			tick >= 1e6 ? sprintf("%d s", at / 1e6) : sprintf("%g ms", at / 1000))
	}
}

function image(p, y, f,    scale, kind) {
	scale = width / longest[p]
	kind = f[5] == "true" ? "ours" : "other"
	text(left - 8, y + 13, "end", 13, f[2])
	rect(left, y, f[3] * scale, "unpack", "unpacking: " ms(f[3]))
	rect(left + f[3] * scale, y, f[4] * scale, kind, "/init: " ms(f[4]))
	text(left + (f[3] + f[4]) * scale + 6, y + 13, "start", 12, ms(f[3]) " + " ms(f[4]))
}

function step(p, y, f,    scale) {
	scale = width / longest[p]
	text(left - 8, y + 13, "end", 13, f[2])
	rect(left + f[3] * scale, y, (f[4] - f[3]) * scale, f[5] in colour ? f[5] : "ok",
		f[2] ": " ms(f[4] - f[3]) ", " f[5])
	text(left + f[4] * scale + 6, y + 13, "start", 12, ms(f[4] - f[3]))
}

function legend(y,    x, i, part, name, count) {
	count = split("unpack,ours,other,ok,skipped,failed,module", part, ",")
	split("kernel unpacks,/init of Bedplate,/init of others,step,step skipped,step failed,loading a module", name, ",")
	x = 20
	for (i = 1; i <= count; i++) {
		rect(x, y, 14, part[i], name[i])
		text(x + 20, y + 13, "start", 12, name[i])
		x += 50 + length(name[i]) * 6.5
	}
}

END {
	y = 20
	legend(y)
	y += 44
	for (p = 1; p <= panels; p++) {
		text(20, y, "start", 15, title[p])
		y += 12
		axis(p, y, rows[p] * row)
		for (i = 1; i <= rows[p]; i++) {
			split(line[p, i], field, "\t")
			if (field[1] == "image")
				image(p, y + (row - bar) / 2, field)
			else
				step(p, y + (row - bar) / 2, field)
			y += row
		}
		y += 52
	}
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" fill=\"#1a202c\">\n", full, y, full, y
	printf "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n%s</svg>\n", body
}
