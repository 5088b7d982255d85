/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_main.h: the command `bedplate mkinitramfs verify`. */
#ifndef BEDPLATE_MKINITRAMFS_VERIFY_MAIN_H
#define BEDPLATE_MKINITRAMFS_VERIFY_MAIN_H

#include "mkinitramfs/args.h"

/* Verifies one image, prints what was found, and notes it in the record beside the image
 * where there is one. An exit code. */
int verify_main(const struct args *args, struct err *err);

#endif
