/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_install.h: what kernel-install(8) is configured to do. */
#ifndef BEDPLATE_BOOT_KERNEL_INSTALL_H
#define BEDPLATE_BOOT_KERNEL_INSTALL_H

#include <stdbool.h>

/* $BOOT where it does not depend on what is in there: BOOT_ROOT= of install.conf, or /boot where
 * the extended boot loader partition is mounted there. A heap string, below the root; NULL
 * where neither is. */
char *kernel_install_boot(int root_fd);

/* Whether install.conf says layout=uki. */
bool kernel_install_is_unified(int root_fd);

#endif
