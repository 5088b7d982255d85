/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rescue.c: diagnosis on the consoles, the rescue shell, the end of a boot that nobody
 * watches. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/console.h"
#include "init/diagnosis.h"
#include "init/late.h"
#include "init/rescue.h"
#include "init/shell.h"
#include "lib/cleanup.h"
#include "lib/log.h"

enum { FAULT_STACK = 64 << 10, KEYBOARDS_TIMEOUT_S = 10 };

void rescue_show(const struct boot *boot, const char *text)
{
	console_show(boot->root_fd, text);
}

static void sleep_ms(uint64_t ms)
{
	struct timespec left = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

/* rd.emergency=, as in dracut.cmdline(7). A shell that cannot be had ends in a reboot. */
static const struct ending {
	const char *says;
	int command;
} endings[] = {
	[init_rescue_emergency_shell] = { "reboot", RB_AUTOBOOT },
	[init_rescue_emergency_reboot] = { "reboot", RB_AUTOBOOT },
	[init_rescue_emergency_poweroff] = { "power-off", RB_POWER_OFF },
	[init_rescue_emergency_halt] = { "halt", RB_HALT_SYSTEM },
};

static void end_machine(struct boot *boot)
{
	const struct ending *ending = &endings[boot->settings->rescue.emergency];
	uint64_t delay_ms = boot->settings->rescue.reboot_delay_ms;
	char text[128];

	if (delay_ms == UINT64_MAX) {
		rescue_show(boot, "bedplate: waiting for ever (panic=0)\n");
		for (;;)
			pause();
	}
	snprintf(text, sizeof(text), "bedplate: %s in %d s\n", ending->says,
		 (int)((delay_ms + 999) / 1000));
	log_info("%s in %d s", ending->says, (int)((delay_ms + 999) / 1000));
	rescue_show(boot, text);
	sleep_ms(delay_ms);
	reboot_sync();
	reboot(ending->command);
	/* Refused or halted: process 1 must not end. */
	for (;;)
		pause();
}

static bool shell_is_wanted(const struct boot *boot)
{
	return boot->settings->rescue.shell &&
	       boot->settings->rescue.emergency == init_rescue_emergency_shell;
}

/* The rescue set and the keyboards wait in the late archive until somebody may type. */
static void prepare_shell(struct boot *boot)
{
	if (late_need(boot, "bin/sh", NULL) < 0)
		return;
	modules_request_list(&boot->modules, "etc/bedplate/keyboards.list");
	modules_wait(&boot->modules, KEYBOARDS_TIMEOUT_S);
}

/* The shell, and words where it ended by itself or was not had. True when somebody left
 * it. */
static bool run_shell(struct boot *boot, uint64_t quiet_ms)
{
	static const char *const words[] = {
		[SHELL_LEFT] = "",
		[SHELL_NOBODY] = "\nbedplate: nobody typed anything here\n",
		[SHELL_NONE] = "bedplate: there is no shell in this image\n",
	};
	enum shell_end end;

	prepare_shell(boot);
	end = shell_run(boot->settings->rescue.password, quiet_ms);
	rescue_show(boot, words[end]);
	return end == SHELL_LEFT;
}

static bool give_shell(struct boot *boot)
{
	if (shell_is_wanted(boot))
		return run_shell(boot, boot->settings->rescue.shell_timeout_ms);
	rescue_show(boot, "bedplate: no shell (rd.shell=0 or rd.emergency=)\n");
	return false;
}

void rescue(struct boot *boot, const struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 1 << 20);
	log_error("%s", err->text);
	if (report_write(boot, shell_is_wanted(boot) ? "rescue" : "reboot", NULL) < 0)
		log_warning("the boot report could not be written");
	diagnosis_full(boot, err, &text);
	rescue_show(boot, text.text);
	if (!give_shell(boot))
		end_machine(boot);
}

void rescue_finding(struct boot *boot, const struct err *err)
{
	enum init_rescue_emergency emergency = boot->settings->rescue.emergency;
	char text[sizeof(*err) + 128];

	log_error("%s", err->text);
	snprintf(
		text, sizeof(text),
		"\nbedplate: the boot has stopped: %s\n\nWhat to try\n%s%s%s"
		"  \"exit\" goes on with the boot; \"reboot -f\" restarts the machine\n\n",
		err->text, err->hint[0] ? "  " : "", err->hint, err->hint[0] ? "\n" : "");
	rescue_show(boot, text);
	if (give_shell(boot))
		return;
	if (emergency == init_rescue_emergency_poweroff ||
	    emergency == init_rescue_emergency_halt)
		end_machine(boot);
	reboot_want(boot, err->text);
}

void rescue_break(struct boot *boot, const char *step)
{
	char text[160];

	snprintf(text, sizeof(text),
		 "\nbedplate: stopped before step \"%s\" (rd.break); \"exit\" goes on\n",
		 step);
	rescue_show(boot, text);
	/* rd.emergency= is about a boot that failed, which this one has not. */
	if (boot->settings->rescue.shell)
		run_shell(boot, UINT64_MAX);
	else
		rescue_show(boot, "bedplate: no shell (rd.shell=0)\n");
}

static struct boot *faulty_boot;

/* Process 1 is beyond repair here; what is called need not be safe in a handler, for a
 * second fault ends the machine at once. */
static void fault_handler(int number, siginfo_t *info, void *context)
{
	static volatile sig_atomic_t again;
	char text[200];

	(void)context;
	if (again++)
		reboot(RB_AUTOBOOT);
	snprintf(
		text, sizeof(text),
		"\nbedplate: /init was hit by signal %d (%s) at address %p in step \"%s\"\n",
		number, strsignal(number), info->si_addr,
		faulty_boot->report.step_count
			? faulty_boot->report.steps[faulty_boot->report.step_count - 1]
				  .name
			: "");
	log_error("%s", text + strlen("\nbedplate: "));
	rescue_show(faulty_boot, text);
	give_shell(faulty_boot);
	end_machine(faulty_boot);
}

void rescue_catch_faults(struct boot *boot)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS };
	static char stack[FAULT_STACK];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = {
		.sa_sigaction = fault_handler,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER,
	};

	faulty_boot = boot;
	sigaltstack(&alternate, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		sigaction(faults[i], &action, NULL);
}
