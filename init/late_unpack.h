/* SPDX-License-Identifier: GPL-2.0-or-later */
/* late_unpack.h: reads the late archive; the only file of /init that knows zstd. */
#ifndef BEDPLATE_INIT_LATE_UNPACK_H
#define BEDPLATE_INIT_LATE_UNPACK_H

#include <stddef.h>

#include "lib/err.h"

/* Reads an archive in memory to its end. With dir_fd >= 0 its folders, files and links
 * are made below that; what is there stays. With -1 nothing is written: the checksum,
 * every header and name are looked at. */
int late_unpack(const void *data, size_t size, int dir_fd, struct err *err);

#endif
