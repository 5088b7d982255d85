/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image.h: writes a plan as an image file.
 *
 * The entries that are marked late do not lie in the image itself but in an archive of
 * their own, which is an entry of it (lib/late_archive.h): the kernel need not unpack what
 * a boot that goes well does not look at. Entries that are marked early lie in a plain
 * archive in front of the compressed one, where the kernel looks for microcode (kernel
 * Documentation/arch/x86/microcode.rst). The image's identity (lib/image_id.h) is its last
 * entry.
 */
#ifndef BEDPLATE_MKINITRAMFS_IMAGE_H
#define BEDPLATE_MKINITRAMFS_IMAGE_H

#include <stdint.h>

#include "lib/image_id.h"
#include "mkinitramfs/compress.h"
#include "mkinitramfs/plan.h"

struct image_options {
	const struct compress_method *method;
	int level;      /* 0: the method's default */
	uint32_t mtime; /* of every entry */
};

struct image_result {
	uint64_t unpacked; /* bytes of the archive, with the late one as it lies in it */
	uint64_t late;     /* bytes of the late archive, compressed; 0: there is none */
	uint64_t packed;   /* bytes of the file */
	char id[IMAGE_ID_SIZE];
};

/* Writes the image to a descriptor. */
int image_write(const struct plan *plan, int fd, const struct image_options *options,
		struct image_result *result, struct err *err);

/* Where an image is to appear, as a heap string: the end of links, so that a link stays
 * one. What is there and is no regular file is refused. */
char *image_place(const char *path, struct err *err);

#endif
