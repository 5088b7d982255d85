/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draft.c: what all of the files are written with. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bedplate/draft.h"

enum { WIDTH = 96 };

void draft_comment(struct strbuf *out, const char *fmt, ...)
{
	_cleanup_strbuf_ struct strbuf text;
	const char *word;
	size_t used = 0;
	va_list ap;

	strbuf_init(&text, 0);
	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	for (word = text.text; *word;) {
		size_t length = strcspn(word, " ");

		if (used && used + 1 + length > WIDTH) {
			strbuf_addc(out, '\n');
			used = 0;
		}
		strbuf_adds(out, used ? " " : "# ");
		used += used ? 1 : 2;
		strbuf_add(out, word, length);
		used += length;
		word += length;
		word += *word == ' ';
	}
	strbuf_addc(out, '\n');
}

const char *draft_size(uint64_t bytes, char text[DRAFT_SIZE_TEXT])
{
	static const char units[] = "KMGT";
	uint64_t tenths = bytes * 10 / 1024;
	size_t unit = 0;

	while (unit + 1 < strlen(units) && tenths >= 10240) {
		tenths /= 1024;
		unit++;
	}
	if (tenths % 10)
		snprintf(text, DRAFT_SIZE_TEXT, "%" PRIu64 ".%" PRIu64 "%c", tenths / 10,
			 tenths % 10, units[unit]);
	else
		snprintf(text, DRAFT_SIZE_TEXT, "%" PRIu64 "%c", tenths / 10,
			 units[unit]);
	return text;
}
