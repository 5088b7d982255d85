/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prepare.c: bedplate host-prep plan, up, down and status for the parts of part.h.
 *
 * How it works: all parts that were asked for plan into one list. `up` saves the journal as
 * it will be, then does the steps; where one fails, those before it are undone and the
 * journal is what it was.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "host-prep/commands.h"
#include "host-prep/journal.h"
#include "host-prep/links.h"
#include "host-prep/part.h"
#include "host-prep/saved.h"
#include "host-prep/want_all.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/nearest.h"
#include "lib/settings.h"
#include "lib/show_json.h"

struct prepare {
	int root_fd, lock_fd;
	struct settings settings;
	json_t *before, *after; /* the journal */
	struct steps steps;
	struct want_all *networks;
	struct strbuf notes;
};

static void prepare_release(struct prepare *prepare)
{
	steps_release(&prepare->steps);
	want_all_free(prepare->networks);
	settings_release(&prepare->settings);
	json_decref(prepare->before);
	json_decref(prepare->after);
	strbuf_release(&prepare->notes);
	cleanup_close(&prepare->lock_fd);
	cleanup_close(&prepare->root_fd);
}
#define _cleanup_prepare_ __attribute__((cleanup(prepare_release)))

static int prepare_open(struct prepare *prepare, const struct args *args, bool locked,
			struct err *err)
{
	const struct option_list none = { .items = NULL };
	int result;

	*prepare = (struct prepare){ .root_fd = -1, .lock_fd = -1 };
	strbuf_init(&prepare->notes, 0);
	prepare->root_fd = file_open_root(args->root, err);
	if (prepare->root_fd < 0)
		return prepare->root_fd;
	if (locked) {
		prepare->lock_fd = journal_lock(prepare->root_fd, err);
		if (prepare->lock_fd < 0)
			return prepare->lock_fd;
	}
	result = settings_load(&prepare->settings, prepare->root_fd, NULL, &none, err);
	if (!result)
		result = guests_read(&prepare->settings.guests, prepare->root_fd, err);
	if (!result)
		result = journal_read(&prepare->before, prepare->root_fd, err);
	if (result)
		return result;
	prepare->after = json_deep_copy(prepare->before);
	return prepare->after ? 0 : err_sys(err, ENOMEM, "reading the journal");
}

/* ---- which parts ---- */

static bool is_asked_for(const struct args *args, const struct part *part)
{
	for (size_t i = 0; i < args->part_count; i++)
		if (!strcmp(args->parts[i], part->name) ||
		    (part->group && !strcmp(args->parts[i], part->group)))
			return true;
	return !args->part_count;
}

static int check_part(const char *name, struct err *err)
{
	struct nearest nearest = { .word = name };
	_cleanup_strbuf_ struct strbuf names;

	strbuf_init(&names, 0);
	for (size_t i = 0; host_parts[i]; i++) {
		if (!strcmp(host_parts[i]->name, name) ||
		    (host_parts[i]->group && !strcmp(host_parts[i]->group, name)))
			return 0;
		nearest_offer(&nearest, host_parts[i]->name);
		if (host_parts[i]->group)
			nearest_offer(&nearest, host_parts[i]->group);
		strbuf_addf(&names, "%s%s", i ? ", " : "", host_parts[i]->name);
	}
	err_set(err, EINVAL, "there is no part \"%s\"", name);
	if (nearest.best)
		return err_hint(err, "did you mean %s?", nearest.best);
	return err_hint(err, "there are: %s", names.text);
}

/* ---- planning ---- */

static int plan_part(struct prepare *prepare, const struct part *part, bool down,
		     struct err *err)
{
	const struct part_context context = {
		.root_fd = prepare->root_fd,
		.host = prepare->settings.host,
		.conf = prepare->settings.conf,
		.guests = &prepare->settings.guests,
		.journal = journal_section(prepare->after, part->name),
		.before = prepare->before,
		.networks = &prepare->networks,
		.notes = &prepare->notes,
	};

	return (down ? part->down : part->plan)(&context, &prepare->steps, err);
}

static int plan_parts(struct prepare *prepare, const struct args *args, bool down,
		      struct err *err)
{
	size_t count = 0;
	int result = 0;

	while (host_parts[count])
		count++;
	for (size_t i = 0; !result && i < count; i++) {
		const struct part *part = host_parts[down ? count - 1 - i : i];

		if (is_asked_for(args, part))
			result = plan_part(prepare, part, down, err);
	}
	return result ? result : steps_check_memory(&prepare->steps, err);
}

/* ---- showing ---- */

static json_t *json_lines(const char *text)
{
	json_t *list = json_array();

	while (*text) {
		size_t length = strcspn(text, "\n");

		json_array_append_new(list, json_stringn(text, length));
		text += length + (text[length] == '\n');
	}
	return list;
}

static int show(const struct prepare *prepare, bool json, const char *nothing,
		struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	if (json)
		return show_json_value(json_pack("{s:i, s:o, s:o}", "version", 1, "steps",
						 steps_to_json(&prepare->steps), "notes",
						 json_lines(prepare->notes.text)),
				       err);
	strbuf_init(&text, 0);
	steps_write_text(&prepare->steps, &text);
	fputs(prepare->steps.count ? text.text : nothing, stdout);
	fputs(prepare->notes.text, stdout);
	if (text.overflow || fflush(stdout) == EOF)
		return err_sys(err, text.overflow ? ENOMEM : errno,
			       "writing to the standard output");
	return 0;
}

/* ---- doing ---- */

