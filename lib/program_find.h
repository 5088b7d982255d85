/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program_find.h: where a program of this machine is. */
#ifndef BEDPLATE_LIB_PROGRAM_FIND_H
#define BEDPLATE_LIB_PROGRAM_FIND_H

/* Looks in $PATH, then where administrators' programs are though people's PATHs leave it
 * out. A heap string, or NULL. */
char *program_find(const char *name);

#endif
