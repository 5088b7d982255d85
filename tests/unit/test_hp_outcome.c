/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/outcome.c host-prep/part.c lib/err.c lib/strbuf.c lib/log.c LIBS: jansson */
/* test_hp_outcome.c: a part that fails takes those with it that need it, and no other. */
#include <errno.h>

#include "host-prep/outcome.h"
#include "tests/unit/tap.h"

static const char *const of_a[] = { "a", NULL };
static const char *const of_ab[] = { "a", "b", NULL };
static const char *const of_c[] = { "c", NULL };

static const struct part a = { .name = "a" }, b = { .name = "b", .needs = of_a },
			 c = { .name = "c", .needs = of_ab },
			 d = { .name = "d", .needs = of_c }, e = { .name = "e" };

/* Goes through them as host-prep does, with those failing that are named. */
static void go(struct outcomes *outcomes, const struct part *const *parts,
	       const char *failing)
{
	outcomes->count = 0;
	for (; *parts; parts++) {
		const char *lacks = outcomes_lack(outcomes, *parts);
		struct outcome *outcome = outcomes_add(outcomes, *parts);

		outcome->lacks = lacks;
		outcome->failed = !lacks && strstr(failing, (*parts)->name);
		if (outcome->failed)
			err_set(&outcome->why, EIO, "%s broke", (*parts)->name);
	}
}

/* "+" what is done, "!" what failed, "x>y" x lacks y */
static const char *text(const struct outcomes *outcomes)
{
	static char line[80];
	size_t used = 0;

	for (size_t i = 0; i < outcomes->count; i++) {
		const struct outcome *outcome = &outcomes->items[i];

		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s%s%s",
					 outcome->failed ? "!" : "", outcome->part->name,
					 outcome->lacks ? ">" : "",
					 outcome->lacks ? outcome->lacks : "");
	}
	return line;
}

int main(void)
{
	const struct part *const all[] = { &a, &b, &c, &d, &e, NULL };
	const struct part *const some[] = { &c, &d, &e, NULL };
	static struct outcomes outcomes;
	struct err err = ERR_INIT;
	_cleanup_strbuf_ struct strbuf names;

	strbuf_init(&names, 0);
	go(&outcomes, all, "");
	is_str(text(&outcomes), "abcde", "where none fails all are done");
	is_int(outcomes_tell(&outcomes, &names, 0, &err), 0, "which is no failure");
	ok(!outcomes_find_failed(&outcomes), "and none has failed");
	go(&outcomes, all, "a");
	is_str(text(&outcomes), "!ab>ac>ad>ce",
	       "those go that need it, and those that need them");
	go(&outcomes, all, "b");
	is_str(text(&outcomes), "a!bc>bd>ce", "those before it stay");
	go(&outcomes, all, "de");
	is_str(text(&outcomes), "abc!d!e", "the last cost none");
	is_int(outcomes_tell(&outcomes, &names, 0, &err), -EIO, "that is a failure");
	is_str(err.text, "d, e: failed; what does not need it is done",
	       "which has their names");
	is_int(err_exit_code(&err), 1, "and is no mistake");
	is_str(outcomes_find_failed(&outcomes)->part->name, "d", "the first is told");
	err_mistake(&outcomes.items[4].why);
	is_str(outcomes_find_failed(&outcomes)->part->name, "e",
	       "but a mistake goes before it");
	go(&outcomes, some, "e");
	is_str(text(&outcomes), "cd!e", "what was not asked for stands in nobody's way");
	return done_testing();
}
