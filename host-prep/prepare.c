/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prepare.c: bedplate host-prep plan, up, down and status for the parts of part.h.
 *
 * How it works: all parts that were asked for plan into one list. `up` saves the journal as
 * it will be, and with what is to go still in it, then does the steps; where one fails, those
 * before it are undone and the journal is what it was. With --keep-going that holds for each
 * part by itself, and for each network (prepare_networks.c). With
 * --wait it is all begun anew whenever something comes, as long as something is missing, and
 * the lock is not taken before that is over. What is missing then is noted (late.h) for `up
 * --late`, which waits for it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host-prep/commands.h"
#include "host-prep/journal.h"
#include "host-prep/late.h"
#include "host-prep/links.h"
#include "host-prep/patience.h"
#include "host-prep/prepare.h"
#include "host-prep/saved.h"
#include "host-prep/wait.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/show_json.h"
#include "lib/value/units.h"

void prepare_release(struct prepare *prepare)
{
	steps_release(&prepare->steps);
	want_all_free(prepare->networks);
	left_out_release(&prepare->left_out);
	settings_release(&prepare->settings);
	json_decref(prepare->before);
	json_decref(prepare->meanwhile);
	json_decref(prepare->after);
	json_decref(prepare->tried);
	strbuf_release(&prepare->notes);
	strbuf_release(&prepare->missing);
	cleanup_close(&prepare->lock_fd);
	cleanup_close(&prepare->root_fd);
}
#define _cleanup_prepare_ __attribute__((cleanup(prepare_release)))

int prepare_open(struct prepare *prepare, const struct args *args, bool locked,
		 struct err *err)
{
	const struct option_list none = { .items = NULL };
	int result;

