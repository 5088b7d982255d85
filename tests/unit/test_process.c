/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/process.c lib/file.c lib/strbuf.c lib/err.c */
/* test_process.c: a child's output, input, status and deadline. */
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/process.h"
#include "tests/unit/tap.h"

#define SHELL(...)                            \
	(const char *const[])                 \
	{                                     \
		"sh", "-c", __VA_ARGS__, NULL \
	}

static void output_and_input(void)
{
	_cleanup_strbuf_ struct strbuf out, errors;
	struct err err = ERR_INIT;
	struct process p = { .argv = SHELL("cat; echo two >&2; printf \"$0\"", "a b 'c'"),
			     .input = "one\n",
			     .output = &out,
			     .errors = &errors };

	strbuf_init(&out, 0);
	strbuf_init(&errors, 0);
	is_int(process_run(&p, &err), 0, "a child that ends well is 0");
	is_str(out.text, "one\na b 'c'",
	       "its output is captured; arguments are not parted");
	is_str(errors.text, "two\n", "its standard error apart");
}

static void much_of_both(void)
{
	_cleanup_strbuf_ struct strbuf in, out;
	struct process p = { .argv = SHELL(
				     "cat; cat /dev/zero | head -c 300000 | tr '\\0' x"),
			     .output = &out };

	strbuf_init(&in, 0);
	strbuf_init(&out, 0);
	while (in.length < 200000)
		strbuf_adds(&in, "0123456789abcdef");
	p.input = in.text;
	is_int(process_run(&p, NULL), 0,
	       "input and output larger than a pipe do not block each other");
	is_int(out.length, in.length + 300000, "and arrive whole");
}

static void failures(void)
{
	_cleanup_strbuf_ struct strbuf errors;
	struct err err = ERR_INIT;
	struct process p = { .argv = SHELL("echo noise >&2; echo the reason >&2; exit 5"),
			     .errors = &errors };
	struct process killed = { .argv = SHELL("kill -9 $$") };
	struct process absent = { .argv = (const char *const[]){ "/no/such/program",
								 NULL },
				  .package = "such-tools" };

	strbuf_init(&errors, 0);
	is_int(process_run(&p, &err), -ECHILD, "another exit status is an error");
	ok(strstr(err.text, "exit status 5: the reason"),
	   "with the status and the last words");
	is_int(process_run(&killed, &err), -ECHILD, "so is a signal");
	ok(strstr(err.text, "signal 9"), "with its number");
	is_int(process_run(&absent, &err), -ENOENT,
	       "a program that is not there is -ENOENT");
	ok(strstr(err.text, "/no/such/program"), "with its name");
	is_str(err.hint, "the package such-tools has /no/such/program",
	       "and the package that has it");
}

static void quiet(void)
{
	_cleanup_strbuf_ struct strbuf out;
	struct err err = ERR_INIT;
	struct process broken = { .argv = SHELL("echo the reason; exit 5") };
	struct process asked = { .argv = SHELL("echo an answer; echo noise >&2"),
				 .output = &out };

	strbuf_init(&out, 0);
	is_int(process_run_quiet(&broken, &err), -ECHILD, "a quiet child fails as well");
	ok(strstr(err.text, "exit status 5: the reason"),
	   "with the last words of its output");
	ok(WIFEXITED(broken.status) && WEXITSTATUS(broken.status) == 5, "and its status");
	is_int(process_run_quiet(&asked, &err), 0, "one that ends well is 0");
	is_str(out.text, "an answer\n", "what is asked for is not mixed with the rest");
}

/* The grandchild holds the pipe: without the group kill the read would last as long as
 * it. */
static void deadline(void)
{
	_cleanup_strbuf_ struct strbuf out;
	struct err err = ERR_INIT;
	struct process p = { .argv = SHELL("sleep 100 & echo begun; wait"),
			     .output = &out,
			     .timeout_ms = 200 };
	struct process left = { .argv = SHELL("sleep 100 & echo $!"), .output = &out };
	time_t start = time(NULL);
	char command[64];

	strbuf_init(&out, 0);
	is_int(process_run(&p, &err), -ETIMEDOUT, "a child past its deadline is killed");
	is_str(out.text, "begun\n", "what it said until then is kept");
	strbuf_truncate(&out, 0);
	is_int(process_run(&left, &err), 0,
	       "a child that leaves its pipe to another has ended");
	ok(time(NULL) - start < 50, "nobody waits for the other");
	snprintf(command, sizeof(command), "kill %d", atoi(out.text));
	ok(system(command) == 0, "which lives on");
}

int main(void)
{
	output_and_input();
	much_of_both();
	failures();
	quiet();
	deadline();
	return done_testing();
}
