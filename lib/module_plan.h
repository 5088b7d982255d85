/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module_plan.h: /etc/bedplate/modules.plan, the modules that the image's maker chose, as plain
 * structs. */
#ifndef BEDPLATE_LIB_MODULE_PLAN_H
#define BEDPLATE_LIB_MODULE_PLAN_H

#include <stddef.h>

#include "lib/err.h"

enum { MODULE_NAME_MAX = 64 };

struct module_plan_line {
	const char *path;    /* below /lib/modules/VERSION */
	const char *options; /* "" or as finit_module(2) takes them */
	unsigned *after; /* indices of earlier lines that must have been loaded before */
	size_t after_count;
};

struct module_plan {
	char *text; /* parted in place; the lines point into it */
	struct module_plan_line *lines;
	size_t count;
};

#define MODULE_PLAN_INIT     \
	{                    \
		.text = NULL \
	}

/* Parses `PATH AFTER [OPTION=VALUE ...]` lines; AFTER is "-" or indices parted by commas.
 * The plan owns a copy of the text. */
int module_plan_parse(struct module_plan *plan, const char *text, struct err *err);

void module_plan_release(struct module_plan *plan);

/* A module's name as the kernel has it ("kernel/fs/nls/nls-x.ko" is "nls_x"). */
void module_name_of(const char *path, char name[MODULE_NAME_MAX]);

#endif
