/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: bedplate/told.c bedplate/told_read.c bedplate/told_part.c lib/findings.c lib/format_text.c lib/show_json.c lib/strbuf.c lib/err.c LIBS: jansson */
/* test_bedplate_told.c: what programs say becomes one list, in which nothing stands twice and
 * nothing is lost. */
#include <errno.h>
#include <stdlib.h>

#include "bedplate/part.h"
#include "bedplate/told.h"
#include "tests/unit/tap.h"

static void read_text(struct told_list *list, const char *text,
		      void (*read)(struct told_list *, const json_t *))
{
	json_t *json = json_loads(text, 0, NULL);

	ok(json != NULL, "the test's JSON is JSON");
	read(list, json);
	json_decref(json);
}

static void test_places(void)
{
	_cleanup_told_ struct told_list list = TOLD_LIST_INIT;

	told_add(&list, &(struct told){ .what = "etc/bedplate/guests/db.conf:2: there is "
						"no key Siez; did you mean Size?" });
	told_add(&list, &(struct told){ .what = "no pages of 2M (guests/web.conf:3)" });
	told_add(&list, &(struct told){ .what = "10.0.0.1:22: refused (br0:2)" });
	told_add(&list,
		 &(struct told){ .what = "x", .origin = "/etc/bedplate/host.conf:4" });
	is_str(list.items[0].origin, "guests/db.conf:2", "a place in front");
	is_str(list.items[0].what, "there is no key Siez", "is not told twice");
	is_str(list.items[0].advice, "did you mean Size?", "nor is a guess");
	is_str(list.items[1].origin, "guests/web.conf:3", "a place behind");
	is_str(list.items[1].what, "no pages of 2M", "is not told twice");
	is_str(list.items[2].origin, "", "what only looks like a place");
	is_str(list.items[2].what, "10.0.0.1:22: refused (br0:2)", "stays in the words");
	is_str(list.items[3].origin, "host.conf:4", "places are below /etc/bedplate");
}

static const char host[] =
	"{\"findings\": ["
	"{\"check\": \"files\", \"severity\": \"problem\", \"what\": "
	"\"etc/bedplate/guests/db.conf:3: no key; did you mean Size?\", \"advice\": \"\"},"
	"{\"check\": \"kvm\", \"severity\": \"problem\", \"what\": \"no kvm\", "
	"\"advice\": \"load it\"},"
	"{\"check\": \"hugepages\", \"severity\": \"problem\", \"what\": "
	"\"no pages (guests/web.conf:3)\", \"advice\": \"more\"},"
	"{\"check\": \"clock\", \"severity\": \"ok\", \"what\": \"good\", "
	"\"advice\": \"\"}]}";

static const char guests[] =
	"{\"findings\": ["
	"{\"check\": \"file\", \"guest\": \"db\", \"severity\": \"problem\", \"origin\": "
	"\"\", \"what\": \"etc/bedplate/guests/db.conf:3: no key\\n"
	"etc/bedplate/guests/db.conf:4: no word\", \"advice\": \"did you mean Size?\"},"
	"{\"check\": \"kvm\", \"guest\": \"a\", \"severity\": \"problem\", \"origin\": "
	"\"guests/a.conf\", \"what\": \"kvm?\", \"advice\": \"\"},"
	"{\"check\": \"kvm\", \"guest\": \"b\", \"severity\": \"problem\", \"origin\": "
	"\"guests/b.conf\", \"what\": \"kvm?\", \"advice\": \"\"},"
	"{\"check\": \"memory\", \"guest\": \"web\", \"severity\": \"problem\", "
	"\"origin\": \"guests/web.conf:3\", \"what\": \"it wants 9 pages\", \"advice\": \"\"},"
	"{\"check\": \"memory\", \"guest\": \"b\", \"severity\": \"warning\", "
	"\"origin\": \"guests/b.conf:3\", \"what\": \"pages\", \"advice\": \"\"},"
	"{\"check\": \"cpus\", \"guest\": \"a\", \"severity\": \"note\", \"origin\": "
	"\"guests/a.conf:5\", \"what\": \"slow\", \"advice\": \"\"},"
	"{\"check\": \"cpus\", \"guest\": \"b\", \"severity\": \"warning\", \"origin\": "
	"\"guests/b.conf:5\", \"what\": \"slow\", \"advice\": \"fewer\"}]}";

static const struct told *find(const struct told_list *list, const char *what)
{
	static const struct told none = { .what = NULL };

	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i].what, what))
			return &list->items[i];
	return &none;
}

