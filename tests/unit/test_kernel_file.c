/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/kernel_file.c lib/format_text.c lib/file.c lib/strbuf.c lib/err.c */
/* test_kernel_file.c: which of several files is a version's kernel. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/kernel_file.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

static int open_tree(int tree, const char *name)
{
	mkdirat(tree, name, 0755);
	return openat(tree, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void is_found(int root, const char *dir, const char *expected, const char *what)
{
	_cleanup_free_ char *found = kernel_file_find(root, dir, "6.1");

	is_str(found ? found : "", expected, "%s", what);
}

/* A bzImage that says it is of this release; of its content nothing else counts. */
static void write_kernel(int root, const char *path, const char *release)
{
	char data[0x400] = "";
	int fd;

	memcpy(data + 0x202, "HdrS", 4);
	data[0x20e] = 0x10;
	data[0x20f] = 0x01;
	snprintf(data + 0x310, 64, "%s (builder) #1", release);
	fake_file(root, path, "");
	fd = openat(root, path, O_WRONLY | O_TRUNC);
	ok(fd >= 0 && write(fd, data, sizeof(data)) == sizeof(data), "%s is written",
	   path);
	close(fd);
}

/* From the last one that is asked for to the first. */
static void test_order(int tree)
{
	int root = open_tree(tree, "order");
	static const char *const order[] = {
		"lib/modules/6.1/vmlinuz", "usr/lib/modules/6.1/vmlinuz",
		"boot/kernel-6.1",         "boot/vmlinux-6.1",
		"boot/vmlinuz-6.1",        "efi/images/vmlinuz-6.1",
	};

	is_found(root, "/efi/images", "", "there is none");
	fake_file(root, "boot/vmlinuz-6.10", "another");
	is_found(root, "/efi/images", "", "another version's is not taken");
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		fake_file(root, order[i], "kernel");
		is_found(root, "/efi/images", order[i], order[i]);
	}
	is_found(root, NULL, "boot/vmlinuz-6.1", "without a folder of images");
	is_found(root, "/boot", "boot/vmlinuz-6.1", "the folder of the images is /boot");
	close(root);
}

static void test_package(int tree)
{
	int root = open_tree(tree, "package");

	fake_file(root, "usr/lib/modules/6.1/pkgbase", "linux-lts\n");
	is_found(root, NULL, "", "a package whose kernel is not there");
	write_kernel(root, "boot/vmlinuz-linux-lts", "6.2");
	is_found(root, NULL, "", "its kernel is of another version by now");
	write_kernel(root, "boot/vmlinuz-linux-lts", "6.1");
	is_found(root, NULL, "boot/vmlinuz-linux-lts", "Arch's name without a version");
	fake_file(root, "usr/lib/modules/6.1/vmlinuz", "kernel");
	is_found(root, NULL, "usr/lib/modules/6.1/vmlinuz",
		 "that beside the modules is sure");
	close(root);
}

/* Absolute links are the root's own, and a folder is no kernel. */
static void test_links(int tree)
{
	int root = open_tree(tree, "links");

	file_make_dirs(root, "boot/vmlinuz-6.1", NULL);
	fake_file(root, "usr/lib/modules/6.1/vmlinuz", "kernel");
	is_found(root, NULL, "usr/lib/modules/6.1/vmlinuz", "a folder is no kernel");
	unlinkat(root, "boot/vmlinuz-6.1", AT_REMOVEDIR);
	symlinkat("/usr/lib/modules/6.1/vmlinuz", root, "boot/vmlinuz-6.1");
	is_found(root, NULL, "boot/vmlinuz-6.1", "a link is");
	close(root);
}

int main(void)
{
	int tree = fake_tree_open();

	test_order(tree);
	test_package(tree);
	test_links(tree);
	close(tree);
	fake_tree_remove();
	return done_testing();
}
