/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/keeper.c host-prep/child.c lib/file.c lib/strbuf.c lib/err.c lib/pidfd.c LIBS: jansson */
/* test_hp_keeper.c: when a program is started again, what is reported of it, and its last words. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "host-prep/child.h"
#include "host-prep/keeper.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

static void test_delays(void)
{
	is_int(keeper_delay_ms(0), 0, "one that has lived long is started again at once");
	is_int(keeper_delay_ms(1), 100, "the first short life costs a tenth of a second");
	is_int(keeper_delay_ms(2), 200, "each further one twice that");
	is_int(keeper_delay_ms(9), 25600, "up to half a minute");
	is_int(keeper_delay_ms(10), -1, "and the tenth is the last");
	is_int(keeper_delay_ms(40), -1, "whatever comes");
}

static void test_reports(int root)
{
	struct keeper_report report = { .restarts = 12, .time = 1700000000 };
	int fd;

	ok(!keeper_read_report(root, "k", &report) && !report.restarts,
	   "without a file nothing is reported");
	is_int(keeper_pid(root, "k"), 0, "and there is no keeper");
	fd = openat(root, "k", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	report = (struct keeper_report){ .restarts = 12, .time = 1700000000 };
	strcpy(report.words, "status 2: cannot \"read\" caf\xe9");
	keeper_write_report(fd, &report);
	/* a shorter one */
	report.restarts = 3;
	report.gave_up = true;
	keeper_write_report(fd, &report);
	memset(&report, 0, sizeof(report));
	ok(keeper_read_report(root, "k", &report), "what was written is read");
	is_int(report.restarts, 3, "how often it was started again");
	is_int((int)report.time, 1700000000, "when it ended");
	is_str(report.words, "status 2: cannot \"read\" caf?", "how, and in plain words");
	ok(report.gave_up, "that it is not started again");
	if (pwrite(fd, "{\"rest", 6, 0) == 6 && ftruncate(fd, 6) == 0)
		ok(!keeper_read_report(root, "k", &report) && !report.gave_up,
		   "half a report is none");
	is_int(keeper_pid(root, "k"), 0, "a file that nobody locks is nobody's");
	close(fd);
}

static void lives(const char *script, const char *expected, const char *what)
{
	const char *const argv[] = { "sh", "-c", script, NULL };
	struct child child = CHILD_INIT;
	struct pollfd gone;
	char text[CHILD_WORDS];

	is_int(child_start(&child, argv), 0, "%s is started", what);
	gone = (struct pollfd){ .fd = child.pid_fd, .events = POLLIN };
	is_int(poll(&gone, 1, 20000), 1, "its end is seen");
	child_describe(&child, child_reap(&child), text, sizeof(text));
	is_str(text, expected, "and told with its last words");
}

static void test_children(void)
{
	static const char *const nobody[] = { "/nowhere/at/all", NULL };
	static const char *const patient[] = { "sleep", "1000", NULL };
	struct child child = CHILD_INIT;

	lives("echo first >&2; printf 'last ' >&2; echo words >&2; exit 3",
	      "status 3: last words", "one that says something");
	lives("kill -9 $$", "killed by signal 9", "one that says nothing");
	lives("printf %0600d 7 >&2",
	      "status 0: 0000000000000000000000000000000000000000000000000000000000000000"
	      "000000000000000000000000000000000000000000000000000000000000000000000000"
	      "0000000000000000000000000000000000000000000000000000000000000000",
	      "one that says too much");
	is_int(child_start(&child, nobody), -ENOENT, "what is not there is not started");
	is_int(child_start(&child, patient), 0, "one that would stay");
	child_end(&child);
	is_int(child.pid, 0, "is ended");
}

int main(void)
{
	int root = fake_tree_open();

	test_delays();
	test_reports(root);
	test_children();
	close(root);
	fake_tree_remove();
	return done_testing();
}
