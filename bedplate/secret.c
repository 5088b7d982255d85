/* SPDX-License-Identifier: GPL-2.0-or-later */
/* secret.c: texts without their secrets. */
#include <string.h>

#include "bedplate/secret.h"

/* Shorter ones would stand in other words. */
enum { KNOWN_MIN = 4 };

/* ---- keys in PEM (RFC 7468) ---- */

static const char begin_mark[] = "-----BEGIN", end_mark[] = "-----END";

/* The next mark that is one of a private key; NULL. */
static const char *find_mark(const char *text, const char *mark)
{
	static const char label[] = "PRIVATE KEY";
	const char *at = text;

	while ((at = strstr(at, mark))) {
		const char *name = at + strlen(mark);

		if (memmem(name, strcspn(name, "-\n"), label, strlen(label)))
			return at;
		at = name;
	}
	return NULL;
}

static void write_gone(const char *text, const char *end, struct strbuf *out)
{
	bool has_lines = memchr(text, '\n', (size_t)(end - text));

	if (*text == '\n')
		strbuf_addc(out, '\n');
	if (end > text)
		strbuf_adds(out, SECRET_GONE);
	if (has_lines && *end)
		strbuf_addc(out, '\n');
}

/* They take several lines, or one with "\n" written in it. What stands before an END without a
 * BEGIN may be a key, too: logs are cut. */
static void write_keys(const char *text, struct strbuf *out)
{
	const char *begin = find_mark(text, begin_mark);
	const char *end = find_mark(text, end_mark);

	while (begin || end) {
		const char *key = text;

		if (begin && (!end || begin < end)) {
			key = begin + strlen(begin_mark);
			key += strcspn(key, "-\n");
			key += strspn(key, "-");
			end = strstr(key, end_mark);
			strbuf_add(out, text, (size_t)(key - text));
		}
		text = end ? end : key + strlen(key);
		write_gone(key, text, out);
		if (!end)
			return;
		strbuf_adds(out, end_mark);
		text += strlen(end_mark);
		begin = find_mark(text, begin_mark);
		end = find_mark(text, end_mark);
	}
	strbuf_adds(out, text);
}

/* ---- lines ---- */

static void write_line(const char *line, size_t size, struct strbuf *out)
{
	const char *end = line + size;

	while (line < end) {
		size_t length, found = secret_find(line, &length);

		strbuf_add(out, line, found);
		line += found + length;
		if (length)
			strbuf_adds(out, SECRET_GONE);
		else
			break;
	}
}

static void write_lines(const char *text, struct strbuf *out)
{
	while (*text) {
		size_t size = strcspn(text, "\n");

		write_line(text, size, out);
		if (text[size] == '\n')
			strbuf_addc(out, '\n');
		text += size + (text[size] == '\n');
	}
}

/* ---- what is known ---- */

static const char *find_known(const char *text, const struct names *known, size_t *length)
{
	const char *first = NULL;

	for (size_t i = 0; i < known->count; i++) {
		size_t size = strlen(known->items[i]);
		const char *at = size >= KNOWN_MIN ? strstr(text, known->items[i]) : NULL;

		if (at && (!first || at < first || (at == first && size > *length))) {
			first = at;
			*length = size;
		}
	}
	return first;
}

/* How much of a text's end is the beginning of one: it may have been cut there. */
static size_t known_at_end(const char *text, const struct names *known)
{
	size_t length = strlen(text), most = 0;

	for (size_t i = 0; i < known->count; i++) {
		size_t size = strlen(known->items[i]);

		if (size > length)
			size = length;
		while (size > most && size >= KNOWN_MIN &&
		       strncmp(text + length - size, known->items[i], size) != 0)
			size--;
		if (size > most && size >= KNOWN_MIN)
			most = size;
	}
	return most;
}

static void write_unknown(const char *text, const struct names *known, struct strbuf *out)
{
	const char *at;
	size_t length = 0;

	while ((at = find_known(text, known, &length))) {
		strbuf_add(out, text, (size_t)(at - text));
		strbuf_adds(out, SECRET_GONE);
		text = at + length;
	}
	length = known_at_end(text, known);
	strbuf_add(out, text, strlen(text) - length);
	if (length)
		strbuf_adds(out, SECRET_GONE);
}

void secret_write(const char *text, const struct names *known, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf keyless, lines;

	strbuf_init(&keyless, 0);
	strbuf_init(&lines, 0);
	write_keys(text, &keyless);
	write_lines(keyless.text, &lines);
	write_unknown(lines.text, known, out);
	out->overflow |= keyless.overflow || lines.overflow;
}
