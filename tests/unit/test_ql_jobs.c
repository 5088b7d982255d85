/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/jobs.c lib/interrupt.c lib/err.c lib/file.c lib/strbuf.c */
/* test_ql_jobs.c: whose turn it is, and how jobs in other processes end. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "qemu-launch/jobs.h"
#include "tests/unit/tap.h"

/* web requires app, app requires db; mail is after db. */
enum { APP, DB, MAIL, WEB, COUNT };

static char name_app[] = "app", name_db[] = "db", name_mail[] = "mail",
	    name_web[] = "web";
static const struct guest guests[COUNT] = {
	{ .name = name_app },
	{ .name = name_db },
	{ .name = name_mail },
	{ .name = name_web },
};
static struct order_edge edges[] = {
	{ APP, DB, "db", true, "" },
	{ MAIL, DB, "db", false, "" },
	{ WEB, APP, "app", true, "" },
	{ WEB, ORDER_NOBODY, "nobody", false, "" },
};
static const struct order order = { guests, COUNT, edges, ARRAY_SIZE(edges) };
static struct jobs jobs;

static void want(bool backwards)
{
	jobs_release(&jobs);
	jobs = (struct jobs){ .order = &order, .backwards = backwards };
	jobs_init(&jobs, NULL);
	for (size_t i = 0; i < COUNT; i++)
		jobs.items[i].state = JOB_WAITS;
}

/* Takes the next one, which is to be this. */
static void begins(size_t guest, const char *why)
{
	size_t next = jobs_next(&jobs);

	is_int(next, guest, "%s", why);
	if (next != ORDER_NOBODY)
		jobs.items[next].state = JOB_WORKS;
}

static void test_forwards(void)
{
	want(false);
	begins(DB, "who waits for nobody begins");
	begins(ORDER_NOBODY, "the others wait while it works");
	jobs_settle(&jobs, DB, JOB_DONE, "");
	begins(APP, "then the next");
	begins(MAIL, "and at the same time the one beside it");
	begins(ORDER_NOBODY, "but not the one behind");
	jobs_settle(&jobs, APP, JOB_DONE, "");
	begins(WEB, "which comes when its turn is");
}

static void test_failure(void)
{
	want(false);
	begins(DB, "the first");
	jobs_settle(&jobs, DB, JOB_FAILED, "no disk");
	begins(MAIL, "who is only ordered after a failure begins");
	begins(ORDER_NOBODY, "who requires it does not");
	is_str(jobs.items[APP].reason, "it requires db, which has failed: no disk",
	       "and says why");
	is_str(jobs.items[WEB].reason,
	       "it requires app, which was not started: it requires db, which has failed: "
	       "no disk",
	       "down to the last one");
	ok(jobs_have(&jobs, JOB_LEFT_OUT), "they are left out");
}

static void test_backwards(void)
{
	want(true);
	begins(MAIL, "whom nobody waits for stops first");
	begins(WEB, "and so does the other one");
	begins(ORDER_NOBODY, "what they use stays");
	jobs_settle(&jobs, WEB, JOB_FAILED, "it hangs");
	begins(APP, "until they are gone, or do not go");
	jobs_settle(&jobs, APP, JOB_DONE, "");
	begins(ORDER_NOBODY, "the last one waits for all");
	jobs_settle(&jobs, MAIL, JOB_DONE, "");
	begins(DB, "and comes then");
}

static void test_circle(void)
{
	want(true);
	edges[1] = (struct order_edge){ DB, WEB, "web", false, "" };
	begins(MAIL, "who is not in the circle begins");
	begins(ORDER_NOBODY, "the circle waits as long as somebody works");
	jobs_settle(&jobs, MAIL, JOB_DONE, "");
	begins(APP, "then it is broken: guests stop though their files make no sense");
	edges[1] = (struct order_edge){ MAIL, DB, "db", false, "" };
}

/* ---- processes ---- */

static int work(const void *data, const char *guest, struct err *err)
{
	(void)data;
	if (!strcmp(guest, "db"))
		return err_set(err, EIO, "two\nlines"), err_hint(err, "say why");
	if (!strcmp(guest, "mail"))
		_exit(3);
	return 0;
}

static int begin(const struct jobs *all, size_t guest, pid_t *pid, struct err *err)
{
	if (guest == WEB)
		return err_set(err, ENOMEM, "not even begun");
	return jobs_fork(work, NULL, all->order->guests[guest].name, pid, err);
}

static void test_processes(void)
{
	want(true);
	jobs.begin = begin;
	is_int(jobs_run(&jobs, NULL), 0, "all are settled");
	is_str(jobs.items[WEB].reason, "not even begun", "one could not begin");
	is_int(jobs.items[APP].state, JOB_DONE, "one is done");
	is_str(jobs.items[DB].reason, "two\nlines; say why",
	       "one has failed: both lines, and the hint");
	is_str(jobs.items[MAIL].reason, "its supervisor has ended", "one died");
	jobs_release(&jobs);
}

int main(void)
{
	test_forwards();
	test_failure();
	test_backwards();
	test_circle();
	test_processes();
	return done_testing();
}
