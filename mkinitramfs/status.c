/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.c: shows kernels and their images. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/failure.h"
#include "lib/json_text.h"
#include "lib/log.h"
#include "mkinitramfs/modules.h"
#include "mkinitramfs/plan.h"
#include "mkinitramfs/show.h"
#include "mkinitramfs/stale.h"
#include "mkinitramfs/update.h"
#include "mkinitramfs/upkeep.h"

/* ---- as JSON, from which the text comes ---- */

static json_t *json_verdict(const struct record *record)
{
	struct record_verdict verdict;

	if (!record_get_verdict(record, &verdict))
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:s}", "method", verdict.method, "result",
			 verdict.result, "reason", verdict.reason, "when", verdict.when);
}

/* How many inputs there are of each kind. */
static json_t *json_inputs(const struct record *record)
{
	_cleanup_inputs_ struct inputs inputs = INPUTS_INIT;
	json_t *counts = json_object();

	record_get_inputs(record, &inputs, NULL);
	for (size_t i = 0; i < inputs.count; i++) {
		const struct input *input = &inputs.items[i];
		json_t *count = json_object_get(counts, input->kind);

		if (input->state == INPUT_FILE)
			json_object_set_new(counts, input->kind,
					    json_integer(json_integer_value(count) + 1));
	}
	return counts;
}

/* What its record says of an image; `row` may have more. */
static void json_image(json_t *row, const struct placed *placed)
{
	struct record_facts facts;

	record_get(&placed->record, &facts);
	json_object_set_new(row, "there", json_boolean(placed->there));
	json_object_set_new(row, "recorded", json_boolean(placed->whole));
	if (!placed->whole)
		return;
	json_object_set_new(row, "made", json_string(facts.made));
	json_object_set_new(row, "made_by", json_string(facts.made_by));
	json_object_set_new(row, "mode", json_string(facts.mode));
	json_object_set_new(row, "id", json_string(facts.id));
	json_object_set_new(row, "size", json_integer((json_int_t)facts.size));
	json_object_set_new(row, "sha512", json_string(facts.sha512));
	json_object_set_new(row, "from", json_inputs(&placed->record));
	json_object_set_new(row, "verified", json_verdict(&placed->record));
}

static int json_previous(const struct upkeep *upkeep, json_t *row, const char *image,
			 struct err *err)
{
	json_t *list = json_array();
	int result = 0;

	json_object_set_new(row, "previous", list);
	for (int number = 1; !result && number <= PLACE_KEEP_MAX; number++) {
		_cleanup_free_ char *name = place_previous(image, number);
		_cleanup_placed_ struct placed placed = { .name = NULL };

		result = name ? placed_read(&upkeep->place, name, &placed, err)
			      : err_sys(err, ENOMEM, "looking at %s", image);
		if (!result && placed.there) {
			json_t *one = json_object();
			_cleanup_free_ char *path =
				format_text("%s/%s", upkeep->place.dir, name);

			json_object_set_new(one, "image", show_json_text(path));
			json_image(one, &placed);
			json_array_append_new(list, one);
		}
	}
	return result;
}

static void json_failure(const struct upkeep *upkeep, json_t *row, const char *image)
{
	json_t *failure = failure_read(&upkeep->place, image);

	json_object_set_new(row, "failure", failure ? failure : json_null());
}

static int status_one(struct upkeep *upkeep, const char *version, bool installed,
		      struct err *err)
{
	_cleanup_free_ char *image = place_image(&upkeep->place, version);
	_cleanup_placed_ struct placed placed = { .name = NULL };
	json_t *row, *stale = json_array();
	int result;

	if (!image || !stale)
		return err_sys(err, ENOMEM, "looking at kernel %s", version);
	row = upkeep_add_row(upkeep, version, image);
	json_object_set_new(row, "installed", json_boolean(installed));
	json_object_set_new(row, "stale", stale);
	result = placed_read(&upkeep->place, image, &placed, err);
	if (result)
		return result;
	json_image(row, &placed);
	json_failure(upkeep, row, image);
	if (placed.there && installed)
		result = stale_find(&upkeep->place, &placed, &upkeep->texts, NULL, stale,
				    err);
	return result ? result : json_previous(upkeep, row, image, err);
}

/* ---- as text ---- */

static void show_verdict(const json_t *verdict, const char *indent)
{
	const char *reason = json_text(verdict, "reason");

	if (!json_is_object(verdict))
		printf("%snot verified\n", indent);
	else
		printf("%sverified (%s) %s: %s%s%s\n", indent,
		       json_text(verdict, "method"), json_text(verdict, "when"),
		       json_text(verdict, "result"), *reason ? ": " : "", reason);
}

