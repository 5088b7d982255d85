/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub_block.c: a marked block in a file of somebody else's. */
#include <errno.h>
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

static int set_open(const char *path, const char *text, const char *begin,
		    struct err *err)
{
	unsigned line = 1;

	for (; text < begin; text++)
		line += *text == '\n';
	err_set(err, EINVAL, "/%s:%u: \"%s\" has no \"%s\" behind it", path, line,
		block_begin, block_end);
	return err_hint(err,
			"remove the lines that bedplate boot wrote there; its block is "
			"made anew");
}

int grub_block_replace(const char *path, const char *text, const char *block,
		       struct strbuf *out, struct err *err)
{
	const char *begin = grub_block_line(text, block_begin);
	const char *end = begin ? grub_block_line(begin, block_end) : NULL;
	const char *next = begin ? strstr(begin + 1, block_begin) : NULL;
	size_t head = begin ? (size_t)(begin - text) : strlen(text);

	if (begin && (!end || (next && next < end)))
		return set_open(path, text, begin, err);
	strbuf_add(out, text, head);
	if (block) {
		if (head && text[head - 1] != '\n')
			strbuf_addc(out, '\n');
		strbuf_addf(out, "%s\n%s%s\n", block_begin, block, block_end);
	}
	if (!end)
		return 0;
	end += strcspn(end, "\n");
	strbuf_adds(out, *end ? end + 1 : end);
	return 0;
}
