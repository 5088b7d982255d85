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

static void write_words(struct walk *walk, const char *value, size_t length)
{
	_cleanup_free_ char *line = strndup(value, length);
	size_t size = 0, found, at;

	if (!line) {
		walk->result = -ENOMEM;
		return;
	}
	/* Lines that are joined are one. */
	for (at = 0; line[at]; at++)
		if (line[at] == '\n' || (line[at] == '\\' && line[at + 1] == '\n'))
			line[at] = ' ';
	found = secret_find(line, &size);
	strbuf_add(walk->out, line, found);
	if (!size)
		return;
	strbuf_adds(walk->out, SECRET_GONE);
	note(walk, walk->known, line + found, size);
	note_value(walk, line + found, strlen(line + found));
}

static void write_value(struct walk *walk, enum secret_kind kind, const char *value,
			size_t length)
{
	if (kind == SECRET_WHOLE) {
		strbuf_adds(walk->out, length ? SECRET_GONE : "");
		note_value(walk, value, length);
	} else if (kind == SECRET_WORDS) {
		write_words(walk, value, length);
	} else {
		strbuf_add(walk->out, value, length);
	}
	if (kind == SECRET_FILE)
		note(walk, walk->files, value, length);
}

/* The length of a line with those that a backslash at the end joins to it. */
static size_t joined_length(const char *text)
{
	size_t length = strcspn(text, "\n");

	while (length && text[length] && text[length - 1] == '\\')
		length += 1 + strcspn(text + length + 1, "\n");
	return length;
}

static void read_section(struct walk *walk, const char *text)
{
	size_t length = strcspn(text, "]\n");

	if (length >= sizeof(walk->section))
		length = 0;
	memcpy(walk->section, text, length);
	walk->section[length] = '\0';
}

static void write_line(struct walk *walk, const char *line, size_t length)
{
	size_t blank = strspn(line, " \t#;"), name, sign;
	bool is_comment =
		line[strspn(line, " \t")] == '#' || line[strspn(line, " \t")] == ';';

	if (blank > length)
		blank = length;
	sign = blank + strcspn(line + blank, "=\n");
	if (line[blank] == '[' && !is_comment)
		read_section(walk, line + blank + 1);
	if (sign >= length || line[blank] == '[') {
		strbuf_add(walk->out, line, length);
		return;
	}
	name = sign - blank;
	while (name && strchr(" \t", line[blank + name - 1]))
		name--;
	strbuf_add(walk->out, line, sign + 1);
	write_value(walk, kind_of(walk, line + blank, name, is_comment), line + sign + 1,
		    length - sign - 1);
}

int secret_write_conf(const char *text, const struct conf_schema *schema,
		      struct names *known, struct names *files, struct strbuf *out)
{
	struct walk walk = {
		.schema = schema, .known = known, .files = files, .out = out
	};

	while (*text) {
		size_t length = joined_length(text);

		write_line(&walk, text, length);
		text += length;
		if (*text == '\n')
			strbuf_addc(out, *text++);
	}
	return walk.result;
}