static void test_once(void)
{
	_cleanup_told_ struct told_list list = TOLD_LIST_INIT;
	const struct told *slow;

	read_text(&list, host, told_read_host);
	read_text(&list, guests, told_read_guests);
	told_finish(&list);
	is_int(list.count, 7, "each thing is told once");
	is_str(find(&list, "no key")->subject, "db",
	       "a mistake, of the guest whose file");
	ok(find(&list, "no key")->mistake, "it is a mistake");
	is_str(find(&list, "no word")->origin, "guests/db.conf:4",
	       "the next in its file");
	is_str(find(&list, "no kvm")->subject, "a, b", "the host's word for all guests");
	is_str(find(&list, "no pages; it wants 9 pages")->subject, "web",
	       "and for the one at this line, with its own");
	is_str(find(&list, "pages")->subject, "b", "but not for one at another line");
	slow = find(&list, "slow");
	is_str(slow->subject, "a, b", "the same of two guests");
	is_str(slow->origin, "guests/a.conf:5, guests/b.conf:5", "with both places");
	is_str(slow->advice, "fewer", "the advice that one of them had");
	is_int(slow->severity, CHECK_WARNING, "as bad as the worse");
	is_int(list.items[0].severity, CHECK_PROBLEM, "the worst comes first");
	is_int(list.items[list.count - 1].severity, CHECK_OK, "what is well last");
	is_int(told_exit_code(&list), 2, "a file is wrong");
}

static void test_images(void)
{
	_cleanup_told_ struct told_list list = TOLD_LIST_INIT;

	read_text(&list,
		  "{\"kernels\": ["
		  "{\"kernel\": \"1\", \"there\": false},"
		  "{\"kernel\": \"2\", \"there\": true, \"recorded\": false},"
		  "{\"kernel\": \"3\", \"there\": true, \"recorded\": true},"
		  "{\"kernel\": \"4\", \"there\": true, \"recorded\": true, "
		  "\"installed\": true, \"stale\": [\"x changed\", \"y changed\"], "
		  "\"verified\": {\"result\": \"failed\", \"reason\": \"it hung\"}, "
		  "\"failure\": {\"when\": \"now\", \"reason\": \"full\"}},"
		  "{\"kernel\": \"5\", \"there\": true, \"recorded\": true, "
		  "\"installed\": true, \"stale\": [], \"verified\": {\"result\": "
		  "\"passed\"}}]}",
		  told_read_images);
	told_finish(&list);
	is_int(list.count, 6, "all that is wrong with images");
	is_str(find(&list, "there is no image for this kernel")->advice,
	       "`bedplate mkinitramfs update 1`", "one that is missing");
	is_str(find(&list, "the image is stale: x changed, and 1 more")->subject, "4",
	       "one that is stale");
	is_int(find(&list, "the image did not pass its verification: it hung")->severity,
	       CHECK_PROBLEM, "one that did not pass");
	is_int(find(&list, "the last update (now) failed: full")->severity, CHECK_PROBLEM,
	       "an update that failed");
	is_str(find(&list, "the last update (now) failed: full")->advice,
	       "the image before it is still in its place", "with the image before it");
	is_int(told_exit_code(&list), 1, "there is a problem, but no mistake");
}

/* What there is one of after these kernels were read. */
static void only(const char *text, enum check_severity severity, const char *what,
		 const char *subject, const char *promise)
{
	_cleanup_told_ struct told_list list = TOLD_LIST_INIT;

	read_text(&list, text, told_read_images);
	told_finish(&list);
	is_int(list.count, 1, "%s", promise);
	is_str(list.count ? list.items[0].what : NULL, what, "... in these words");
	is_str(list.count ? list.items[0].subject : NULL, subject, "... about this");
	is_int(list.count ? (int)list.items[0].severity : -1, (int)severity,
	       "... as bad as it is");
}

