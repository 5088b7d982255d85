/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * late_archive.h: what mkinitramfs writes and /init opens: an archive inside the image
 * with what only a failing or an unusual boot needs (the rescue set, lvm, keyboards'
 * modules). It is a cpio archive (lib/cpio.h), compressed.
 */
#ifndef BEDPLATE_LIB_LATE_ARCHIVE_H
#define BEDPLATE_LIB_LATE_ARCHIVE_H

/* Its name in the image, and the compression: one that unpacks fast from a small decoder. */
#define LATE_ARCHIVE        "late.cpio.zst"
#define LATE_ARCHIVE_METHOD "zstd"

/* The largest window (log2) that /init unpacks; the writer's level stays below. */
enum { LATE_ARCHIVE_WINDOW = 22 };

#endif
