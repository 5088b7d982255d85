/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the comparison of /init's activation of volumes with lvm2's is made with, in a guest.
 *
 *   lvmnative map GROUP VOLUME...   activate as /init does without lvm; one line a volume:
 *                                   "VOLUME active" or "VOLUME refused: REASON"
 *   lvmnative show                  every mapped device: "NAME UUID ro|rw|suspended READAHEAD",
 *                                   then its table, as the kernel has them
 *   lvmnative remove                remove every mapped device
 *   lvmnative wipe DEVICE...        take the label of physical volumes away
 *
 * It is linked from /init's own sources; showing and removing are its own, so that a fault in
 * dm.c does not hide itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/dm-ioctl.h>

#include "init/lvm_native.h"
#include "lib/cleanup.h"
#include "lib/log.h"

enum { ROOM = 1 << 20, LABEL_AREA = 4096, DEVICES_MAX = 256 };

union request {
	struct dm_ioctl header;
	char room[ROOM];
};

static union request request;

static int dm_ask(int fd, unsigned long command, const char *name, uint32_t flags)
{
	struct dm_ioctl *header = &request.header;

	memset(header, 0, sizeof(*header));
	header->version[0] = DM_VERSION_MAJOR;
	header->data_size = sizeof(request);
	header->data_start = sizeof(*header);
	header->flags = flags;
	snprintf(header->name, sizeof(header->name), "%s", name);
	return ioctl(fd, command, &request);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Fills `names` in order; returns how many there are. */
static size_t dm_list(int fd, char (*names)[DM_NAME_LEN])
{
	const char *at = request.room + sizeof(request.header);
	size_t count = 0;

	if (dm_ask(fd, DM_LIST_DEVICES, "", 0) < 0)
		return 0;
	for (;;) {
		const struct dm_name_list *entry = (const void *)at;

		if (!entry->dev || count == DEVICES_MAX)
			break;
		snprintf(names[count++], DM_NAME_LEN, "%s", entry->name);
		if (!entry->next)
			break;
		at += entry->next;
	}
	qsort(names, count, sizeof(*names), by_name);
	return count;
}

static unsigned long read_ahead(dev_t devno)
{
	char path[64];
	unsigned long kib = 0;
	FILE *stream;

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/queue/read_ahead_kb",
		 major(devno), minor(devno));
	stream = fopen(path, "re");
	if (!stream || fscanf(stream, "%lu", &kib) != 1)
		kib = 0;
	if (stream)
		fclose(stream);
	return kib;
}

static void show_table(void)
{
	const char *start = request.room + request.header.data_start, *at = start;

	for (uint32_t i = 0; i < request.header.target_count; i++) {
		const struct dm_target_spec *spec = (const void *)at;

		printf("  %llu %llu %s %s\n", (unsigned long long)spec->sector_start,
		       (unsigned long long)spec->length, spec->target_type,
		       (const char *)(spec + 1));
		at = start + spec->next;
	}
}

static void show_device(int fd, const char *name)
{
	const struct dm_ioctl *header = &request.header;
	const char *state;

	if (dm_ask(fd, DM_TABLE_STATUS, name, DM_STATUS_TABLE_FLAG) < 0) {
		printf("%s: %s\n", name, strerror(errno));
		return;
	}
	state = header->flags & DM_SUSPEND_FLAG    ? "suspended"
		: header->flags & DM_READONLY_FLAG ? "ro"
						   : "rw";
	printf("%s %s %s %lu\n", header->name, header->uuid, state,
	       read_ahead((dev_t)header->dev));
	show_table();
}

/* A device goes only when none stands on it: in rounds, until a round removes none. */
static int remove_all(int fd)
{
	static char names[DEVICES_MAX][DM_NAME_LEN];
	size_t count, before = 0;

	while ((count = dm_list(fd, names)) && count != before) {
		before = count;
		for (size_t i = 0; i < count; i++)
			dm_ask(fd, DM_DEV_REMOVE, names[i], 0);
	}
	return count ? EXIT_FAILED : EXIT_DONE;
}

static int map(char **argv)
{
	struct devices devices = { .root_fd = open("/", O_PATH | O_CLOEXEC) };
	int refused = EXIT_DONE;

	devices_scan(&devices);
	devices_find_pvs(&devices);
	for (char **volume = argv + 1; *volume; volume++) {
		struct err err = ERR_INIT;

		if (lvm_native_activate(&devices, argv[0], *volume, &err) < 0) {
			printf("%s refused: %s\n", *volume, err.text);
			refused = EXIT_FAILED;
		} else {
			printf("%s active\n", *volume);
		}
	}
	return refused;
}

static int wipe(char **paths)
{
	static const char zeros[LABEL_AREA];

	for (; *paths; paths++) {
		_cleanup_close_ int fd = open(*paths, O_WRONLY | O_CLOEXEC);

		if (fd < 0 || pwrite(fd, zeros, sizeof(zeros), 0) < 0) {
			perror(*paths);
			return EXIT_FAILED;
		}
	}
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	static char names[DEVICES_MAX][DM_NAME_LEN];
	int fd = open("/dev/mapper/control", O_RDWR | O_CLOEXEC);

	log_open(LOG_TO_STDERR, "lvmnative");
	if (argc > 2 && strcmp(argv[1], "map") == 0)
		return map(argv + 2);
	if (argc > 1 && strcmp(argv[1], "wipe") == 0)
		return wipe(argv + 2);
	if (argc == 2 && strcmp(argv[1], "remove") == 0)
		return remove_all(fd);
	if (argc != 2 || strcmp(argv[1], "show") != 0)
		return EXIT_USAGE;
	for (size_t i = 0, count = dm_list(fd, names); i < count; i++)
		show_device(fd, names[i]);
	return EXIT_DONE;
}
