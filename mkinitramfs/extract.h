/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extract.h: bedplate mkinitramfs --extract. */
#ifndef BEDPLATE_MKINITRAMFS_EXTRACT_H
#define BEDPLATE_MKINITRAMFS_EXTRACT_H

#include "lib/err.h"

/*
 * Unpacks an initramfs file into a folder that is absent or empty. It is filled beside
 * its place and appears whole; on failure nothing is left. Nothing is written outside of
 * it, whatever the names in the archive: ".." is refused, a leading "/" is taken off, and
 * links on the way are not followed. A late archive's content comes in its place. Owners and device nodes need root; without, they are
 * passed over with a warning.
 */
int extract_run(const char *path, const char *dir, struct err *err);

#endif
