/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/cmdline.c lib/err.c lib/file.c lib/strbuf.c */
/* fuzz_cmdline.c: any kernel command line is parted, and what was parted is found again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cmdline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_arg(const struct cmdline *cmdline, const struct cmdline_arg *arg)
{
	const struct cmdline_arg *last, *next = NULL;
	const char *option;
	bool seen = false;

	if (!arg->name)
		abort();
	cmdline_is_module_option(arg, "dm_mod", &option);
	if (arg->is_init)
		return;
	last = cmdline_find(cmdline, arg->name);
	while ((next = cmdline_next(cmdline, arg->name, next)))
		seen = seen || next == arg;
	if (!last || last < arg || !seen)
		abort();
	if (cmdline_value(cmdline, arg->name) != last->value)
		abort();
	if (cmdline_bool(cmdline, arg->name, true) !=
		    cmdline_bool(cmdline, arg->name, false) &&
	    !last->value)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The kernel takes 2047 characters. */
	char *text = strndup((const char *)data, size < 4096 ? size : 4096);
	struct cmdline cmdline;
	bool is_init = false;

	if (text && cmdline_parse(&cmdline, text, NULL) == 0) {
		for (size_t i = 0; i < cmdline.count; i++) {
			check_arg(&cmdline, &cmdline.args[i]);
			/* Behind "--" everything is the init's. */
			if (is_init && !cmdline.args[i].is_init)
				abort();
			is_init = cmdline.args[i].is_init;
		}
		cmdline_release(&cmdline);
	}
	free(text);
	return 0;
}