	*prepare = (struct prepare){ .root_fd = -1, .lock_fd = -1 };
	strbuf_init(&prepare->notes, 0);
	strbuf_init(&prepare->missing, 0);
	prepare->root_fd = file_open_root(args->root, err);
	if (prepare->root_fd < 0)
		return prepare->root_fd;
	if (locked) {
		prepare->lock_fd = journal_lock(prepare->root_fd, err);
		if (prepare->lock_fd == -EBUSY)
			strbuf_addf(&prepare->missing, "%s\n", err->text);
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

/* ---- showing ---- */

static int show(const struct prepare *prepare, bool json, const char *nothing,
		struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	if (json)
		return show_json_value(json_pack("{s:i, s:o, s:o}", "version", 1, "steps",
						 steps_to_json(&prepare->steps), "notes",
						 prepare_json_lines(prepare->notes.text)),
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

int prepare_settle(struct prepare *prepare, struct err *err)
{
	for (size_t i = 0; i < prepare->outcomes.count; i++) {
		const struct outcome *outcome = &prepare->outcomes.items[i];

		if (outcome->part->settle && !outcome->failed && !outcome->lacks)
			outcome->part->settle(
				journal_section(prepare->after, outcome->part->name));
	}
	if (json_equal(prepare->meanwhile, prepare->after))
		return 0;
	return journal_write(prepare->after, prepare->root_fd, err);
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

	if (seconds == CONFIRM_NONE)
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

static bool changes_part(const struct steps *steps, const struct part *part)
{
	for (size_t i = 0; i < steps->count; i++)
		if (!strcmp(steps->items[i].part, part->name))
			return true;
	return false;
}

/* The steps were undone: the journal is what it was. It stays where one could not be, so that
 * `down` knows of it. */
static int take_back_journal(struct prepare *prepare, struct err *err)
{
	if (prepare->steps.remains)
		return 0;
	for (size_t i = 0; host_parts[i]; i++) {
		const char *name = host_parts[i]->name;

		if (host_parts[i]->made_anew &&
		    changes_part(&prepare->steps, host_parts[i]))
			host_parts[i]->made_anew(journal_section(prepare->before, name),
						 journal_section(prepare->after, name));
	}
	return journal_write(prepare->before, prepare->root_fd, err);
}

static void take_back(struct prepare *prepare)
{
	struct err err = ERR_INIT;
	int result;

	if (saved_is_there(prepare->root_fd))
		result = saved_restore(prepare->root_fd, false, &err);
	else
		result = take_back_journal(prepare, &err);
	if (result)
		log_err(&err);
}

static int tell_outcomes(const struct prepare *prepare, struct err *err)
{
	_cleanup_strbuf_ struct strbuf names;
	int code;

	strbuf_init(&names, 0);
	code = left_out_tell(&prepare->left_out, &prepare->settings.guests, &names);
	return outcomes_tell(&prepare->outcomes, &names, code, err);
}

static int carry_out(struct prepare *prepare, const struct args *args, struct err *err)
{
	int result = 0;

	prepare->meanwhile = prepare_meanwhile(prepare);
	if (!prepare->meanwhile)
		return err_sys(err, ENOMEM, "writing the journal");
	if (!json_equal(prepare->before, prepare->meanwhile))
		result = journal_write(prepare->meanwhile, prepare->root_fd, err);
	if (!result)
		result = guard(prepare, args->confirm_s, err);
	if (!result && args->keep_going)
		prepare_do_parts(prepare);
	else if (!result)
		result = steps_run(&prepare->steps, 0, prepare->steps.count, err);
	if (result)
		take_back(prepare);
	else
		result = prepare_settle(prepare, err);
	if (!result && args->keep_going && args->confirm_s == CONFIRM_NONE)
		result = prepare_one_by_one(prepare, args, err);
	return result ? result : tell_outcomes(prepare, err);
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

/* All that comes before anything is done. */
static int look(struct prepare *prepare, const struct args *args, bool down, bool doing,
		struct err *err)
{
	int result = prepare_open(prepare, args, doing, err);

	if (!result)
		result = look_for_saved(prepare, doing, err);
	if (!result)
		result = prepare_check_parts(args, err);
	if (!result && args->late && !late_is_awaited(prepare->root_fd))
		return 0;
	return result ? result : prepare_plan(prepare, args, down, err);
}

static int look_until_there(struct prepare *prepare, const struct args *args, bool down,
			    bool doing, struct err *err)
{
	_cleanup_patience_ struct patience patience;
	int result = patience_open(&patience, args, err), again = result ? 0 : 1;
	bool locked = doing && !args->wait && !args->late;

	*prepare = (struct prepare){ .root_fd = -1, .lock_fd = -1 };
	while (again > 0) {
		prepare_release(prepare);
		err_clear(err);
		result = look(prepare, args, down, locked, err);
		if (err->mistake)
			return result;
		again = patience_wait(&patience, prepare, err);
		if (!again && locked == doing)
			break;
		locked = doing && (!again || !prepare->missing.length);
		again = again < 0 ? again : 1;
	}
	return again < 0 ? again : result;
}

static int check_confirm(const struct args *args, struct err *err)
{
	if (args->confirm_s == CONFIRM_NONE || args->confirm_s >= 1)
		return 0;
	err_set(err, EINVAL, "--confirm takes a number of seconds, from 1 on");
	return err_mistake(err);
}

/* The one document of --json, whatever has come of it. */
static int report(const struct prepare *prepare, int result, struct err *err)
{
	if (!result)
		return show_json_value(prepare_report(prepare, NULL), err);
	err_hint_root(err);
	show_json_value(prepare_report(prepare, err), NULL);
	return result;
}

/* What parts that were asked for by name lack says nothing about the others. */
static int note_late(const struct prepare *prepare, const struct args *args, bool down,
		     struct err *err)
{
	if (args->part_count)
		return 0;
	return late_note(prepare->root_fd, down ? "" : prepare->missing.text, err);
}

static int run(const struct args *args, bool down, bool doing, const char *nothing,
	       struct err *err)
{
	_cleanup_prepare_ struct prepare prepare = { .root_fd = -1, .lock_fd = -1 };
	bool reports = doing && args->json;
	int result = check_confirm(args, err);

	if (!result)
		result = look_until_there(&prepare, args, down, doing, err);
	if (result == -EINTR && args->late) {
		err_clear(err);
		return EXIT_DONE;
	}
	if (!result && !reports)
		result = show(&prepare, args->json, nothing, err);
	if (!result && doing)
		result = check_root(&prepare, err);
	if (!result && doing)
		result = note_late(&prepare, args, down, err);
	if (!result && doing)
		result = carry_out(&prepare, args, err);
	if (reports)
		result = report(&prepare, result, err);
	return result ? (int)err_exit_code(err) : EXIT_DONE;
}

int plan_run(const struct args *args, struct err *err)
{
	return run(args, false, false, "nothing to do\n", err);
}

int up_run(const struct args *args, struct err *err)
{
	return run(args, false, true, "", err);
}

static int tell_failed(const struct args *args, const char *key, int code,
		       struct err *err)
{
	err_hint_root(err);
	if (args->json)
		show_json_value(json_pack("{s:b, s:o}", key, false, "error",
					  prepare_error_json(err)),
				NULL);
	return code;
}

/* What the files say does not matter here: they may be what went wrong. */
static int with_lock(const struct args *args, int (*what)(int root_fd, struct err *err),
		     const char *key, const char *done, struct err *err)
{
	_cleanup_close_ int root_fd = file_open_root(args->root, err);
	_cleanup_close_ int lock_fd = root_fd < 0 ? -1 : journal_lock(root_fd, err);

	if (lock_fd < 0 || what(root_fd, err))
		return tell_failed(args, key, EXIT_FAILED, err);
	if (args->json)
		return show_json_value(json_pack("{sb}", key, true), err) ? EXIT_FAILED
									  : EXIT_DONE;
	puts(done);
	return EXIT_DONE;
}

static int restore(int root_fd, struct err *err)
{
	return saved_restore(root_fd, true, err);
}

int confirm_run(const struct args *args, struct err *err)
{
	return with_lock(args, saved_remove, "confirmed", "confirmed", err);
}

int down_run(const struct args *args, struct err *err)
{
	if (args->restore && args->part_count) {
		err_set(err, EINVAL,
			"--restore brings the whole network back, not a part");
		return tell_failed(args, "restored", EXIT_USAGE, err);
	}
	if (args->restore)
		return with_lock(args, restore, "restored",
				 "the network is what it was before the change", err);
	return run(args, true, true, "", err);
}

int status_run(const struct args *args, struct err *err)
{
	return run(args, false, false, "all is as configured\n", err);
}
