/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab.c: parsing of /etc/fstab. */
#include <stdlib.h>
#include <string.h>

#include "init/fstab.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/mount_text.h"

enum { SPEC, POINT, TYPE, OPTIONS, DUMP, PASS, FIELDS };

static int split(char *line, char *fields[FIELDS])
{
	int count = 0;

	for (char *word; count < FIELDS && (word = strsep(&line, " \t"));) {
		if (!*word)
			continue;
		if (*word == '#' && !count)
			break;
		mount_text_decode(word);
		fields[count++] = word;
	}
	return count;
}

static bool same_dir(const char *a, const char *b)
{
	size_t length = strlen(a);

	while (length > 1 && a[length - 1] == '/')
		length--;
	return strncmp(a, b, length) == 0 && !b[length];
}

bool fstab_find(const char *text, const char *dir, struct fstab_entry *entry)
{
	_cleanup_free_ char *copy = strdup(text);
	char *line, *fields[FIELDS];

	for (char *rest = copy; copy && (line = strsep(&rest, "\n"));) {
		int count = split(line, fields);

		if (count <= TYPE || !same_dir(fields[POINT], dir))
			continue;
		*entry = (struct fstab_entry){ .pass = 0 };
		text_copy(entry->spec, sizeof(entry->spec), fields[SPEC]);
		text_copy(entry->type, sizeof(entry->type), fields[TYPE]);
		text_copy(entry->options, sizeof(entry->options),
			  count > OPTIONS ? fields[OPTIONS] : "defaults");
		entry->pass = count > PASS ? atoi(fields[PASS]) : 0;
		return true;
	}
	return false;
}

bool fstab_has_option(const char *options, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = options; *at; at += strcspn(at, ","), at += *at == ',') {
		if (strncmp(at, name, length) == 0 &&
		    (!at[length] || at[length] == ',' || at[length] == '='))
			return true;
	}
	return false;
}
