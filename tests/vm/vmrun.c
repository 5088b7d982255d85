/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run one QEMU guest to its end: watch its console, answer it, plug devices, and never
 * outlast a deadline.
 *
 * How it works: vmrun gives QEMU three character devices (ttyS0 and QMP over socket
 * pairs, ttyS1 into DIR/report) and waits on both sockets with poll(2). Console text
 * is cut into lines; every line, and also the unfinished one (a prompt), is held
 * against the rules. A rule is PATTERN, DELAY, ACTION and ARGUMENT, and fires once:
 *
 *     send   type ARGUMENT and a newline on the console
 *     qmp    pass ARGUMENT (JSON) to QEMU
 *     end    stop here, and call the end ARGUMENT
 *
 * With -R a guest may start anew, by itself or after a panic, and the report goes on;
 * such a guest ends by powering off or by a rule. Each start is that of a machine that
 * was off, in a QEMU of its own: TCG is slow where the last start had its code.
 *
 * How it ended stands in DIR/result as ended=WORD: poweroff, reboot, panic, shell (a
 * prompt that no rule answered), deadline, qemu (QEMU stopped by itself), qmp-error,
 * or the word of an "end" rule. DIR/console.log has the console, DIR/console.times the
 * same with the host's seconds before each line. QEMU is killed when vmrun ends,
 * however that happens; DIR/result has the processor time that it took.
 */
#include "tests/vm/vmrun_line.h"
#include "tests/vm/vmrun_rule.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PANIC_TAIL_MS 1000
#define EXIT_WAIT_MS  20000

struct vm {
	pid_t pid;
	int console_fd;
	int qmp_fd;
	long deadline_ms;
	bool echo;
	bool resets; /* a reset or a panic is no end */
	bool again;  /* it was reset: the next QEMU is due */
	regex_t prompt;
	struct rules rules;
	struct line console;
	struct line qmp;
	FILE *log;
	FILE *times;
	FILE *qmp_log;
	char ended[32]; /* empty while it runs */
	char detail[LINE_SIZE];
	long stop_ms; /* when to stop after the end is known; 0: at once */
};

static struct timespec started;

static void fail(const char *what, const char *object)
{
	fprintf(stderr, "vmrun: %s%s%s: %s\n", what, object ? " " : "",
		object ? object : "", strerror(errno));
	exit(2);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - started.tv_sec) * 1000 +
	       (now.tv_nsec - started.tv_nsec) / 1000000;
}

/* The first end counts; a panic's reboot does not turn it into a reboot. */
static void vm_end(struct vm *vm, const char *ended, const char *detail, long stop_ms)
{
	if (vm->ended[0])
		return;
	snprintf(vm->ended, sizeof(vm->ended), "%s", ended);
	snprintf(vm->detail, sizeof(vm->detail), "%s", detail);
	vm->stop_ms = stop_ms;
}

static void send_line(int fd, const char *text)
{
	char buffer[LINE_SIZE];
	int length = snprintf(buffer, sizeof(buffer), "%s\n", text);

	if (length >= (int)sizeof(buffer) || send(fd, buffer, length, MSG_NOSIGNAL) < 0)
		fprintf(stderr, "vmrun: cannot send: %s\n", text);
}

static void rule_fire(struct vm *vm, const struct rule *rule)
{
	switch (rule->action) {
	case ACTION_SEND:
		send_line(vm->console_fd, rule->argument);
		break;
	case ACTION_QMP:
		fprintf(vm->qmp_log, "> %s\n", rule->argument);
		send_line(vm->qmp_fd, rule->argument);
		break;
	default:
		vm_end(vm, rule->argument, "", 0);
	}
}

/* An answer uses up the text it answers, so that one prompt gets one answer. */
static void console_match(struct vm *vm)
{
	struct line *line = &vm->console;
	const char *text = line->text + line->answered;
	int flags = line->answered ? REG_NOTBOL : 0;

	if (rules_match(&vm->rules, text, flags, now_ms()))
		line->answered = line->length;
	else if (!regexec(&vm->prompt, text, 0, NULL, flags))
		vm_end(vm, "shell", line->text, 0);
}

static void console_line(struct vm *vm)
{
	const char *text = vm->console.text;

	console_match(vm);
	fprintf(vm->log, "%s\n", text);
	fflush(vm->log);
	fprintf(vm->times, "%8.3f %s\n", now_ms() / 1000.0, text);
	if (vm->resets)
		return;
	if (strstr(text, "end Kernel panic")) {
		vm->stop_ms = 0;
	} else if (strstr(text, "Kernel panic - not syncing")) {
		vm_end(vm, "panic", text, now_ms() + PANIC_TAIL_MS);
	}
}

