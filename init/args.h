/* SPDX-License-Identifier: GPL-2.0-or-later */
/* args.h: which arguments of the kernel command line set which keys of init.conf. */
#ifndef BEDPLATE_INIT_ARGS_H
#define BEDPLATE_INIT_ARGS_H

#include "lib/cmdline.h"
#include "lib/conf.h"

/* Sets the keys of init.def that the command line has something to say about. A value
 * that does not fit is a warning, and the key keeps what it had. */
void args_apply(struct conf *conf, const struct cmdline *cmdline);

/* For an argument that begins with "rd." and is not known here, the one that was probably
 * meant; else NULL. args_apply warns of these. */
const char *args_nearest(const char *name);

#endif
