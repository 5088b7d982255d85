/* SPDX-License-Identifier: GPL-2.0-or-later */
/* chart_guests.c: guests' times, from their states, and whom each goes after, from its file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/chart_read.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/guests.h"
#include "lib/json_text.h"

#define STATES "run/bedplate/guests"

enum { STATE_VERSION = 1 };

static int64_t time_of(const json_t *times, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(times, key));
}

bool chart_take_guest(struct chart_guest *guest, const char *name, const char *text)
{
	json_t *state = json_loads(text, 0, NULL);
	const json_t *times = json_object_get(state, "times");
	const char *phase = json_text(state, "phase"),
		   *awaits = json_text(state, "awaits");

	*guest = (struct chart_guest){ .start = 0 };
	if (json_integer_value(json_object_get(state, "version")) == STATE_VERSION) {
		guest->start = time_of(times, "start_us");
		guest->run = time_of(times, "run_us");
		guest->ready = time_of(times, "ready_us");
	}
	snprintf(guest->name, sizeof(guest->name), "%s", name);
	/* "nothing" is Ready=none. */
	if (strcmp(awaits, "nothing") != 0)
		snprintf(guest->awaits, sizeof(guest->awaits), "%s", awaits);
	snprintf(guest->reason, sizeof(guest->reason), "%s", json_text(state, "reason"));
	guest->has_ended = !strcmp(phase, "off") || !strcmp(phase, "failed") ||
			   !strcmp(phase, "waiting");
	json_decref(state);
	return guest->start > 0;
}

static int add_names(struct names *names, char *const *items, size_t count)
{
	int result = 0;

	for (size_t i = 0; !result && i < count; i++)
		result = names_add(names, items[i]);
	return result;
}

static int add_order(struct chart_guest *guest, const struct guests *guests)
{
	int result = 0;

	for (size_t i = 0; !result && i < guests->count; i++) {
		const struct guest_guest *keys = &guests->items[i].data->guest;

		if (strcmp(guests->items[i].name, guest->name) != 0)
			continue;
		result = add_names(&guest->after, keys->after.items, keys->after.count);
		if (!result)
			result = add_names(&guest->after, keys->requires.items,
					   keys->requires.count);
	}
	return result;
}

/* An entry NAME.json. */
static void read_guest(struct chart_sources *sources, int root_fd, const char *entry,
		       const struct guests *guests)
{
	_cleanup_strbuf_ struct strbuf text;
	_cleanup_free_ char *name = strndup(entry, strlen(entry) - strlen(".json"));
	struct chart_guest *more = reallocarray(sources->guests, sources->guest_count + 1,
						sizeof(*sources->guests));
	struct err err = ERR_INIT;
	char path[sizeof(STATES) + SPAN_NAME + 1];

	strbuf_init(&text, 0);
	snprintf(path, sizeof(path), STATES "/%s", entry);
	if (more)
		sources->guests = more;
	if (!more || !name) {
		sources->overflow = true;
		return;
	}
	if (file_read(root_fd, path, &text, &err)) {
		chart_missing(sources, "guest %s: %s", name, err.text);
		return;
	}
	if (!chart_take_guest(&more[sources->guest_count], name, text.text)) {
		chart_missing(sources, "guest %s: its state has no times", name);
		return;
	}
	sources->overflow |= add_order(&more[sources->guest_count], guests) != 0;
	sources->guest_count++;
}

void chart_read_guests(struct chart_sources *sources, int root_fd)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	_cleanup_guests_ struct guests guests = GUESTS_INIT;
	struct err err = ERR_INIT;

	sources->overflow |= names_read(&names, root_fd, STATES) != 0;
	/* Their files only say more; what is wrong with them is check's to tell. */
	if (!guests_read_each(&guests, root_fd, &err))
		guests_keep_wrong(&guests);
	for (size_t i = 0; i < names.count; i++) {
		const char *end = strrchr(names.items[i], '.');

		if (end && !strcmp(end, ".json"))
			read_guest(sources, root_fd, names.items[i], &guests);
	}
	if (!sources->guest_count)
		chart_missing(sources, "guests: none has been started");
}
