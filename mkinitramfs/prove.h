/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prove.h: a new image is verified before it takes the place of the one that is there. */
#ifndef BEDPLATE_MKINITRAMFS_PROVE_H
#define BEDPLATE_MKINITRAMFS_PROVE_H

#include <jansson.h>

#include "mkinitramfs/install.h"
#include "mkinitramfs/upkeep.h"
#include "mkinitramfs/verify.h"

struct proof {
	const char *file; /* the image under a name that QEMU can open as well */
	const char *version;
	const struct args *args;
	const struct host_conf *host;
	int root_fd;
};

/* Verifies an image as [Image] Verify= says, which is not "no". -EBADMSG where it failed:
 * it must not be installed, and what is wrong was logged. A boot that cannot be tried is a
 * warning with the reason, and looking at the image was enough. */
int prove_image(const struct proof *proof, struct verify_result *result, struct err *err);

/* The same for what install_stage has written; the verdict goes into the staged record and
 * into the row. Bytes that passed already are not verified again. */
int prove_staged(const struct upkeep *upkeep, const struct install *install,
		 const char *version, json_t *row, struct err *err);

#endif
