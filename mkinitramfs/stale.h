/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stale.h: whether an image is still what would be made now. */
#ifndef BEDPLATE_MKINITRAMFS_STALE_H
#define BEDPLATE_MKINITRAMFS_STALE_H

#include <jansson.h>

#include "lib/place.h"

/* Adds to a JSON array of texts why an image would be made anew: "etc/bedplate/host.conf
 * changed". Nothing is added where it is up to date. `texts` is what collect_texts gives
 * now. `kernel` is the file that is to be the kernel's, NULL: the one that is there. No module is
 * opened and nothing planned: it takes a stat(2) per input. */
int stale_find(const struct place *place, const struct placed *placed,
	       const struct inputs *texts, const char *kernel, json_t *reasons,
	       struct err *err);

/* The reasons as one line: the first few, and how many more there are. */
void stale_write(const json_t *reasons, struct strbuf *out);

#endif
