/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place.h: the folder that images are installed in ([Image] Directory=) and the names
 * there.
 *
 *	NAME                     the image ([Image] Name=, %v is the kernel's version)
 *	NAME.prev, NAME.prev2    those before it. grub-mkconfig asks for images by exact
 *	                         names that end in the version or in .img (util/grub.d/
 *	                         10_linux.in), so it takes these for no kernel's.
 *	NAME.json, ...           their records (record.h)
 *	NAME.failure             why the last update failed (failure.h)
 *	.NAME.bedplate-new       what is being written
 */
#ifndef BEDPLATE_LIB_PLACE_H
#define BEDPLATE_LIB_PLACE_H

#include <stdbool.h>

#include "lib/names.h"
#include "lib/record.h"
#include "lib/schema/host.h"

#define PLACE_STAGED_SUFFIX ".bedplate-new"

enum { PLACE_KEEP_MAX = 9 };

struct place {
	int fd;
	int root_fd;      /* of the system that it belongs to; not owned */
	const char *dir;  /* as the configuration has it; not owned */
	const char *name; /* Name=; not owned */
	int keep;         /* previous images */
};

#define PLACE_INIT       \
	{                \
		.fd = -1 \
	}

/* Opens the folder below the root. */
int place_open(struct place *place, const struct host_conf *host, int root_fd,
	       struct err *err);
/* -ENOENT where /etc/fstab has a file system for the folder (/boot, mostly) that is not
 * mounted: what is written then is not where the boot loader looks. */
int place_check_mounted(const char *dir, int root_fd, struct err *err);

void place_release(struct place *place);
#define _cleanup_place_ __attribute__((cleanup(place_release)))

/* Waits until no other bedplate works in the folder, and keeps others out from then on. It
 * is said if that takes time. A signal ends the wait and the program. */
int place_lock(const struct place *place, struct err *err);

/* Heap strings; NULL without memory. */
char *place_image(const struct place *place, const char *version);
char *place_previous(const char *image, int number); /* 1 is the latest */
char *place_staged(const char *name);

/* The number of a previous image's name, and the length of the image's in front; 0 where it
 * is none. */
int place_previous_number(const char *name, size_t *length);

/* An image that has a record. */
struct placed {
	char *name;
	struct record record;
	int previous; /* its number; 0: it is a kernel's present one */
	bool whole;   /* the image is there and is the one that the record is about */
	bool there;   /* a file of this name is there */
};

struct placed_list {
	struct placed *items;
	size_t count;
};

#define PLACED_LIST_INIT      \
	{                     \
		.items = NULL \
	}

/* All that have one, in the order of their names. */
int place_list(const struct place *place, struct placed_list *list, struct err *err);
void placed_list_release(struct placed_list *list);
#define _cleanup_placed_list_ __attribute__((cleanup(placed_list_release)))

/* Reads one by its name; a record that is not there, or is none, leaves record.json NULL. */
int placed_read(const struct place *place, const char *name, struct placed *placed,
		struct err *err);
void placed_release(struct placed *placed);
#define _cleanup_placed_ __attribute__((cleanup(placed_release)))

#endif
