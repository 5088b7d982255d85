/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run_point.h: programs that features of the image have run (lib/run_point.h). */
#ifndef BEDPLATE_INIT_RUN_POINT_H
#define BEDPLATE_INIT_RUN_POINT_H

#include "init/boot.h"

/* Runs the programs for a point in the order of their names, one after the other, each for a
 * minute at most; what they write is logged. One that fails is a warning: the boot goes on.
 * Without any it costs one system call. */
void run_point(struct boot *boot, const char *point);

#endif
