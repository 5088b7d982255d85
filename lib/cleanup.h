/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cleanup.h: scope-bound release of memory, descriptors and streams. */
#ifndef BEDPLATE_LIB_CLEANUP_H
#define BEDPLATE_LIB_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **stream)
{
	if (*stream)
		fclose(*stream);
}

static inline void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

/* Released when the variable goes out of scope. A descriptor starts at -1. */
#define _cleanup_free_     __attribute__((cleanup(cleanup_free)))
#define _cleanup_close_    __attribute__((cleanup(cleanup_close)))
#define _cleanup_fclose_   __attribute__((cleanup(cleanup_fclose)))
#define _cleanup_closedir_ __attribute__((cleanup(cleanup_closedir)))

/* Hands the value on and leaves nothing for the cleanup to release. */
#define steal_pointer(pointer)                        \
	({                                            \
		__typeof__(pointer) *p_ = &(pointer); \
		__typeof__(pointer) v_ = *p_;         \
		*p_ = NULL;                           \
		v_;                                   \
	})
static inline int steal_fd(int *fd)
{
	int value = *fd;

	*fd = -1;
	return value;
}

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
