/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pass_set.h: which devices a person would pass through, and what goes with each. */
#ifndef BEDPLATE_BEDPLATE_PASS_SET_H
#define BEDPLATE_BEDPLATE_PASS_SET_H

#include "bedplate/proposal.h"

/* Fills in the sets of devices that can be passed through and are of a kind that guests are
 * given (graphics, network, USB, storage, accelerators), and which is best for a first guest:
 * of those that the host does not use the first of these kinds. -ENOMEM. */
int pass_sets_make(struct proposal *proposal, const struct machine *machine);

#endif
