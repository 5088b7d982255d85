/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: bedplate/status_attend.c bedplate/status_make.c bedplate/told.c bedplate/told_read.c bedplate/told_part.c lib/findings.c lib/format_text.c lib/show_json.c lib/strbuf.c lib/err.c LIBS: jansson */
/* test_bedplate_status.c: what needs attention is found in what programs say, and what is well
 * is not told of. */
#include <stdlib.h>

#include "bedplate/status.h"
#include "lib/json_text.h"
#include "tests/unit/tap.h"

static json_t *json(const char *text)
{
	return json_loads(text, 0, NULL);
}

/* A host on which all is well. */
static void init(struct status *status)
{
	*status = (struct status){ .kernel = "6.1" };
	status->boot = json("{\"result\": \"ok\", \"image\": \"b\", \"steps\": ["
			    "{\"start_us\": 5, \"end_us\": 6}, {\"start_us\": 7, "
			    "\"end_us\": 9}], \"vfio\": [{\"result\": \"bound\"}]}");
	status->clients = json("{\"lan\": 2}");
	status->parts[STATUS_IMAGES].json = json(
		"{\"kernels\": [{\"there\": true, \"recorded\": true, \"installed\": "
		"true, \"id\": \"a\", \"verified\": {\"result\": \"passed\"}, "
		"\"previous\": [{\"id\": \"b\", \"image\": \"/boot/x\", "
		"\"verified\": {\"result\": \"passed\"}}]}]}");
	status->parts[STATUS_LOADER].json = json("{\"loader\": \"grub\"}");
	status->parts[STATUS_DRIFT].json = json("{\"steps\": []}");
	status->parts[STATUS_GRAPH].json = json(
		"{\"nodes\": [{\"id\": 0, \"kind\": \"network\", \"name\": \"lan\"}, "
		"{\"id\": 4, \"kind\": \"bridge\", \"name\": \"br0\", \"state\": "
		"\"changed\"}], \"edges\": [{\"from\": 0, \"to\": 4, \"way\": "
		"\"has\"}]}");
	status->parts[STATUS_GUESTS].json =
		json("[{\"name\": \"a\", \"state\": \"running\", \"ready\": true}]");
	status->parts[STATUS_ORDER].json =
		json("[{\"name\": \"a\", \"begins\": true, \"waits_for\": []}]");
}

static void release(struct status *status)
{
	for (int i = 0; i < STATUS_PARTS; i++)
		json_decref(status->parts[i].json);
	json_decref(status->boot);
	json_decref(status->clients);
	told_list_release(&status->attention);
}

static void set(struct status *status, enum status_part part, const char *text)
{
	json_decref(status->parts[part].json);
	status->parts[part].json = json(text);
}

static void test_well(void)
{
	struct status status;
	json_t *all, *boot;

	init(&status);
	status_attend(&status);
	is_int(status.attention.count, 0, "all is well");
	all = status_make(&status);
	boot = json_object_get(all, "boot");
	is_int(json_integer_value(json_object_get(boot, "initramfs_us")), 4,
	       "from the first step to the end of the last");
	is_str(json_text(json_object_get(boot, "image"), "path"), "/boot/x",
	       "the image is found among the previous ones");
	boot = json_array_get(json_object_get(all, "networks"), 0);
	is_str(json_text(boot, "bridge"), "br0", "a network's bridge");
	is_str(json_text(boot, "state"), "changed", "whose state counts");
	is_int(json_integer_value(json_object_get(boot, "clients")), 2, "its clients");
	json_decref(all);
	release(&status);
}

/* What there is one concern about, of this severity. */
static void concern(struct status *status, enum check_severity severity, const char *what)
{
	const struct told *row = status->attention.items;

	status_attend(status);
	row = status->attention.items;
	is_int(status->attention.count, 1, "one concern");
	is_str(status->attention.count ? row->what : NULL, what, "its words");
	is_int(status->attention.count ? row->severity : CHECK_OK, severity,
	       "as bad as it is");
	ok(status->attention.count && *row->advice, "and what to do");
	release(status);
}

static void test_concerns(void)
{
	struct status status;

	init(&status);
	set(&status, STATUS_DRIFT, "{\"steps\": [{\"what\": \"x\"}, {\"what\": \"y\"}]}");
	concern(&status, CHECK_WARNING, "x and 1 more are not as configured");
	init(&status);
	set(&status, STATUS_GUESTS,
	    "[{\"name\": \"a\", \"state\": \"lost\", \"reason\": \"r\\nq\"}]");
	concern(&status, CHECK_PROBLEM, "it has ended without its supervisor: r");
	init(&status);
	set(&status, STATUS_GUESTS, "[{\"name\": \"a\", \"state\": \"off\"}]");
	concern(&status, CHECK_WARNING, "it is to start with the host, and is off");
	init(&status);
	set(&status, STATUS_GUESTS,
	    "[{\"name\": \"a\", \"state\": \"running\", \"ready\": false, \"reason\": "
	    "\"no answer\\nx\"}]");
	concern(&status, CHECK_WARNING, "it runs and is not ready: no answer");
	init(&status);
	json_object_set_new(json_array_get(json_object_get(status.boot, "vfio"), 0),
			    "result", json_string("absent"));
	concern(&status, CHECK_PROBLEM, "not on vfio-pci since the boot: absent");
	init(&status);
	json_object_set_new(
		status.boot, "kernel_args",
		json("[{\"kind\": \"forbid\", \"rule\": \"quiet\", \"result\": "
		     "\"failed\"}, {\"kind\": \"advise\", \"result\": "
		     "\"failed\"}, {\"kind\": \"require\", \"result\": "
		     "\"ok\"}]"));
	concern(&status, CHECK_PROBLEM, "the kernel was started with quiet");
}

/* Of a host that has an image of ours for the kernel that runs, and no boot.json. */
static void test_absence(void)
{
	struct status status;

	init(&status);
	json_decref(status.boot);
	status.boot = NULL;
	set(&status, STATUS_IMAGES,
	    "{\"kernels\": [{\"kernel\": \"6.1\", \"image\": \"/boot/i\", \"there\": true, "
	    "\"recorded\": true, \"installed\": true, \"verified\": {\"result\": "
	    "\"passed\"}}]}");
	concern(&status, CHECK_WARNING,
		"there is no /run/bedplate/boot.json: the host did not boot by way of "
		"/boot/i");
	init(&status);
	json_decref(status.boot);
	status.boot = NULL;
	status_attend(&status);
	is_int(status.attention.count, 0, "with an image for another kernel all is well");
	release(&status);
}

static void test_waiting(void)
{
	struct status status;
	json_t *all, *guests, *waits;

	init(&status);
	set(&status, STATUS_GUESTS,
	    "[{\"name\": \"a\", \"state\": \"running\", \"ready\": true}, {\"name\": \"b\", "
	    "\"state\": \"starting\"}, {\"name\": \"c\", \"state\": \"off\"}]");
	set(&status, STATUS_ORDER, "[{\"name\": \"c\", \"waits_for\": [\"a\", \"b\"]}]");
	all = status_make(&status);
	guests = json_object_get(all, "guests");
	waits = json_object_get(json_array_get(guests, 2), "waits_for");
	is_int(json_array_size(waits), 1, "who is ready is not waited for");
	is_str(json_string_value(json_array_get(waits, 0)), "b", "the other is");
	json_decref(all);
	release(&status);
}

int main(void)
{
	test_well();
	test_concerns();
	test_absence();
	test_waiting();
	return done_testing();
}
