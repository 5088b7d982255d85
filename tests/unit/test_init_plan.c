/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/module_plan.c lib/err.c */
/* The module plan is read as written, and a bad one names its line. */
#include "lib/module_plan.h"
#include "tests/unit/tap.h"

static void reads_a_plan(void)
{
	struct module_plan plan = MODULE_PLAN_INIT;

	is_int(module_plan_parse(
		       &plan,
		       "# a comment\n\nkernel/a.ko -\nkernel/b-c.ko 0 x=1 y=\"2 3\"\n"
		       "kernel/d.ko 0,1 # trailing\n",
		       NULL),
	       0, "a plan is read");
	is_int(plan.count, 3, "... all of its lines");
	is_str(plan.lines[0].path, "kernel/a.ko", "a path");
	is_int(plan.lines[0].after_count, 0, "nothing before the first");
	is_str(plan.lines[1].options, "x=1 y=\"2 3\"", "options as they stand");
	is_int(plan.lines[1].after[0], 0, "one before the second");
	is_int(plan.lines[2].after_count, 2, "two before the third");
	is_int(plan.lines[2].after[1], 1, "... the second of them");
	module_plan_release(&plan);
}

static void refuses_a_bad_plan(void)
{
	static const char *const plans[] = {
		"a.ko\n", "a.ko 0\n", "a.ko x\n", "a.ko -\nb.ko 0,\n", "a.ko -1\n",
	};

	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		struct module_plan plan = MODULE_PLAN_INIT;
		struct err err = ERR_INIT;

		ok(module_plan_parse(&plan, plans[i], &err) < 0 &&
			   strncmp(err.text, "modules.plan:", 13) == 0,
		   "bad plan %zu is refused, with its line", i);
		module_plan_release(&plan);
	}
}

int main(void)
{
	char name[MODULE_NAME_MAX];

	reads_a_plan();
	refuses_a_bad_plan();
	module_name_of("kernel/fs/nls/nls-x.ko.xz", name);
	is_str(name, "nls_x", "a module's name comes from its path");
	return done_testing();
}
