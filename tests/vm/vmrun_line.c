/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream of characters cut into lines; what moves a cursor or sets a colour is dropped.
 */
#include "tests/vm/vmrun_line.h"

#include <string.h>

/* Takes the character if it belongs to an escape sequence. */
static bool escape_put(struct line *line, char c)
{
	if (line->escape == 0 && c != '\033')
		return false;
	if (line->escape == 0)
		line->escape = 1;
	else if (line->escape == 1)
		line->escape = c == '[' ? 2 : 0;
	else if (c >= '@' && c <= '~')
		line->escape = 0;
	return true;
}

bool line_put(struct line *line, char c)
{
	if (escape_put(line, c))
		return false;
	if (c == '\n')
		return true;
	if (c != '\r' && c != '\0' && line->length < LINE_SIZE - 1)
		line->text[line->length++] = c;
	line->text[line->length] = '\0';
	return false;
}

void line_reset(struct line *line)
{
	memset(line, 0, sizeof(*line));
}
