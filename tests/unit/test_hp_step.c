/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/step.c lib/interrupt.c lib/err.c lib/strbuf.c lib/log.c lib/show_json.c LIBS: jansson */
/* test_hp_step.c: steps are done in order and undone backwards, and shown as a diff and as JSON. */
#include <errno.h>
#include <stdlib.h>

#include "host-prep/step.h"
#include "lib/interrupt.h"
#include "tests/unit/tap.h"

static char done[64];

static int run(const struct step *step, struct err *err)
{
	if (!strcmp(step->what, "bad"))
		return err_set(err, EIO, "it broke");
	strcat(done, step->what);
	return 0;
}

static int undo(const struct step *step, struct err *err)
{
	strcat(done, "-");
	strcat(done, step->what);
	return !strcmp(step->what, "b") ? err_set(err, EPERM, "cannot") : 0;
}

static void add(struct steps *steps, enum step_action action, const char *what,
		const char *before, const char *after, const char *origin)
{
	steps_add(steps, &(struct step){ .part = "test",
					 .action = action,
					 .what = (char *)what,
					 .before = (char *)before,
					 .after = (char *)after,
					 .origin = (char *)origin,
					 .run = run,
					 .undo = undo });
}

/* The states of all that a report has, parted by blanks. */
static const char *states(const struct steps *steps, bool all)
{
	static char text[128];
	json_t *list = json_array(), *row;
	size_t i;

	text[0] = '\0';
	steps_report(steps, all, list);
	json_array_foreach(list, i, row) {
		strcat(text, i ? " " : "");
		strcat(text, json_string_value(json_object_get(row, "state")));
	}
	json_decref(list);
	return text;
}

static void test_run(void)
{
	_cleanup_steps_ struct steps steps = STEPS_INIT;
	struct err err = ERR_INIT;

	add(&steps, STEP_ADD, "a", NULL, NULL, NULL);
	add(&steps, STEP_ADD, "b", NULL, NULL, NULL);
	add(&steps, STEP_ADD, "c", NULL, NULL, NULL);
	is_int(steps_run(&steps, 0, steps.count, &err), 0, "steps are done");
	is_str(done, "abc", "in their order");
	is_str(states(&steps, false), "done done done", "... and reported as done");
	done[0] = '\0';
	steps.items[2].undo = NULL;
	add(&steps, STEP_ADD, "bad", NULL, NULL, "host.conf:7");
	add(&steps, STEP_ADD, "d", NULL, NULL, NULL);
	is_str(states(&steps, false), "done done done",
	       "a step before its turn is none yet");
	is_int(steps_run(&steps, 0, steps.count, &err), -EIO, "one that fails is told");
	is_str(err.text, "host.conf:7: bad: it broke", "with its origin and its words");
	is_str(done, "abc-b-a",
	       "those before it are undone backwards, as far as they can be, whatever fails");
	is_str(states(&steps, true), "undone remains done failed not-done",
	       "and what became of each is reported");
	done[0] = '\0';
	interrupted = 1;
	err_clear(&err);
	is_int(steps_run(&steps, 0, steps.count, &err), -EINTR, "a signal ends it");
	is_str(done, "", "before the next step");
	interrupted = 0;
	steps.items[3].names_itself = true;
	err_clear(&err);
	steps_run(&steps, 3, steps.count, &err);
	is_str(err.text, "it broke", "a step that names what failed is not named again");
	is_str(done, "", "steps before the first are not undone");
}

static void test_text(void)
{
	_cleanup_steps_ struct steps steps = STEPS_INIT;
	_cleanup_strbuf_ struct strbuf text;
	char *json;
	json_t *list;

	strbuf_init(&text, 0);
	add(&steps, STEP_ADD, "bridge br0", NULL, "up", "network/lan.conf:1");
	add(&steps, STEP_CHANGE, "link eth0", "mtu 1500", "mtu 9000", NULL);
	add(&steps, STEP_REMOVE, "tap t0", NULL, NULL, NULL);
	steps_write_text(&steps, &text);
	is_str(text.text,
	       "+ bridge br0: up                                          # network/lan.conf:1\n"
	       "~ link eth0: mtu 1500 -> mtu 9000\n"
	       "- tap t0\n",
	       "a plan is a diff, with origins in a column");
	list = steps_to_json(&steps);
	json = json_dumps(json_array_get(list, 1), JSON_COMPACT | JSON_SORT_KEYS);
	is_str(json,
	       "{\"action\":\"change\",\"after\":\"mtu 9000\",\"before\":\"mtu 1500\","
	       "\"origin\":\"\",\"part\":\"test\",\"what\":\"link eth0\"}",
	       "and an array in JSON");
	free(json);
	json_decref(list);
}

int main(void)
{
	test_run();
	test_text();
	return done_testing();
}
