/* SPDX-License-Identifier: GPL-2.0-or-later */
/* library.c: looks for shared libraries below a root. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "mkinitramfs/library.h"
#include "mkinitramfs/plan.h"

/* Built into ld.so: glibc's of several distributions, and musl's. */
static const char *const usual_folders[] = {
	"lib/x86_64-linux-gnu",
	"usr/lib/x86_64-linux-gnu",
	"lib/aarch64-linux-gnu",
	"usr/lib/aarch64-linux-gnu",
	"lib64",
	"usr/lib64",
	"lib",
	"usr/lib",
};

static int read_conf(struct names *names, int root_fd, const char *path, int depth,
		     struct err *err);

/* "include ld.so.conf.d/NAME.conf" with a pattern for the name. */
static int read_include(struct names *names, int root_fd, const char *pattern, int depth,
			struct err *err)
{
	const char *slash = strrchr(pattern, '/');
	_cleanup_free_ char *dir =
		format_text("%s%.*s", *pattern == '/' ? "" : "etc/",
			    slash ? (int)(slash - pattern) : 0, pattern);
	_cleanup_names_ struct names files = NAMES_INIT;
	int result = dir ? names_read(&files, root_fd, dir) : -ENOMEM;

	if (result)
		return err_sys(err, -result, "reading ld.so.conf");
	for (size_t i = 0; !result && i < files.count; i++) {
		_cleanup_free_ char *path = format_text("%s/%s", dir, files.items[i]);

		if (!fnmatch(slash ? slash + 1 : pattern, files.items[i], 0))
			result = path ? read_conf(names, root_fd, path, depth + 1, err)
				      : err_sys(err, ENOMEM, "reading ld.so.conf");
	}
	return result;
}

static int read_line(struct names *names, int root_fd, char *line, int depth,
		     struct err *err)
{
	line[strcspn(line, "#")] = '\0';
	line += strspn(line, " \t");
	for (size_t end = strlen(line); end && strchr(" \t", line[end - 1]);)
		line[--end] = '\0';
	if (!strncmp(line, "include", 7) && strchr(" \t", line[7]))
		return read_include(names, root_fd, line + 8 + strspn(line + 8, " \t"),
				    depth, err);
	if (!*line || !strncmp(line, "hwcap", 5))
		return 0;
	return names_add(names, line) ? err_sys(err, ENOMEM, "reading ld.so.conf") : 0;
}

static int read_conf(struct names *names, int root_fd, const char *path, int depth,
		     struct err *err)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, path, O_RDONLY, NULL);
	_cleanup_strbuf_ struct strbuf text;
	int result = 0;

	strbuf_init(&text, 0);
	if (fd < 0 || depth > 8)
		return 0;
	result = file_read_fd(fd, path, &text, err);
	for (char *next = text.text; !result && next;)
		result = read_line(names, root_fd, strsep(&next, "\n"), depth, err);
	return result;
}

int library_folders_read(struct library_folders *folders, int root_fd, struct err *err)
{
	int result = read_conf(&folders->names, root_fd, "etc/ld.so.conf", 0, err);

	folders->configured = folders->names.count;
	for (size_t i = 0; !result && i < ARRAY_SIZE(usual_folders); i++)
		if (names_add(&folders->names, usual_folders[i]))
			result = err_sys(err, ENOMEM, "reading ld.so.conf");
	return result;
}

void library_folders_release(struct library_folders *folders)
{
	names_release(&folders->names);
}

/* Whether a file is of the kind that the program can load. */
static bool fits(int root_fd, const char *path, const struct elf_needs *needs)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, path, O_RDONLY, NULL);
	uint8_t head[20];

	if (fd < 0 || read(fd, head, sizeof(head)) != sizeof(head) ||
	    memcmp(head, ELFMAG, SELFMAG) != 0)
		return false;
	return head[EI_CLASS] == (needs->wordsize == 64 ? ELFCLASS64 : ELFCLASS32) &&
	       (unsigned)(head[18] | head[19] << 8) == needs->machine;
}

/* DIR/NAME, with $ORIGIN in DIR being the user's folder; NULL where it does not fit. */
static char *try_folder(int root_fd, const char *dir, const char *name, const char *user,
			const struct elf_needs *needs)
{
	const char *rest = !strncmp(dir, "$ORIGIN", 7)     ? dir + 7
			   : !strncmp(dir, "${ORIGIN}", 9) ? dir + 9
							   : NULL;
	const char *slash = strrchr(user, '/');
	char *path;

	if (rest)
		path = format_text("%.*s%s/%s", slash ? (int)(slash - user) : 0, user,
				   rest, name);
	else
		path = format_text("%s/%s", dir + (*dir == '/'), name);
	if (path && fits(root_fd, path, needs))
		return path;
	free(path);
	return NULL;
}

static bool is_usual(const char *path, const char *name)
{
	size_t length = strlen(path) - strlen(name) - 1;

	for (size_t i = 0; i < ARRAY_SIZE(usual_folders); i++)
		if (strlen(usual_folders[i]) == length &&
		    !strncmp(usual_folders[i], path, length))
			return true;
	return false;
}

char *library_find(const struct library_folders *folders, int root_fd, const char *name,
		   const char *user, const struct elf_needs *needs, bool *usual,
		   struct err *err)
{
	char *path = NULL;

	*usual = true;
	if (strchr(name, '/'))
		return strdup(name + (*name == '/'));
	for (size_t i = 0; !path && i < needs->folders.count; i++)
		path = try_folder(root_fd, needs->folders.items[i], name, user, needs);
	if (path)
		return path;
	for (size_t i = 0; !path && i < folders->names.count; i++)
		path = try_folder(root_fd, folders->names.items[i], name, user, needs);
	if (path)
		*usual = is_usual(path, name);
	else
		err_set(err, ENOENT, "%s needs the library %s, which is not there", user,
			name);
	return path;
}
