/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_program.h: runs of the lvm program, each with a deadline. */
#ifndef BEDPLATE_INIT_LVM_PROGRAM_H
#define BEDPLATE_INIT_LVM_PROGRAM_H

#include "init/lvm.h"

/* lvm takes a tenth of a second, a few at most where disks are slow to answer. */
enum { LVM_TIMEOUT_MS = 20000, LVM_QUERY_TIMEOUT_MS = 10000 };

/* Asks lvm for all that is wanting; `mode` is its --activationmode. What came of it shows
 * in the devices, in lvm->complaint and in lvm->trouble. */
void lvm_program_activate(struct lvm *lvm, const char *mode);

/* lvchange --activate y|n of one volume; `config` is for --config, or NULL. 0 or
 * -errno. */
int lvm_program_change(int root_fd, const char *reference, const char *activate,
		       const char *config);

/* Whether an active volume lacks legs. */
bool lvm_program_is_partial(int root_fd, const struct lvm_volume *volume);

#endif
