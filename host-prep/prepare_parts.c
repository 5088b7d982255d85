/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prepare_parts.c: plans the parts that are asked for, and does them one by one. */
#include <errno.h>
#include <string.h>

#include "host-prep/journal.h"
#include "host-prep/kmod_need.h"
#include "host-prep/prepare.h"
#include "lib/nearest.h"

/* ---- which parts ---- */

static bool is_asked_for(const struct args *args, const struct part *part)
{
	for (size_t i = 0; i < args->part_count; i++)
		if (!strcmp(args->parts[i], part->name) ||
		    part_is_of(part, args->parts[i]))
			return true;
	return !args->part_count;
}

static int check_part(const char *name, struct err *err)
{
	struct nearest nearest = { .word = name };
	_cleanup_strbuf_ struct strbuf names;

	strbuf_init(&names, 0);
	for (size_t i = 0; host_parts[i]; i++) {
		if (!strcmp(host_parts[i]->name, name) || part_is_of(host_parts[i], name))
			return 0;
		nearest_offer(&nearest, host_parts[i]->name);
		if (host_parts[i]->group)
			nearest_offer(&nearest, host_parts[i]->group);
		strbuf_addf(&names, "%s%s", i ? ", " : "", host_parts[i]->name);
	}
	err_set(err, EINVAL, "there is no part \"%s\"", name);
	if (nearest.best)
		err_hint(err, "did you mean %s?", nearest.best);
	else
		err_hint(err, "there are: %s", names.text);
	err_mistake(err);
	return -EINVAL;
}

int prepare_check_parts(const struct args *args, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < args->part_count; i++)
		result = check_part(args->parts[i], err);
	return result;
}

/* ---- planning ---- */

static int plan_part(struct prepare *prepare, const struct part *part, bool down,
		     struct err *err)
{
	const struct part_context context = {
		.root_fd = prepare->root_fd,
		.lock_fd = prepare->lock_fd,
		.host = prepare->settings.host,
		.conf = prepare->settings.conf,
		.guests = &prepare->settings.guests,
		.journal = journal_section(prepare->after, part->name),
		.loaded = journal_section(prepare->after, "loaded"),
		.before = prepare->before,
		.networks = &prepare->networks,
		.left_out = &prepare->left_out,
		.notes = &prepare->notes,
		.missing = &prepare->missing,
	};
	int result = (down ? part->down : part->plan)(&context, &prepare->steps, err);

	if (result == -ENODEV)
		part_missing(&context, "%s", err->text);
	return result;
}

static void keep_section(json_t *journal, const json_t *before, const char *name)
{
	const json_t *section = json_object_get(before, name);

	if (section)
		journal_keep(journal_section(journal, name), section);
}

static void keep_dropped(json_t *journal, const json_t *before, const struct part *part)
{
	if (part->drops_entries)
		keep_section(journal, before, part->name);
	keep_section(journal, before, "loaded");
}

json_t *prepare_meanwhile(const struct prepare *prepare)
{
	json_t *journal = json_deep_copy(prepare->after);

	for (size_t i = 0; journal && host_parts[i]; i++)
		keep_dropped(journal, prepare->before, host_parts[i]);
	return journal;
}

/* The journal has of it what it had. Where something could not be undone, it goes on to tell of
 * that. */
static void forget(struct prepare *prepare, const struct part *part)
{
	const json_t *section = json_object_get(prepare->before, part->name);

	if (prepare->steps.remains) {
		keep_dropped(prepare->after, prepare->before, part);
		return;
	}
	json_object_del(prepare->after, part->name);
	if (section)
		json_object_set_new(prepare->after, part->name, json_deep_copy(section));
	kmod_need_forget(json_object_get(prepare->after, "loaded"),
			 json_object_get(prepare->before, "loaded"), part->name);
}

static void plan_outcome(struct prepare *prepare, const struct part *part, bool down)
{
	const char *lacks = down ? NULL : outcomes_lack(&prepare->outcomes, part);
	struct outcome *outcome = outcomes_add(&prepare->outcomes, part);

	outcome->lacks = lacks;
	outcome->first = outcome->end = prepare->steps.count;
	if (lacks)
		return;
	if (plan_part(prepare, part, down, &outcome->why)) {
		outcome->failed = true;
		steps_truncate(&prepare->steps, outcome->first);
		forget(prepare, part);
	}
	outcome->end = prepare->steps.count;
}

static void plan_all(struct prepare *prepare, const struct args *args, bool down)
{
	size_t count = 0;

	while (host_parts[count])
		count++;
	for (size_t i = 0; i < count; i++) {
		const struct part *part = host_parts[down ? count - 1 - i : i];

		if (is_asked_for(args, part) &&
		    (!prepare->only_networks || part_is_of(part, "network")))
			plan_outcome(prepare, part, down);
	}
}

void prepare_plan_again(struct prepare *prepare, const struct args *args)
{
	if (!prepare->tried)
		prepare->tried = json_array();
	steps_report(&prepare->steps, false, prepare->tried);
	steps_release(&prepare->steps);
	if (prepare->only_networks)
		outcomes_drop_group(&prepare->outcomes, "network");
	else
		prepare->outcomes.count = 0;
	json_decref(prepare->after);
	prepare->after = json_deep_copy(prepare->before);
	want_all_free(prepare->networks);
	prepare->networks = NULL;
	strbuf_truncate(&prepare->notes, 0);
	strbuf_truncate(&prepare->missing, 0);
	plan_all(prepare, args, false);
}

int prepare_plan(struct prepare *prepare, const struct args *args, bool down,
		 struct err *err)
{
	const struct outcome *failed;

	plan_all(prepare, args, down);
	failed = outcomes_find_failed(&prepare->outcomes);
	if (args->keep_going && !down)
		prepare_find_networks(prepare);
	if (failed && args->keep_going && !down && !failed->why.mistake) {
		prepare_leave_out(prepare, args);
		failed = outcomes_find_failed(&prepare->outcomes);
	}
	if (!failed || (args->keep_going && !failed->why.mistake))
		return steps_check_memory(&prepare->steps, err);
	*err = failed->why;
	return err->code;
}

/* ---- doing ---- */

static int do_part(struct prepare *prepare, struct outcome *outcome)
{
	return steps_run(&prepare->steps, outcome->first, outcome->end, &outcome->why);
}

void prepare_do_parts(struct prepare *prepare)
{
	for (size_t i = 0; i < prepare->outcomes.count; i++) {
		struct outcome *outcome = &prepare->outcomes.items[i];

		if (outcome->failed || outcome->lacks)
			continue;
		outcome->lacks = outcomes_lack(&prepare->outcomes, outcome->part);
		prepare->steps.remains = false;
		if (!outcome->lacks)
			outcome->failed = do_part(prepare, outcome) != 0;
		if (outcome->failed || outcome->lacks)
			forget(prepare, outcome->part);
	}
}
