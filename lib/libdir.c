/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libdir.c: the only file that another PREFIX compiles anew. */
#include <stdlib.h>

#include "lib/libdir.h"

const char *libdir_built(void)
{
	return BEDPLATE_LIBDIR;
}

const char *libdir(void)
{
	const char *dir = getenv("BEDPLATE_LIBDIR");

	return dir ? dir : libdir_built();
}

const char *libdir_programs(void)
{
	const char *dir = getenv("BEDPLATE_EXEC_PATH");

	return dir ? dir : libdir_built();
}