static void test_kernels(void)
{
	_cleanup_told_ struct told_list list = TOLD_LIST_INIT, failed = TOLD_LIST_INIT;

	only("{\"kernels\": []}", CHECK_NOTE,
	     "there is no kernel that could have an image", "", "no kernel is told of");
	only("{\"kernels\": [{\"kernel\": \"1\", \"there\": true, \"recorded\": true, "
	     "\"installed\": true, \"verified\": {\"result\": \"passed\"}}]}",
	     CHECK_OK, "the images are up to date", "", "one that is well");
	only("{\"kernels\": [{\"kernel\": \"1\", \"there\": true, \"recorded\": true}, "
	     "{\"kernel\": \"2\", \"there\": true, \"recorded\": true}]}",
	     CHECK_NOTE, "the kernel's modules are gone", "1, 2",
	     "the same advice for two kernels is told once");
	read_text(&list, "{}", told_read_images);
	is_int(list.count, 0, "of kernels that nobody looked for nothing is said");
	read_text(&list,
		  "{\"kernels\": [{\"kernel\": \"1\", \"there\": false}, "
		  "{\"kernel\": \"2\", \"there\": false}]}",
		  told_read_images);
	told_finish(&list);
	is_int(list.count, 2, "another advice for each kernel is told for each");
	is_str(list.items[1].advice, "`bedplate mkinitramfs update 2`", "... its own");
	read_text(&failed,
		  "{\"kernels\": [{\"kernel\": \"1\", \"there\": false, \"failure\": "
		  "{\"when\": \"now\", \"reason\": \"full\"}}]}",
		  told_read_images);
	is_str(find(&failed, "the last update (now) failed: full")->advice,
	       "`bedplate mkinitramfs update 1` tries again",
	       "no image before it is promised where there is none");
}

static void test_guests(void)
{
	_cleanup_told_ struct told_list list = TOLD_LIST_INIT;

	read_text(&list, "{\"error\": \"x\"}", told_read_guests);
	is_int(list.count, 0, "guests that were not looked at are not said to be well");
	read_text(&list, "{\"findings\": []}", told_read_guests);
	ok(find(&list, "all guests can start")->what, "those that were are");
}

static void test_loader(void)
{
	_cleanup_told_ struct told_list list = TOLD_LIST_INIT, good = TOLD_LIST_INIT;

	read_text(&list,
		  "{\"pending\": [\"/boot/a\", \"/boot/b\"], \"notes\": \"n1\\nn2\\n\", "
		  "\"trial\": {\"state\": \"failed\", \"new\": \"a new image\"}, "
		  "\"last_trial\": {\"kernel\": \"6\"}, \"error\": \"no ESP\"}",
		  told_read_loader);
	ok(find(&list, "the boot loader is not set up as configured: /boot/a, /boot/b")
		   ->what,
	   "what apply would do");
	ok(find(&list, "a new image for kernel 6 was tried and did not come up")->what,
	   "a trial that failed");
	ok(find(&list, "n2")->what, "each note");
	is_int(find(&list, "no ESP")->severity, CHECK_PROBLEM, "why apply would fail");
	read_text(&good, "{\"pending\": [], \"notes\": \"\"}", told_read_loader);
	is_int(good.count, 1, "a loader that is set up");
	is_int(good.items[0].severity, CHECK_OK, "is well");
}

/* A part that said this and ended with this status. */
static void add_part(struct told_list *list, const char *errors, int status, int code)
{
	struct part part = { .program = "boot",
			     .title = "the boot loader",
			     .area = "Boot loader",
			     .read = told_read_loader };

	part.job.errors = strdup(errors);
	part.job.status = status;
	part.job.why.code = code;
	snprintf(part.job.why.text, sizeof(part.job.why.text), "why");
	told_add_part(list, &part);
	free(part.job.errors);
}

static void test_failing(void)
{
	_cleanup_told_ struct told_list list = TOLD_LIST_INIT;

	read_text(&list, host, told_read_host);
	add_part(
		&list,
		"bedplate boot: warning: w\n"
		"bedplate boot: error: etc/bedplate/guests/db.conf:3: no key; did you mean "
		"Size?\n",
		2, -ECHILD);
	add_part(&list, "", -1, -ETIMEDOUT);
	told_finish(&list);
	is_int(find(&list, "the boot loader: not looked at as long as a file is wrong")
		       ->severity,
	       CHECK_NOTE, "what was not looked at for a mistake is a note");
	is_int(list.count, 6, "and the mistake stands once");
	is_int(find(&list, "the boot loader: not looked at: why")->severity,
	       CHECK_PROBLEM, "what was not looked at for another reason is a problem");
	told_list_release(&list);
	add_part(&list,
		 "bedplate boot: error: /etc/grub.d: Permission denied\n"
		 "bedplate boot: error: hint: only root may\n",
		 1, -ECHILD);
	is_int(list.count, 1, "an error of its own");
	is_str(list.items[0].advice, "only root may", "with its hint");
	is_int(told_exit_code(&list), 1, "is a problem, no mistake");
}

int main(void)
{
	test_places();
	test_once();
	test_images();
	test_kernels();
	test_guests();
	test_loader();
	test_failing();
	return done_testing();
}