static int settle(struct prepare *prepare, struct err *err)
{
	json_t *written = json_deep_copy(prepare->after);
	int result = 0;

	for (size_t i = 0; host_parts[i]; i++)
		if (host_parts[i]->settle)
			host_parts[i]->settle(
				journal_section(prepare->after, host_parts[i]->name));
	if (!json_equal(written, prepare->after))
		result = journal_write(prepare->after, prepare->root_fd, err);
	json_decref(written);
	return result;
}

static bool changes_network(const struct steps *steps)
{
	if (links_saved(steps))
		return true;
	for (size_t i = 0; i < steps->count; i++)
		for (size_t j = 0; host_parts[j]; j++)
			if (host_parts[j]->save &&
			    !strcmp(host_parts[j]->name, steps->items[i].part))
				return true;
	return false;
}

/* Saves the state before, and leaves the watchdog behind, where the network changes. */
static int guard(const struct prepare *prepare, int seconds, struct err *err)
{
	int result;

	if (!seconds)
		return 0;
	if (!changes_network(&prepare->steps)) {
		log_info("the network does not change: there is nothing to confirm");
		return 0;
	}
	result = saved_write(&prepare->steps, prepare->before, prepare->root_fd, err);
	if (!result)
		result = saved_watch(prepare->root_fd, seconds, err);
	if (!result)
		log_info("what changes is taken back in %d seconds, unless "
			 "`bedplate host-prep confirm` comes before",
			 seconds);
	return result;
}

static int carry_out(struct prepare *prepare, int confirm_s, struct err *err)
{
	struct err again = ERR_INIT;
	int result = 0, code;

	if (!json_equal(prepare->before, prepare->after))
		result = journal_write(prepare->after, prepare->root_fd, err);
	if (!result)
		result = guard(prepare, confirm_s, err);
	if (!result)
		result = steps_run(&prepare->steps, 0, err);
	if (result) {
		if (saved_is_there(prepare->root_fd))
			code = saved_restore(prepare->root_fd, false, &again);
		else
			code = journal_write(prepare->before, prepare->root_fd, &again);
		if (code)
			log_err(&again);
		return result;
	}
	return settle(prepare, err);
}

/* A second change on top of one that waits could not be told from it when it is taken back.
 */
static int look_for_saved(struct prepare *prepare, bool doing, struct err *err)
{
	if (!saved_is_there(prepare->root_fd))
		return 0;
	if (!doing) {
		strbuf_adds(&prepare->notes,
			    "a change of the network waits to be confirmed\n");
		return 0;
	}
	err_set(err, EBUSY, "a change of the network waits to be confirmed");
	return err_hint(err, "`bedplate host-prep confirm` keeps it, `bedplate host-prep "
			     "down --restore` takes it back");
}

static bool changes_part(const struct steps *steps, const struct part *part)
{
	for (size_t i = 0; i < steps->count; i++)
		if (!strcmp(steps->items[i].part, part->name))
			return true;
	return false;
}

/* Interfaces and rules are the running kernel's, whatever root the files are below. */
static int check_root(const struct prepare *prepare, struct err *err)
{
	struct stat own, running;

	if (!changes_network(&prepare->steps) &&
	    !changes_part(&prepare->steps, &names_part))
		return 0;
	if (fstat(prepare->root_fd, &own) < 0 || stat("/", &running) < 0 ||
	    (own.st_dev == running.st_dev && own.st_ino == running.st_ino))
		return 0;
	err_set(err, EOPNOTSUPP, "networks are the running system's: not below --root");
	return err_hint(err, "name the parts that are meant");
}

static int run(const struct args *args, bool down, bool doing, const char *nothing,
	       struct err *err)
{
	_cleanup_prepare_ struct prepare prepare;
	int result = prepare_open(&prepare, args, doing, err);

	if (!result && args->confirm_s < 0)
		result = err_set(err, EINVAL, "--confirm takes a number of seconds");
	if (!result)
		result = look_for_saved(&prepare, doing, err);
	for (size_t i = 0; !result && i < args->part_count; i++)
		result = check_part(args->parts[i], err);
	if (result)
		return result == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
	result = plan_parts(&prepare, args, down, err);
	if (!result)
		result = show(&prepare, args->json, nothing, err);
	if (!result && doing)
		result = check_root(&prepare, err);
	if (!result && doing)
		result = carry_out(&prepare, args->confirm_s, err);
	return result ? EXIT_FAILED : EXIT_DONE;
}

int plan_run(const struct args *args, struct err *err)
{
	return run(args, false, false, "nothing to do\n", err);
}

int up_run(const struct args *args, struct err *err)
{
	return run(args, false, true, "", err);
}

/* What the files say does not matter here: they may be what went wrong. */
static int with_lock(const struct args *args, int (*what)(int root_fd, struct err *err),
		     const char *done, struct err *err)
{
	_cleanup_close_ int root_fd = file_open_root(args->root, err);
	_cleanup_close_ int lock_fd = root_fd < 0 ? -1 : journal_lock(root_fd, err);

	if (lock_fd < 0 || what(root_fd, err))
		return EXIT_FAILED;
	puts(done);
	return EXIT_DONE;
}

static int restore(int root_fd, struct err *err)
{
	return saved_restore(root_fd, true, err);
}

int confirm_run(const struct args *args, struct err *err)
{
	return with_lock(args, saved_remove, "confirmed", err);
}

int down_run(const struct args *args, struct err *err)
{
	if (args->restore)
		return with_lock(args, restore,
				 "the network is what it was before the change", err);
	return run(args, true, true, "", err);
}

int status_run(const struct args *args, struct err *err)
{
	return run(args, false, false, "all is as configured\n", err);
}
