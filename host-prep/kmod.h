/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kmod.h: which modules the kernel has. */
#ifndef BEDPLATE_HOST_PREP_KMOD_H
#define BEDPLATE_HOST_PREP_KMOD_H

#include <stdbool.h>

/* Whether a module is loaded or built into the running kernel. */
bool kmod_is_there(int root_fd, const char *name);

#endif
