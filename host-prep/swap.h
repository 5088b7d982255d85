/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * swap.h: swap space: partitions, logical volumes, files, zram.
 *
 * How it works: for each [Swap] section swap_look finds out what is there: the device or
 * file, what it holds, whether it is in use. swap_decide (pure) says what is to be done
 * about it or why nothing can be. The part makes steps of that. Areas are known by the path
 * that proc/swaps has for them, with links followed; a zram device, whose number is the
 * kernel's choice, by its label.
 */
#ifndef BEDPLATE_HOST_PREP_SWAP_H
#define BEDPLATE_HOST_PREP_SWAP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host-prep/part.h"

#define SWAP_ZRAM_CONTROL "sys/class/zram-control"

enum { SWAP_TEXT = 256, SWAP_ORIGIN = 160, SWAP_ZRAM_PRIORITY = 100 };

/* ---- what the kernel swaps to ---- */

struct swap_area {
	char path[PATH_MAX]; /* "/dev/dm-1", "/swap/file" */
	uint64_t size, used; /* bytes */
	int priority;
	dev_t device; /* of a block device; 0 of a file */
};

struct swap_areas {
	struct swap_area *items;
	size_t count;
	uint64_t memory, available; /* of the machine: MemTotal, MemAvailable; bytes */
};

#define SWAP_AREAS_INIT       \
	{                     \
		.items = NULL \
	}

/* Reads proc/swaps and proc/meminfo. */
int swap_areas_read(struct swap_areas *areas, int root_fd, struct err *err);
void swap_areas_release(struct swap_areas *areas);
#define _cleanup_areas_ __attribute__((cleanup(swap_areas_release)))

/* By its path, or by a block device's number (0: none), as it may have several nodes. */
const struct swap_area *swap_areas_find(const struct swap_areas *areas, const char *path,
					dev_t device);

/* The number of a path that is a block device; 0 of anything else. */
dev_t swap_device_number(int root_fd, const char *path);

/* ---- what a device or file holds (swap_probe.c) ---- */

enum swap_content {
	SWAP_BLANK,      /* nothing that is known */
	SWAP_SPACE,      /* swap space of this machine's page size */
	SWAP_HIBERNATED, /* the memory of a machine that sleeps */
	SWAP_OTHER,      /* something else */
};

struct swap_probe {
	enum swap_content content;
	char what[SWAP_TEXT]; /* of SWAP_OTHER: "ext4 \"data\"", "partitions (gpt)" */
	char label[64], uuid[64];
};

/* Looks at an open device or file with libblkid. */
int swap_probe(struct swap_probe *probe, int fd, const char *name, struct err *err);

/* ---- what there is of a section ---- */

struct swap_seen {
	bool there;
	char path
		[PATH_MAX]; /* as proc/swaps would have it; of what is not there, as wished */
	uint64_t size;      /* bytes */
	struct swap_probe probe;
	char held[SWAP_TEXT]; /* "it is mounted on /srv", "dm-0 stands on it"; "" */
	/* of files */
	bool is_file, is_sparse;
	bool is_copied; /* btrfs would write it anew elsewhere */
	mode_t mode;
	char unfit[SWAP_TEXT]; /* why the file system cannot have it; "" */
	uint64_t room;         /* what is free there for it, bytes */
	/* of zram */
	char algorithm[32];
	uint64_t limit;
	/* now */
	bool active;
	uint64_t used;
	int priority;
	int discard; /* as it was brought into use here; -1: not known, nor told by the kernel */
};

/* What a section asks for, with its shares worked out. */
struct swap_wish {
	const struct host_swap *conf;
	char origin[SWAP_ORIGIN];
	uint64_t size; /* of a file or zram device; 0: not given */
	int priority;  /* -1: any below 0 */
	char label[20];
};

/* `zram_number` counts the zram sections: their labels are made of it. */
void swap_wish_make(struct swap_wish *wish, const struct part_context *context,
		    size_t index, unsigned zram_number, uint64_t memory);

