/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libdir.h: where bedplate's own programs and their parts are installed. */
#ifndef BEDPLATE_LIB_LIBDIR_H
#define BEDPLATE_LIB_LIBDIR_H

/* $BEDPLATE_LIBDIR where that is set, else what `make install` was told by LIBDIR=. */
const char *libdir(void);

/* The folder of the programs bedplate-COMMAND: $BEDPLATE_EXEC_PATH where that is set. */
const char *libdir_programs(void);

/* As it was built, whatever the environment says. */
const char *libdir_built(void);

#endif
