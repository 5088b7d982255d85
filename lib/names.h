/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names.h: the names in a folder below a root, in an order that does not depend on the
 * file system. */
#ifndef BEDPLATE_LIB_NAMES_H
#define BEDPLATE_LIB_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct names {
	char **items;
	size_t count;
};

#define NAMES_INIT            \
	{                     \
		.items = NULL \
	}

/* Reads the names that do not begin with a dot, sorted so that numbers count (sda2 before
 * sda10). A folder that is not there has none. 0, or -ENOMEM. */
int names_read(struct names *names, int root_fd, const char *dir);

/* Adds one behind the others: 0, or -ENOMEM. */
int names_add(struct names *names, const char *name);

bool names_have(const struct names *names, const char *name);

void names_release(struct names *names);
#define _cleanup_names_ __attribute__((cleanup(names_release)))

#endif
