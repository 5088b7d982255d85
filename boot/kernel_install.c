/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_install.c: reads kernel-install's configuration. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "boot/kernel_install.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/mounts.h"

/* The partition's type by the Discoverable Partitions Specification. */
#define XBOOTLDR "bc13c2ff-59e6-4262-a352-b275fd6f7172"

/* A value out of lines KEY=VALUE, which may be quoted; the last one counts. */
static char *value_of(const char *text, const char *key)
{
	size_t length = strlen(key);
	char *value = NULL;

	while (*text) {
		const char *word = text + strspn(text, " \t");

		if (!strncmp(word, key, length) && word[length] == '=') {
			word += length + 1;
			word += strspn(word, "\"'");
			free(value);
			value = strndup(word, strcspn(word, "\"'\n"));
		}
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return value;
}

static char *read_value(int root_fd, const char *path, const char *key)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, path, O_RDONLY, NULL);
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	return fd < 0 || file_read_fd(fd, path, &text, NULL) ? NULL
							     : value_of(text.text, key);
}

/* The first of these files is the one that counts. */
static char *configured(int root_fd, const char *key)
{
	static const char *const folders[] = { "etc", "run", "usr/local/lib", "usr/lib" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *path =
			format_text("%s/kernel/install.conf", folders[i]);

		if (path && file_exists(root_fd, path))
			return read_value(root_fd, path, key);
	}
	return NULL;
}

/* systemd asks udev's database as well. */
static bool is_xbootldr(int root_fd, const char *point)
{
	_cleanup_free_ char *path = NULL, *type = NULL;
	_cleanup_strbuf_ struct strbuf text;
	struct mount mount = { .point = NULL };

	strbuf_init(&text, 0);
	if (file_read(root_fd, "proc/self/mountinfo", &text, NULL) ||
	    mount_find(&mount, text.text, point, NULL) <= 0)
		return false;
	path = format_text("run/udev/data/b%u:%u", mount.major, mount.minor);
	mount_release(&mount);
	type = path ? read_value(root_fd, path, "E:ID_PART_ENTRY_TYPE") : NULL;
	return type && !strcmp(type, XBOOTLDR);
}

char *kernel_install_boot(int root_fd)
{
	char *boot = configured(root_fd, "BOOT_ROOT");

	if (boot && *boot == '/' && boot[1]) {
		memmove(boot, boot + 1, strlen(boot));
		return boot;
	}
	free(boot);
	return is_xbootldr(root_fd, "/boot") ? strdup("boot") : NULL;
}

bool kernel_install_is_unified(int root_fd)
{
	_cleanup_free_ char *layout = configured(root_fd, "layout");

	return layout && !strcmp(layout, "uki");
}
