/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pci_use.c: what the host does with PCI functions.
 *
 * A network interface, disk or screen is its driver's child in sysfs, so the last PCI
 * address in its path says which function it comes from. What is mounted, or swapped to,
 * may stand on others (LVM, RAID, encryption): they are followed down by "slaves".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/mount_text.h"
#include "lib/names.h"
#include "lib/pci_use.h"

enum { DEPTH_MAX = 8, PATH_SIZE = 320 };

/* The function whose address stands last in a path; NULL where there is none. */
static struct pci_use *find_in_path(struct pci_uses *uses, const char *path)
{
	struct pci_use *found = NULL;
	size_t where = 0;

	for (size_t i = 0; i < uses->count; i++) {
		const char *name = uses->items[i].name;
		const char *at = strstr(path, name);

		if (at && at > path && at[-1] == '/' && at[strlen(name)] == '/' &&
		    (size_t)(at - path) >= where) {
			where = (size_t)(at - path);
			found = &uses->items[i];
		}
	}
	return found;
}

/* Adds a word to a list of them; one that does not fit is left out. */
static void add_word(char text[PCI_USE_TEXT], const char *word)
{
	size_t length = strlen(text);

	if (length + strlen(word) + 3 <= PCI_USE_TEXT)
		snprintf(text + length, PCI_USE_TEXT - length, "%s%s", length ? ", " : "",
			 word);
}

static bool read_class_link(int root_fd, const char *folder, const char *name,
			    char target[512])
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "sys/class/%s/%s", folder, name);
	return file_read_link(root_fd, path, target, 512, NULL) > 0;
}

/* Cards, not their connectors; disks, not their partitions. */
static bool is_part(int root_fd, const char *folder, const char *name)
{
	char path[PATH_SIZE];

	if (!strcmp(folder, "drm"))
		return strncmp(name, "card", 4) != 0 || strchr(name, '-');
	snprintf(path, sizeof(path), "sys/class/%s/%s/partition", folder, name);
	return file_exists(root_fd, path);
}

static bool is_up(int root_fd, const char *folder, const char *name)
{
	char path[PATH_SIZE], line[32];

	snprintf(path, sizeof(path), "sys/class/%s/%s/operstate", folder, name);
	return file_read_line(root_fd, path, line, sizeof(line), NULL) >= 0 &&
	       !strcmp(line, "up");
}

static int read_class(struct pci_uses *uses, int root_fd, const char *folder,
		      struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	char path[PATH_SIZE], target[512];

	snprintf(path, sizeof(path), "sys/class/%s", folder);
	if (names_read(&names, root_fd, path))
		return err_sys(err, ENOMEM, "reading %s", path);
	for (size_t i = 0; i < names.count; i++) {
		struct pci_use *function = NULL;

		if (read_class_link(root_fd, folder, names.items[i], target))
			function = find_in_path(uses, target);
		if (!function || is_part(root_fd, folder, names.items[i]))
			continue;
		add_word(function->uses, names.items[i]);
		if (is_up(root_fd, folder, names.items[i]))
			add_word(function->up, names.items[i]);
	}
	return 0;
}

/* Says of all functions below a block device what it is held for. */
static int hold(struct pci_uses *uses, int root_fd, const char *name, const char *what,
		int depth)
{
	_cleanup_names_ struct names below = NAMES_INIT;
	struct pci_use *function = NULL;
	char path[PATH_SIZE], target[512], text[PCI_USE_TEXT];
	int result = 0;

	if (depth > DEPTH_MAX)
		return 0;
	if (read_class_link(root_fd, "block", name, target))
		function = find_in_path(uses, target);
	snprintf(text, sizeof(text), "%.120s (%.48s)", what, name);
	if (function && !strstr(function->held, text))
		add_word(function->held, text);
	snprintf(path, sizeof(path), "sys/class/block/%s/slaves", name);
	if (names_read(&below, root_fd, path))
		return -ENOMEM;
	for (size_t i = 0; !result && i < below.count; i++)
		result = hold(uses, root_fd, below.items[i], what, depth + 1);
	return result;
}

