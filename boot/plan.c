/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.c: makes lists of steps and shows them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "boot/diff.h"
#include "boot/plan.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/show_json.h"

#define OLD_SUFFIX ".bedplate-old"

void plan_init(struct plan *plan, struct state *state, bool force)
{
	*plan = (struct plan){ .root_fd = -1, .force = force, .state = state };
	strbuf_init(&plan->notes, 0);
}

static void free_list(char **list)
{
	for (char **item = list; item && *item; item++)
		free(*item);
	free(list);
}

static void step_release(struct step *step)
{
	free(step->what);
	free(step->reason);
	free(step->before);
	free(step->after);
	free(step->path);
	free(step->source);
	free_list(step->argv);
	free_list(step->check);
}

void plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		step_release(&plan->steps[i]);
	free(plan->steps);
	strbuf_release(&plan->notes);
	json_decref(plan->writing);
	free(plan->first);
	plan->writing = NULL;
	plan->first = NULL;
	plan->steps = NULL;
	plan->count = 0;
}

static char **copy_list(const char *const *list)
{
	size_t count = 0;
	char **copy;

	while (list && list[count])
		count++;
	copy = calloc(count + 1, sizeof(*copy));
	for (size_t i = 0; copy && i < count; i++) {
		copy[i] = strdup(list[i]);
		if (!copy[i]) {
			free_list(copy);
			return NULL;
		}
	}
	return copy;
}

/* Takes over what of the step is on the heap, whether it is whole or not. */
static int add(struct plan *plan, struct step step, bool whole, struct err *err)
{
	struct step *steps =
		whole ? reallocarray(plan->steps, plan->count + 1, sizeof(*steps)) : NULL;

	if (!steps) {
		step_release(&step);
		return err_sys(err, ENOMEM, "planning");
	}
	plan->steps = steps;
	steps[plan->count++] = step;
	return 0;
}

/* What a file holds now: NULL where it is not there. */
static int read_now(const struct plan *plan, const char *path, char **text,
		    struct err *err)
{
	int fd = file_open_in_root(plan->root_fd, path, O_RDONLY, NULL);
	struct strbuf content;
	int result;

	*text = NULL;
	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR
			       ? 0
			       : err_sys(err, -fd, "opening /%s", path);
	strbuf_init(&content, 0);
	result = file_read_fd(fd, path, &content, err);
	close(fd);
	if (!result)
		*text = strbuf_steal(&content);
	strbuf_release(&content);
	return result || *text ? result : err_sys(err, ENOMEM, "reading /%s", path);
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static char *copy_text(const char *text)
{
	return text ? strdup(text) : NULL;
}

static int add_file(struct plan *plan, const char *path, mode_t mode, const char *before,
		    const char *after, const char *reason, struct err *err)
{
	struct step step = { .kind = after ? STEP_WRITE : STEP_REMOVE,
			     .what = format_text("/%s", path),
			     .reason = strdup(reason),
			     .before = copy_text(before),
			     .after = copy_text(after),
			     .path = strdup(path),
			     .mode = mode };

	return add(plan, step,
		   step.what && step.reason && step.path && !step.before == !before &&
			   !step.after == !after,
		   err);
}

int plan_file(struct plan *plan, const char *path, mode_t mode, const char *after,
	      const char *reason, struct err *err)
{
	_cleanup_free_ char *before = NULL;
	int result = read_now(plan, path, &before, err);

	if (result || is_same(before, after))
		return result;
	return add_file(plan, path, mode, before, after, reason, err);
}

/* Only the first time: what is kept then is what its owner wrote. */
static int keep_old(struct plan *plan, const char *path, const char *before,
		    struct err *err)
{
	_cleanup_free_ char *old = format_text("%s" OLD_SUFFIX, path);