static void show_from(const json_t *from, const char *indent)
{
	const char *kind, *between = "";
	json_t *count;

	printf("%sfrom files: ", indent);
	json_object_foreach((json_t *)from, kind, count) {
		printf("%s%lld %s", between, (long long)json_integer_value(count), kind);
		between = ", ";
	}
	putchar('\n');
}

static void show_image(const json_t *row, const char *indent)
{
	if (!json_flag(row, "recorded")) {
		printf("%snot as recorded, or made by something else\n", indent);
		return;
	}
	printf("%smade %s by bedplate %s, %s mode, %.2f MB\n", indent,
	       json_text(row, "made"), json_text(row, "made_by"), json_text(row, "mode"),
	       (double)json_integer_value(json_object_get(row, "size")) / 1e6);
	show_from(json_object_get(row, "from"), indent);
	show_verdict(json_object_get(row, "verified"), indent);
}

static void show_stale(const json_t *row)
{
	const json_t *reasons = json_object_get(row, "stale");
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	stale_write(reasons, &text);
	if (!json_flag(row, "installed"))
		puts("  the kernel's modules are gone");
	else if (json_array_size(reasons))
		printf("  stale: %s\n", text.text);
	else
		puts("  up to date");
}

static void show_failure(const json_t *failure)
{
	if (json_is_object(failure))
		printf("  the last update failed (%s): %s\n", json_text(failure, "when"),
		       json_text(failure, "reason"));
}

static void show_row(const json_t *row)
{
	const json_t *previous;
	size_t i;

	if (!json_flag(row, "there")) {
		printf("%s: no image\n", json_text(row, "kernel"));
	} else {
		printf("%s: %s\n", json_text(row, "kernel"), json_text(row, "image"));
		show_image(row, "  ");
		if (json_flag(row, "recorded"))
			show_stale(row);
	}
	show_failure(json_object_get(row, "failure"));
	json_array_foreach(json_object_get(row, "previous"), i, previous) {
		printf("  previous: %s\n", json_text(previous, "image"));
		show_image(previous, "    ");
	}
}

/* ---- which kernels ---- */

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

/* Installed kernels, and others that have images of ours. */
static int all_versions(const struct upkeep *upkeep, struct names *versions,
			struct err *err)
{
	_cleanup_placed_list_ struct placed_list list = PLACED_LIST_INIT;
	int result = module_versions(upkeep->root_fd, true, versions);

	if (!result)
		result = place_list(&upkeep->place, &list, err);
	for (size_t i = 0; !result && i < list.count; i++) {
		struct record_facts facts;

		record_get(&list.items[i].record, &facts);
		if (!names_have(versions, facts.kernel))
			result = names_add(versions, facts.kernel);
	}
	if (versions->count)
		qsort(versions->items, versions->count, sizeof(*versions->items),
		      by_version);
	return result && !err->code ? err_sys(err, -result, "listing kernels") : result;
}

static int status_all(struct upkeep *upkeep, struct err *err)
{
	_cleanup_names_ struct names versions = NAMES_INIT, installed = NAMES_INIT;
	const struct args *args = upkeep->args;
	int result = module_versions(upkeep->root_fd, false, &installed);

	for (size_t i = 0; !result && i < args->operand_count; i++) {
		result = upkeep_check_version(args->operands[i], err);
		if (!result)
			result = names_add(&versions, args->operands[i]);
	}
	if (!result && !args->operand_count)
		result = all_versions(upkeep, &versions, err);
	for (size_t i = 0; !result && i < versions.count; i++)
		result = status_one(upkeep, versions.items[i],
				    names_have(&installed, versions.items[i]), err);
	return result && !err->code ? err_sys(err, -result, "listing kernels") : result;
}

int status_run(const struct args *args, struct err *err)
{
	_cleanup_upkeep_ struct upkeep upkeep = UPKEEP_INIT;
	const json_t *row;
	size_t i;
	int code = upkeep_open(&upkeep, args, err);

	if (code != EXIT_DONE)
		return code;
	if (upkeep_read_texts(&upkeep, err) || status_all(&upkeep, err))
		return EXIT_FAILED;
	if (!args->json)
		json_array_foreach(upkeep.rows, i, row)
			show_row(row);
	return upkeep_print(&upkeep, "kernels", err) ? EXIT_FAILED : EXIT_DONE;
}
