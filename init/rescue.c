/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rescue.c: diagnosis on the consoles, the rescue shell, the end of a boot that nobody
 * watches. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/diagnosis.h"
#include "init/late.h"
#include "init/rescue.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

enum { FAULT_STACK = 16 << 10, KEYBOARDS_TIMEOUT_S = 10 };

static const char *const shell_environment[] = {
	"PATH=/sbin:/bin:/usr/sbin:/usr/bin",
	"HOME=/",
	"TERM=linux",
	"PS1=bedplate# ",
	"DM_DISABLE_UDEV=1",
	NULL,
};

static void write_console(const char *name, const char *text)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	/* A serial line that blocks is waited for, a dead one is not. */
	fcntl(fd, F_SETFL, 0);
	file_write_all(fd, text, strlen(text));
	close(fd);
}

/* On each console that the kernel has: who sits where is not known. */
void rescue_show(const struct boot *boot, const char *text)
{
	char names[256], *rest = names, *name;

	if (file_read_line(boot->root_fd, "sys/class/tty/console/active", names,
			   sizeof(names), NULL) < 0 ||
	    !names[0]) {
		write_console("console", text);
		return;
	}
	while ((name = strsep(&rest, " "))) {
		if (*name)
			write_console(name, text);
	}
}

/* `failed` is a pipe that an exec closes; a byte in it says that there was none. */
static void shell_child(int failed)
{
	static const char *const argv[] = { "sh", NULL };
	sigset_t none;
	int fd;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	fd = open("/dev/console", O_RDWR);
	if (fd >= 0) {
		ioctl(fd, TIOCSCTTY, 1);
		for (int i = 0; i < 3; i++)
			dup2(fd, i);
	}
	execve("/bin/sh", (char *const *)argv, (char *const *)shell_environment);
	if (write(failed, "!", 1) < 0)
		_exit(126);
	_exit(127);
}

/* The rescue set and the keyboards wait in the late archive until somebody may type. */
static bool prepare_shell(struct boot *boot)
{
	if (late_need(boot, "bin/sh", NULL) < 0)
		return false;
	modules_request_list(&boot->modules, "etc/bedplate/keyboards.list");
	modules_wait(&boot->modules, KEYBOARDS_TIMEOUT_S);
	return true;
}

/* Runs the shell and reaps whatever else ends meanwhile. False where there is none. */
static bool run_shell(struct boot *boot)
{
	pid_t shell, ended;
	int ends[2];
	char byte;
	bool ran;

	if (!prepare_shell(boot) || pipe2(ends, O_CLOEXEC) < 0)
		return false;
	shell = fork();
	if (shell == 0)
		shell_child(ends[1]);
	close(ends[1]);
	ran = shell > 0 && read(ends[0], &byte, 1) == 0;
	close(ends[0]);
	if (shell < 0)
		return false;
	do
		ended = waitpid(-1, NULL, 0);
	while (ended != shell && (ended > 0 || errno == EINTR));
	return ran;
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
	sync();
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

void rescue(struct boot *boot, const struct err *err)
{
	bool shell = shell_is_wanted(boot);
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 1 << 20);
	log_error("%s", err->text);
	if (report_write(boot, shell ? "rescue" : "reboot", NULL) < 0)
		log_warning("the boot report could not be written");
	diagnosis_full(boot, err, &text);
	rescue_show(boot, text.text);
	if (shell && run_shell(boot))
		return;
	rescue_show(boot, shell ? "bedplate: there is no shell in this image\n"
				: "bedplate: no shell (rd.shell=0)\n");
	end_machine(boot);
}

void rescue_break(struct boot *boot, const char *step)
{
	char text[160];

	snprintf(text, sizeof(text),
		 "\nbedplate: stopped before step \"%s\" (rd.break); \"exit\" goes on\n",
		 step);
	rescue_show(boot, text);
	if (!shell_is_wanted(boot))
		rescue_show(boot, "bedplate: no shell (rd.shell=0)\n");
	else if (!run_shell(boot))
		rescue_show(boot, "bedplate: there is no shell in this image\n");
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
	if (shell_is_wanted(faulty_boot))
		run_shell(faulty_boot);
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
