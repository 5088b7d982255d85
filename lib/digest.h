/* SPDX-License-Identifier: GPL-2.0-or-later */
/* digest.h: tells one text from another: FNV-1a of 64 bits (draft-eastlake-fnv). */
#ifndef BEDPLATE_LIB_DIGEST_H
#define BEDPLATE_LIB_DIGEST_H

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { DIGEST_TEXT_SIZE = 17 };

/* What digest_add begins with. */
#define DIGEST_INIT UINT64_C(14695981039346656037)

/* The digest of all that was added before, and of this. No defence against a forger. */
static inline uint64_t digest_add(uint64_t digest, const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		digest = (digest ^ (uint8_t)bytes[i]) * UINT64_C(1099511628211);
	return digest;
}

/* 16 hexadecimal digits. Of a digest made elsewhere (a CRC-64) as well. */
static inline void digest_write(uint64_t digest, char text[DIGEST_TEXT_SIZE])
{
	snprintf(text, DIGEST_TEXT_SIZE, "%016" PRIx64, digest);
}

#endif
