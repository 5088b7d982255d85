/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guests.h: the guest files, as far as the host's boot follows from them. */
#ifndef BEDPLATE_LIB_GUESTS_H
#define BEDPLATE_LIB_GUESTS_H

#include <stddef.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "lib/schema/guest.h"

struct guest {
	char *name;                    /* "web" of guests/web.conf */
	struct conf *conf;             /* for origin_text (lib/origin.h) */
	const struct guest_conf *data; /* conf's */
};

/* A file that is wrong: what could be read of it. */
struct guest_wrong {
	struct guest guest; /* `conf` and `data` are NULL where its name is wrong */
	struct err why;
};

struct guests {
	struct guest *items; /* in the order of their names */
	size_t count;
	struct guest_wrong *wrong; /* guests_read_each's */
	size_t wrong_count;
};

#define GUESTS_INIT           \
	{                     \
		.items = NULL \
	}

/* Reads and checks etc/bedplate/guests/NAME.conf below the root. A folder that is not there
 * is no guests. A file that is wrong is an error: what its guest needs of the boot is
 * not known then. The mistakes of all files are found in one go. On failure, too, the guests are to be released. */
int guests_read(struct guests *guests, int root_fd, struct err *err);

/* The same for who can go on without some: a file that is wrong goes to `wrong`, and is no failure. */
int guests_read_each(struct guests *guests, int root_fd, struct err *err);

/* Adds a guest that has no file to `wrong`, with the defaults as its data. */
int guests_add_gone(struct guests *guests, const char *name, struct err *err);

/* Puts those whose files are wrong among the others, as far as they could be read: for what is done with guests that
 * run. */
void guests_keep_wrong(struct guests *guests);

/* Gives all others back; the one may be of `wrong`. Returns where this one stands now; its conf and data stay where they are. */
const struct guest *guests_keep(struct guests *guests, const struct guest *guest);

void guests_release(struct guests *guests);
#define _cleanup_guests_ __attribute__((cleanup(guests_release)))

#endif