/* The last part of a link's target; of what is no link, of its own name. */
static void last_of_link(int root_fd, const char *path, char name[256])
{
	char target[512];
	const char *slash;

	if (file_read_link(root_fd, path, target, sizeof(target), NULL) < 0)
		snprintf(target, sizeof(target), "%s", path);
	slash = strrchr(target, '/');
	snprintf(name, 256, "%.255s", slash ? slash + 1 : target);
}

/* A block device's name in sysfs by its node: by the node's number, for without udev a mapped
 * device's node has a name that sysfs does not know; or else by its own name, which may
 * be a link's ("/dev/mapper/vg-root"). */
static void name_of_node(int root_fd, const char *node, char name[256])
{
	char path[64];
	struct stat st;

	if (fstatat(root_fd, node + (*node == '/'), &st, 0) < 0 || !S_ISBLK(st.st_mode)) {
		last_of_link(root_fd, node, name);
		return;
	}
	snprintf(path, sizeof(path), "sys/dev/block/%u:%u", major(st.st_rdev),
		 minor(st.st_rdev));
	last_of_link(root_fd, path, name);
}

static int hold_mounts(struct pci_uses *uses, int root_fd, char *text)
{
	int result = 0;
	char *rest = text, *line;

	while (!result && (line = strsep(&rest, "\n"))) {
		char point[256], source[256], name[256], path[64];
		unsigned number_major, number_minor;
		const char *behind = strstr(line, " - ");

		/* ID PARENT MAJ:MIN SUBTREE POINT ... - TYPE SOURCE, proc_pid_mountinfo(5) */
		if (!behind ||
		    sscanf(line, "%*s %*s %u:%u %*s %255s", &number_major, &number_minor,
			   point) != 3 ||
		    sscanf(behind, " - %*s %255s", source) != 1)
			continue;
		mount_text_decode(point);
		mount_text_decode(source);
		snprintf(path, sizeof(path), "sys/dev/block/%u:%u", number_major,
			 number_minor);
		if (number_major)
			last_of_link(root_fd, path, name);
		else if (!strncmp(source, "/dev/", 5))
			name_of_node(root_fd, source, name);
		else
			continue;
		result = hold(uses, root_fd, name, point, 0);
	}
	return result;
}

static int hold_swaps(struct pci_uses *uses, int root_fd, char *text)
{
	int result = 0;
	char *rest = text, *line;

	while (!result && (line = strsep(&rest, "\n"))) {
		char node[256], name[256];

		if (sscanf(line, "%255s partition", node) != 1 ||
		    strncmp(node, "/dev/", 5) != 0)
			continue;
		name_of_node(root_fd, node, name);
		result = hold(uses, root_fd, name, "swap", 0);
	}
	return result;
}

int pci_uses_init(struct pci_uses *uses, size_t count, struct err *err)
{
	*uses = (struct pci_uses){ .items = calloc(count + 1, sizeof(*uses->items)),
				   .count = count };
	return uses->items ? 0
			   : err_sys(err, ENOMEM,
				     "reading what the host does with PCI devices");
}

void pci_uses_release(struct pci_uses *uses)
{
	free(uses->items);
	*uses = (struct pci_uses)PCI_USES_INIT;
}

int pci_uses_read(struct pci_uses *uses, int root_fd, struct err *err)
{
	static const char *const classes[] = { "net", "block", "drm" };
	_cleanup_strbuf_ struct strbuf text;
	int result = 0;

	strbuf_init(&text, 0);
	for (size_t i = 0; !result && i < ARRAY_SIZE(classes); i++)
		result = read_class(uses, root_fd, classes[i], err);
	if (result)
		return result;
	file_read(root_fd, "proc/self/mountinfo", &text, NULL);
	result = hold_mounts(uses, root_fd, text.text);
	strbuf_truncate(&text, 0);
	file_read(root_fd, "proc/swaps", &text, NULL);
	if (!result)
		result = hold_swaps(uses, root_fd, text.text);
	return result ? err_sys(err, ENOMEM,
				"reading what the host does with PCI devices")
		      : 0;
}
