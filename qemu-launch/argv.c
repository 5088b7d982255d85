/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv.c: the list of options, and how values are written. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv.h"
#include "qemu-launch/argv_device.h"
#include "qemu-launch/argv_pci.h"

void argv_release(struct argv *argv)
{
	for (size_t i = 0; i < argv->count; i++) {
		free(argv->items[i].option);
		free(argv->items[i].value);
	}
	free(argv->items);
	*argv = (struct argv)ARGV_INIT;
}

void argv_from(struct argv *argv, const struct guest *guest, const char *section,
	       const char *key, size_t index)
{
	argv->origin[0] = '\0';
	if (section)
		origin_section_text(guest->conf, section, key, index, argv->origin,
				    sizeof(argv->origin));
}

/* Takes over the value. */
static void add(struct argv *argv, const char *option, char *value)
{
	struct argv_option *items =
		reallocarray(argv->items, argv->count + 1, sizeof(*items));
	struct argv_option row = { .option = strdup(option), .value = value };

	if (items)
		argv->items = items;
	if (!items || !row.option) {
		free(row.option);
		free(value);
		argv->failed = true;
		return;
	}
	memcpy(row.origin, argv->origin, sizeof(row.origin));
	items[argv->count++] = row;
}

void argv_add(struct argv *argv, const char *option, const char *fmt, ...)
{
	char *value = NULL;
	va_list ap;

	if (fmt) {
		va_start(ap, fmt);
		if (vasprintf(&value, fmt, ap) < 0) {
			value = NULL;
			argv->failed = true;
		}
		va_end(ap);
		if (!value)
			return;
	}
	add(argv, option, value);
}

void props_begin(struct props *props, const char *head)
{
	strbuf_init(&props->text, 0);
	if (head)
		strbuf_adds(&props->text, head);
}

static void add_name(struct props *props, const char *name)
{
	if (props->text.length)
		strbuf_addc(&props->text, ',');
	strbuf_addf(&props->text, "%s=", name);
}

void props_add(struct props *props, const char *name, const char *fmt, ...)
{
	_cleanup_strbuf_ struct strbuf value;
	va_list ap;

	strbuf_init(&value, 0);
	va_start(ap, fmt);
	strbuf_vaddf(&value, fmt, ap);
	va_end(ap);
	add_name(props, name);
	for (const char *c = value.text; *c; c++) {
		if (*c == ',')
			strbuf_addc(&props->text, ',');
		strbuf_addc(&props->text, *c);
	}
	props->text.overflow |= value.overflow;
}

void props_add_switch(struct props *props, const char *name, bool on)
{
	props_add(props, name, "%s", on ? "on" : "off");
}

void props_add_word(struct props *props, const char *name, const char *const *words,
		    unsigned value)
{
	if (value)
		props_add(props, name, "%s", words[value]);
}

void props_add_raw(struct props *props, const char *text)
{
	if (props->text.length)
		strbuf_addc(&props->text, ',');
	strbuf_adds(&props->text, text);
}

void props_release(struct props *props)
{
	strbuf_release(&props->text);
}

void argv_add_props(struct argv *argv, const char *option, struct props *props)
{
	char *value = strbuf_steal(&props->text);

	if (value)
		add(argv, option, value);
	else
		argv->failed = true;
	strbuf_release(&props->text);
}

int guest_argv(struct argv *argv, const struct guest *guest,
	       const struct guest_setup *setup, struct err *err)
{
	struct argv_pci pci;
	struct argv_units units = { .usb = false };
	struct argv_build build = { .argv = argv,
				    .guest = guest,
				    .data = guest->data,
				    .setup = setup,
				    .pci = &pci,
				    .units = &units };
	int result = argv_pci_init(&pci, guest, setup, err);

	for (const struct argv_builder *row = argv_builders; !result && row->name;
	     row++) {
		argv_from(argv, guest, NULL, NULL, 0);
		result = row->build(&build, err);
	}
	if (!result && argv->failed)
		result = err_sys(err, ENOMEM, "making QEMU's command line");
	return result;
}

char **argv_vector(const struct argv *argv, const char *program)
{
	char **vector = calloc(2 * argv->count + 2, sizeof(*vector));
	size_t count = 0;

	if (!vector)
		return NULL;
	vector[count++] = (char *)program;
	for (size_t i = 0; i < argv->count; i++) {
		vector[count++] = argv->items[i].option;
		if (argv->items[i].value)
			vector[count++] = argv->items[i].value;
	}
	return vector;
}