	if (!old)
		return err_sys(err, ENOMEM, "planning");
	if (file_exists(plan->root_fd, old))
		return 0;
	return plan_file(plan, old, 0644, before, "what was there before", err);
}

/* For what is remembered while the plan is done. */
static int note_writing(struct plan *plan, const char *path, const char *before,
			const char *after, bool ours)
{
	struct state writing;

	if (!plan->writing)
		plan->writing = json_object();
	if (!plan->writing)
		return -ENOMEM;
	writing.json = plan->writing;
	state_set_writing(&writing, path, before, after, ours);
	return 0;
}

int plan_shared_file(struct plan *plan, const char *path, mode_t mode, const char *after,
		     const char *reason, struct err *err)
{
	_cleanup_free_ char *before = NULL;
	int result = read_now(plan, path, &before, err), ours;

	if (result)
		return result;
	ours = state_was_written(plan->state, path, before ? before : "");
	if (before && ours < 0 && !plan->force && !is_same(before, after)) {
		err_set(err, EEXIST,
			"/%s has been changed by somebody else since it was last written",
			path);
		return err_hint(err, "--force writes over it; the command line belongs "
				     "into /etc/bedplate/cmdline");
	}
	state_set_written(plan->state, path, after);
	if (is_same(before, after))
		return 0;
	if (after && note_writing(plan, path, before, after, ours > 0))
		return err_sys(err, ENOMEM, "planning");
	if (before && ours <= 0)
		result = keep_old(plan, path, before, err);
	return result ? result : add_file(plan, path, mode, before, after, reason, err);
}

/* With what was kept of it gone afterwards. */
static int restore_old(struct plan *plan, const char *path, mode_t mode,
		       const char *reason, struct err *err)
{
	_cleanup_free_ char *old = format_text("%s" OLD_SUFFIX, path), *text = NULL;
	int result =
		old ? read_now(plan, old, &text, err) : err_sys(err, ENOMEM, "planning");

	if (!result)
		result = plan_file(plan, path, mode, text, reason, err);
	return result || !text ? result
			       : plan_file(plan, old, mode, NULL,
					   "it is in its place again", err);
}

int plan_restore(struct plan *plan, const char *path, mode_t mode, const char *reason,
		 struct err *err)
{
	_cleanup_free_ char *now = NULL, *old = NULL;
	int result = read_now(plan, path, &now, err), ours;

	if (result)
		return result;
	ours = state_was_written(plan->state, path, now ? now : "");
	if (!ours)
		return 0;
	state_set_written(plan->state, path, NULL);
	if (ours > 0 || plan->force)
		return restore_old(plan, path, mode, reason, err);
	plan_note(
		plan,
		"/%s has been changed by somebody else since it was last written, and stays",
		path);
	/* What was there before ours is not what it goes back to any more. */
	old = format_text("%s" OLD_SUFFIX, path);
	return old ? plan_remove(plan, old, "what came after it stays", err)
		   : err_sys(err, ENOMEM, "planning");
}

int plan_is_same(const struct plan *plan, const char *a, const char *b, struct err *err)
{
	_cleanup_close_ int a_fd = file_open_in_root(plan->root_fd, a, O_RDONLY, err);
	_cleanup_close_ int b_fd = file_open_in_root(plan->root_fd, b, O_RDONLY, NULL);
	static char mine[64 << 10], others[64 << 10];
	ssize_t got = 1;

	if (a_fd < 0)
		return a_fd;
	while (b_fd >= 0 && got > 0) {
		got = read(a_fd, mine, sizeof(mine));
		if (got < 0)
			return err_sys(err, errno, "reading /%s", a);
		if (read(b_fd, others, sizeof(others)) != got ||
		    memcmp(mine, others, (size_t)got) != 0)
			return 0;
	}
	return b_fd >= 0;
}

int plan_copy(struct plan *plan, const char *source, const char *path, mode_t mode,
	      const char *reason, struct err *err)
{
	struct step step = { .kind = STEP_COPY, .mode = mode };
	int result = plan_is_same(plan, source, path, err);

	if (result)
		return result < 0 ? result : 0;
	step.what = format_text("/%s", path);
	step.reason = strdup(reason);
	step.path = strdup(path);
	step.source = strdup(source);
	step.after = format_text("the content of /%s\n", source);
	return add(plan, step,
		   step.what && step.reason && step.path && step.source && step.after,
		   err);
}

int plan_remove(struct plan *plan, const char *path, const char *reason, struct err *err)
{
	struct step step = { .kind = STEP_REMOVE };

	if (!file_exists(plan->root_fd, path))
		return 0;
	step.what = format_text("/%s", path);
	step.reason = strdup(reason);
	step.before = strdup("a file of ours\n");
	step.path = strdup(path);
	return add(plan, step, step.what && step.reason && step.before && step.path, err);
}

int plan_run(struct plan *plan, const char *const *argv, const char *what,
	     const char *before, const char *after, const char *reason, struct err *err)
{
	struct step step = { .kind = STEP_RUN };

	if (is_same(before, after))
		return 0;
	step.what = strdup(what);
	step.reason = strdup(reason);
	step.before = copy_text(before);
	step.after = copy_text(after);
	step.argv = copy_list(argv);
	return add(plan, step,
		   step.what && step.reason && step.argv && !step.before == !before &&
			   !step.after == !after,
		   err);
}

int plan_generate(struct plan *plan, const char *const *argv, const char *const *check,
		  const char *must_have, const char *path, const char *before,
		  const char *after, const char *reason, struct err *err)
{
	struct step step = { .kind = STEP_GENERATE,
			     .mode = 0600,
			     .must_have = must_have,
			     .what = format_text("/%s", path),
			     .reason = strdup(reason),
			     .before = copy_text(before),
			     .after = copy_text(after),
			     .path = strdup(path),
			     .argv = copy_list(argv),
			     .check = check ? copy_list(check) : NULL };

	return add(plan, step,
		   step.what && step.reason && step.path && step.argv &&
			   !step.check == !check && !step.before == !before &&
			   !step.after == !after,
		   err);
}

void plan_note(struct plan *plan, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&plan->notes, fmt, ap);
	va_end(ap);
	strbuf_addc(&plan->notes, '\n');
}

