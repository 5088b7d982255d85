/* SPDX-License-Identifier: GPL-2.0-or-later */
/* step.c: a plan's steps: kept, shown, done one by one, undone. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/step.h"
#include "lib/cleanup.h"
#include "lib/interrupt.h"
#include "lib/log.h"
#include "lib/show_json.h"

/* What steps_add returns when there is no memory: nobody reads it. */
static struct step scratch;

static void release_step_data(const struct step *step)
{
	if (step->release_data)
		step->release_data(step->data);
	else
		free(step->data);
}

static void release_step(struct step *step)
{
	release_step_data(step);
	free(step->what);
	free(step->before);
	free(step->after);
	free(step->origin);
}

void steps_release(struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++)
		release_step(&steps->items[i]);
	free(steps->items);
	*steps = (struct steps)STEPS_INIT;
}

void steps_truncate(struct steps *steps, size_t count)
{
	while (steps->count > count)
		release_step(&steps->items[--steps->count]);
}

static bool make_room(struct steps *steps)
{
	size_t size = steps->size ? 2 * steps->size : 16;
	void *grown;

	if (steps->count < steps->size)
		return true;
	grown = realloc(steps->items, size * sizeof(*steps->items));
	if (!grown)
		return false;
	steps->items = grown;
	steps->size = size;
	return true;
}

static char *copy_text(const char *text)
{
	return strdup(text ? text : "");
}

struct step *steps_add(struct steps *steps, const struct step *step)
{
	struct step own = *step;

	own.what = copy_text(step->what);
	own.before = copy_text(step->before);
	own.after = copy_text(step->after);
	own.origin = copy_text(step->origin);
	if (!own.what || !own.before || !own.after || !own.origin || !make_room(steps)) {
		release_step(&own);
		steps->overflow = true;
		scratch = (struct step){ .part = step->part };
		return &scratch;
	}
	steps->items[steps->count] = own;
	return &steps->items[steps->count++];
}

struct step *steps_addf(struct steps *steps, const struct step *step, const char *fmt,
			...)
{
	_cleanup_strbuf_ struct strbuf what;
	struct step named = *step;
	va_list ap;

	strbuf_init(&what, 0);
	va_start(ap, fmt);
	strbuf_vaddf(&what, fmt, ap);
	va_end(ap);
	named.what = what.text;
	return steps_add(steps, &named);
}

int steps_check_memory(const struct steps *steps, struct err *err)
{
	return steps->overflow ? err_sys(err, ENOMEM, "planning") : 0;
}

int step_wrap(const struct step *step, struct err *err)
{
	if (*step->origin)
		return err_wrap(err, "%s: %s", step->origin, step->what);
	return err_wrap(err, "%s", step->what);
}

bool step_go_back(const struct step *step)
{
	struct err err = ERR_INIT;

	if (!step->undo(step, &err))
		return true;
	step_wrap(step, &err);
	err_wrap(&err, "undoing");
	log_err(&err);
	return false;
}

/* What has no run of its own goes with the step that does it. */
static void undo_step(struct steps *steps, struct step *step)
{
	if (step->run && !step->undo)
		return;
	step->state = STEP_UNDONE;
	if (!step->run || step_go_back(step))
		return;
	step->state = STEP_REMAINS;
	steps->remains = true;
}

static void undo_steps(struct steps *steps, size_t first, size_t end)
{
	while (end-- > first)
		undo_step(steps, &steps->items[end]);
}

static bool has_failed(const struct steps *steps, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		if (steps->items[i].state == STEP_FAILED)
			return true;
	return false;
}

static int run_step(const struct step *step, struct err *err)
{
	if (!step->run)
		return 0;
	return interrupted ? err_set(err, EINTR, "interrupted") : step->run(step, err);
}

int steps_run(struct steps *steps, size_t first, size_t end, struct err *err)
{
	for (size_t i = first; i < end; i++) {
		struct step *step = &steps->items[i];
		int result = run_step(step, err);

		if (!result)
			step->state = STEP_DONE;
		else if (!has_failed(steps, i, end))
			step->state = STEP_FAILED;
		if (result) {
			if (!step->names_itself)
				step_wrap(step, err);
			undo_steps(steps, first, i);
			return result;
		}
	}
	return 0;
}

/* ---- showing ---- */

enum { ORIGIN_COLUMN = 56 };

static const char signs[] = {
	[STEP_ADD] = '+', [STEP_CHANGE] = '~', [STEP_REMOVE] = '-'
};
static const char *const words[] = {
	[STEP_ADD] = "add", [STEP_CHANGE] = "change", [STEP_REMOVE] = "remove"
};

void steps_write_text(const struct steps *steps, struct strbuf *out)
{
	for (size_t i = 0; i < steps->count; i++) {
		const struct step *step = &steps->items[i];
		size_t begins = out->length, width;

		strbuf_addf(out, "%c %s", signs[step->action], step->what);
		if (step->action == STEP_CHANGE)
			strbuf_addf(out, ": %s -> %s", step->before, step->after);
		else if (*step->before || *step->after)
			strbuf_addf(out, ": %s",
				    *step->after ? step->after : step->before);
		width = out->length - begins;
		if (*step->origin)
			strbuf_addf(out, "%*s  # %s",
				    width < ORIGIN_COLUMN ? (int)(ORIGIN_COLUMN - width)
							  : 0,
				    "", step->origin);
		strbuf_addc(out, '\n');
	}
}

void step_write_line(const struct step *step, struct strbuf *out)
{
	const struct steps one = { .items = (struct step *)step, .count = 1 };
	_cleanup_strbuf_ struct strbuf line;

	strbuf_init(&line, 0);
	steps_write_text(&one, &line);
	for (const char *at = line.text; *at && *at != '\n'; at++)
		if (*at != ' ' || at[1] != ' ')
			strbuf_addc(out, *at);
}

static json_t *step_json(const struct step *step)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "part", step->part, "action",
			 words[step->action], "what", show_json_text(step->what),
			 "before", show_json_text(step->before), "after",
			 show_json_text(step->after), "origin",
			 show_json_text(step->origin));
}

json_t *steps_to_json(const struct steps *steps)
{
	json_t *list = json_array();

	for (size_t i = 0; i < steps->count; i++)
		json_array_append_new(list, step_json(&steps->items[i]));
	return list;
}

void steps_report(const struct steps *steps, bool all, json_t *list)
{
	static const char *const states[] = { [STEP_NOT_DONE] = "not-done",
					      [STEP_DONE] = "done",
					      [STEP_FAILED] = "failed",
					      [STEP_UNDONE] = "undone",
					      [STEP_REMAINS] = "remains" };

	for (size_t i = 0; i < steps->count; i++) {
		const struct step *step = &steps->items[i];
		json_t *row;

		if (!all && step->state == STEP_NOT_DONE)
			continue;
		row = step_json(step);
		json_object_set_new(row, "state", json_string(states[step->state]));
		json_array_append_new(list, row);
	}
}
