/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge_helper.h: qemu-bridge-helper, by which users' guests get into bridges, and its list.
 *
 * The helper takes the bridges that users may plug into from /etc/qemu/bridge.conf, with lines
 * "allow NAME", "deny NAME", "include FILE"; deny goes before allow, and what is not allowed is
 * denied (QEMU's qemu-bridge-helper.c; there is no manual page). The helper itself needs
 * cap_net_admin as a file capability (capabilities(7)) or to be set-user-ID root.
 */
#ifndef BEDPLATE_HOST_PREP_BRIDGE_HELPER_H
#define BEDPLATE_HOST_PREP_BRIDGE_HELPER_H

#include <stdbool.h>

#define BRIDGE_HELPER_LIST "etc/qemu/bridge.conf"

/* The helper's path below the root; NULL: it is not there. *may_plug is whether it has what it
 * needs to plug into bridges for users. */
const char *bridge_helper_find(int root_fd, bool *may_plug);

/* Whether the list has a line with this word ("allow", "deny") for the bridge, or for all. */
bool bridge_helper_says(const char *list, const char *word, const char *bridge);

#endif
