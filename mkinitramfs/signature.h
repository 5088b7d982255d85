/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signature.h: the signatures of kernel modules, and what their check costs.
 *
 * A signed module ends with its signature, a struct of twelve bytes that has the signature's size, and a
 * line of text (kernel Documentation/admin-guide/module-signing.rst, linux/module_signature.h).
 * The kernel hashes the whole file, debug information included, before it loads anything.
 */
#ifndef BEDPLATE_MKINITRAMFS_SIGNATURE_H
#define BEDPLATE_MKINITRAMFS_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/kernel_config.h"
#include "mkinitramfs/modules.h"

/* The size of a module without the signature behind it; `size` where there is none. */
size_t signature_cut(const uint8_t *data, size_t size);

/* Puts the kernel's fast implementation of the signatures' hash, if that is a module, in front of
 * all modules that are loaded at once: until it is there, the plain C one does the work. */
int signature_speed_up(struct module_set *set, const struct kernel_config *config,
		       struct err *err);

/* Whether this kernel loads modules without a signature; -EPERM where it was built to refuse. */
int signature_may_go(const struct kernel_config *config, const char *version,
		     struct err *err);

#endif
