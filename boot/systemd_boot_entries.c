/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd_boot_entries.c: what becomes of the entries that kernel-install(8) made.
 *
 * How it works: a kernel without an entry, and one whose image is not that of its entry, is handed
 * to kernel-install. The newest kernel's entry gets the present command line, all others that
 * of the last good boot until it is proven (choice.h). Where that was of the same image, an
 * entry more is made before the first one is changed ("~same-image" sorts it behind that, and
 * before "~previous"). What is on trial has a counter in its name, what was good has none.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/bls.h"
#include "boot/choice.h"
#include "boot/systemd_boot.h"
#include "boot/trial_word.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"

#define PREVIOUS   "~previous"
#define SAME_IMAGE "~same-image"

/* What is planned with. */
struct entries_plan {
	struct boot *boot;
	struct plan *plan;
	struct bls_entries entries;
	struct choice choice;
	int tries;
	bool first_is_new; /* kernel-install is to make the first entry */
};

/* ---- who gets which line ---- */

/* A line's options, on the heap; NULL without memory. Which entry is tried is not known where they
 * are read, so all have the word that lets a panic end. */
static char *options_of(const struct entries_plan *it, const char *line)
{
	_cleanup_free_ char *whole = NULL;
	char panic[TRIAL_WORD];

	trial_panic_word(it->boot->settings.host, panic);
	whole = format_text("%s%s", panic, line);
	return whole ? bls_options(&it->entries, whole) : NULL;
}

static bool is_of(const struct bls_entry *entry, const struct boot_image *image)
{
	size_t length = image ? strlen(image->version) : 0;

	return image && !strncmp(entry->version, image->version, length) &&
	       !strcmp(entry->version + length, image->previous ? PREVIOUS : "");
}

static bool is_first(const struct entries_plan *it, const struct bls_entry *entry)
{
	return is_of(entry, it->choice.first);
}

static const char *line_of(const struct entries_plan *it, const struct bls_entry *entry)
{
	if (it->choice.same_image || !is_of(entry, it->choice.fallback))
		return it->choice.others_line;
	return it->choice.fallback_line;
}

/* ---- texts ---- */

static int write_entry(struct entries_plan *it, const char *path, const char *text,
		       const char *line, struct err *err)
{
	_cleanup_free_ char *options = options_of(it, line);
	_cleanup_strbuf_ struct strbuf out;

	strbuf_init(&out, 0);
	if (!options)
		return err_sys(err, ENOMEM, "planning");
	bls_set_options(text, options, &out);
	return plan_file(it->plan, path, 0644, out.text, "", err);
}

static bool is_more(const struct bls_entry *entry)
{
	size_t length = strlen(entry->version), suffix = strlen(SAME_IMAGE);

	return length > suffix && !strcmp(entry->version + length - suffix, SAME_IMAGE);
}

/* All but the first one. What kernel-install is to write anew becomes the previous entry. */
static int plan_others(struct entries_plan *it, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < it->entries.count; i++) {
		const struct bls_entry *entry = &it->entries.items[i];

		if (entry->text && !is_more(entry) &&
		    (it->first_is_new || !is_first(it, entry)))
			result = write_entry(it, entry->path, entry->text,
					     line_of(it, entry), err);
	}
	return result;
}

/* ---- the entry more ---- */

static char *more_path(const struct entries_plan *it)
{
	return format_text("%s/%s-%s-cmdline" BLS_TEXT, it->entries.folder,
			   it->entries.token, it->choice.first->version);
}

static void write_more(const char *text, struct strbuf *out)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		const char *key = text + strspn(text, " \t");

		strbuf_add(out, text, length);
		if (!strncmp(key, "title", 5) && strchr(" \t", key[5]))
			strbuf_adds(out, " (previous command line)");
		if (!strncmp(key, "version", 7) && strchr(" \t", key[7]))
			strbuf_adds(out, SAME_IMAGE);
		strbuf_addc(out, '\n');
		text += length + (text[length] == '\n');
	}
}

static int plan_more(struct entries_plan *it, const struct bls_entry *first,
		     struct err *err)
{
	_cleanup_free_ char *path = more_path(it);
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (!path)
		return err_sys(err, ENOMEM, "planning");
	write_more(first->text, &text);
	return write_entry(it, path, text.text, it->choice.fallback_line, err);
}

