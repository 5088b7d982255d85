/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/lvm_program.c init/spec.c lib/strbuf.c lib/err.c lib/log.c */
/* test_lvm_program.c: what lvm is asked for. Its runs are played by process_run() below. */
#include <string.h>

#include "init/late.h"
#include "init/lvm_program.h"
#include "lib/log.h"
#include "lib/process.h"
#include "tests/unit/tap.h"

static char runs
	[4096]; /* the arguments of each, one a line, from the option behind the mode */

int process_run(struct process *process, struct err *err)
{
	const char *const *argv = process->argv;

	(void)err;
	while (strcmp(*argv++, "--activationmode") != 0)
		;
	for (; *argv; argv++) {
		strcat(runs, *argv);
		strcat(runs, argv[1] ? " " : "\n");
	}
	return 0;
}

int late_need_at(int root_fd, const char *path, struct err *err)
{
	(void)root_fd, (void)path, (void)err;
	return 0;
}

int main(void)
{
	struct lvm_volume volumes[] = {
		{ .group = "VVVVVV-VVVV-VVVV-VVVV-VVVV-VVVV-VVVVVV", .name = "root" },
		{ .group = "VVVVVV-VVVV-VVVV-VVVV-VVVV-VVVV-VVVVVV" },
		{ .group = "vg", .name = "root" },
		{ .group = "all" },
		{ .group = "vg", .name = "there", .active = true },
		{ .group = "vg", .name = "swap" },
	};
	struct lvm lvm = { .volumes = volumes,
			   .count = sizeof(volumes) / sizeof(*volumes) };

	log_set_level(LOG_ERROR);
	lvm_program_activate(&lvm, "complete");
	is_str(runs,
	       "complete --ignoreactivationskip --select "
	       "vg_uuid=VVVVVV-VVVV-VVVV-VVVV-VVVV-VVVV-VVVVVV && lv_name=\"root\"\n"
	       "complete --ignoreactivationskip vg/root vg/swap\n"
	       "complete --yes --select vg_uuid=VVVVVV-VVVV-VVVV-VVVV-VVVV-VVVV-VVVVVV\n"
	       "complete --yes all\n",
	       "volumes that are named come up though they are to be skipped, groups "
	       "without those");
	return done_testing();
}
