/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show.h: a plan as text for people and as JSON. */
#ifndef BEDPLATE_MKINITRAMFS_SHOW_H
#define BEDPLATE_MKINITRAMFS_SHOW_H

#include "lib/show_json.h"
#include "mkinitramfs/chain.h"
#include "mkinitramfs/modules.h"
#include "mkinitramfs/plan.h"

/* One line an entry: mode and path, as far as they are known without writing. */
int show_plan(const struct plan *plan, struct err *err);

/* One line an entry: path and reasons; then the modules that need no file, for they are
 * built in. */
int show_reasons(const struct plan *plan, const struct module_set *set, struct err *err);

/* All of it as one object; `chain` may be NULL. */
int show_json(const struct plan *plan, const struct module_set *set,
	      const struct chain *chain, struct err *err);

/* What stands behind the name of an entry of the late archive. */
extern const char show_late[];

/* The ten letters of ls -l, and '\0'. */
void show_mode(mode_t mode, char text[11]);

#endif
