/* SPDX-License-Identifier: GPL-2.0-or-later */
/* meminfo.h: /proc/meminfo, and that of a NUMA node (proc(5)). */
#ifndef BEDPLATE_LIB_MEMINFO_H
#define BEDPLATE_LIB_MEMINFO_H

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The bytes in its line "[Node 0 ]KEY:   123 kB"; 0 where it has none. */
static inline uint64_t meminfo_value(const char *text, const char *key)
{
	const char *at = strstr(text, key);
	uint64_t kib = 0;

	if (at)
		sscanf(at + strlen(key), ": %" SCNu64, &kib);
	return kib << 10;
}

#endif
