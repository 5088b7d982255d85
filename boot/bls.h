/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bls.h: boot entries as files (the Boot Loader Specification; type 1 are texts, type 2
 * unified kernel images), with the counters of Automatic Boot Assessment in their names:
 * NAME+LEFT-DONE.conf and NAME+LEFT-DONE.efi.
 */
#ifndef BEDPLATE_BOOT_BLS_H
#define BEDPLATE_BOOT_BLS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/strbuf.h"

enum { BLS_UNCOUNTED = -1 };

struct bls_name {
	size_t length; /* of the name without counters and suffix */
	int left;      /* tries; BLS_UNCOUNTED: it has no counter, so it is good */
	int done;
	const char *suffix; /* BLS_TEXT or BLS_UNIFIED; static */
};

#define BLS_TEXT    ".conf"
#define BLS_UNIFIED ".efi"

/* False where it is no entry's name. A '+' that no number follows belongs to the name. */
bool bls_name_parse(struct bls_name *parsed, const char *name);

/* A key's first value, on the heap; NULL where there is none, or no memory. */
char *bls_value(const char *text, const char *key);

/* Adds the entry with these options in place of those that it has: they come where the first
 * were, or else at the end. All other lines stay as they are. */
void bls_set_options(const char *text, const char *options, struct strbuf *out);

#endif
