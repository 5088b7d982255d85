/* SPDX-License-Identifier: GPL-2.0-or-later */
/* good.c: marks the boot that the machine has come up with. */
#include "boot/commands.h"
#include "boot/loader.h"
#include "boot/run.h"
#include "lib/cleanup.h"
#include "lib/log.h"

static void begin_plan(const struct boot *boot, struct plan *plan)
{
	plan_init(plan, (struct state *)&boot->state, true);
	plan->root_fd = boot->root_fd;
	plan->root = boot->live ? NULL : boot->args->root;
}

/* What is known is kept before anything is made of it: the loader's steps may fail. */
static int keep_good(struct boot *boot, struct err *err)
{
	_cleanup_plan_ struct plan plan;
	int result;

	begin_plan(boot, &plan);
	if (!boot->running.image[0]) {
		log_info("this boot came from no image that says its id");
		return 0;
	}
	state_set_good(&boot->state, boot->running.image, boot->running.kernel);
	result = run_plan_state(boot, &plan, err);
	return result ? result : plan_apply(&plan, err);
}

/* The trial is over once the loader knows, too. */
static int tell_loader(struct boot *boot, struct err *err)
{
	const struct loader *loader = loader_find(boot, NULL);
	_cleanup_plan_ struct plan plan;
	int result = 0;

	begin_plan(boot, &plan);
	if (loader && loader->good)
		result = loader->good(boot, &plan, err);
	if (!result)
		result = run_plan_state(boot, &plan, err);
	return result ? result : plan_apply(&plan, err);
}

int good_run(const struct args *args, struct err *err)
{
	_cleanup_boot_ struct boot boot = BOOT_INIT;
	int code = boot_open(&boot, args, true, err);

	if (code != EXIT_DONE)
		return code;
	return keep_good(&boot, err) || tell_loader(&boot, err) ? EXIT_FAILED : EXIT_DONE;
}
