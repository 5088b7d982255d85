/* SPDX-License-Identifier: GPL-2.0-or-later */
/* contents.h: words for what stands on a device where it is no file system. */
#ifndef BEDPLATE_INIT_CONTENTS_H
#define BEDPLATE_INIT_CONTENTS_H

#include <stdbool.h>

/* Types are libblkid's names (util-linux, libblkid/src/superblocks). */
struct contents {
	const char *type;
	const char *what; /* "swap space" */
	const char *hint; /* what to do where root= names it, or NULL */
	bool hides;       /* a file system may be behind it that is not opened here */
};

/* NULL for a file system, and for what is not known. */
const struct contents *contents_find(const char *type);

#endif
