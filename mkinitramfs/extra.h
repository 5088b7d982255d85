/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extra.h: files and programs of the machine that the configuration adds to an image. */
#ifndef BEDPLATE_MKINITRAMFS_EXTRA_H
#define BEDPLATE_MKINITRAMFS_EXTRA_H

#include <stddef.h>

#include "mkinitramfs/plan.h"

/* Adds a file, a link, or a folder with all below it, at the same path in the image. One
 * that is not there is an error. */
int extra_add_file(struct plan *plan, int root_fd, const char *path, const char *reason,
		   struct err *err);

/* The same for what is below `folder`, as if that were the root; modes are kept. */
int extra_add_tree(struct plan *plan, int root_fd, const char *folder, const char *reason,
		   struct err *err);

/* Adds a program (a path, or a name that is looked for in the usual folders) with the
 * interpreter and the libraries that it needs, and those that these need. What a program
 * opens by itself when it runs is not known. */
int extra_add_binary(struct plan *plan, int root_fd, const char *name, const char *reason,
		     struct err *err);

/* Adds only what a file of the image needs: `source` below the root. */
int extra_add_needs(struct plan *plan, int root_fd, const char *source,
		    const char *reason, struct err *err);

#endif
