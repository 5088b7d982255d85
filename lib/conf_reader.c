/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_reader.c: gives inih the lines of systemd.syntax(7).
 *
 * Lines that end in a backslash are joined with the next; comment lines between them
 * are left out. A joined line is followed by as many empty ones as it swallowed, so
 * that inih's line numbers stay those of the file. inih would take ':' for '=', text
 * behind a section's ']' and overlong names in silence; such lines are reported here
 * and handed on as empty ones.
 */
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <string.h>

#include "lib/conf_private.h"

#if !INI_HANDLER_LINENO || !INI_CALL_HANDLER_ON_NEW_SECTION || INI_ALLOW_MULTILINE || \
	INI_ALLOW_INLINE_COMMENTS
#error "inih is built with other settings than the schema engine needs"
#endif

enum { LINE_MAX_BYTES = INI_MAX_LINE - 3, NAME_MAX_BYTES = 40 };

static const char BLANK[] = " \t\r";

void conf_reader_init(struct conf_reader *reader, const char *name, const char *text,
		      size_t length, struct conf_errors *errors)
{
	*reader = (struct conf_reader){
		.text = text, .length = length, .name = name, .errors = errors
	};
	strbuf_init(&reader->pending, 0);
	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		reader->at = 3;
}

void conf_reader_release(struct conf_reader *reader)
{
	strbuf_release(&reader->pending);
}

/* The next line of the file without its newline. False at the end. */
static bool next_line(struct conf_reader *reader, const char **line, size_t *length)
{
	const char *newline;

	if (reader->at >= reader->length)
		return false;
	*line = reader->text + reader->at;
	newline = memchr(*line, '\n', reader->length - reader->at);
	*length = newline ? (size_t)(newline - *line) : reader->length - reader->at;
	reader->at += *length + 1;
	reader->line++;
	if (*length && (*line)[*length - 1] == '\r')
		--*length;
	return true;
}

static bool is_comment(const char *line, size_t length)
{
	while (length && strchr(BLANK, *line) && *line)
		line++, length--;
	return length && (*line == '#' || *line == ';');
}

/* Whether the line ends in a backslash that no other one escapes. */
static bool is_continued(const struct strbuf *line)
{
	size_t count = 0;

	while (count < line->length && line->text[line->length - 1 - count] == '\\')
		count++;
	return count % 2;
}

/* Puts the next line and those joined to it into `pending`. Returns how many of the
 * file's lines that took, 0 at the end of the file. */
static unsigned join_lines(struct conf_reader *reader)
{
	struct strbuf *joined = &reader->pending;
	const char *line;
	size_t length;
	unsigned count = 1;

	strbuf_truncate(joined, 0);
	if (!next_line(reader, &line, &length))
		return 0;
	if (is_comment(line, length))
		return 1;
	strbuf_add(joined, line, length);
	while (is_continued(joined)) {
		joined->text[joined->length - 1] = ' ';
		while (next_line(reader, &line, &length)) {
			count++;
			if (!is_comment(line, length)) {
				strbuf_add(joined, line, length);
				break;
			}
		}
	}
	return count;
}

static int check_section(const char *line, struct err *err)
{
	const char *end = strchr(line, ']');

	if (!end) {
		err_set(err, EINVAL, "a section's name without its ']'");
		return err_hint(err, "write %.*s]", (int)strcspn(line, BLANK), line);
	}
	if (end[1 + strspn(end + 1, BLANK)]) {
		err_set(err, EINVAL, "something stands behind the ']' of a section");
		return err_hint(err, "keys and comments have lines of their own");
	}
	if (end - line - 1 > NAME_MAX_BYTES) {
		err_set(err, EINVAL, "a section's name is longer than %d bytes",
			NAME_MAX_BYTES);
		return err_hint(err, "no section has such a name");
	}
	return 0;
}

static int check_assignment(const char *line, struct err *err)
{
	size_t length = 0;

	while (isalnum((unsigned char)line[length]) ||
	       (line[length] && strchr("_-", line[length])))
		length++;
	if (length && line[length + strspn(line + length, BLANK)] == '=')
		return 0;
	err_set(err, EINVAL, "this is neither [Section] nor Key=Value nor a comment");
	if (line[length] == ':')
		err_hint(err, "write %.*s=", (int)(length < 80 ? length : 80), line);
	else if (strchr(line, '='))
		err_hint(err, "a key is one word of letters and digits");
	else
		err_hint(err, "a comment begins with #; a line that goes on in the next "
			      "ends with \\");
	return -EINVAL;
}

static int check_line(const struct strbuf *line, const char *start, struct err *err)
{
	if (line->overflow || line->length > LINE_MAX_BYTES) {
		err_set(err, EINVAL, "the line is longer than %d bytes", LINE_MAX_BYTES);
		return err_hint(err, "a list may go on in another line with its key");
	}
	for (size_t i = 0; i < line->length; i++) {
		unsigned char c = (unsigned char)line->text[i];

		if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7f) {
			err_set(err, EINVAL, "the control character 0x%02x", c);
			return err_hint(err, "delete it, or save the file as plain text");
		}
	}
	if (!*start)
		return 0;
	return *start == '[' ? check_section(start, err) : check_assignment(start, err);
}

/* Makes the next line ready. False at the end of the file. */
static bool fill(struct conf_reader *reader)
{
	struct strbuf *pending = &reader->pending;
	unsigned first = reader->line + 1;
	unsigned count = join_lines(reader);
	struct err err = ERR_INIT;
	size_t blank = 0;

	reader->pending_at = 0;
	if (count == 0)
		return false;
	while (pending->text[blank] && strchr(BLANK, pending->text[blank]))
		blank++;
	if (check_line(pending, pending->text + blank, &err)) {
		err_wrap(&err, "%s:%u", reader->name, first);
		conf_errors_add(reader->errors, &err);
		strbuf_truncate(pending, 0);
		blank = 0;
	}
	reader->pending_at = blank;
	while (count-- > 0)
		strbuf_addc(pending, '\n');
	return true;
}

char *conf_reader_gets(char *buffer, int size, void *data)
{
	struct conf_reader *reader = data;
	size_t length, room = (size_t)size - 1;
	const char *from, *newline;

	if (size < 2)
		return NULL;
	if (reader->pending_at >= reader->pending.length && !fill(reader))
		return NULL;
	from = reader->pending.text + reader->pending_at;
	newline = strchr(from, '\n');
	length = newline ? (size_t)(newline - from) + 1 : strlen(from);
	if (length > room)
		length = room;
	memcpy(buffer, from, length);
	buffer[length] = '\0';
	reader->pending_at += length;
	return buffer;
}
