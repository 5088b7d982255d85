/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setting.c: plans and writes single values of /proc and /sys. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/setting.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

/* ---- what is wanted ---- */

static void setting_release(struct setting *setting)
{
	free(setting->name);
	free(setting->path);
	free(setting->value);
}

static struct setting *find_wanted(const struct settings_wanted *wanted, const char *path)
{
	for (size_t i = 0; i < wanted->count; i++)
		if (!strcmp(wanted->items[i].path, path))
			return &wanted->items[i];
	return NULL;
}

int setting_want(struct settings_wanted *wanted, const struct setting *setting,
		 struct err *err)
{
	struct setting *place = find_wanted(wanted, setting->path), *items;
	struct setting copy = *setting;

	copy.name = strdup(setting->name);
	copy.path = strdup(setting->path);
	copy.value = strdup(setting->value);
	items = place ? wanted->items
		      : reallocarray(wanted->items, wanted->count + 1, sizeof(*items));
	if (items)
		wanted->items = items;
	if (!items || !copy.name || !copy.path || !copy.value) {
		setting_release(&copy);
		return err_sys(err, ENOMEM, "planning %s", setting->name);
	}
	if (place)
		setting_release(place);
	else
		place = &items[wanted->count++];
	*place = copy;
	return 0;
}

void settings_wanted_release(struct settings_wanted *wanted)
{
	for (size_t i = 0; i < wanted->count; i++)
		setting_release(&wanted->items[i]);
	free(wanted->items);
	*wanted = (struct settings_wanted)SETTINGS_WANTED_INIT;
}

/* ---- values ---- */

static size_t word_length(const char *text)
{
	return strcspn(text, " \t\n");
}

/* The kernel shows its switches as Y and N and takes 1 and 0. */
static char plain_switch(char letter)
{
	return letter == 'Y' || letter == 'y'   ? '1'
	       : letter == 'N' || letter == 'n' ? '0'
						: letter;
}

static bool same_word(const char *a, size_t length, const char *b)
{
	if (length == 1)
		return plain_switch(*a) == plain_switch(*b);
	return !strncmp(a, b, length);
}

bool setting_same(const char *a, const char *b)
{
	for (;;) {
		size_t length;

		a += strspn(a, " \t\n");
		b += strspn(b, " \t\n");
		length = word_length(a);
		if (length != word_length(b))
			return false;
		if (!length)
			return true;
		if (!same_word(a, length, b))
			return false;
		a += length;
		b += length;
	}
}

int setting_read(int root_fd, const char *path, struct strbuf *value, struct err *err)
{
	int result;

	strbuf_truncate(value, 0);
	result = file_read(root_fd, path, value, err);
	while (value->length && isspace((unsigned char)value->text[value->length - 1]))
		strbuf_truncate(value, value->length - 1);
	return result;
}

/* ---- steps ---- */

struct change {
	int root_fd;
	char *path, *before, *after;
	const char *hint;
	bool lenient;
	int (*write)(int root_fd, const char *path, const char *value, struct err *err);
};

static void change_free(void *data)
{
	struct change *change = data;

	if (!change)
		return;
	free(change->path);
	free(change->before);
	free(change->after);
	free(change);
}

/* To write nothing at all is no write to the kernel; an empty value is an empty line. */
static int write_value(const struct change *change, const char *value, struct err *err)
{
	int result =
		file_write(change->root_fd, change->path, *value ? value : "\n", err);

	if (result == -ENOENT)
		err_hint(err, "the kernel does not have it; perhaps a module is missing: "
			      "[KernelModules] Load=");
	else if (result && change->hint)
		err_hint(err, "%s", change->hint);
	return result;
}

static int change_run(const struct step *step, struct err *err)
{
	const struct change *change = step->data;
	int result;

	if (change->write)
		return change->write(change->root_fd, change->path, change->after, err);
	result = write_value(change, change->after, err);
	if (!result || !change->lenient)
		return result;
	log_warning("%s: %s stays as it is: %s", step->origin, step->what, err->text);
	err_clear(err);
	return 0;
}

static int change_undo(const struct step *step, struct err *err)
{
	const struct change *change = step->data;

	return change->before ? write_value(change, change->before, err) : 0;
}

/* `before` NULL: it is not known, for the file is not there yet. */
static int add_change(const struct part_context *context, const char *part,
		      const struct setting *setting, const char *before,
		      struct steps *steps, struct err *err)
{
	struct change *change = calloc(1, sizeof(*change));

	if (change) {
		change->root_fd = context->root_fd;
		change->path = strdup(setting->path);
		change->before = before ? strdup(before) : NULL;
		change->after = strdup(setting->value);
		change->hint = setting->hint;
		change->lenient = setting->lenient;
		change->write = setting->write;
	}
	if (!change || !change->path || !change->after || (before && !change->before)) {
		change_free(change);
		return err_sys(err, ENOMEM, "planning %s", setting->name);
	}
	steps_add(steps, &(struct step){ .part = part,
					 .action = STEP_CHANGE,
					 .what = setting->name,
					 .before = (char *)(before ? before : ""),
					 .after = setting->value,
					 .origin = (char *)setting->origin,
					 .run = change_run,
					 .undo = change_undo,
					 .data = change,
					 .release_data = change_free });
	return 0;
}