static void vm_reset(struct vm *vm)
{
	if (vm->resets)
		vm->again = true;
	else
		vm_end(vm, "reboot", "", 0);
}

/* QMP speaks one JSON object a line, so that looking for words is enough. */
static void qmp_line(struct vm *vm)
{
	const char *text = vm->qmp.text;

	fprintf(vm->qmp_log, "< %s\n", text);
	if (strstr(text, "\"QMP\":"))
		send_line(vm->qmp_fd, "{\"execute\":\"qmp_capabilities\"}");
	else if (strstr(text, "\"error\":"))
		vm_end(vm, "qmp-error", text, 0);
	else if (strstr(text, "\"SHUTDOWN\"") && strstr(text, "guest-reset"))
		vm_reset(vm);
	else if (strstr(text, "\"SHUTDOWN\"") && strstr(text, "guest-shutdown"))
		vm_end(vm, "poweroff", "", 0);
}

/* Read what is there; false at the end of the stream. */
static bool stream_read(struct vm *vm, int fd, struct line *line,
			void (*complete)(struct vm *vm))
{
	char buffer[4096];
	ssize_t count = read(fd, buffer, sizeof(buffer));

	if (count <= 0)
		return count < 0 && (errno == EINTR || errno == EAGAIN);
	if (vm->echo && line == &vm->console) {
		fwrite(buffer, 1, count, stdout);
		fflush(stdout);
	}
	for (ssize_t i = 0; i < count; i++) {
		if (line_put(line, buffer[i])) {
			complete(vm);
			line_reset(line);
		}
	}
	return true;
}

static int next_timeout(const struct vm *vm)
{
	long until = rules_due_ms(&vm->rules, vm->deadline_ms);

	if (vm->ended[0] && vm->stop_ms < until)
		until = vm->stop_ms;
	until -= now_ms();
	return until > 0 ? (int)until : 0;
}

static void vm_watch(struct vm *vm)
{
	struct rule *rule;
	struct pollfd fds[2] = { { .fd = vm->console_fd, .events = POLLIN },
				 { .fd = vm->qmp_fd, .events = POLLIN } };

	while (!vm->again && (!vm->ended[0] || vm->stop_ms > now_ms())) {
		if (poll(fds, 2, next_timeout(vm)) < 0 && errno != EINTR)
			fail("poll", NULL);
		if (fds[0].revents &&
		    !stream_read(vm, vm->console_fd, &vm->console, console_line))
			fds[0].fd = -1;
		if (vm->console.length > vm->console.answered)
			console_match(vm);
		if (fds[1].revents && !stream_read(vm, vm->qmp_fd, &vm->qmp, qmp_line))
			vm_end(vm, "qemu", "QEMU stopped by itself", 0);
		while ((rule = rules_next_due(&vm->rules, now_ms())))
			rule_fire(vm, rule);
		if (now_ms() >= vm->deadline_ms)
			vm_end(vm, "deadline", vm->console.text, 0);
	}
}

/* What QEMU wrote on the console before it closed the sockets is still in them. */
static void vm_drain(struct vm *vm)
{
	struct pollfd fd = { .fd = vm->console_fd, .events = POLLIN };

	while (poll(&fd, 1, 0) > 0 &&
	       stream_read(vm, vm->console_fd, &vm->console, console_line))
		;
	if (vm->console.length)
		console_line(vm);
}

static void pair(int *ours, int *theirs)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		fail("socketpair", NULL);
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	*ours = fds[0];
	*theirs = fds[1];
}

static void child_exec(char **argv, int count, int console, int qmp, const char *dir)
{
	char console_arg[64], qmp_arg[64], report_arg[LINE_SIZE];
	char **all = calloc(count + 16, sizeof(*all));
	char *const added[] = {
		"-chardev", console_arg, "-serial", "chardev:console",
		"-chardev", report_arg,  "-serial", "chardev:report",
		"-chardev", qmp_arg,     "-mon",    "chardev=qmp,mode=control",
		"-display", "none",      NULL
	};

	if (!all)
		fail("memory", NULL);
	snprintf(console_arg, sizeof(console_arg), "socket,id=console,fd=%d", console);
	snprintf(qmp_arg, sizeof(qmp_arg), "socket,id=qmp,fd=%d", qmp);
	snprintf(report_arg, sizeof(report_arg),
		 "file,id=report,append=on,path=%s/report", dir);
	memcpy(all, argv, count * sizeof(*all));
	memcpy(all + count, added, sizeof(added));
	execvp(all[0], all);
	fail("exec", all[0]);
}

