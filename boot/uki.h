/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uki.h: what lies in a unified kernel image (the Unified Kernel Image Specification): a PE
 * file with the initrd in the section ".initrd" and the command line in ".cmdline".
 */
#ifndef BEDPLATE_BOOT_UKI_H
#define BEDPLATE_BOOT_UKI_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/strbuf.h"

struct uki_section {
	uint64_t offset, size; /* in the file */
};

/* Finds a section. -ENOENT where there is none of this name, -EBADMSG where the file is no PE
 * file. Sets no error. */
int uki_find_section(int fd, const char *name, struct uki_section *section);

/* Whether its initrd is this image, or ends with it: 1 or 0, or -errno where the image cannot be
 * read. Both are paths below the root. */
int uki_has_image(int root_fd, const char *uki, const char *image, struct err *err);

/* What its kernel says it is (lib/kernel_file.h); NULL where that is not known. */
char *uki_banner(int root_fd, const char *uki);

/* Whether this is its command line; blanks at the ends do not count. */
bool uki_has_cmdline(int root_fd, const char *uki, const char *cmdline);

#endif
