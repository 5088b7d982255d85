/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_quote.c: quotes in values. */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/conf_quote.h"

static const char SPACE[] = " \t";

static const struct {
	char letter, byte;
} escapes[] = {
	{ '\\', '\\' }, { '"', '"' },  { '\'', '\'' },
	{ 'n', '\n' },  { 't', '\t' }, { 'r', '\r' },
};

enum { ESCAPES = sizeof(escapes) / sizeof(escapes[0]) };

/* Reads HH behind "\x"; 0 where it is none, which no text may hold anyway. */
static char read_hex_byte(const char *text)
{
	char pair[3] = "";

	if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
		return '\0';
	memcpy(pair, text, 2);
	return (char)strtoul(pair, NULL, 16);
}

/* Adds what stands behind a backslash; returns what is behind it, or NULL. */
static const char *read_escape(const char *text, struct strbuf *out)
{
	char byte;

	for (int i = 0; i < ESCAPES; i++) {
		if (*text == escapes[i].letter) {
			strbuf_addc(out, escapes[i].byte);
			return text + 1;
		}
	}
	byte = *text == 'x' ? read_hex_byte(text + 1) : '\0';
	if (!byte)
		return NULL;
	strbuf_addc(out, byte);
	return text + 3;
}

/* Reads from an opening quote to behind the closing one. NULL with the message set. */
static const char *read_quoted(const char *text, struct strbuf *out, struct err *err)
{
	char quote = *text++;

	while (*text != quote) {
		if (!*text) {
			err_set(err, EINVAL, "the quote %c is not closed", quote);
			err_hint(err, "write another %c at its end", quote);
			return NULL;
		}
		if (*text != '\\' || quote == '\'') {
			strbuf_addc(out, *text++);
			continue;
		}
		text = read_escape(text + 1, out);
		if (!text) {
			err_set(err, EINVAL, "an unknown escape behind a backslash");
			err_hint(err, "known are \\\\ \\\" \\' \\n \\t \\r and \\xHH");
			return NULL;
		}
	}
	return text + 1;
}

static int check_text(const struct strbuf *text, struct err *err)
{
	if (text->overflow)
		return err_sys(err, ENOMEM, "keep a value");
	if (!conf_is_utf8(text->text)) {
		err_set(err, EILSEQ, "the value is not UTF-8");
		err_hint(err, "have your editor save the file as UTF-8");
		return -EILSEQ;
	}
	return 0;
}

int conf_unquote(const char *text, struct strbuf *out, struct err *err)
{
	if (*text != '"' && *text != '\'') {
		strbuf_adds(out, text);
		return check_text(out, err);
	}
	text = read_quoted(text, out, err);
	if (!text)
		return -EINVAL;
	if (text[strspn(text, SPACE)]) {
		err_set(err, EINVAL, "there is something behind the closing quote");
		err_hint(err, "quote the whole value; quotes inside it are written \\\"");
		return -EINVAL;
	}
	return check_text(out, err);
}

int conf_next_item(const char **rest, struct strbuf *item, struct err *err)
{
	const char *text = *rest + strspn(*rest, SPACE);
	size_t length = strcspn(text, SPACE);
	int rc;

	strbuf_truncate(item, 0);
	if (!*text)
		return 0;
	if (*text == '"' || *text == '\'') {
		text = read_quoted(text, item, err);
		if (!text)
			return -EINVAL;
		if (*text && !strchr(SPACE, *text)) {
			err_set(err, EINVAL, "no white space behind a closing quote");
			err_hint(err, "a blank parts it from the next item");
			return -EINVAL;
		}
	} else {
		strbuf_add(item, text, length);
		if (strchr(item->text, '"')) {
			err_set(err, EINVAL, "a quote inside %.80s", item->text);
			err_hint(err, "quote the whole item");
			return -EINVAL;
		}
		text += length;
	}
	*rest = text;
	rc = check_text(item, err);
	return rc ? rc : 1;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static bool needs_quotes(const char *text, enum conf_place place)
{
	size_t length = strlen(text);

	if (length == 0 || *text == '"' || *text == '\'')
		return true;
	if (*text == ' ' || text[length - 1] == ' ' || text[length - 1] == '\\')
		return true;
	for (; *text; text++)
		if (is_control(*text) || (place == CONF_AS_ITEM && strchr(" \"", *text)))
			return true;
	return false;
}

static void add_escaped(char c, struct strbuf *out)
{
	for (int i = 0; i < ESCAPES; i++) {
		if (c == escapes[i].byte && c != '\'') {
			strbuf_addf(out, "\\%c", escapes[i].letter);
			return;
		}
	}
	if (is_control(c))
		strbuf_addf(out, "\\x%02x", (unsigned char)c);
	else
		strbuf_addc(out, c);
}

void conf_quote(const char *text, enum conf_place place, struct strbuf *out)
{
	if (!needs_quotes(text, place)) {
		strbuf_adds(out, text);
		return;
	}
	strbuf_addc(out, '"');
	for (; *text; text++)
		add_escaped(*text, out);
	strbuf_addc(out, '"');
}

/* The length of one character and its lowest code, by its first byte; 0 where it cannot
 * be first. */
static int utf8_length(unsigned char first, uint32_t *code, uint32_t *lowest)
{
	static const struct {
		unsigned char mask, mark;
		uint32_t lowest;
	} forms[] = { { 0x80, 0x00, 0 },
		      { 0xe0, 0xc0, 0x80 },
		      { 0xf0, 0xe0, 0x800 },
		      { 0xf8, 0xf0, 0x10000 } };

	for (int i = 0; i < 4; i++) {
		if ((first & forms[i].mask) == forms[i].mark) {
			*code = first & (unsigned char)~forms[i].mask;
			*lowest = forms[i].lowest;
			return i + 1;
		}
	}
	return 0;
}

bool conf_is_utf8(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;

	while (*byte) {
		uint32_t code, lowest;
		int length = utf8_length(*byte++, &code, &lowest);

		if (length == 0)
			return false;
		for (; length > 1; length--, byte++) {
			if ((*byte & 0xc0) != 0x80)
				return false;
			code = code << 6 | (*byte & 0x3f);
		}
		if (code < lowest || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return false;
	}
	return true;
}