static void vm_spawn(struct vm *vm, char **argv, int count, const char *dir)
{
	pid_t parent = getpid();
	int console, qmp;

	pair(&vm->console_fd, &console);
	pair(&vm->qmp_fd, &qmp);
	vm->pid = fork();
	if (vm->pid < 0)
		fail("fork", NULL);
	if (!vm->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(2);
		if (!freopen("/dev/null", "r", stdin))
			fail("open", "/dev/null");
		child_exec(argv, count, console, qmp, dir);
	}
	close(console);
	close(qmp);
}

static FILE *output(const char *dir, const char *name)
{
	char path[LINE_SIZE];
	FILE *stream;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	stream = fopen(path, "we");
	if (!stream)
		fail("create", path);
	return stream;
}

static void usage(void)
{
	fputs("Usage: vmrun -o DIR [-d SECONDS] [-p PROMPT] [-r RULES] [-R] [-v] -- QEMU [ARG...]\n"
	      "  -o DIR      where console.log, report and result go\n"
	      "  -d SECONDS  kill the guest after this time (60)\n"
	      "  -p PROMPT   extended regular expression of a shell's prompt\n"
	      "  -r RULES    file of rules: PATTERN, DELAY, send|qmp|end, ARGUMENT; by tabs\n"
	      "  -R          let the guest start anew; a panic is no end either\n"
	      "  -v          show the console while it runs\n",
	      stderr);
	exit(2);
}

static void options_read(struct vm *vm, int argc, char **argv, const char **dir)
{
	const char *prompt = "^[^[# ]+ ?[#$] ";
	int option;

	while ((option = getopt(argc, argv, "+o:d:p:r:Rv")) != -1) {
		if (option == 'o')
			*dir = optarg;
		else if (option == 'd')
			vm->deadline_ms = (long)(strtod(optarg, NULL) * 1000);
		else if (option == 'p')
			prompt = optarg;
		else if (option == 'r')
			rules_read(&vm->rules, optarg);
		else if (option == 'R')
			vm->resets = true;
		else if (option == 'v')
			vm->echo = true;
		else
			usage();
	}
	if (!*dir || optind == argc ||
	    regcomp(&vm->prompt, prompt, REG_EXTENDED | REG_NOSUB))
		usage();
}

/* After a guest that powered off, or starts anew, QEMU writes its disks out and leaves;
 * any other is killed.
 */
static void vm_reap(struct vm *vm)
{
	bool leaves = vm->again || !strcmp(vm->ended, "poweroff");

	for (int i = 0; i < EXIT_WAIT_MS / 10 && leaves; i++) {
		if (waitpid(vm->pid, NULL, WNOHANG) == vm->pid)
			return;
		usleep(10000);
	}
	kill(vm->pid, SIGKILL);
	waitpid(vm->pid, NULL, 0);
}

/* One QEMU, from its start to where it is gone. */
static void vm_run(struct vm *vm, char **argv, int count, const char *dir)
{
	vm->again = false;
	vm_spawn(vm, argv, count, dir);
	vm_watch(vm);
	vm_reap(vm);
	vm_drain(vm);
	line_reset(&vm->console);
	line_reset(&vm->qmp);
	close(vm->console_fd);
	close(vm->qmp_fd);
}

/* Of QEMU with all of its threads, once it is reaped. */
static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
	static struct vm vm = { .deadline_ms = 60000 };
	const char *dir = NULL;
	FILE *result;

	clock_gettime(CLOCK_MONOTONIC, &started);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	options_read(&vm, argc, argv, &dir);
	vm.log = output(dir, "console.log");
	vm.times = output(dir, "console.times");
	vm.qmp_log = output(dir, "qmp.log");
	fclose(output(dir, "report"));
	do
		vm_run(&vm, argv + optind, argc - optind, dir);
	while (vm.again);
	result = output(dir, "result");
	fprintf(result, "ended=%s\nseconds=%.1f\ncpu_seconds=%.1f\ndetail=%s\n", vm.ended,
		now_ms() / 1000.0, cpu_seconds(), vm.detail);
	return fclose(result) ? 2 : 0;
}
