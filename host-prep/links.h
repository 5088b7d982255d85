/* SPDX-License-Identifier: GPL-2.0-or-later */
/* links.h: the networks' interfaces, addresses and routes as a part (part.h), beyond what all
 * parts have. */
#ifndef BEDPLATE_HOST_PREP_LINKS_H
#define BEDPLATE_HOST_PREP_LINKS_H

#include "host-prep/net.h"
#include "host-prep/step.h"

/* What stood there before the steps, to come back to; NULL where none is about links. */
const struct net *links_saved(const struct steps *steps);

#endif
