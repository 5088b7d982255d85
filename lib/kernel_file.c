/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_file.c: finds a version's kernel. */
#include <endian.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/kernel_file.h"

/* Offsets in the first sectors (boot.rst, "The Real-Mode Kernel Header"). */
enum {
	MAGIC_OFFSET = 0x202,
	VERSION_OFFSET = 0x20e, /* two bytes; the text is 0x200 behind where they point */
	HEADER_END = 0x210,
	TEXT_MAX = 256,
};

char *kernel_file_banner(int fd, uint64_t start)
{
	char header[HEADER_END], text[TEXT_MAX];
	uint16_t offset;
	ssize_t got;

	if (pread(fd, header, sizeof(header), (off_t)start) != sizeof(header) ||
	    memcmp(header + MAGIC_OFFSET, "HdrS", 4) != 0)
		return NULL;
	memcpy(&offset, header + VERSION_OFFSET, sizeof(offset));
	offset = le16toh(offset);
	got = offset ? pread(fd, text, sizeof(text), (off_t)start + 0x200 + offset) : -1;
	return got > 0 && memchr(text, '\0', (size_t)got) ? strdup(text) : NULL;
}

char *kernel_file_release(int fd)
{
	_cleanup_free_ char *banner = kernel_file_banner(fd, 0);
	size_t length = banner ? strcspn(banner, " ") : 0;

	return length ? strndup(banner, length) : NULL;
}

static bool is_file(int root_fd, const char *path)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, path, O_PATH, NULL);
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode);
}

/* The path with DIR and VERSION (%d, %v) filled in, if a file is there. */
static char *try_path(int root_fd, const char *pattern, const char *dir,
		      const char *version)
{
	_cleanup_strbuf_ struct strbuf path;

	strbuf_init(&path, 0);
	for (; *pattern; pattern++) {
		if (*pattern != '%')
			strbuf_addc(&path, *pattern);
		else
			strbuf_adds(&path, *++pattern == 'd' ? dir : version);
	}
	return !path.overflow && is_file(root_fd, path.text)
		       ? strdup(path.text + strspn(path.text, "/"))
		       : NULL;
}

/* The package's name stays when its kernel is replaced, and somebody may have kept the modules. */
static char *try_package(int root_fd, const char *folder, const char *version)
{
	char name[128];
	_cleanup_free_ char *pkgbase = format_text("%s/%s/pkgbase", folder, version);
	_cleanup_free_ char *path = NULL, *release = NULL;
	_cleanup_close_ int fd = -1;

	if (!pkgbase || file_read_line(root_fd, pkgbase, name, sizeof(name), NULL) < 0 ||
	    !*name || strchr(name, '/'))
		return NULL;
	path = format_text("boot/vmlinuz-%s", name);
	fd = path ? file_open_in_root(root_fd, path, O_RDONLY, NULL) : -1;
	release = fd >= 0 ? kernel_file_release(fd) : NULL;
	return release && !strcmp(release, version) ? steal_pointer(path) : NULL;
}

char *kernel_file_find(int root_fd, const char *dir, const char *version)
{
	static const char *const patterns[] = {
		"%d/vmlinuz-%v",
		"boot/vmlinuz-%v",
		"boot/vmlinux-%v",
		"boot/kernel-%v",
		"usr/lib/modules/%v/vmlinuz",
		"lib/modules/%v/vmlinuz",
	};
	static const char *const folders[] = { "usr/lib/modules", "lib/modules" };
	char *found = NULL;

	if (dir)
		dir += strspn(dir, "/");
	for (size_t i = !dir; !found && i < ARRAY_SIZE(patterns); i++)
		found = try_path(root_fd, patterns[i], dir, version);
	for (size_t i = 0; !found && i < ARRAY_SIZE(folders); i++)
		found = try_package(root_fd, folders[i], version);
	return found;
}