/* ---- plans ---- */

static const char *entry_text(const json_t *entry, const char *key)
{
	const char *text = json_string_value(json_object_get(entry, key));

	return text ? text : "";
}

/* What was there before us stays what was there before us. */
static void note_change(json_t *journal, const struct setting *setting,
			const char *before)
{
	json_t *entry = json_object_get(journal, setting->path);

	if (!entry && before) {
		entry = json_pack("{s:s, s:s}", "name", setting->name, "before", before);
		json_object_set_new(journal, setting->path, entry);
	}
	if (!entry)
		return;
	/* After a crash it may still be what it was set to last. */
	json_object_set(entry, "was", json_object_get(entry, "after"));
	json_object_set_new(entry, "after", json_string(setting->value));
	if (setting->write)
		json_object_set_new(entry, "gradual", json_true());
}

static bool is_between(const char *now, const char *a, const char *b)
{
	unsigned long long value = strtoull(now, NULL, 10);
	unsigned long long first = strtoull(a, NULL, 10), last = strtoull(b, NULL, 10);

	return first < last ? value >= first && value <= last
			    : value >= last && value <= first;
}

/* Whether a value is one that was written here, or, where the kernel comes to it by and by, on
 * the way there. */
static bool is_ours(const json_t *entry, const char *now)
{
	const char *after = entry_text(entry, "after");

	return setting_same(now, after) || setting_same(now, entry_text(entry, "was")) ||
	       (json_is_true(json_object_get(entry, "gradual")) &&
		is_between(now, entry_text(entry, "before"), after));
}

static bool loads_modules(const struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++)
		if (!strcmp(steps->items[i].part, "modules"))
			return true;
	return false;
}

/* A switch that only takes a value (vm.drop_caches) has none to be compared or given back. */
static int refuse_unreadable(const struct setting *setting, struct err *err)
{
	err_wrap(err, "%s%s%s", setting->origin, setting->origin[0] ? ": " : "",
		 setting->name);
	return err_hint(err,
			"the kernel tells no value of it, so it can be neither compared "
			"nor given back; leave it out");
}

static int plan_one(const struct part_context *context, const char *part,
		    const struct setting *setting, struct steps *steps, struct err *err)
{
	_cleanup_strbuf_ struct strbuf now;
	int result;

	strbuf_init(&now, 0);
	result = setting_read(context->root_fd, setting->path, &now, err);
	if (result && result != -ENOENT && !setting->lenient)
		return refuse_unreadable(setting, err);
	err_clear(err);
	if (result && (setting->optional || setting->lenient)) {
		part_note(context, "%s: the kernel %s (%s)", setting->name,
			  result == -ENOENT ? "does not have it" : "tells no value of it",
			  setting->origin);
		return 0;
	}
	if (result && !loads_modules(steps))
		part_note(
			context,
			"%s: the kernel does not have it now; [KernelModules] Load= has "
			"it load what brings it (%s)",
			setting->name, setting->origin);
	if (!result && setting_same(now.text, setting->value))
		return 0;
	note_change(context->journal, setting, result ? NULL : now.text);
	return add_change(context, part, setting, result ? NULL : now.text, steps, err);
}

/* Back to what it was, unless somebody else has changed it, or it is gone. */
static int give_back(const struct part_context *context, const char *part,
		     const char *path, const json_t *entry, struct steps *steps,
		     struct err *err)
{
	_cleanup_strbuf_ struct strbuf now;
	const struct setting setting = {
		.name = (char *)entry_text(entry, "name"),
		.path = (char *)path,
		.value = (char *)entry_text(entry, "before"),
	};

	strbuf_init(&now, 0);
	if (setting_read(context->root_fd, path, &now, NULL) ||
	    setting_same(now.text, setting.value))
		return 0;
	if (!is_ours(entry, now.text)) {
		part_note(context,
			  "%s is left at %s: somebody has changed it from %s since",
			  setting.name, now.text, entry_text(entry, "after"));
		return 0;
	}
	return add_change(context, part, &setting, now.text, steps, err);
}

/* All that the journal has but those that are wanted. */
static int give_back_all(const struct part_context *context, const char *part,
			 const struct settings_wanted *wanted, struct steps *steps,
			 struct err *err)
{
	const char *path;
	json_t *entry;
	void *next;
	int result = 0;

	json_object_foreach_safe(context->journal, next, path, entry)
	{
		if (find_wanted(wanted, path))
			continue;
		if (!result)
			result = give_back(context, part, path, entry, steps, err);
		if (!result)
			json_object_del(context->journal, path);
	}
	return result;
}

int setting_plan(const struct part_context *context, const char *part,
		 const struct settings_wanted *wanted, struct steps *steps,
		 struct err *err)
{
	int result = give_back_all(context, part, wanted, steps, err);

	for (size_t i = 0; !result && i < wanted->count; i++)
		result = plan_one(context, part, &wanted->items[i], steps, err);
	return result;
}

int setting_down(const struct part_context *context, const char *part,
		 struct steps *steps, struct err *err)
{
	const struct settings_wanted none = SETTINGS_WANTED_INIT;

	return give_back_all(context, part, &none, steps, err);
}
