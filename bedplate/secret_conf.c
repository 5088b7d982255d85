/* SPDX-License-Identifier: GPL-2.0-or-later */
/* secret_conf.c: configuration files without their secrets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bedplate/secret.h"
#include "lib/cleanup.h"

const struct secret_key secret_keys[] = {
	{ "host", "Boot", "Password", SECRET_WHOLE },
	{ "guest", "Qemu", "Environment", SECRET_WHOLE },
	{ "guest", "Qemu", "Args", SECRET_WORDS },
	{ "guest", "Qemu", "Global", SECRET_WORDS },
	{ "guest", "Machine", "Options", SECRET_WORDS },
	{ "guest", "Passthrough", "Options", SECRET_WORDS },
	{ "guest", "Share", "Options", SECRET_WORDS },
	{ "guest", "Kernel", "CommandLine", SECRET_WORDS },
	/* systemd's credentials are handed over so. */
	{ "guest", "Smbios", "Oem", SECRET_WHOLE },
	{ "guest", "Display", "PasswordFile", SECRET_FILE },
	{ "guest", "Tpm", "KeyFile", SECRET_FILE },
	{ "network", "WireGuard", "PrivateKeyFile", SECRET_FILE },
	{ "network", "Peer", "PresharedKeyFile", SECRET_FILE },
	{ NULL, NULL, NULL, SECRET_NONE },
};

struct walk {
	const struct conf_schema *schema;
	struct names *known, *files;
	struct strbuf *out;
	char section[64];
	bool comment_is_open; /* the last line was a comment that hid something, and would go on */
	int result;
};

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && !strncmp(text, word, length);
}

static bool is_key_of(const struct walk *walk, const char *name, size_t length)
{
	for (size_t i = 0; i < walk->schema->section_count; i++) {
		const struct conf_section *section = &walk->schema->sections[i];

		if (strcmp(section->name, walk->section) != 0)
			continue;
		for (size_t j = 0; j < section->key_count; j++)
			if (is_word(name, length, section->keys[j].name))
				return true;
	}
	return false;
}

/* Of a comment the section does not count: it may have been moved. */
static enum secret_kind kind_of(const struct walk *walk, const char *name, size_t length,
				bool is_comment)
{
	for (const struct secret_key *row = secret_keys; row->schema; row++)
		if (!strcmp(row->schema, walk->schema->name) &&
		    (is_comment || !strcmp(row->section, walk->section)) &&
		    is_word(name, length, row->key))
			return row->kind;
	return is_comment || is_key_of(walk, name, length) ? SECRET_NONE : SECRET_WHOLE;
}

static void note(struct walk *walk, struct names *list, const char *text, size_t length)
{
	_cleanup_free_ char *copy = NULL;

	while (length && strchr(" \t\n\"'", text[length - 1]))
		length--;
	while (length && strchr(" \t\"'", *text)) {
		text++;
		length--;
	}
	if (!list || !length)
		return;
	copy = strndup(text, length);
	if (!copy || names_add(list, copy))
		walk->result = -ENOMEM;
}

/* The whole of it, and each of its words: they may stand alone elsewhere. */
static void note_value(struct walk *walk, const char *value, size_t length)
{
	static const char harmless[] = " \t\n\"'";

	note(walk, walk->known, value, length);
	for (size_t at = 0; at < length;) {
		size_t word = strcspn(value + at, harmless);

		/* NAME=VALUE: the name is none. */
		if (at + word > length)
			word = length - at;
		if (word > 7)
			note(walk, walk->known, value + at, word);
		at += word;
		at += strspn(value + at, harmless);
	}
}

/* ---- lines ---- */

struct line {
	const char *text; /* in the file, with all that are joined to it */
	size_t length;
	struct strbuf
		joined; /* as lib/conf_reader.c joins them: without comments between them */
};

static void line_release(struct line *line)
{
	strbuf_release(&line->joined);
}
#define _cleanup_line_ __attribute__((cleanup(line_release)))

/* Without the newline, and the '\r' in front of that. */
static size_t line_length(const char *text)
{
	size_t length = strcspn(text, "\n");

	return length && text[length - 1] == '\r' ? length - 1 : length;
}

static bool is_comment(const char *line)
{
	line += strspn(line, " \t\r");
	return *line == '#' || *line == ';';
}

/* Whether it ends in a backslash that no other one escapes. */
static bool is_continued(const char *line, size_t length)
{
	size_t count = 0;

	while (count < length && line[length - 1 - count] == '\\')
		count++;
	return count % 2;
}

/* Lines go on behind a backslash, comments between them are skipped, and do not go on themselves. */
static void join_lines(struct line *line, const char *text)
{
	struct strbuf *joined = &line->joined;

	line->text = text;
	line->length = strcspn(text, "\n");
	strbuf_truncate(joined, 0);
	strbuf_add(joined, text, line_length(text));
	while (!is_comment(text) && is_continued(joined->text, joined->length) &&
	       text[line->length]) {
		const char *next = text + line->length + 1;

		line->length += 1 + strcspn(next, "\n");
		if (is_comment(next))
			continue;
		joined->text[joined->length - 1] = ' ';
		strbuf_add(joined, next, line_length(next));
	}
}

