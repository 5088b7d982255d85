/* SPDX-License-Identifier: GPL-2.0-or-later */
/* left_out.h: the networks that `up --keep-going` goes on without, and why. */
#ifndef BEDPLATE_HOST_PREP_LEFT_OUT_H
#define BEDPLATE_HOST_PREP_LEFT_OUT_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/guests.h"
#include "lib/networks.h"

struct left_network {
	char name[NETWORK_NAME_MAX + 1];
	bool out;       /* taken as though it had no file; tried with and without */
	struct err why; /* code 0 while that is not known */
};

/* All that may be left out: those that are not up yet. */
struct left_out {
	struct left_network *items; /* in the order of their names */
	size_t count;
};

/* Adds one, out. 0, or -ENOMEM. */
int left_out_add(struct left_out *left, const char *name);
void left_out_release(struct left_out *left);

/* Marks those that are out in what was read; NULL has none. */
void left_out_apply(const struct left_out *left, struct networks *networks);

/* Logs why each is out, and the guests that miss it. Adds their names to `names`, parted by
 * ", ". The code of the first, 0 where none is out. */
int left_out_tell(const struct left_out *left, const struct guests *guests,
		  struct strbuf *names);

#endif
