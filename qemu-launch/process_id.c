/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process_id.c: finds processes again, and ends them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/pidfd.h"
#include "qemu-launch/process_id.h"

/* "PID (COMM) STATE PPID ...": COMM may hold spaces and brackets, so it is counted from the
 * last bracket. Field 3 is the state, field 22 the start. */
static int read_stat(pid_t pid, char *state, uint64_t *start)
{
	char path[32], line[1024];
	_cleanup_close_ int fd = -1;
	const char *at;
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (got <= 0)
		return -ESRCH;
	line[got] = '\0';
	at = strrchr(line, ')');
	if (!at || !at[1])
		return -ESRCH;
	at += 2;
	*state = *at;
	for (int field = 3; at && field < 22; field++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return -ESRCH;
	*start = strtoull(at, NULL, 10);
	return 0;
}

int process_id_of(pid_t pid, struct process_id *id, struct err *err)
{
	char state;

	id->pid = pid;
	if (pid > 0 && !read_stat(pid, &state, &id->start))
		return 0;
	*id = (struct process_id){ .pid = 0 };
	return err_sys(err, ESRCH, "process %d", (int)pid);
}

int process_id_open(const struct process_id *id, struct err *err)
{
	_cleanup_close_ int fd = -1;
	uint64_t start = 0;
	char state = '?';

	if (id->pid > 0)
		fd = (int)syscall(SYS_pidfd_open, id->pid, 0);
	/* Looked at behind the opening: the descriptor is of the process that is there now. */
	if (fd < 0 || read_stat(id->pid, &state, &start) || start != id->start ||
	    state == 'Z' || state == 'X')
		return err_sys(err, ESRCH, "process %d", (int)id->pid);
	return steal_fd(&fd);
}

bool process_id_is_alive(const struct process_id *id)
{
	_cleanup_close_ int fd = process_id_open(id, NULL);

	return fd >= 0;
}

int process_id_signal(const struct process_id *id, int signal, struct err *err)
{
	_cleanup_close_ int fd = process_id_open(id, err);

	if (fd < 0)
		return fd;
	if (syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) < 0)
		return err_sys(err, errno, "signalling process %d", (int)id->pid);
	return 0;
}

int process_id_end(const struct process_id *id, int timeout_ms, struct err *err)
{
	_cleanup_close_ int fd = process_id_open(id, NULL);
	int result = fd >= 0 ? pidfd_end(fd, timeout_ms) : 0;

	if (result == -ETIMEDOUT)
		return err_set(err, ETIMEDOUT,
			       "process %d outlives SIGKILL: it hangs in the kernel",
			       (int)id->pid);
	if (result)
		return err_sys(err, -result, "ending process %d", (int)id->pid);
	/* Ours is to be waited for; another's is not ours to wait for. */
	waitpid(id->pid, NULL, WNOHANG);
	return 0;
}

json_t *process_id_json(const struct process_id *id)
{
	return json_pack("{s:i, s:I}", "pid", (int)id->pid, "start",
			 (json_int_t)id->start);
}

struct process_id process_id_from_json(const json_t *value)
{
	json_int_t pid = json_integer_value(json_object_get(value, "pid"));
	json_int_t start = json_integer_value(json_object_get(value, "start"));

	if (pid <= 0 || pid > INT32_MAX || start < 0)
		return (struct process_id){ .pid = 0 };
	return (struct process_id){ .pid = (pid_t)pid, .start = (uint64_t)start };
}
