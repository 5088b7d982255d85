/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: process 1 of the initramfs: the table of steps. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/clock.h"
#include "init/modprobe.h"
#include "init/rescue.h"
#include "init/run_point.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/nearest.h"

enum on_failure {
	GO_ON,            /* a warning; later steps may still get there */
	RESCUE_AND_RETRY, /* the diagnosis and, after a shell, the same step again */
};

static const struct step {
	const char *name;
	int (*run)(struct boot *boot, struct err *err);
	enum on_failure on_failure;
	const char *breaks[4]; /* names after rd.break= that stop before this step;
				  dracut.cmdline(7) */
} steps[] = {
	{ "mounts", step_mounts, RESCUE_AND_RETRY, { NULL } },
	{ "log", step_log, GO_ON, { NULL } },
	{ "arguments", step_arguments, GO_ON, { NULL } },
	{ "kernel-args", step_kernel_args, GO_ON, { NULL } },
	{ "uevents", step_uevents, GO_ON, { "cmdline", "pre-udev" } },
	{ "vfio", step_vfio, RESCUE_AND_RETRY, { NULL } },
	{ "modules", step_modules, GO_ON, { "pre-trigger" } },
	{ "device", step_device, RESCUE_AND_RETRY, { "initqueue" } },
	{ "resume", step_resume, GO_ON, { NULL } },
	{ "mount", step_mount, RESCUE_AND_RETRY, { "pre-mount" } },
	{ "parameters", step_parameters, GO_ON, { NULL } },
	{ "vfio-check", step_vfio_check, RESCUE_AND_RETRY, { NULL } },
	{ "reboot", step_reboot, GO_ON, { NULL } },
	{ "usr", step_usr, RESCUE_AND_RETRY, { NULL } },
	{ "init", step_init, RESCUE_AND_RETRY, { NULL } },
	{ "switch",
	  step_switch,
	  RESCUE_AND_RETRY,
	  { "mount", "pre-pivot", "cleanup", "" } },
};

static bool step_has_break(const struct step *step, const char *name)
{
	if (strcmp(step->name, name) == 0)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(step->breaks) && step->breaks[i]; i++) {
		if (strcmp(step->breaks[i], name) == 0)
			return true;
	}
	return false;
}

static bool is_break_point(const struct boot *boot, const struct step *step)
{
	const struct cmdline_arg *arg = NULL;

	while ((arg = cmdline_next(&boot->cmdline, "rd.break", arg))) {
		if (step_has_break(step, arg->value ? arg->value : ""))
			return true;
	}
	return false;
}

/* The first step to stop before: until then the command line has not been read. */
static size_t first_break(void)
{
	size_t i = 0;

	while (steps[i++].run != step_arguments)
		;
	return i;
}

/* The names that rd.break= knows, and the nearest to one that it does not. */
static void offer_breaks(struct nearest *nearest)
{
	for (size_t i = first_break(); i < ARRAY_SIZE(steps); i++) {
		nearest_offer(nearest, steps[i].name);
		for (size_t k = 0; k < ARRAY_SIZE(steps[i].breaks) && steps[i].breaks[k];
		     k++)
			nearest_offer(nearest, steps[i].breaks[k]);
	}
}

static bool is_break_name(const char *name)
{
	for (size_t i = first_break(); i < ARRAY_SIZE(steps); i++) {
		if (step_has_break(&steps[i], name))
			return true;
	}
	return false;
}

/* Somebody who waits for a shell that never comes would look for the reason elsewhere. */
static void check_breaks(struct boot *boot)
{
	const struct cmdline_arg *arg = NULL;

	while ((arg = cmdline_next(&boot->cmdline, "rd.break", arg))) {
		struct nearest nearest = { .word = arg->value };

		if (!arg->value || is_break_name(arg->value))
			continue;
		offer_breaks(&nearest);
		report_warning(
			&boot->report,
			"rd.break=%s: there is no such step to stop before; the boot "
			"goes on%s%s",
			arg->value, nearest.best ? "; the nearest is " : "",
			nearest.best ? nearest.best : "");
	}
}

static int step_run(struct boot *boot, const struct step *step)
{
	struct report_step *record = report_begin(&boot->report, step->name);
	struct err err = ERR_INIT;
	int result = step->run(boot, &err);

	report_end(record, result < 0 ? REPORT_FAILED : REPORT_OK, err.text);
	log_debug("step %s: %s, %d us", step->name, result < 0 ? "failed" : "done",
		  (int)(record->end_us - record->start_us));
	if (result >= 0)
		return 0;
	if (step->on_failure == RESCUE_AND_RETRY) {
		rescue(boot, &err);
		return -1;
	}
	report_warning(&boot->report, "%s", err.text);
	if (err.hint[0])
		report_warning(&boot->report, "%s", err.hint);
	return 0;
}

/* What is in place before the first step, so that every failure finds it. */
static void boot_prepare(struct boot *boot, char **argv, int64_t start_us)
{
	*boot = (struct boot){ .argv = argv, .uevent_fd = -1 };
	boot->report.start_us = start_us;
	boot->root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	boot->devices.root_fd = boot->root_fd;
	boot->wanted = &boot->root;
	boot->conf = conf_new(&init_schema);
	boot->settings = conf_data(boot->conf);
	rescue_catch_faults(boot);
	modules_open(&boot->modules, boot->root_fd, &boot->cmdline, NULL);
}

int main(int argc, char **argv)
{
	static struct boot boot;
	int64_t start_us = clock_us();

	if (getpid() != 1 && modprobe_is_call(argc, argv))
		return modprobe_main(argv[3]);
	if (getpid() != 1) {
		fputs("bedplate's init runs as process 1 of an initramfs only.\n",
		      stderr);
		return EXIT_USAGE;
	}
	boot_prepare(&boot, argv, start_us);
	for (size_t i = 0; i < ARRAY_SIZE(steps);) {
		if (i && steps[i - 1].run == step_arguments)
			check_breaks(&boot);
		if (is_break_point(&boot, &steps[i]))
			rescue_break(&boot, steps[i].name);
		run_point(&boot, steps[i].name);
		while (step_run(&boot, &steps[i]) < 0)
			;
		i++;
	}
	return EXIT_FAILED; /* not reached: the last step executes the new init */
}
