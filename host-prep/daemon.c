/* SPDX-License-Identifier: GPL-2.0-or-later */
/* daemon.c: programs that go on in the background. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host-prep/daemon.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/pidfd.h"
#include "lib/process.h"

enum { END_MS = 5000 };

/* One that ended, and that nobody has waited for, has no arguments any more. */
static bool has_argument(int root_fd, unsigned pid, const char *argument)
{
	_cleanup_strbuf_ struct strbuf arguments;
	char path[64];

	strbuf_init(&arguments, 0);
	snprintf(path, sizeof(path), "proc/%u/cmdline", pid);
	if (file_read(root_fd, path, &arguments, NULL))
		return false;
	for (size_t at = 0; at < arguments.length; at += strlen(arguments.text + at) + 1)
		if (strcmp(arguments.text + at, argument) == 0)
			return true;
	return false;
}

/* In the network namespace that we are in: another may have an interface of the same name. */
static bool is_in_ours(int root_fd, unsigned pid)
{
	char path[64], theirs[64], ours[64];

	snprintf(path, sizeof(path), "proc/%u/ns/net", pid);
	return file_read_link(root_fd, path, theirs, sizeof(theirs), NULL) >= 0 &&
	       file_read_link(root_fd, "proc/self/ns/net", ours, sizeof(ours), NULL) >=
		       0 &&
	       !strcmp(theirs, ours);
}

/* One that has only just gone to the background has not written its file yet. */
static pid_t find_process(int root_fd, const char *argument)
{
	int fd = file_open(root_fd, "proc", O_RDONLY | O_DIRECTORY, NULL);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	pid_t found = 0;

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (!found && (entry = readdir(folder))) {
		unsigned pid = (unsigned)strtoul(entry->d_name, NULL, 10);

		if (pid && has_argument(root_fd, pid, argument) &&
		    is_in_ours(root_fd, pid))
			found = (pid_t)pid;
	}
	closedir(folder);
	return found;
}

pid_t daemon_pid(int root_fd, const char *pid_path, const char *argument)
{
	uint64_t pid = 0;

	if (!file_read_u64(root_fd, pid_path, &pid, NULL) && pid && pid <= INT32_MAX &&
	    has_argument(root_fd, (unsigned)pid, argument))
		return (pid_t)pid;
	return find_process(root_fd, argument);
}

int daemon_end(int root_fd, const char *pid_path, pid_t pid, struct err *err)
{
	_cleanup_close_ int fd = pid ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	int result;

	if (!pid || (fd < 0 && errno == ESRCH))
		return 0;
	result = fd < 0 ? -errno : pidfd_end(fd, END_MS);
	if (result)
		return err_sys(err, -result, "ending the process %d of /%s", (int)pid,
			       pid_path);
	unlinkat(root_fd, pid_path, 0);
	return 0;
}

int daemon_hint(const char *said, struct err *err)
{
	int code = err ? err->code : -EIO;

	if (strstr(said, "ddress already in use"))
		err_hint(err, "another DNS or DHCP server listens on all addresses; "
			      "bind-interfaces in its configuration keeps it to its own");
	return code;
}

int daemon_command(const char *const *argv, int timeout_ms, struct err *err)
{
	_cleanup_strbuf_ struct strbuf output;
	struct process process = { .argv = argv,
				   .output = &output,
				   .errors = &output,
				   .timeout_ms = timeout_ms };
	int result;

	strbuf_init(&output, 64 << 10);
	result = process_run(&process, err);
	if (result)
		daemon_hint(output.text, err);
	return result;
}
