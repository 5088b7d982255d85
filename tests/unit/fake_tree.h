/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fake_tree.h: a folder that stands for the root of a machine. */
#ifndef BEDPLATE_TESTS_FAKE_TREE_H
#define BEDPLATE_TESTS_FAKE_TREE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char fake_root[] = "/tmp/bedplate-tree-XXXXXX";

/* Makes the folder and returns a descriptor of it. */
__attribute__((unused)) static int fake_tree_open(void)
{
	if (!mkdtemp(fake_root))
		abort();
	return open(fake_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

__attribute__((unused)) static void fake_tree_remove(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf '%s'", fake_root);
	if (system(command) != 0)
		abort();
}

static void fake_parents(int root, const char *path)
{
	char folder[512];

	for (const char *slash = strchr(path, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
		mkdirat(root, folder, 0755);
	}
}

/* A file with its folders. */
__attribute__((unused)) static void fake_file(int root, const char *path,
					      const char *text)
{
	int fd;

	fake_parents(root, path);
	fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	close(fd);
}

__attribute__((unused)) static void fake_link(int root, const char *path,
					      const char *target)
{
	fake_parents(root, path);
	unlinkat(root, path, 0);
	if (symlinkat(target, root, path) < 0)
		abort();
}

/* What a file holds, up to its first newline. */
__attribute__((unused)) static const char *fake_content(int root, const char *path)
{
	static char text[512];
	int fd = openat(root, path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[got < 0 ? 0 : got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text;
}

#endif
