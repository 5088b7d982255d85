/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kmod.h: which modules the kernel has. */
#ifndef BEDPLATE_LIB_KMOD_H
#define BEDPLATE_LIB_KMOD_H

#include <stdbool.h>
#include <stddef.h>

enum { KMOD_NAME = 64 };

/* As sysfs has it: '-' and '_' are the same in a module's name, and sysfs has '_'. */
void kmod_kernel_name(const char *text, size_t length, char name[KMOD_NAME]);

/* Of a file's path ("kernel/drivers/net/tun.ko.xz"). */
void kmod_name_of_file(const char *path, size_t length, char name[KMOD_NAME]);

/* Whether a module is loaded or built into the running kernel. */
bool kmod_is_there(int root_fd, const char *name);

/* Whether the running kernel has it as a module, be it loaded or not. */
bool kmod_can_be_loaded(int root_fd, const char *name);

#endif
