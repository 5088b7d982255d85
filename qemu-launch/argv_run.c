/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_run.c: prints the command line that QEMU would get. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/show_json.h"
#include "qemu-launch/argv.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/context.h"
#include "qemu-launch/qemu_facts.h"

/* As a shell reads it back. */
static void quote(struct strbuf *out, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./:=,+@%^";

	if (*text && strspn(text, plain) == strlen(text)) {
		strbuf_adds(out, text);
		return;
	}
	strbuf_addc(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			strbuf_adds(out, "'\\''");
		else
			strbuf_addc(out, *text);
	}
	strbuf_addc(out, '\'');
}

/* With --lines a line's end is hidden from the shell; with --origins each option has a
 * comment in front, and nothing is. */
static void write_text(const struct argv *argv, const char *binary,
		       const struct args *args, struct strbuf *out)
{
	const char *part = args->origins ? "\n" : args->lines ? " \\\n  " : " ";

	quote(out, binary);
	for (size_t i = 0; i < argv->count; i++) {
		const struct argv_option *row = &argv->items[i];

		strbuf_adds(out, part);
		if (args->origins)
			strbuf_addf(out, "# %s\n", *row->origin ? row->origin : "always");
		quote(out, row->option);
		if (row->value) {
			strbuf_addc(out, ' ');
			quote(out, row->value);
		}
	}
	strbuf_addc(out, '\n');
}

static json_t *to_json(const struct argv *argv, const struct guest *guest,
		       const char *binary)
{
	json_t *options = json_array();

	for (size_t i = 0; i < argv->count; i++) {
		const struct argv_option *row = &argv->items[i];
		json_t *object =
			json_pack("{s:o}", "option", show_json_text(row->option));

		if (row->value)
			json_object_set_new(object, "value", show_json_text(row->value));
		if (*row->origin)
			json_object_set_new(object, "origin",
					    show_json_text(row->origin));
		json_array_append_new(options, object);
	}
	return json_pack("{s:s, s:o, s:o}", "guest", guest->name, "program",
			 show_json_text(binary), "options", options);
}

/* As a start would ask; one that gives no answer is not known. */
static unsigned version_of(const struct guest_setup *setup, const struct context *context)
{
	struct qemu_facts_list qemus = { .items = NULL };
	unsigned version = qemu_version(
		qemu_facts_get(&qemus, setup->binary, context->root_fd, false, NULL));

	qemu_facts_release(&qemus);
	return version;
}

static int show(const struct argv *argv, const struct guest *guest,
		const struct guest_setup *setup, const struct args *args, struct err *err)
{
	_cleanup_strbuf_ struct strbuf out;

	if (args->json)
		return show_json_value(to_json(argv, guest, setup->binary), err);
	strbuf_init(&out, 0);
	write_text(argv, setup->binary, args, &out);
	if (out.overflow)
		return err_sys(err, ENOMEM, "writing the command line");
	if (fputs(out.text, stdout) == EOF || fflush(stdout) == EOF)
		return err_sys(err, errno, "writing to the standard output");
	return 0;
}

int argv_run(const struct args *args, struct err *err)
{
	_cleanup_context_ struct context context;
	_cleanup_setup_ struct guest_setup setup = SETUP_INIT;
	_cleanup_argv_ struct argv argv = ARGV_INIT;
	const struct guest *guest;
	int result = context_open(&context, args, err);

	if (result)
		return EXIT_USAGE;
	guest = context_operand(&context, args, err);
	if (!guest)
		return EXIT_USAGE;
	result = setup_resolve(&setup, guest, &context.host, err);
	if (!result)
		setup.version = version_of(&setup, &context);
	if (!result)
		result = guest_argv(&argv, guest, &setup, err);
	if (!result)
		result = show(&argv, guest, &setup, args, err);
	return !result ? EXIT_DONE : result == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
}
