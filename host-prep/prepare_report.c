/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prepare_report.c: what up and down have done, for --json. */
#include <string.h>

#include "host-prep/prepare.h"
#include "lib/show_json.h"

json_t *prepare_json_lines(const char *text)
{
	json_t *list = json_array();

	while (*text) {
		size_t length = strcspn(text, "\n");

		json_array_append_new(list, json_stringn(text, length));
		text += length + (text[length] == '\n');
	}
	return list;
}

json_t *prepare_error_json(const struct err *err)
{
	return json_pack("{s:o, s:o}", "message", show_json_text(err->text), "hint",
			 show_json_text(err->hint));
}

/* With --keep-going: what did not come to its end, each with its own reason. */
static json_t *parts_json(const struct outcomes *outcomes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < outcomes->count; i++) {
		const struct outcome *outcome = &outcomes->items[i];
		const char *name = outcome->part->name;

		if (outcome->failed)
			json_array_append_new(
				list, json_pack("{s:s, s:o}", "part", name, "error",
						prepare_error_json(&outcome->why)));
		else if (outcome->lacks)
			json_array_append_new(list, json_pack("{s:s, s:s}", "part", name,
							      "lacks", outcome->lacks));
	}
	return list;
}

static json_t *networks_json(const struct left_out *left)
{
	json_t *list = json_array();

	for (size_t i = 0; i < left->count; i++)
		if (left->items[i].out)
			json_array_append_new(
				list, json_pack("{s:s, s:o}", "network",
						left->items[i].name, "error",
						prepare_error_json(&left->items[i].why)));
	return list;
}

json_t *prepare_report(const struct prepare *prepare, const struct err *failed)
{
	json_t *steps = prepare->tried ? json_deep_copy(prepare->tried) : json_array();
	const char *notes = prepare->notes.text ? prepare->notes.text : "";

	steps_report(&prepare->steps, true, steps);
	return json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:o}", "version", 1, "result",
			 failed ? "failed" : "done", "steps", steps, "notes",
			 prepare_json_lines(notes), "error",
			 failed ? prepare_error_json(failed) : json_null(), "parts",
			 parts_json(&prepare->outcomes), "left_out",
			 networks_json(&prepare->left_out));
}
