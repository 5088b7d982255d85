/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_private.h: what the files of the verification share. */
#ifndef BEDPLATE_MKINITRAMFS_VERIFY_PRIVATE_H
#define BEDPLATE_MKINITRAMFS_VERIFY_PRIVATE_H

#include "lib/conf.h"
#include "lib/schema/init.h"
#include "mkinitramfs/chain.h"
#include "mkinitramfs/image_facts.h"
#include "mkinitramfs/verify.h"

/* What is known of the image and its host before it is judged. */
struct verify_image {
	struct image_facts facts;
	struct conf *conf;  /* its init.conf; NULL where that is absent or wrong */
	const char *kernel; /* the version wanted; NULL where nobody says */
	struct chain chain;
	bool has_chain;
	struct err chain_err; /* why not */
};

/* Add a step. A shortage of memory loses the words, but a finding still counts. */
void verify_done(struct verify_result *result, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void verify_note(struct verify_result *result, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void verify_finding(struct verify_result *result, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Since the verification began. */
double verify_seconds(const struct verify_result *result);

/* Ends with "skipped" and the reason. Returns 1, for those that go no further. */
int verify_skip(struct verify_result *result, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The image by itself: programs, configuration, modules, plans. Nothing but the facts is
 * looked at. */
void verify_static(struct verify_result *result, const struct verify_image *image);

/* The image against its host: what the root's chain needs of this kernel, firmware, and the
 * kernel's own image. -errno without memory. */
int verify_needs(struct verify_result *result, const struct verify_image *image,
		 const struct verify_options *options, struct err *err);

/* Boots it. 0 with the result filled; -errno where it was interrupted or without memory. */
int verify_boot(struct verify_result *result, const struct verify_image *image,
		const struct verify_options *options, struct err *err);

#endif
