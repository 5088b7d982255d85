/* SPDX-License-Identifier: GPL-2.0-or-later */
/* udev_back.h: gives devices back that rules of ours no longer speak of. */
#ifndef BEDPLATE_HOST_PREP_UDEV_BACK_H
#define BEDPLATE_HOST_PREP_UDEV_BACK_H

#include "lib/err.h"

/* There only while devices are given back; what is left of it after a crash has those of them
 * that may not have been. */
#define UDEV_BACK_PATH "run/udev/rules.d/00-bedplate.rules"

/* Has udev, which is to run, give devices of rules in `before` that are not in `after` (NULL:
 * none) to whom they belong without these: by others' rules, or else root. The rules that hold
 * from now on stand in their file already. */
int udev_give_back(int root_fd, const char *before, const char *after, struct err *err);

#endif
