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

struct guests {
	struct guest *items; /* in the order of their names */
	size_t count;
};

#define GUESTS_INIT           \
	{                     \
		.items = NULL \
	}

/* Reads and checks etc/bedplate/guests/NAME.conf below the root. A folder that is not there
 * is no guests. A file that is wrong is an error: what its guest needs of the boot is
 * not known then. The mistakes of all files are found in one go. On failure, too, the guests are to be released. */
int guests_read(struct guests *guests, int root_fd, struct err *err);

void guests_release(struct guests *guests);
#define _cleanup_guests_ __attribute__((cleanup(guests_release)))

#endif
