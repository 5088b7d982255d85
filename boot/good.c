/* SPDX-License-Identifier: GPL-2.0-or-later */
/* good.c: marks the boot that the machine has come up with. */
#include <stdlib.h>
#include <string.h>

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
	const struct booted running = boot_running(boot);
	_cleanup_plan_ struct plan plan;
	int result;

	begin_plan(boot, &plan);
	if (!*running.image) {
		log_info("this boot came from no image that says its id");
		return 0;
	}
	state_set_good(&boot->state, &running);
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

/* Whether the generator gave root= cannot be told without the loader. So a line that is not known
 * from the state is none. */
static void forget_line(struct boot *boot)
{
	if (*state_running_line(&boot->state, boot->line, boot->running.cmdline))
		return;
	free(boot->running.line);
	boot->running.line = NULL;
}

/* A configuration that is wrong by now makes a boot no worse: its line is known from the state. */
static int read_line(struct boot *boot, struct err *err)
{
	const struct loader *loader = loader_find(boot, NULL);
	struct err wrong = ERR_INIT;
	int result;

	if (loader && loader->kernel_id)
		boot->running.kernel_id = loader->kernel_id(boot);
	if (loader && !boot_read_words(boot, &wrong) &&
	    !boot_read_line(boot, !loader->gives_root, &wrong))
		return 0;
	words_release(&boot->words);
	boot->words = (struct words)WORDS_INIT;
	boot->has_words = false;
	result = boot_read_line(boot, loader && !loader->gives_root, err);
	if (!result && !loader)
		forget_line(boot);
	return result;
}

/* Whether there is nothing for apply to do, which is not to be done unasked. */
static bool is_settled(struct boot *boot)
{
	json_t *kept = json_deep_copy(boot->state.json);
	_cleanup_plan_ struct plan plan;
	bool settled;

	begin_plan(boot, &plan);
	settled = kept && !run_plan(boot, &plan, NULL);
	for (size_t i = 0; i < plan.count; i++)
		settled &= plan.steps[i].path && !strcmp(plan.steps[i].path, STATE_PATH);
	if (kept) {
		json_decref(boot->state.json);
		boot->state.json = kept;
	}
	return settled;
}

/* Whether this boot proves what is on trial. */
static bool proves_trial(const struct boot *boot)
{
	const struct booted running = boot_running(boot);
	bool failed;

	return running.cmdline && state_trial_is(&boot->state, &running, &failed);
}

/* What other entries get that were kept from it: the command line. */
static int settle(struct boot *boot, struct err *err)
{
	_cleanup_plan_ struct plan plan;
	int result;

	begin_plan(boot, &plan);
	result = run_plan(boot, &plan, err);
	if (!result && plan.count)
		log_info("what was tried is good: entries are brought up to it");
	return result ? result : plan_apply(&plan, err);
}

int good_run(const struct args *args, struct err *err)
{
	_cleanup_boot_ struct boot boot = BOOT_INIT;
	int code = boot_open(&boot, args, true, err);
	bool settles;

	if (code != EXIT_DONE)
		return code;
	if (read_line(&boot, err))
		return EXIT_FAILED;
	settles = proves_trial(&boot) && is_settled(&boot);
	if (keep_good(&boot, err) || tell_loader(&boot, err))
		return EXIT_FAILED;
	return settles && settle(&boot, err) ? EXIT_FAILED : EXIT_DONE;
}
