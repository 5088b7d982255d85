/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list.c: the guests that there are, and how each starts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/show_json.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/context.h"

static json_t *names_json(char *const *items, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, show_json_text(items[i]));
	return array;
}

static json_t *guest_json(const struct guest *guest, const struct guest_setup *setup)
{
	const struct guest_guest *keys = &guest->data->guest;

	return json_pack("{s:s, s:o, s:b, s:o, s:o, s:s, s:s, s:i, s:I}", "name",
			 guest->name, "description", show_json_text(keys->description),
			 "autostart", keys->autostart, "after",
			 names_json(keys->after.items, keys->after.count), "requires",
			 names_json(keys->requires.items, keys->requires.count),
			 "machine", setup->machine, "arch", setup->arch, "cpus",
			 (int)setup->cpus, "memory",
			 (json_int_t)guest->data->memory.size);
}

static void add_text(struct strbuf *out, const struct guest *guest,
		     const struct guest_setup *setup)
{
	const struct guest_guest *keys = &guest->data->guest;

	strbuf_addf(out, "%-20s %-9s %-16s %4u CPU%s %6llu MiB%s%s\n", guest->name,
		    keys->autostart ? "autostart" : "-", setup->machine, setup->cpus,
		    setup->cpus == 1 ? " " : "s",
		    (unsigned long long)(guest->data->memory.size >> 20),
		    *keys->description ? "  " : "", keys->description);
}

static int list(const struct context *context, bool json, struct err *err)
{
	const struct guests *guests = &context->settings.guests;
	json_t *array = json_array();
	_cleanup_strbuf_ struct strbuf out;

	strbuf_init(&out, 0);
	for (size_t i = 0; i < guests->count; i++) {
		_cleanup_setup_ struct guest_setup setup = SETUP_INIT;

		/* What a start would fail for is `check`'s to say. */
		setup_resolve(&setup, &guests->items[i], &context->host, NULL);
		json_array_append_new(array, guest_json(&guests->items[i], &setup));
		add_text(&out, &guests->items[i], &setup);
	}
	for (size_t i = 0; i < guests->wrong_count; i++) {
		const char *name = guests->wrong[i].guest.name;

		json_array_append_new(
			array, json_pack("{s:s, s:o}", "name", name, "mistake",
					 show_json_text(guests->wrong[i].why.text)));
		strbuf_addf(&out, "%-20s %s\n", name, "its file is wrong");
	}
	if (json)
		return show_json_value(array, err);
	json_decref(array);
	if (out.overflow || fputs(out.text, stdout) == EOF || fflush(stdout) == EOF)
		return err_sys(err, out.overflow ? ENOMEM : errno,
			       "writing to the standard output");
	return 0;
}

int list_run(const struct args *args, struct err *err)
{
	_cleanup_context_ struct context context;

	if (context_open_any(&context, args, err))
		return EXIT_USAGE;
	return list(&context, args->json, err) ? EXIT_FAILED : EXIT_DONE;
}
