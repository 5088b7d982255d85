/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub_block.c: a marked block in a file of somebody else's. */
#include <string.h>

#include "boot/grub_block.h"

static const char block_begin[] = "# BEGIN bedplate boot";
static const char block_end[] = "# END bedplate boot";

const char *grub_block_line(const char *text, const char *line)
{
	const char *at = text;

	while ((at = strstr(at, line)) && at != text && at[-1] != '\n')
		at++;
	return at;
}

void grub_block_replace(const char *text, const char *block, struct strbuf *out)
{
	const char *begin = grub_block_line(text, block_begin);
	const char *end = begin ? grub_block_line(begin, block_end) : NULL;
	size_t head = begin && end ? (size_t)(begin - text) : strlen(text);

	strbuf_add(out, text, head);
	if (block) {
		if (head && text[head - 1] != '\n')
			strbuf_addc(out, '\n');
		strbuf_addf(out, "%s\n%s%s\n", block_begin, block, block_end);
	}
	if (!end)
		return;
	end += strcspn(end, "\n");
	strbuf_adds(out, *end ? end + 1 : end);
}
