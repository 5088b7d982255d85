/* SPDX-License-Identifier: GPL-2.0-or-later */
/* root_device.h: the words of the command line that name the root file system. */
#ifndef BEDPLATE_BOOT_ROOT_DEVICE_H
#define BEDPLATE_BOOT_ROOT_DEVICE_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/strbuf.h"

/* Adds "root=UUID=... rootflags=subvol=..." (the latter for a btrfs subvolume; a mapped device by
 * its name, as snapshots share their origin's UUID): of what is mounted on /, or else of
 * what etc/fstab has there; the other way round where the root is not the running
 * system's (`live` is false). -ENODEV with a hint where neither tells. */
int root_device_words(int root_fd, bool live, struct strbuf *out, struct err *err);

#endif