/* Any kernel's, where it is not wanted (any more). */
static int plan_no_more(struct entries_plan *it, struct err *err)
{
	_cleanup_free_ char *wanted = it->choice.same_image ? more_path(it) : strdup("");
	int result = wanted ? 0 : err_sys(err, ENOMEM, "planning");

	for (size_t i = 0; !result && i < it->entries.count; i++) {
		const struct bls_entry *entry = &it->entries.items[i];

		if (is_more(entry) && strcmp(entry->path, wanted) != 0)
			result = plan_remove(it->plan, entry->path,
					     "nothing is on trial that it would be for",
					     err);
	}
	return result;
}

/* ---- the first entry ---- */

static bool first_is_good(const struct entries_plan *it)
{
	const struct booted first = choice_booted(it->choice.first, it->choice.line);

	return *first.image && state_is_good(&it->boot->state, &first);
}

/* A line on trial that is to come into an entry without a counter: an apply that had noted the
 * trial was broken off. */
static bool lacks_counter(const struct entries_plan *it, const struct bls_entry *entry)
{
	_cleanup_free_ char *now = entry->text ? bls_value(entry->text, "options") : NULL;
	_cleanup_free_ char *wanted = options_of(it, it->choice.line);

	return it->choice.trial == TRIAL_RUNS && entry->name.left == BLS_UNCOUNTED &&
	       it->boot->has_cmdline && entry->text &&
	       (!now || !wanted || strcmp(now, wanted) != 0);
}

/* How many tries its name ought to have. */
static int want_tries(const struct entries_plan *it, const struct bls_entry *entry)
{
	enum trial trial = it->choice.trial;

	if (trial == TRIAL_BEGINS || lacks_counter(it, entry) ||
	    (it->boot->args->retry && trial != TRIAL_NONE))
		return it->tries;
	return first_is_good(it) ? BLS_UNCOUNTED : entry->name.left;
}

/* It failed without ever having been in this entry, which then is as it was good. */
static bool is_untouched(const struct entries_plan *it, const struct bls_entry *entry)
{
	return it->choice.trial == TRIAL_FAILED && !it->boot->args->retry &&
	       entry->name.left == BLS_UNCOUNTED;
}

/* With another name the new one is there before the old one goes. */
static int plan_first_text(struct entries_plan *it, const struct bls_entry *entry,
			   int tries, struct err *err)
{
	const char *base = strrchr(entry->path, '/') + 1;
	int length = (int)(base - entry->path) + (int)entry->name.length, result;
	_cleanup_free_ char *path =
		tries == entry->name.left ? strdup(entry->path)
		: tries == BLS_UNCOUNTED
			? format_text("%.*s" BLS_TEXT, length, entry->path)
			: format_text("%.*s+%d" BLS_TEXT, length, entry->path, tries);

	if (!path)
		return err_sys(err, ENOMEM, "planning");
	result = it->boot->has_cmdline
			 ? write_entry(it, path, entry->text, it->choice.line, err)
			 : plan_file(it->plan, path, 0644, entry->text, "", err);
	if (result || !strcmp(path, entry->path))
		return result;
	return plan_remove(it->plan, entry->path, "it has another counter now", err);
}

static int plan_first(struct entries_plan *it, const struct bls_entry *entry,
		      struct err *err)
{
	int tries = want_tries(it, entry), result = 0;

	if (!entry->text)
		return tries == entry->name.left
			       ? 0
			       : bls_plan_tries(it->plan, entry->path, tries,
						"the tries of the entry", err);
	if (is_untouched(it, entry))
		return 0;
	if (it->choice.same_image)
		result = plan_more(it, entry, err);
	return result ? result : plan_first_text(it, entry, tries, err);
}

static const struct bls_entry *find_first(const struct entries_plan *it)
{
	for (size_t i = 0; i < it->entries.count; i++)
		if (!it->entries.items[i].text == it->entries.unified &&
		    is_first(it, &it->entries.items[i]))
			return &it->entries.items[i];
	return NULL;
}

/* ---- new ones ---- */

/* Where kernel-install(8) puts a new entry, which gets as many tries as are given. */
static char *entry_path(const struct entries_plan *it, const char *version)
{
	const struct bls_entries *entries = &it->entries;
	_cleanup_free_ char *folder = entries->unified
					      ? format_text("%s/EFI/Linux", entries->boot)
					      : strdup(entries->folder);
	const char *suffix = entries->unified ? BLS_UNIFIED : BLS_TEXT;

	if (!folder)
		return NULL;
	return it->tries ? format_text("%s/%s-%s+%d%s", folder, entries->token, version,
				       it->tries, suffix)
			 : format_text("%s/%s-%s%s", folder, entries->token, version,
				       suffix);
}

