/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmdline.h: the kernel's command line, parted as the kernel parts it.
 *
 * Arguments are parted by white space outside double quotes; quotes around a whole
 * argument or around a value are taken off; a lone "--" ends the kernel's own arguments
 * (kernel lib/cmdline.c, next_arg; Documentation/admin-guide/kernel-parameters.rst). In
 * names of module parameters '-' and
 * '_' are the same (kernel/params.c, parameq). Where an argument is given several times
 * the last counts, as for root= and init=; arguments that add up (console=, rd.lvm.lv=)
 * are walked with cmdline_next.
 */
#ifndef BEDPLATE_LIB_CMDLINE_H
#define BEDPLATE_LIB_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

struct cmdline_arg {
	const char *name;
	const char *value; /* NULL for an argument without '=' */
	bool is_init;      /* stands behind "--" */
};

struct cmdline {
	char *text; /* parted in place; the args point into it */
	struct cmdline_arg *args;
	size_t count;
	size_t length; /* of the text before it was parted, without its newline */
};

#define CMDLINE_INIT         \
	{                    \
		.text = NULL \
	}

/* Parts a command line. The cmdline owns a copy of the text. */
int cmdline_parse(struct cmdline *cmdline, const char *text, struct err *err);

/* Parts /proc/cmdline below the root descriptor. */
int cmdline_read(struct cmdline *cmdline, int root_fd, struct err *err);

void cmdline_release(struct cmdline *cmdline);
#define _cleanup_cmdline_ __attribute__((cleanup(cmdline_release)))

/* The last argument of this name, or NULL. */
const struct cmdline_arg *cmdline_find(const struct cmdline *cmdline, const char *name);

/* Walks the arguments of one name, first to last: `after` is the one before, or NULL. */
const struct cmdline_arg *cmdline_next(const struct cmdline *cmdline, const char *name,
				       const struct cmdline_arg *after);

/* The last value of this name, or NULL where it is absent or has no '='. */
const char *cmdline_value(const struct cmdline *cmdline, const char *name);

/* A switch as dracut.cmdline(7) has them: absent gives `fallback`; alone, 1, yes, true,
 * on: true; 0, no, false, off: false; anything else: `fallback`. */
bool cmdline_bool(const struct cmdline *cmdline, const char *name, bool fallback);

/* Whether two names of modules or parameters are the same with '-' and '_' held equal. */
bool cmdline_same_name(const char *a, const char *b);

/* Whether the argument is MODULE.OPTION of this module; then *option is the option's
 * name. */
bool cmdline_is_module_option(const struct cmdline_arg *arg, const char *module,
			      const char **option);

#endif