/* ---- values ---- */

static void write_comment(struct walk *walk, const struct line *line);

/* Comments between the lines are comments. */
static void write_as_is(struct walk *walk, const struct line *line)
{
	const char *at = line->text, *end = at + line->length;

	for (;;) {
		size_t size = strcspn(at, "\n");
		_cleanup_line_ struct line comment;

		strbuf_init(&comment.joined, 0);
		if (at > line->text && is_comment(at)) {
			join_lines(&comment, at);
			write_comment(walk, &comment);
		} else {
			strbuf_add(walk->out, at, size);
		}
		at += size;
		if (at >= end)
			return;
		strbuf_addc(walk->out, *at++);
	}
}

static void write_words(struct walk *walk, const struct line *line, const char *value)
{
	size_t size = 0, found = secret_find(value, &size);

	if (!size) {
		write_as_is(walk, line);
		return;
	}
	strbuf_add(walk->out, line->joined.text,
		   (size_t)(value - line->joined.text) + found);
	strbuf_adds(walk->out, SECRET_GONE);
	note(walk, walk->known, value + found, size);
	note_value(walk, value + found, strlen(value + found));
}

static void write_assignment(struct walk *walk, const struct line *line,
			     enum secret_kind kind, const char *value)
{
	size_t length = strlen(value);

	if (kind == SECRET_WHOLE) {
		strbuf_add(walk->out, line->joined.text,
			   (size_t)(value - line->joined.text));
		strbuf_adds(walk->out, length ? SECRET_GONE : "");
		note_value(walk, value, length);
	} else if (kind == SECRET_WORDS) {
		write_words(walk, line, value);
	} else {
		write_as_is(walk, line);
	}
	if (kind == SECRET_FILE)
		note(walk, walk->files, value, length);
}

/* What can be no section's head makes one that nobody knows, and is left out behind its name. */
static void write_section(struct walk *walk, const struct line *line, const char *head)
{
	size_t length = strcspn(head + 1, "]");
	const char *behind = head + 1 + length + (head[1 + length] == ']');
	bool is_good = behind[-1] == ']' && !behind[strspn(behind, " \t\r")] &&
		       length < sizeof(walk->section);

	memcpy(walk->section, head + 1, is_good ? length : 0);
	walk->section[is_good ? length : 0] = '\0';
	if (is_good)
		strbuf_add(walk->out, line->text, line->length);
	else
		strbuf_adds(walk->out, SECRET_GONE);
}

/* A comment that was a setting may have been one of several lines. */
static void write_comment(struct walk *walk, const struct line *line)
{
	const char *text = line->joined.text, *name = text + strspn(text, " \t\r#;");
	size_t length = strcspn(name, "= \t");
	const char *sign = name + length + strspn(name + length, " \t");
	enum secret_kind kind = kind_of(walk, name, length, true);
	bool was_open = walk->comment_is_open;

	walk->comment_is_open = (was_open || (*sign == '=' && kind != SECRET_NONE)) &&
				is_continued(line->joined.text, line->joined.length);
	if (was_open)
		strbuf_adds(walk->out, "# " SECRET_GONE);
	else if (*sign == '=')
		write_assignment(walk, line, kind, sign + 1);
	else
		strbuf_add(walk->out, line->text, line->length);
}

/* What is no line of such a file at all may be the rest of one. */
static void write_line(struct walk *walk, const struct line *line)
{
	const char *text = line->joined.text, *name = text + strspn(text, " \t\r");
	const char *sign = strchr(name, '=');
	size_t length = strcspn(name, "=");

	if (is_comment(text)) {
		write_comment(walk, line);
		return;
	}
	walk->comment_is_open = false;
	while (length && strchr(" \t\r", name[length - 1]))
		length--;
	if (*name == '[')
		write_section(walk, line, name);
	else if (sign)
		write_assignment(walk, line, kind_of(walk, name, length, false),
				 sign + 1);
	else if (*name)
		strbuf_adds(walk->out, SECRET_GONE);
	else
		strbuf_add(walk->out, line->text, line->length);
}

int secret_write_conf(const char *text, const struct conf_schema *schema,
		      struct names *known, struct names *files, struct strbuf *out)
{
	static const char bom[] = "\xef\xbb\xbf";
	_cleanup_line_ struct line line = { .text = text };
	struct walk walk = {
		.schema = schema, .known = known, .files = files, .out = out
	};

	strbuf_init(&line.joined, 0);
	if (!strncmp(text, bom, strlen(bom)))
		text += strlen(bom);
	while (*text && !line.joined.overflow) {
		join_lines(&line, text);
		write_line(&walk, &line);
		text += line.length;
		if (*text == '\n')
			strbuf_addc(out, *text++);
	}
	return line.joined.overflow ? -ENOMEM : walk.result;
}
