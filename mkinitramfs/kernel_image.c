/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_image.c: finds a kernel image and reads its release. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/kernel_file.h"
#include "mkinitramfs/elf_look.h"
#include "mkinitramfs/kernel_image.h"

static int open_default(int root_fd, const char *dir, const char *version, char **where,
			struct err *err)
{
	*where = kernel_file_find(root_fd, dir, version);
	if (*where)
		return file_open_in_root(root_fd, *where, O_RDONLY, err);
	err_set(err, ENOENT, "there is no boot/vmlinuz-%s", version);
	return err_hint(err, "--kernel-image FILE names the kernel");
}

int kernel_image_open(const char *path, int root_fd, const char *dir, const char *version,
		      char **where, struct err *err)
{
	int fd;

	*where = NULL;
	if (!path)
		return open_default(root_fd, dir, version, where, err);
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

static char *elf_release(const char *data, size_t size)
{
	static const char banner[] = "Linux version ";
	const char *text = elf_is_native(data, size)
				   ? memmem(data, size, banner, sizeof(banner) - 1)
				   : NULL;

	return text ? first_word(text + sizeof(banner) - 1, data + size) : NULL;
}

char *kernel_image_release(int fd, const char *path, struct err *err)
{
	char *data, *release = kernel_file_release(fd);
	struct stat st;

	if (release)
		return release;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || !st.st_size) {
		err_set(err, EINVAL, "%s is no kernel image", path);
		return NULL;
	}
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		err_sys(err, errno, "reading %s", path);
		return NULL;
	}
	release = elf_release(data, (size_t)st.st_size);
	munmap(data, (size_t)st.st_size);
	if (!release)
		err_set(err, EINVAL,
			"%s is neither a bzImage nor an uncompressed kernel for x86-64",
			path);
	return release;
}

char *kernel_image_path(const char *path, int root_fd, const char *dir,
			const char *version)
{
	return path ? realpath(path, NULL) : kernel_file_find(root_fd, dir, version);
}
