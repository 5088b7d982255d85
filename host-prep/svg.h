/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * svg.h: lines of text in SVG documents.
 *
 * Letters are of one width, so that a line's length is known without a font: 0.6 of the
 * size, as in DejaVu Sans Mono, Liberation Mono and Courier. Where the viewer's is wider,
 * textLength keeps the line in its place.
 */
#ifndef BEDPLATE_HOST_PREP_SVG_H
#define BEDPLATE_HOST_PREP_SVG_H

#include <stddef.h>

#include "lib/strbuf.h"

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
