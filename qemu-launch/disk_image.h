/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_image.h: which file a [Disk] is for QEMU, and what is in it. */
#ifndef BEDPLATE_QEMU_LAUNCH_DISK_IMAGE_H
#define BEDPLATE_QEMU_LAUNCH_DISK_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/schema/guest.h"
#include "lib/strbuf.h"
#include "qemu-launch/setup.h"

/* The format of the file in Path=, by Format= or the name's ending: never by its content, which the
 * guest writes. QEMU's word for it. */
const char *disk_image_format(const struct guest_disk *disk);

/* The same of the file in Backing=. */
const char *disk_image_backing_format(const struct guest_disk *disk);

/* What QEMU opens for the guest's disk number `index`: Path=, or the overlay that a snapshot put over it, or with
 * Volatile=yes another over that, STATE/diskN.volatile.qcow2, which the launcher makes at each start and
 * removes at the end. */
void disk_image_path(const struct guest_disk *disk, size_t index,
		     const struct guest_setup *setup, struct strbuf *path);

/* What is in that. */
const char *disk_image_node_format(const struct guest_disk *disk, size_t index,
				   const struct guest_setup *setup);

/* Whether a path names a device's node: QEMU opens those by another driver than files. */
bool disk_image_is_device(const char *path);

/* Whether the host's cache is gone around. */
bool disk_image_is_direct(const struct guest_disk *disk);

#endif
