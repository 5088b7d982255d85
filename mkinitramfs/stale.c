/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stale.c: holds a record against what is there. */
#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "mkinitramfs/kernel_image.h"
#include "mkinitramfs/plan.h"
#include "mkinitramfs/stale.h"

enum { SHOWN_MAX = 3 };

static int add_reason(json_t *reasons, char *text, struct err *err)
{
	json_t *value = text ? json_string(text) : NULL;

	free(text);
	if (!value)
		value = json_string("a file whose name is not UTF-8");
	return json_array_append_new(reasons, value) < 0
		       ? err_sys(err, ENOMEM, "looking for changes")
		       : 0;
}

static const char *change_word(const struct input *then, int root_fd)
{
	struct input now = { .path = then->path };

	if (then->state == INPUT_ABSENT)
		return "is there now";
	if (input_look(&now, root_fd) || now.state == INPUT_ABSENT)
		return "is gone";
	return then->state == INPUT_FOLDER ? "has other files" : "changed";
}

/* The kernel may lie elsewhere now, as where a copy of it came into /boot: that is the same one,
 * if its bytes are. */
static int check_kernel(const struct inputs *then, char *path, const struct place *place,
			json_t *reasons, struct err *err)
{
	const struct input *kernel = inputs_find(then, INPUT_KERNEL_FILE);
	const char *name = path ? path : kernel ? kernel->path : "", *what = "is gone";
	struct input moved;

	if (!kernel && !path)
		return 0;
	if (!kernel) {
		what = "is there now";
	} else if (path) {
		moved = *kernel;
		moved.path = path;
		if (!input_has_changed(&moved, place->root_fd))
			return 0;
		what = "has changed";
	}
	return add_reason(reasons,
			  format_text("the kernel /%s %s", name + (*name == '/'), what),
			  err);
}

static int check_file(const struct input *then, int root_fd, json_t *reasons,
		      struct err *err)
{
	if (!input_has_changed(then, root_fd))
		return 0;
	return add_reason(reasons,
			  format_text("%s %s", then->path, change_word(then, root_fd)),
			  err);
}

static bool text_is_same(const struct input *then, const struct inputs *texts)
{
	const struct input *now = inputs_find(texts, then->kind);

	return now && now->digest == then->digest && now->size == then->size;
}

/* The values in effect are others wherever a configuration file is: one reason is enough. So
 * it is with what is looked at because of them. */
static int check_texts(const struct inputs *then, const struct inputs *texts,
		       json_t *reasons, struct err *err)
{
	const struct input *settings = inputs_find(then, "settings");
	int result = 0;

	if (settings && !text_is_same(settings, texts))
		return json_array_size(reasons)
			       ? 0
			       : add_reason(reasons,
					    format_text("%s changed", settings->path),
					    err);
	for (size_t i = 0; !result && i < then->count; i++)
		if (then->items[i].state == INPUT_TEXT &&
		    !text_is_same(&then->items[i], texts))
			result = add_reason(
				reasons, format_text("%s changed", then->items[i].path),
				err);
	return result;
}

static int check_inputs(const struct inputs *then, const struct inputs *texts,
			int root_fd, json_t *reasons, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < then->count; i++)
		if (then->items[i].state != INPUT_TEXT &&
		    strcmp(then->items[i].kind, INPUT_KERNEL_FILE) != 0)
			result = check_file(&then->items[i], root_fd, reasons, err);
	return result ? result : check_texts(then, texts, reasons, err);
}

static int check_maker(const struct placed *placed, json_t *reasons, struct err *err)
{
	struct record_facts facts;

	record_get(&placed->record, &facts);
	if (!strcmp(facts.made_by, BEDPLATE_VERSION))
		return 0;
	return add_reason(reasons,
			  format_text("version %s made it, this is " BEDPLATE_VERSION,
				      facts.made_by),
			  err);
}

int stale_find(const struct place *place, const struct placed *placed,
	       const struct inputs *texts, const char *kernel, json_t *reasons,
	       struct err *err)
{
	_cleanup_inputs_ struct inputs then = INPUTS_INIT;
	_cleanup_free_ char *path = NULL;
	struct record_facts facts;
	int result;

	if (!placed->there)
		return add_reason(reasons, strdup("there is no image"), err);
	if (!placed->record.json)
		return add_reason(reasons, strdup("the image has no record"), err);
	if (!placed->whole)
		return add_reason(reasons,
				  strdup("the image is not the one that was recorded"),
				  err);
	result = record_get_inputs(&placed->record, &then, err);
	if (!result)
		result = check_maker(placed, reasons, err);
	record_get(&placed->record, &facts);
	if (!result) {
		path = kernel_image_path(kernel, place->root_fd, place->dir,
					 facts.kernel);
		result = check_kernel(&then, path, place, reasons, err);
	}
	return result ? result : check_inputs(&then, texts, place->root_fd, reasons, err);
}

void stale_write(const json_t *reasons, struct strbuf *out)
{
	size_t count = json_array_size(reasons), shown = count;

	if (shown > SHOWN_MAX + 1)
		shown = SHOWN_MAX;
	for (size_t i = 0; i < shown; i++)
		strbuf_addf(out, "%s%s", i ? "; " : "",
			    json_string_value(json_array_get(reasons, i)));
	if (shown < count)
		strbuf_addf(out, "; and %zu more", count - shown);
}
