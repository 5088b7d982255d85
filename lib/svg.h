/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * svg.h: how SVG documents begin, their lines of text and their legend.
 *
 * Letters are of one width, so that a line's length is known without a font: 0.6 of the
 * size, as in DejaVu Sans Mono, Liberation Mono and Courier. Where the viewer's is wider,
 * textLength keeps the line in its place.
 */
#ifndef BEDPLATE_LIB_SVG_H
#define BEDPLATE_LIB_SVG_H

#include <stddef.h>

#include "lib/strbuf.h"

/* What something looks like, and what that means. */
struct svg_look {
	const char *colour, *legend;
};

/* Begins a document: `style` has the rules of its classes, a line each. */
void svg_begin(struct strbuf *out, const char *title, const char *style, int width,
	       int height);

/* Adds what the colours mean, in one line; and the width of that in pixels. */
void svg_legend(struct strbuf *out, int x, int y, const char *style,
		const struct svg_look *looks, size_t count);
int svg_legend_width(const struct svg_look *looks, size_t count);

/* The length in bytes of the UTF-8 letter at the front, 0 where there is none that XML
 * allows. */
size_t svg_letter_length(const char *text);

/* The width of a text in pixels, with letters 12 pixels high. */
int svg_width(const char *text);

/* Adds a text to a document's text; what is no letter becomes '?'. */
void svg_escape(struct strbuf *out, const char *text);

/* Adds a line at a place, of a class of the document's style. */
void svg_line(struct strbuf *out, int x, int y, const char *style, const char *text);

#endif