/* ---- showing ---- */

static void write_argv(const struct step *step, struct strbuf *out)
{
	for (char **word = step->argv; *word; word++)
		strbuf_addf(out, strpbrk(*word, " '\"\\$") ? "%s'%s'" : "%s%s",
			    word == step->argv ? "" : " ", *word);
}

void plan_write_step(const struct step *step, struct strbuf *out)
{
	if (step->reason[0])
		strbuf_addf(out, "# %s: %s\n", step->what, step->reason);
	if (step->argv) {
		strbuf_adds(out, "# by: ");
		write_argv(step, out);
		strbuf_addc(out, '\n');
	}
	diff_write(step->what, step->before, step->what, step->after, out);
}

void plan_write(const struct plan *plan, struct strbuf *out)
{
	for (size_t i = 0; i < plan->count; i++)
		plan_write_step(&plan->steps[i], out);
	strbuf_adds(out, plan->notes.text);
}

static json_t *step_json(const struct step *step)
{
	static const char *const words[] = {
		[STEP_WRITE] = "write",       [STEP_REMOVE] = "remove",
		[STEP_COPY] = "copy",         [STEP_RUN] = "run",
		[STEP_GENERATE] = "generate",
	};
	json_t *object = json_object(), *argv = step->argv ? json_array() : NULL;
	_cleanup_strbuf_ struct strbuf diff;

	strbuf_init(&diff, 0);
	diff_write(step->what, step->before, step->what, step->after, &diff);
	json_object_set_new(object, "action", json_string(words[step->kind]));
	json_object_set_new(object, "what", show_json_text(step->what));
	json_object_set_new(object, "reason", show_json_text(step->reason));
	json_object_set_new(object, "before",
			    step->before ? show_json_text(step->before) : json_null());
	json_object_set_new(object, "after",
			    step->after ? show_json_text(step->after) : json_null());
	json_object_set_new(object, "diff", show_json_text(diff.text));
	for (char **word = step->argv; argv && *word; word++)
		json_array_append_new(argv, show_json_text(*word));
	if (argv)
		json_object_set_new(object, "program", argv);
	return object;
}

json_t *plan_json(const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->count; i++)
		json_array_append_new(list, step_json(&plan->steps[i]));
	return list;
}
