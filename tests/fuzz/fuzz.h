/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz.h: what the fuzzers share: texts of the input's exact size, and a folder that stands for
 * the root of a machine. */
#ifndef BEDPLATE_TESTS_FUZZ_H
#define BEDPLATE_TESTS_FUZZ_H

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

__attribute__((unused)) static void must(int condition)
{
	if (!condition)
		abort();
}

/* A reader fails with a negative error that it tells of in words, or not at all. */
__attribute__((unused)) static void must_tell(int result, const struct err *err)
{
	must(result >= 0 || (err->code == result && *err->text));
}

/* The input as a text: a byte behind its '\0' is not the program's. */
__attribute__((unused)) static char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		exit(0);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* The input as an open file. */
__attribute__((unused)) static int fuzz_fd(const uint8_t *data, size_t size)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	must(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static char fuzz_tree_path[] = "/dev/shm/bedplate-fuzz-XXXXXX";

static void fuzz_tree_remove(void)
{
	char command[sizeof(fuzz_tree_path) + 16] = "rm -rf ";

	strcat(command, fuzz_tree_path);
	if (system(command) != 0)
		abort();
}

/* The machine's root, made at the first call and removed at the end of the program. */
__attribute__((unused)) static int fuzz_tree(void)
{
	static int root = -1;

	if (root < 0) {
		must(mkdtemp(fuzz_tree_path) != NULL);
		atexit(fuzz_tree_remove);
		root = open(fuzz_tree_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return root;
}

/* A file of that machine with the input in it; its folders are made. */
__attribute__((unused)) static void fuzz_file(const char *path, const uint8_t *data,
					      size_t size)
{
	int root = fuzz_tree(), fd = openat(root, path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	char folder[256];

	for (const char *slash = strchr(path, '/'); fd < 0 && slash;
	     slash = strchr(slash + 1, '/')) {
		must((size_t)(slash - path) < sizeof(folder));
		memcpy(folder, path, (size_t)(slash - path));
		folder[slash - path] = '\0';
		mkdirat(root, folder, 0755);
	}
	if (fd < 0)
		fd = openat(root, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

#endif
