/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/secret.c */
/* A process that holds a secret leaves none of it behind, and hands that on to nobody. */
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/secret.h"
#include "tests/unit/tap.h"

/* Whether a child that has a secret, or has not, would leave a core dump. */
static int child(bool has_secret)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		if (has_secret)
			secret_hold();
		_exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(void)
{
	is_int(child(false), 1, "a process leaves a core dump by itself");
	is_int(child(true), 0, "one that holds a secret leaves none");
	return done_testing();
}
