/* SPDX-License-Identifier: GPL-2.0-or-later */
/* collect.h: finds the inputs of an image (inputs.h). */
#ifndef BEDPLATE_MKINITRAMFS_COLLECT_H
#define BEDPLATE_MKINITRAMFS_COLLECT_H

#include "lib/inputs.h"
#include "mkinitramfs/build.h"

/* What is the same for every kernel and no file: the values that are in effect, and in host
 * mode the processor and the root's devices (else `chain` is NULL). */
int collect_texts(struct inputs *inputs, const struct args *args,
		  const struct settings *settings, const struct chain *chain, int root_fd,
		  struct err *err);

/* All of a planned image's. */
int collect_inputs(struct inputs *inputs, const struct args *args,
		   const struct settings *settings, const struct build *build,
		   int root_fd, struct err *err);

#endif
