/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spawn.c: starts processes behind a gate. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "qemu-launch/spawn.h"

static bool read_number(const char *text, int64_t *number)
{
	char *end;

	*number = strtoll(text, &end, 10);
	return *text && !*end && *number >= 0 && *number < UINT32_MAX;
}

static int find_group(struct spawn_user *user, const char *name, struct err *err)
{
	const struct group *group = getgrnam(name);

	if (group)
		user->gid = group->gr_gid;
	else if (!read_number(name, &user->gid))
		return err_set(err, ENOENT, "there is no group %s", name);
	return 0;
}

int spawn_user_find(struct spawn_user *user, const char *name, const char *group,
		    struct err *err)
{
	const struct passwd *entry = *name ? getpwnam(name) : NULL;

	*user = (struct spawn_user){ .uid = SPAWN_SAME, .gid = SPAWN_SAME };
	if (!*name)
		return *group ? find_group(user, group, err) : 0;
	if (!entry && read_number(name, &user->uid))
		entry = getpwuid((uid_t)user->uid);
	else if (!entry)
		return err_set(err, ENOENT, "there is no user %s", name);
	if (entry) {
		user->uid = entry->pw_uid;
		user->gid = entry->pw_gid;
		user->group_count = SPAWN_GROUPS_MAX;
		if (getgrouplist(entry->pw_name, entry->pw_gid, user->groups,
				 &user->group_count) < 0)
			user->group_count = SPAWN_GROUPS_MAX;
	} else {
		user->gid = user->uid;
	}
	return *group ? find_group(user, group, err) : 0;
}

static int become(const struct spawn_user *user)
{
	if (!user)
		return 0;
	if (user->uid != SPAWN_SAME &&
	    setgroups((size_t)user->group_count, user->groups) < 0)
		return -errno;
	if (user->gid != SPAWN_SAME &&
	    setresgid((gid_t)user->gid, (gid_t)user->gid, (gid_t)user->gid) < 0)
		return -errno;
	if (user->uid != SPAWN_SAME &&
	    setresuid((uid_t)user->uid, (uid_t)user->uid, (uid_t)user->uid) < 0)
		return -errno;
	return 0;
}

static bool stays_root(const struct spawn_user *user)
{
	return geteuid() == 0 && (!user || user->uid == SPAWN_SAME || user->uid == 0);
}

/* A session of its own: a terminal's Ctrl-C is the supervisor's, which shuts down first. */
static int prepare(const struct spawn *spawn)
{
	struct rlimit memlock = { spawn->memlock, spawn->memlock };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (spawn->umask)
		umask(spawn->umask);
	if (null < 0 || dup2(null, 0) < 0)
		return -errno;
	if (spawn->output_fd >= 0 &&
	    (dup2(spawn->output_fd, 1) < 0 || dup2(spawn->output_fd, 2) < 0))
		return -errno;
	for (size_t i = 0; i < spawn->fd_count; i++)
		if (fcntl(spawn->fds[i], F_SETFD, 0) < 0)
			return -errno;
	/* Who stays root is not held to it (CAP_IPC_LOCK, mlock(2)), and in a container need
	 * not be able to raise it. */
	if (spawn->memlock && setrlimit(RLIMIT_MEMLOCK, &memlock) < 0 &&
	    (errno != EPERM || !stays_root(spawn->user)))
		return -errno;
	return become(spawn->user);
}

/* The gate's other end: a byte opens it; what fails is written back, and success closes it. */
static _Noreturn void run_child(const struct spawn *spawn, int gate)
{
	char byte;
	int result;

	if (read(gate, &byte, 1) != 1)
		_exit(127);
	result = prepare(spawn);
	if (!result) {
		execvp(spawn->argv[0], (char *const *)spawn->argv);
		result = -errno;
	}
	if (write(gate, &result, sizeof(result)) < 0)
		_exit(126);
	_exit(127);
}

int spawn_start(struct spawn *spawn, struct err *err)
{
	int gate[2];

	spawn->pid_fd = spawn->gate_fd = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) < 0)
		return err_sys(err, errno, "starting %s", spawn->argv[0]);
	spawn->id.pid = fork();
	if (!spawn->id.pid) {
		close(gate[0]);
		run_child(spawn, gate[1]);
	}
	close(gate[1]);
	spawn->gate_fd = gate[0];
	if (spawn->id.pid < 0 || process_id_of(spawn->id.pid, &spawn->id, NULL)) {
		spawn_abandon(spawn);
		return err_sys(err, errno, "starting %s", spawn->argv[0]);
	}
	spawn->pid_fd = (int)syscall(SYS_pidfd_open, spawn->id.pid, 0);
	if (spawn->pid_fd >= 0)
		return 0;
	spawn_abandon(spawn);
	return err_sys(err, errno, "starting %s", spawn->argv[0]);
}

static void close_gate(struct spawn *spawn)
{
	cleanup_close(&spawn->gate_fd);
	spawn->gate_fd = -1;
}

void spawn_abandon(struct spawn *spawn)
{
	close_gate(spawn);
	cleanup_close(&spawn->pid_fd);
	spawn->pid_fd = -1;
	if (spawn->id.pid > 0)
		waitpid(spawn->id.pid, NULL, 0);
	spawn->id = (struct process_id){ .pid = 0 };
}

int spawn_go(struct spawn *spawn, struct err *err)
{
	int result = 0;
	ssize_t got;

	if (send(spawn->gate_fd, "g", 1, MSG_NOSIGNAL) != 1)
		result = -errno;
	do
		got = result ? 0 : read(spawn->gate_fd, &result, sizeof(result));
	while (got < 0 && errno == EINTR);
	close_gate(spawn);
	if (!result)
		return 0;
	spawn_abandon(spawn);
	return err_sys(err, -result, "starting %s", spawn->argv[0]);
}
