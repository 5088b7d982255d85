/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list.h: bedplate mkinitramfs --list. */
#ifndef BEDPLATE_MKINITRAMFS_LIST_H
#define BEDPLATE_MKINITRAMFS_LIST_H

#include <stdbool.h>

#include "lib/err.h"

/* Prints what an initramfs file holds, as ls -l does or as JSON. */
int list_run(const char *path, bool json, struct err *err);

#endif
