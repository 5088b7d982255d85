/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.h: the time that deadlines are counted in. */
#ifndef BEDPLATE_LIB_CLOCK_H
#define BEDPLATE_LIB_CLOCK_H

#include <stdint.h>
#include <time.h>

enum { CLOCK_NEVER = -1 }; /* as poll(2)'s timeout has it */

/* Milliseconds since the machine was booted, without the time that it was suspended. */
static inline int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The same with that time. */
static inline int64_t clock_boot_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline int64_t clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* How long the host has been suspended since its boot, in milliseconds: CLOCK_BOOTTIME goes on
 * then, CLOCK_MONOTONIC does not (clock_gettime(2)). */
static inline int64_t clock_slept(const struct timespec *boottime,
				  const struct timespec *monotonic)
{
	return ((int64_t)boottime->tv_sec - monotonic->tv_sec) * 1000 +
	       (boottime->tv_nsec - monotonic->tv_nsec) / 1000000;
}

/* How long it was between two such times; 0 where it was not: the two clocks are not read at
 * the same moment. */
static inline int64_t clock_suspended(int64_t slept_before, int64_t slept)
{
	return slept - slept_before > 1000 ? slept - slept_before : 0;
}

/* The processor time that this process has taken. */
static inline int64_t clock_cpu_us(void)
{
	struct timespec spent;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
	return (int64_t)spent.tv_sec * 1000000 + spent.tv_nsec / 1000;
}

/* The earlier of two points in time; CLOCK_NEVER is later than any. */
static inline int64_t clock_earlier(int64_t one, int64_t other)
{
	if (one == CLOCK_NEVER || (other != CLOCK_NEVER && other < one))
		return other;
	return one;
}

/* poll(2)'s timeout up to a point in time. */
static inline int clock_timeout(int64_t end)
{
	int64_t left = end - clock_ms();

	if (end == CLOCK_NEVER)
		return -1;
	return left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

#endif
