/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/fsck_tool.c lib/err.c lib/log.c lib/file.c lib/strbuf.c */
/* A checker's progress and end are understood. */
#include <errno.h>

#include "init/fsck_tool.h"
#include "tests/unit/tap.h"

static void understands_progress(void)
{
	struct fsck_progress progress = { .pass = 0 };

	ok(fsck_progress_parse(&progress, "2 12 48 /dev/mapper/vg-root"),
	   "a line of e2fsck -C");
	ok(progress.pass == 2 && progress.done == 12 && progress.total == 48,
	   "... gives pass, done and total");
	ok(!fsck_progress_parse(&progress, "0 0 0"), "pass 0 tells nothing");
	ok(!fsck_progress_parse(&progress, "1 5 0"), "nothing of nothing is no progress");
	ok(!fsck_progress_parse(&progress, "1 7 5"), "more than all is none either");
	ok(!fsck_progress_parse(&progress, "/dev/vda: clean"), "words are no progress");
	is_int(progress.pass, 2, "what is not understood changes nothing");
}

static void runs_to_the_end(void)
{
	static const char *const corrected[] = { "/bin/sh", "-c",
						 "echo word; echo 1 2 3 >&3; exit 1",
						 NULL };
	static const char *const killed[] = { "/bin/sh", "-c", "kill -9 $$", NULL };
	static const char *const orphaned[] = { "/bin/sh", "-c",
						"sleep 1 & exec >&- 2>&- 3>&-; exit 4",
						NULL };
	static const char *const absent[] = { "/nowhere/e2fsck", NULL };
	struct err err = ERR_INIT;

	is_int(fsck_tool_run(corrected, "x", NULL), 1, "the exit status comes back");
	is_int(fsck_tool_run(orphaned, "x", NULL), 4,
	       "... also where a child keeps the pipes");
	is_int(fsck_tool_run(killed, "x", &err), -ECHILD,
	       "an end by a signal is a failure");
	ok(strstr(err.text, "signal 9"), "... and the signal is named");
	is_int(fsck_tool_run(absent, "x", NULL), -ENOENT, "a tool that is not there");
}

static void judges_the_exit_status(void)
{
	is_int(fsck_judge(0), FSCK_CLEAN, "0 is clean");
	is_int(fsck_judge(1), FSCK_CORRECTED, "1 is repaired");
	is_int(fsck_judge(3), FSCK_REBOOT, "2 asks for a restart, repaired or not");
	is_int(fsck_judge(5), FSCK_UNCORRECTED, "4 outweighs 1");
	is_int(fsck_judge(6), FSCK_UNCORRECTED, "... and 2: a restart would not help");
	is_int(fsck_judge(12), FSCK_FAILED, "8 outweighs all");
	is_int(fsck_judge(32), FSCK_FAILED, "a check that was cancelled is none");
}

int main(void)
{
	judges_the_exit_status();
	understands_progress();
	runs_to_the_end();
	return done_testing();
}
