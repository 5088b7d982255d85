/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_image.c: finds a kernel image and reads its release. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "mkinitramfs/elf_look.h"
#include "mkinitramfs/kernel_image.h"
#include "mkinitramfs/plan.h"

/* Offsets in the first sectors (boot.rst, "The Real-Mode Kernel Header"). */
enum {
	MAGIC_OFFSET = 0x202,
	VERSION_OFFSET = 0x20e, /* two bytes; the text is 0x200 behind where they point */
	HEADER_END = 0x210,
};

static int open_default(int root_fd, const char *version, char **where, struct err *err)
{
	char *paths[] = {
		format_text("boot/vmlinuz-%s", version),
		format_text("lib/modules/%s/vmlinuz", version),
		format_text("usr/lib/modules/%s/vmlinuz", version),
	};
	int fd = -1;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		if (paths[i] && fd < 0)
			fd = file_open_in_root(root_fd, paths[i], O_RDONLY, NULL);
		if (fd >= 0 && !*where)
			*where = steal_pointer(paths[i]);
		free(paths[i]);
	}
	if (fd >= 0)
		return fd;
	err_set(err, ENOENT, "there is no boot/vmlinuz-%s", version);
	return err_hint(err, "--kernel-image FILE names the kernel");
}

int kernel_image_open(const char *path, int root_fd, const char *version, char **where,
		      struct err *err)
{
	int fd;

	*where = NULL;
	if (!path)
		return open_default(root_fd, version, where, err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "opening the kernel image %s", path);
	*where = strdup(path);
	return fd;
}

/* The first word at `text`, which ends before `end`. */
static char *first_word(const char *text, const char *end)
{
	size_t length = 0;

	while (text + length < end && text[length] > ' ')
		length++;
	return length && text + length < end ? strndup(text, length) : NULL;
}

static char *release_of(const char *data, size_t size)
{
	static const char banner[] = "Linux version ";
	uint16_t offset;

	if (size > HEADER_END && !memcmp(data + MAGIC_OFFSET, "HdrS", 4)) {
		memcpy(&offset, data + VERSION_OFFSET, sizeof(offset));
		offset = le16toh(offset);
		return offset && (size_t)offset + 0x200 < size
			       ? first_word(data + 0x200 + offset, data + size)
			       : NULL;
	}
	if (elf_is_native(data, size)) {
		const char *text = memmem(data, size, banner, sizeof(banner) - 1);

		return text ? first_word(text + sizeof(banner) - 1, data + size) : NULL;
	}
	return NULL;
}

char *kernel_image_release(int fd, const char *path, struct err *err)
{
	char *data, *release;
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !st.st_size) {
		err_set(err, EINVAL, "%s is no kernel image", path);
		return NULL;
	}
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		err_sys(err, errno, "reading %s", path);
		return NULL;
	}
	release = release_of(data, (size_t)st.st_size);
	munmap(data, (size_t)st.st_size);
	if (!release)
		err_set(err, EINVAL,
			"%s is neither a bzImage nor an uncompressed kernel for x86-64",
			path);
	return release;
}
