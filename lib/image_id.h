/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image_id.h: an image's identity: what mkinitramfs writes into it and into its record, and
 * what /init reports, so that the booted system knows which image it came from.
 *
 * It is the CRC-64 (ECMA-182, as in xz) of all that stands in front of it in the image's
 * archives, uncompressed: images of the same bytes have the same, and others differ. It
 * guards against nobody.
 */
#ifndef BEDPLATE_LIB_IMAGE_ID_H
#define BEDPLATE_LIB_IMAGE_ID_H

/* The file in the image that has it: hexadecimal digits and a newline. */
#define IMAGE_ID_FILE "etc/bedplate/image.id"

enum { IMAGE_ID_SIZE = 16 + 1 };

#endif
