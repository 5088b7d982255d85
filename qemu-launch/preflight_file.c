/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * preflight_file.c: what the guests' files are, and who uses them now.
 *
 * A block device that is mounted, swapped to, or a part of another one is opened by the kernel
 * for itself alone, so that O_EXCL is refused (open(2)). QEMU says what it does with an image
 * by read locks on single bytes, of open file descriptions: byte 100 + N where it does N, 200 +
 * N where it bears nobody doing N; N is 1 for writing (QEMU's block/file-posix.c and
 * docs/system/images, "image locking").
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/mount_text.h"
#include "lib/names.h"
#include "qemu-launch/preflight.h"

enum { BYTE_DOES = 100, BYTE_BEARS_NOT = 200, TO_WRITE = 1, LINE_SIZE = 1024 };

static bool is_locked(int fd, off_t byte)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1
	};

	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static void read_locks(struct preflight_file *file, int machine_fd)
{
	_cleanup_close_ int fd =
		file_open(machine_fd, file->path, O_RDONLY | O_NONBLOCK, NULL);

	if (fd < 0)
		return;
	file->locked = is_locked(fd, BYTE_DOES + TO_WRITE);
	file->guarded = is_locked(fd, BYTE_BEARS_NOT + TO_WRITE);
}

static void read_busy(struct preflight_file *file, int machine_fd)
{
	int fd = file_open(machine_fd, file->path, O_RDONLY | O_EXCL | O_NONBLOCK, NULL);

	file->busy = fd == -EBUSY;
	cleanup_close(&fd);
}

/* "dm-3 (vg0-web)" of each device that stands on it. */
static void read_holder(struct preflight_file *file, int machine_fd, dev_t device)
{
	_cleanup_names_ struct names holders = NAMES_INIT;
	char path[400], name[96] = "";

	snprintf(path, sizeof(path), "sys/dev/block/%u:%u/holders", major(device),
		 minor(device));
	if (names_read(&holders, machine_fd, path) || !holders.count)
		return;
	snprintf(path, sizeof(path), "sys/dev/block/%u:%u/holders/%.255s/dm/name",
		 major(device), minor(device), holders.items[0]);
	file_read_line(machine_fd, path, name, sizeof(name), NULL);
	snprintf(file->holder, sizeof(file->holder), "%.40s%s%s%s", holders.items[0],
		 *name ? " (" : "", name, *name ? ")" : "");
}

/* A volume group's folder in /dev comes with its first volume. */
static bool lacks_folder(const char *path, int machine_fd)
{
	_cleanup_free_ char *folder = strdup(path + (*path == '/'));
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (!slash || !strncmp(path, "/dev/", 5))
		return false;
	*slash = '\0';
	return faccessat(machine_fd, folder, F_OK, 0) < 0 && errno == ENOENT;
}

static void look(struct preflight_file *file, int machine_fd)
{
	struct stat st;

	if (fstatat(machine_fd, file->path + (*file->path == '/'), &st, 0) < 0) {
		file->error = errno;
		file->no_folder =
			file->error == ENOENT && lacks_folder(file->path, machine_fd);
		return;
	}
	file->is_block = S_ISBLK(st.st_mode);
	file->is_folder = S_ISDIR(st.st_mode);
	file->is_regular = S_ISREG(st.st_mode);
	file->device = file->is_block ? st.st_rdev : st.st_dev;
	file->inode = file->is_block ? 0 : st.st_ino;
	if (file->is_block) {
		preflight_node_name(machine_fd, st.st_rdev, file->node);
		read_busy(file, machine_fd);
		read_holder(file, machine_fd, st.st_rdev);
	}
	if (file->is_block || file->is_regular)
		read_locks(file, machine_fd);
}

/* ---- mounts and swaps ---- */

/* The device is at the start of the third field, the place in the fifth:
 * proc_pid_mountinfo(5). */
