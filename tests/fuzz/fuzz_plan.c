/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/module_plan.c lib/err.c */
/* fuzz_plan.c: any modules.plan is understood or refused with its line; a line waits for
 * earlier ones only. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/module_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const struct module_plan *plan, size_t number)
{
	const struct module_plan_line *line = &plan->lines[number];
	char name[MODULE_NAME_MAX];

	if (!line->path[0] || strpbrk(line->path, " \t\n#") || !line->options)
		abort();
	for (size_t i = 0; i < line->after_count; i++) {
		if (line->after[i] >= number)
			abort();
	}
	module_name_of(line->path, name);
	if (strlen(name) >= MODULE_NAME_MAX || strpbrk(name, "/-."))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct module_plan plan = MODULE_PLAN_INIT;
	struct err err = ERR_INIT;
	int result = module_plan_parse(&plan, text, &err);

	if (result > 0 || (result < 0 && (err.code != result ||
					  strncmp(err.text, "modules.plan:", 13) != 0)))
		abort();
	for (size_t i = 0; !result && i < plan.count; i++)
		check_line(&plan, i);
	module_plan_release(&plan);
	free(text);
	return 0;
}
