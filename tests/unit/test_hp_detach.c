/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/detach.c lib/file.c lib/strbuf.c lib/err.c lib/log.c */
/* test_hp_detach.c: whoever leaves a process behind learns whether there is one. */
#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host-prep/detach.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

enum { NOBODY_ELSE = 65123 /* a user without processes */ };

static void write_word(void *data)
{
	if (write(*(int *)data, "here", 4) != 4)
		_exit(1);
}

static void test_left_behind(int root)
{
	struct err err = ERR_INIT;
	char word[8] = "";
	int ends[2];

	if (pipe(ends) < 0)
		return;
	is_int(detach(root, &ends[1], 1, write_word, &ends[1], &err), 0,
	       "a process is left behind");
	close(ends[1]);
	ok(read(ends[0], word, sizeof(word)) == 4 && !strcmp(word, "here"),
	   "and does its work");
	close(ends[0]);
}

/* The user may have two processes: this one, and the one that would fork the one that stays. */
static int leave_one_too_many(int root)
{
	const struct rlimit two = { 2, 2 };
	struct err err = ERR_INIT;
	int none = -1;

	if (setresuid(NOBODY_ELSE, NOBODY_ELSE, NOBODY_ELSE) < 0 ||
	    setrlimit(RLIMIT_NPROC, &two) < 0)
		return 99;
	return -detach(root, NULL, 0, write_word, &none, &err);
}

static void test_none_left(int root)
{
	int status = 0;
	pid_t child;

	if (geteuid() != 0) {
		ok(true, "one that cannot be left behind is told of # skip needs root");
		return;
	}
	fflush(stdout);
	child = fork();
	if (child == 0)
		_exit(leave_one_too_many(root));
	waitpid(child, &status, 0);
	is_int(WEXITSTATUS(status), EAGAIN, "one that cannot be left behind is told of");
}

int main(void)
{
	int root = fake_tree_open();

	test_left_behind(root);
	test_none_left(root);
	close(root);
	fake_tree_remove();
	return done_testing();
}