static void take_mount(struct preflight_facts *facts, int machine_fd, char *line,
		       bool *failed)
{
	char point[LINE_SIZE], source[LINE_SIZE] = "", what[PREFLIGHT_TEXT];
	const char *rest = strstr(line, " - ");
	unsigned device[2];
	struct stat st;

	if (sscanf(line, "%*u %*u %u:%u %*s %1023s", &device[0], &device[1], point) != 3)
		return;
	mount_text_decode(point);
	/* Number 0 is no device: btrfs has several, and names one in front of its options. */
	if (!device[0] && rest && sscanf(rest, " - %*s %1023s", source) == 1 &&
	    *source == '/' && fstatat(machine_fd, source + 1, &st, 0) == 0 &&
	    S_ISBLK(st.st_mode)) {
		device[0] = major(st.st_rdev);
		device[1] = minor(st.st_rdev);
	}
	snprintf(what, sizeof(what), "mounted on %.120s", point);
	if (device[0] &&
	    preflight_add_stand(facts, machine_fd, makedev(device[0], device[1]), what))
		*failed = true;
	for (size_t i = 0; i < facts->file_count; i++) {
		struct preflight_file *file = &facts->files[i];

		if (file->is_block && file->device == makedev(device[0], device[1]) &&
		    !*file->used)
			snprintf(file->used, sizeof(file->used), "%s", what);
	}
}

static void take_swap(struct preflight_facts *facts, int machine_fd, char *line,
		      bool *failed)
{
	struct stat st;

	line[strcspn(line, " \t")] = '\0';
	mount_text_decode(line);
	if (*line != '/' || fstatat(machine_fd, line + 1, &st, 0) < 0)
		return;
	if (S_ISBLK(st.st_mode) &&
	    preflight_add_stand(facts, machine_fd, st.st_rdev, "swapped to"))
		*failed = true;
	for (size_t i = 0; i < facts->file_count; i++) {
		struct preflight_file *file = &facts->files[i];

		if (file->device == (S_ISBLK(st.st_mode) ? st.st_rdev : st.st_dev) &&
		    file->inode == (S_ISBLK(st.st_mode) ? 0 : st.st_ino))
			snprintf(file->used, sizeof(file->used), "swapped to");
	}
}

/* A whole disk is the host's where one of its partitions is. */
static void take_parts(struct preflight_facts *facts)
{
	for (size_t i = 0; i < facts->file_count; i++) {
		struct preflight_file *file = &facts->files[i];
		const struct preflight_stand *stand =
			preflight_find_stand(facts, file->node);

		if (stand && !*file->used && !*file->holder)
			snprintf(file->holder, sizeof(file->holder), "%.40s, %.110s,",
				 stand->name, stand->what);
	}
}

static int read_users(struct preflight_facts *facts, int machine_fd)
{
	bool failed = false;
	_cleanup_strbuf_ struct strbuf mounts, swaps;
	char *rest, *line;

	strbuf_init(&mounts, 0);
	strbuf_init(&swaps, 0);
	file_read(machine_fd, "proc/self/mountinfo", &mounts, NULL);
	file_read(machine_fd, "proc/swaps", &swaps, NULL);
	for (rest = mounts.text; (line = strsep(&rest, "\n"));)
		take_mount(facts, machine_fd, line, &failed);
	for (rest = swaps.text; (line = strsep(&rest, "\n"));)
		take_swap(facts, machine_fd, line, &failed);
	take_parts(facts);
	return failed ? -ENOMEM : 0;
}

/* ---- all ---- */

static size_t file_of(struct preflight_facts *facts, const char *path)
{
	for (size_t i = 0; i < facts->file_count; i++)
		if (!strcmp(facts->files[i].path, path))
			return i;
	facts->files[facts->file_count] = (struct preflight_file){ .path = path };
	return facts->file_count++;
}

int preflight_read_files(struct preflight *preflight)
{
	struct preflight_facts *facts = &preflight->facts;

	facts->files = calloc(preflight->use_count + 1, sizeof(*facts->files));
	if (!facts->files)
		return -ENOMEM;
	for (size_t i = 0; i < preflight->use_count; i++)
		if (!(preflight->uses[i].flags & USE_SOCKET))
			preflight->uses[i].file = file_of(facts, preflight->uses[i].path);
	for (size_t i = 0; i < facts->file_count; i++)
		look(&facts->files[i], preflight->machine_fd);
	return read_users(facts, preflight->machine_fd);
}
