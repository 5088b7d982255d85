/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kmod.h: which modules the kernel has, and the steps by which they come and go. */
#ifndef BEDPLATE_HOST_PREP_KMOD_H
#define BEDPLATE_HOST_PREP_KMOD_H

#include <stdbool.h>
#include <stddef.h>

#include "host-prep/part.h"

enum { KMOD_NAME = 64 };

/* As sysfs has it: '-' and '_' are the same in a module's name, and sysfs has '_'. */
void kmod_kernel_name(const char *text, size_t length, char name[KMOD_NAME]);

/* Of a file's path ("kernel/drivers/net/tun.ko.xz"). */
void kmod_name_of_file(const char *path, size_t length, char name[KMOD_NAME]);

/* Whether a module is loaded or built into the running kernel. */
bool kmod_is_there(int root_fd, const char *name);

/* Adds the step that loads item `item` of [KernelModules] Load=, and notes it in the journal's
 * {NAME: {}}, with {NAME: {"for": ...}} of each that comes with it; nothing where it is there (kmod_load.c). */
int kmod_plan_load(const struct part_context *context, size_t item, struct steps *steps,
		   struct err *err);

/* Adds the step that unloads a module. */
int kmod_plan_unload(const struct part_context *context, const char *name,
		     struct steps *steps, struct err *err);

#endif
