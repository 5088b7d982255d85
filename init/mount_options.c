/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mount_options.c: mount options in words to flags and data. */
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "init/mount_options.h"
#include "init/text.h"
#include "lib/cleanup.h"

/* Newer than some C libraries' headers (linux/mount.h). */
#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

/* mount(8), "FILESYSTEM-INDEPENDENT MOUNT OPTIONS"; those that only mean something in
 * fstab are swallowed, but for what they imply. The kernel's file systems know none of
 * these words and refuse to mount with one. */
static const struct {
	const char *word;
	unsigned long set, clear;
} words[] = {
	{ "ro", 0, 0 },
	{ "rw", 0, 0 },
	{ "defaults", 0, 0 },
	{ "auto", 0, 0 },
	{ "noauto", 0, 0 },
	{ "nofail", 0, 0 },
	{ "_netdev", 0, 0 },
	{ "nouser", 0, 0 },
	{ "user", MS_NOEXEC | MS_NOSUID | MS_NODEV, 0 },
	{ "users", MS_NOEXEC | MS_NOSUID | MS_NODEV, 0 },
	{ "owner", MS_NOSUID | MS_NODEV, 0 },
	{ "group", MS_NOSUID | MS_NODEV, 0 },
	{ "nosuid", MS_NOSUID, 0 },
	{ "suid", 0, MS_NOSUID },
	{ "nodev", MS_NODEV, 0 },
	{ "dev", 0, MS_NODEV },
	{ "noexec", MS_NOEXEC, 0 },
	{ "exec", 0, MS_NOEXEC },
	{ "sync", MS_SYNCHRONOUS, 0 },
	{ "async", 0, MS_SYNCHRONOUS },
	{ "dirsync", MS_DIRSYNC, 0 },
	{ "noatime", MS_NOATIME, 0 },
	{ "atime", 0, MS_NOATIME },
	{ "nodiratime", MS_NODIRATIME, 0 },
	{ "diratime", 0, MS_NODIRATIME },
	{ "relatime", MS_RELATIME, 0 },
	{ "norelatime", 0, MS_RELATIME },
	{ "strictatime", MS_STRICTATIME, 0 },
	{ "nostrictatime", 0, MS_STRICTATIME },
	{ "lazytime", MS_LAZYTIME, 0 },
	{ "nolazytime", 0, MS_LAZYTIME },
	{ "iversion", MS_I_VERSION, 0 },
	{ "noiversion", 0, MS_I_VERSION },
	{ "mand", MS_MANDLOCK, 0 },
	{ "nomand", 0, MS_MANDLOCK },
	{ "silent", MS_SILENT, 0 },
	{ "loud", 0, MS_SILENT },
	{ "nosymfollow", MS_NOSYMFOLLOW, 0 },
	{ "symfollow", 0, MS_NOSYMFOLLOW },
};

static bool apply_word(struct mount_options *options, const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i].word, word) != 0)
			continue;
		options->flags = (options->flags & ~words[i].clear) | words[i].set;
		return true;
	}
	return ((word[0] == 'x' || word[0] == 'X') && word[1] == '-') ||
	       strncmp(word, "comment=", 8) == 0;
}

void mount_options_parse(struct mount_options *options, const char *text, bool read_only)
{
	char list[sizeof(options->data)], *rest = list, *word;
	size_t used = 0;

	*options = (struct mount_options){ .flags = read_only ? MS_RDONLY : 0 };
	text_copy(list, sizeof(list), text);
	while ((word = strsep(&rest, ","))) {
		if (!*word || apply_word(options, word))
			continue;
		used += (size_t)snprintf(options->data + used,
					 sizeof(options->data) - used, "%s%s",
					 used ? "," : "", word);
	}
}
