/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reboot_marker.h: the file on the root that says that a reboot was made for a finding. */
#ifndef BEDPLATE_INIT_REBOOT_MARKER_H
#define BEDPLATE_INIT_REBOOT_MARKER_H

#include <stdbool.h>

#include "lib/err.h"

#define REBOOT_MARKER_DIR  "var/lib/bedplate"
#define REBOOT_MARKER_NAME "reboot-once"
#define REBOOT_MARKER      REBOOT_MARKER_DIR "/" REBOOT_MARKER_NAME

/* Whether the marker stands on a root. */
bool reboot_marker_exists(int root_fd);

/* Writes the marker, to the disk: what was written before on this file system is there
 * too. No link on the root leads the write out of it. */
int reboot_marker_write(int root_fd, const char *text, struct err *err);

/* Takes the marker away, on the disk too. */
int reboot_marker_remove(int root_fd, struct err *err);

#endif
