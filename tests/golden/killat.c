/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * killat.c: ends a command, and all that it started, after its Nth call that has changed a file system.
 *
 *	killat N COMMAND...
 *
 * What strace(1) injects is counted for each process by itself; a power cut counts for all. Exit
 * status 0 where it came to that call; 1 where the command ended before. Devices and what mktemp(1)
 * makes do not count. For x86-64.
 *
 * Sources: ptrace(2), syscall(2), pidfd_getfd(2) and process_vm_readv(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ptrace.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NONE = -1 };

/* Which argument is what, if it matters. */
static const struct {
	long number;
	int path, descriptor, flags;
} calls[] = {
	{ SYS_open, 0, NONE, 1 },
	{ SYS_openat, 1, NONE, 2 },
	{ SYS_write, NONE, 0, NONE },
	{ SYS_pwrite64, NONE, 0, NONE },
	{ SYS_ftruncate, NONE, 0, NONE },
	{ SYS_fsync, NONE, NONE, NONE },
	{ SYS_fdatasync, NONE, NONE, NONE },
	{ SYS_syncfs, NONE, NONE, NONE },
	{ SYS_copy_file_range, NONE, NONE, NONE },
	{ SYS_rename, 0, NONE, NONE },
	{ SYS_renameat, 1, NONE, NONE },
	{ SYS_renameat2, 1, NONE, NONE },
	{ SYS_link, 0, NONE, NONE },
	{ SYS_linkat, 1, NONE, NONE },
	{ SYS_unlink, 0, NONE, NONE },
	{ SYS_unlinkat, 1, NONE, NONE },
	{ SYS_mkdir, 0, NONE, NONE },
	{ SYS_mkdirat, 1, NONE, NONE },
	{ SYS_rmdir, 0, NONE, NONE },
};

/* A pipe or a terminal is no file system. */
static bool is_file(pid_t pid, int number)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0);
	int fd = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, number, 0);
	struct stat st;
	bool is = fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode);

	if (fd >= 0)
		close(fd);
	if (process >= 0)
		close(process);
	return is;
}

/* What mktemp(1) made, or a device. */
static bool is_elsewhere(pid_t pid, unsigned long address)
{
	char start[16] = "";
	struct iovec here = { start, 9 }, there = { (void *)address, 9 };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) > 0 &&
	       (!strcmp(start, "/tmp/tmp.") || !strncmp(start, "/dev/", 5));
}

/* Whether the process stands behind such a call. */
static bool is_due(pid_t pid)
{
	struct ptrace_syscall_info info;
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_EXIT || info.exit.is_error ||
	    ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		return false;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		const unsigned long args[] = { regs.rdi, regs.rsi, regs.rdx };

		if ((long)regs.orig_rax != calls[i].number)
			continue;
		return (calls[i].flags < 0 || args[calls[i].flags] & O_CREAT) &&
		       (calls[i].path < 0 || !is_elsewhere(pid, args[calls[i].path])) &&
		       (calls[i].descriptor < 0 ||
			is_file(pid, (int)args[calls[i].descriptor]));
	}
	return false;
}

/* The signal that is to be handed on. */
static int signal_of(int status)
{
	int number = WSTOPSIG(status);

	/* Calls, events, and the first stop of who was forked. */
	return number == (SIGTRAP | 0x80) || status >> 16 || number == SIGSTOP ? 0
									       : number;
}

static void begin(char **argv)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	raise(SIGSTOP);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	long left = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	pid_t first = left > 0 ? fork() : -1, pid;
	int status;

	if (!first)
		begin(argv + 2);
	if (first < 0 || waitpid(first, &status, 0) < 0) {
		fprintf(stderr, "usage: killat N COMMAND...\n");
		return 2;
	}
	ptrace(PTRACE_SETOPTIONS, first, NULL,
	       PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
		       PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC);
	ptrace(PTRACE_SYSCALL, first, NULL, 0);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status))
			continue;
		/* PTRACE_O_EXITKILL does the rest. */
		if (WSTOPSIG(status) == (SIGTRAP | 0x80) && is_due(pid) && !--left)
			return 0;
		ptrace(PTRACE_SYSCALL, pid, NULL, signal_of(status));
	}
	return 1;
}
