/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h: the one clock of /init: microseconds since the kernel started. */
#ifndef BEDPLATE_INIT_CLOCK_H
#define BEDPLATE_INIT_CLOCK_H

#include <stdint.h>
#include <time.h>

/* CLOCK_BOOTTIME, as systemd's monotonic timestamps and boot.json have it. */
static inline int64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

#endif
