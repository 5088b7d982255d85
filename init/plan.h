/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.h: /etc/bedplate/modules.plan, the modules that the image's maker chose, as plain
 * structs. */
#ifndef BEDPLATE_INIT_PLAN_H
#define BEDPLATE_INIT_PLAN_H

#include <stddef.h>

#include "lib/err.h"

enum { MODULE_NAME_MAX = 64 };

struct plan_line {
	const char *path;    /* below /lib/modules/VERSION */
	const char *options; /* "" or as finit_module(2) takes them */
	unsigned *after; /* indices of earlier lines that must have been loaded before */
	size_t after_count;
};

struct plan {
	char *text; /* parted in place; the lines point into it */
	struct plan_line *lines;
	size_t count;
};

#define PLAN_INIT            \
	{                    \
		.text = NULL \
	}

/* Parses `PATH AFTER [OPTION=VALUE ...]` lines; AFTER is "-" or indices parted by commas.
 * The plan owns a copy of the text. */
int plan_parse(struct plan *plan, const char *text, struct err *err);

void plan_release(struct plan *plan);

/* A module's name as the kernel has it ("kernel/fs/nls/nls-x.ko" is "nls_x"). */
void module_name_of(const char *path, char name[MODULE_NAME_MAX]);

#endif