/* kernel-install(8) makes a new entry, with a counter; one of other tries would stand beside it. */
static int install_kernel(struct entries_plan *it, const struct boot_image *image,
			  struct err *err)
{
	_cleanup_free_ char *kernel = format_text("/%s", image->kernel);
	/* For our plug-in, which would wait for this program's lock if it made one. */
	_cleanup_free_ char *given = format_text("BEDPLATE_IMAGE=/%s", image->path);
	_cleanup_free_ char *path = entry_path(it, image->version);
	_cleanup_free_ char *what = path ? format_text("/%s", path) : NULL;
	_cleanup_free_ char *after =
		format_text("kernel %s, image %s\n", image->version, image->id);
	int result;

	if (!kernel || !given || !what || !after)
		return err_sys(err, ENOMEM, "planning");
	result = plan_run(it->plan,
			  (const char *const[]){ given, "kernel-install", "add",
						 image->version, kernel, NULL },
			  what, NULL, after, "", err);
	for (size_t i = 0; !result && i < it->entries.count; i++) {
		const struct bls_entry *entry = &it->entries.items[i];

		if (!strcmp(entry->version, image->version) &&
		    !entry->text == it->entries.unified && strcmp(entry->path, path) != 0)
			result = plan_remove(it->plan, entry->path,
					     "the new one takes its place", err);
	}
	return result;
}

/* Whether it has an entry that is right. The command line is part of a unified image: others than
 * the first get the present one when they are made anew. */
static int has_entry(const struct entries_plan *it, const struct boot_image *image,
		     struct err *err)
{
	bool asks = it->boot->has_cmdline && image == it->choice.first;
	_cleanup_free_ char *options = asks ? options_of(it, it->choice.line) : NULL;

	if (image->previous)
		return 1;
	if (asks && !options)
		return err_sys(err, ENOMEM, "planning");
	return bls_has_image(&it->entries, it->plan, image, options, err);
}

static int plan_new(struct entries_plan *it, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < it->boot->images.count; i++) {
		const struct boot_image *image = &it->boot->images.items[i];
		int same = image == it->choice.first ? !it->first_is_new
						     : has_entry(it, image, err);

		if (same <= 0)
			result = same ? same : install_kernel(it, image, err);
	}
	return result;
}

/* ---- all of them ---- */

/* Where a kernel's present image is gone, there is nothing new: its entry still has it. */
static void choose(struct entries_plan *it)
{
	choice_make(&it->choice, &it->boot->images, &it->boot->state, it->boot->line,
		    it->tries, it->boot->args->retry);
	if (!it->choice.first || !it->choice.first->previous)
		return;
	it->choice.first = NULL;
	it->choice.same_image = false;
	it->choice.trial = TRIAL_NONE;
}

static int plan_all(struct entries_plan *it, struct err *err)
{
	const struct boot_image *first = it->choice.first;
	const struct bls_entry *entry = first ? find_first(it) : NULL;
	int result = first ? has_entry(it, first, err) : 1;

	if (result < 0)
		return result;
	it->first_is_new = !result;
	result = 0;
	if (it->boot->has_cmdline)
		result = plan_others(it, err);
	if (!result && entry && !it->first_is_new)
		result = plan_first(it, entry, err);
	if (!result)
		result = plan_new(it, err);
	return result ? result : plan_no_more(it, err);
}

/* What was tried in the entry's place before is not there any more, nor is its counter. */
static void begin_trial(struct entries_plan *it)
{
	struct boot *boot = it->boot;

	choice_write_note(&it->choice, &boot->state, it->tries, &it->plan->notes);
	choice_begin_trial(&it->choice, &boot->state);
	if (it->choice.first && first_is_good(it))
		state_end_trial(&boot->state);
}

int systemd_boot_plan_entries(struct boot *boot, struct plan *plan, struct err *err)
{
	struct entries_plan it = { .boot = boot,
				   .plan = plan,
				   .entries = BLS_ENTRIES_INIT,
				   .tries = (int)boot->settings.host->boot_loader.tries };
	int result = bls_entries_read(&it.entries, boot->root_fd,
				      boot->settings.host->boot_loader.esp, err);

	choose(&it);
	if (!result)
		result = plan_all(&it, err);
	if (!result)
		begin_trial(&it);
	bls_entries_release(&it.entries);
	return result;
}