/* -ENODEV where a device by that name is not there, with what is. That a file or zram
 * device is not there is no failure. */
int swap_look(struct swap_seen *seen, int root_fd, const struct swap_wish *wish,
	      const struct swap_areas *areas, struct err *err);

/* The device of "UUID=...", "LABEL=...", "PARTUUID=...", "PARTLABEL=..." or a path, as a path
 * with links followed (swap_find.c). */
int swap_find_device(int root_fd, const char *spec, char path[PATH_MAX], struct err *err);

/* A path below the root with all links followed. */
int swap_real_path(int root_fd, const char *path, char real[PATH_MAX], struct err *err);

/* ... of a file that is not there: those of its folder. */
int swap_new_path(int root_fd, const char *path, char real[PATH_MAX], struct err *err);

/* ---- what is to be done ---- */

struct swap_decision {
	bool off;    /* taken out of use first */
	bool make;   /* the file or zram device is made, in place of one that is there */
	bool format; /* a blank device becomes swap space */
	bool chmod;  /* the file is closed to others */
	bool on;
};

/* -EBUSY, -EMEDIUMTYPE, -ENOSPC, ... where it must not or cannot be. Pure. */
int swap_decide(struct swap_decision *decision, const struct swap_wish *wish,
		const struct swap_seen *seen, uint64_t available, struct err *err);

/* ---- who else names it (swap_others.c) ---- */

/* Notes that a line of fstab(5) names it, too. What brings it into use at boot knows no priority and
 * no way to discard of ours, and is not taken back by down. */
void swap_note_fstab(const struct part_context *context, const char *fstab,
		     const char *path, const char *origin);

/* -EBUSY, a mistake, where it is a guest's disk. */
int swap_check_guests(const struct part_context *context, const char *path,
		      const char *origin, struct err *err);

/* ---- doing ---- */

/* What is done, to be handed to a step as its data. */
struct swap_job {
	int root_fd;
	char path[PATH_MAX];
	bool is_file, is_zram;
	uint64_t size, limit;
	uint64_t old_size;          /* of a file that was there before */
	int priority, old_priority; /* old: of an area that was in use before */
	int discard, old_discard;   /* as host_swap_discard's words */
	mode_t mode;
	char label[20], uuid[40], algorithm[32];
};

/* swapon(2) and swapoff(2), also of areas that are links or below another root. */
int swap_on(const struct swap_job *job, int priority, struct err *err);
int swap_off(const struct swap_job *job, struct err *err);

/* mkswap(8) with the label and UUID. */
int swap_format(const struct swap_job *job, struct err *err);

/* Makes a file: without holes, mode 0600, on btrfs without copy on write, with swap space in
 * it. It appears whole or not at all. */
int swap_file_make(const struct swap_job *job, struct err *err);
int swap_file_remove(const struct swap_job *job, struct err *err);

/* What a file is made as before it gets its name: whether one that did not come to its end is
 * there, and its end. */
bool swap_file_has_rest(int root_fd, const char *path);
int swap_file_remove_rest(const struct swap_job *job, struct err *err);

/* Fills in what a file system says of a file's place (swap_file.c). */
void swap_file_check(struct swap_seen *seen, int root_fd);

/* Whether an open file is on btrfs and not without copy on write. */
bool swap_file_is_copied(int fd);

/* Makes a zram device and notes its path in the job; takes one away. */
int swap_zram_make(struct swap_job *job, struct err *err);
int swap_zram_remove(const struct swap_job *job, struct err *err);

/* Finds the zram device with this label: 1 with its path and what it is like, or 0. */
int swap_zram_find(struct swap_seen *seen, int root_fd, const char *label,
		   struct err *err);

/* Finds a zram device of this size that holds nothing: 1 with its path, or 0. */
int swap_zram_find_blank(int root_fd, uint64_t size, char path[PATH_MAX],
			 struct err *err);

#endif
