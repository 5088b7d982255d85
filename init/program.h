/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.h: whether a program on another root can be started. */
#ifndef BEDPLATE_INIT_PROGRAM_H
#define BEDPLATE_INIT_PROGRAM_H

#include "lib/err.h"

/* Checks a path below a root as that root's own processes will see it: a regular and
 * executable file, a script's interpreter or an ELF program's loader there too, an ELF
 * program for this machine. 0, or a negative errno with the reason. */
int program_check(int root_fd, const char *path, struct err *err);

#endif
