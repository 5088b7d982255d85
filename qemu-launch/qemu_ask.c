/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qemu_ask.c: starts a QEMU without a machine and asks it what it knows. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "qemu-launch/qemu_ask.h"
#include "qemu-launch/qemu_facts.h"
#include "qemu-launch/qmp.h"

enum { ANSWER_MS = 20000, QEMU_FD = 3 };

/* Its socket is descriptor 3: libvirt hands descriptors over in this way, too. What it says
 * on the standard error is nobody's business: the exit says enough. */
static void run(const char *binary, int socket_fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	if (socket_fd == QEMU_FD)
		fcntl(socket_fd, F_SETFD, 0);
	else
		dup2(socket_fd, QEMU_FD);
	execl(binary, binary, "-machine", "none", "-nodefaults", "-no-user-config",
	      "-display", "none", "-S", "-chardev", "socket,id=ask,fd=3", "-mon",
	      "chardev=ask,mode=control", (char *)NULL);
	_exit(127);
}

static int execute_all(struct qmp *qmp, json_t **root, struct err *err)
{
	json_t *version = NULL, *machines = NULL, *cpus = NULL, *types = NULL;
	int result = qmp_greet(qmp, ANSWER_MS, err);

	if (!result)
		result =
			qmp_execute(qmp, "query-version", NULL, ANSWER_MS, &version, err);
	if (!result)
		result = qmp_execute(qmp, "query-machines", NULL, ANSWER_MS, &machines,
				     err);
	/* Not every architecture has it. */
	if (!result)
		qmp_execute(qmp, "query-cpu-definitions", NULL, ANSWER_MS, &cpus, NULL);
	if (!result)
		result = qmp_execute(qmp, "qom-list-types",
				     json_pack("{s:b}", "abstract", 0), ANSWER_MS, &types,
				     err);
	if (!result) {
		*root = qemu_facts_from(version, machines, cpus, types);
		if (!*root)
			result = err_sys(err, ENOMEM, "reading its answers");
	}
	json_decref(version);
	json_decref(machines);
	json_decref(cpus);
	json_decref(types);
	return result;
}

int qemu_ask(const char *binary, json_t **root, struct err *err)
{
	_cleanup_qmp_ struct qmp qmp;
	int pair[2], result, status = 0;
	pid_t pid;

	qmp_init(&qmp);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, errno, "asking %s what it knows", binary);
	pid = fork();
	if (!pid)
		run(binary, pair[1]);
	close(pair[1]);
	qmp_attach(&qmp, pair[0]);
	if (pid < 0)
		return err_sys(err, errno, "asking %s what it knows", binary);
	result = execute_all(&qmp, root, err);
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (result && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		result = err_set(err, ENOEXEC, "it cannot be run");
	if (result)
		err_wrap(err, "asking %s what it knows", binary);
	return result;
}
