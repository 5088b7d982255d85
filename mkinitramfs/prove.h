/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prove.h: a staged image is verified before it takes the place of the one that is there. */
#ifndef BEDPLATE_MKINITRAMFS_PROVE_H
#define BEDPLATE_MKINITRAMFS_PROVE_H

#include <jansson.h>

#include "mkinitramfs/install.h"
#include "mkinitramfs/upkeep.h"

/* Verifies what install_stage has written, as [Image] Verify= says, and puts the verdict into
 * the staged record and into the row. Bytes that passed already are not verified again.
 * -EBADMSG where the image failed: it must not be installed. A boot that cannot be tried
 * is a warning with the reason, and looking at the image was enough. */
int prove_staged(const struct upkeep *upkeep, const struct install *install,
		 const char *version, json_t *row, struct err *err);

#endif
