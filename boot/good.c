/* SPDX-License-Identifier: GPL-2.0-or-later */
/* good.c: marks the boot that the machine has come up with. */
#include "boot/commands.h"
#include "boot/loader.h"
#include "boot/run.h"
#include "lib/cleanup.h"
#include "lib/log.h"

/* Where this boot came from an image of ours, it is a good one; what the loader makes of that
 * comes first. */
static int plan_good(struct boot *boot, struct plan *plan, struct err *err)
{
	const struct loader *loader = loader_find(boot, NULL);
	int result = 0;

	plan->root_fd = boot->root_fd;
	plan->root = boot->live ? NULL : boot->args->root;
	if (boot->running.image[0])
		state_set_good(&boot->state, boot->running.image, boot->running.kernel);
	else
		log_info("this boot came from no image that says its id");
	if (loader && loader->good)
		result = loader->good(boot, plan, err);
	return result ? result : run_plan_state(boot, plan, err);
}

int good_run(const struct args *args, struct err *err)
{
	_cleanup_boot_ struct boot boot = BOOT_INIT;
	_cleanup_plan_ struct plan plan;
	int code;

	plan_init(&plan, &boot.state, true);
	code = boot_open(&boot, args, true, err);
	if (code != EXIT_DONE)
		return code;
	if (plan_good(&boot, &plan, err) || plan_apply(&plan, err))
		return EXIT_FAILED;
	return EXIT_DONE;
}
