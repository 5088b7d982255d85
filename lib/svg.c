/* SPDX-License-Identifier: GPL-2.0-or-later */
/* svg.c: writes what SVG documents have in common. */
#include "lib/svg.h"
#include "lib/cleanup.h"

enum { LETTER_TENTHS = 72 }; /* a letter's width, 12 px high */
enum { SAMPLE = 10, SAMPLE_TEXT = 14, SAMPLE_NEXT = 28 }; /* of the legend */

void svg_begin(struct strbuf *out, const char *title, const char *style, int width,
	       int height)
{
	strbuf_addf(
		out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\">\n"
		"<title>%s</title>\n"
		"<style>\n"
		"text { font: 12px monospace; fill: #1f2328; white-space: pre; }\n"
		"%s"
		"</style>\n"
		"<rect class=\"page\" width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
		width, height, width, height, title, style, width, height);
}

void svg_legend(struct strbuf *out, int x, int y, const char *style,
		const struct svg_look *looks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(out,
			    "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
			    "fill=\"%s\"/>\n",
			    x, y - SAMPLE + 1, SAMPLE, SAMPLE, looks[i].colour);
		svg_line(out, x + SAMPLE_TEXT, y, style, looks[i].legend);
		x += SAMPLE_NEXT + svg_width(looks[i].legend);
	}
}

int svg_legend_width(const struct svg_look *looks, size_t count)
{
	int width = 0;

	for (size_t i = 0; i < count; i++)
		width += SAMPLE_NEXT + svg_width(looks[i].legend);
	return width;
}

/* Letters that a person sees: all bytes but those in the middle of a UTF-8 letter. */
static int count_letters(const char *text)
{
	int count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

int svg_width(const char *text)
{
	return count_letters(text) * LETTER_TENTHS / 10;
}

/* What a first byte announces; 0 for what begins no letter. Letters of four bytes are in no
 * list of names. */
static size_t announced_length(unsigned char first)
{
	if (first < 0x80)
		return (first >= ' ' || first == '\t') && first != 0x7f;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	return first >= 0xe0 && first <= 0xef ? 3 : 0;
}

size_t svg_letter_length(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t length = announced_length(at[0]);

	for (size_t i = 1; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	/* Longer than need be; halves of a pair; U+FFFE and U+FFFF. */
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] >= 0xa0) ||
	    (at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe))
		return 0;
	return length;
}

void svg_escape(struct strbuf *out, const char *text)
{
	static const struct {
		char letter;
		const char *entity;
	} entities[] = {
		{ '&', "&amp;" },
		{ '<', "&lt;" },
		{ '>', "&gt;" },
		{ '"', "&quot;" },
	};

	while (*text) {
		size_t length = svg_letter_length(text), i = 0;

		while (i < ARRAY_SIZE(entities) && entities[i].letter != *text)
			i++;
		if (i < ARRAY_SIZE(entities))
			strbuf_adds(out, entities[i].entity);
		else if (length)
			strbuf_add(out, text, length);
		else
			strbuf_addc(out, '?');
		text += length ? length : 1;
	}
}

void svg_line(struct strbuf *out, int x, int y, const char *style, const char *text)
{
	strbuf_addf(out, "<text x=\"%d\" y=\"%d\" class=\"%s\"", x, y, style);
	if (*text)
		strbuf_addf(out, " textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\"",
			    svg_width(text));
	strbuf_adds(out, ">");
	svg_escape(out, text);
	strbuf_adds(out, "</text>\n");
}
