/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * owner_wait.h: lets other programs have their first look at an interface that was made.
 *
 * systemd-networkd takes addresses that it did not give from an interface when it begins with
 * it, which is when udev has done with the interface (systemd.network(5), KeepConfiguration=).
 * What comes later stays.
 */
#ifndef BEDPLATE_HOST_PREP_OWNER_WAIT_H
#define BEDPLATE_HOST_PREP_OWNER_WAIT_H

#include "host-prep/step.h"
#include "lib/netlink.h"

/* Returns when those at work here have begun with all links that the steps have made and that
 * they claim; or after half a minute, and tells. Where there are none: at once. */
void owner_wait(struct netlink *nl, int root_fd, const struct steps *steps);

#endif
