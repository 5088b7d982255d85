/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module_private.h: what the files of the module set share. */
#ifndef BEDPLATE_MKINITRAMFS_MODULE_PRIVATE_H
#define BEDPLATE_MKINITRAMFS_MODULE_PRIVATE_H

#include "mkinitramfs/modules.h"

/* Has the set's module of this index loaded before another; once is enough. */
int module_put_before(struct module *module, size_t index, struct err *err);

int module_no_memory(struct err *err);

#endif
