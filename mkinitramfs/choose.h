/* SPDX-License-Identifier: GPL-2.0-or-later */
/* choose.h: which modules an image gets: those of one host's root, or those of all likely
 * ones. */
#ifndef BEDPLATE_MKINITRAMFS_CHOOSE_H
#define BEDPLATE_MKINITRAMFS_CHOOSE_H

#include "mkinitramfs/chain.h"
#include "mkinitramfs/modules.h"

/* Host mode: what the chain needs, all of it to be loaded at once. */
int choose_for_chain(struct module_set *set, const struct chain *chain, struct err *err);

/* Generic mode: controllers, file systems and keyboards, to be loaded as devices ask for
 * them. With a shell in the image those that any keyboard needs are asked for by name as
 * well: nobody hears of a keyboard that appears while the shell is there. */
int choose_for_any(struct module_set *set, bool shell, struct err *err);

/* Modules that the configuration adds. */
int choose_added(struct module_set *set, char *const *names, size_t count,
		 struct err *err);

#endif
