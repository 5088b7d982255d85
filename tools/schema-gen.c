/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema-gen.c: writes what is generated from tables.
 *
 *	schema-gen sample|man|json|words NAME    of the keys of NAME.conf
 *	schema-gen options NAME                  the OPTIONS of bedplate-NAME(8)
 *	schema-gen completion bash|zsh|fish      for bedplate and its commands
 */
#include <stdio.h>
#include <string.h>

#include "bedplate/option_table.h"
#include "boot/option_table.h"
#include "host-prep/option_table.h"
#include "lib/cleanup.h"
#include "lib/conf_schema.h"
#include "lib/option.h"
#include "lib/schema/guest.h"
#include "lib/schema/host.h"
#include "lib/schema/init.h"
#include "lib/schema/network.h"
#include "mkinitramfs/args.h"
#include "qemu-launch/option_table.h"

static const struct conf_schema *const schemas[] = { &host_schema, &init_schema,
						     &guest_schema, &network_schema };
static const struct option_command *const programs[] = {
	&mkinitramfs_command, &boot_command, &host_prep_command, &qemu_launch_command
};

enum { OWN_COMMANDS_MAX = 16 };

static const struct {
	const char *kind;
	void (*write)(const struct conf_schema *schema, struct strbuf *out);
} of_keys[] = {
	{ "sample", conf_write_sample },
	{ "man", conf_write_man },
	{ "json", conf_write_json },
	{ "words", conf_write_words },
};

static const struct {
	const char *shell;
	void (*write)(const struct option_command *command, struct strbuf *out);
} of_shells[] = {
	{ "bash", option_write_bash },
	{ "zsh", option_write_zsh },
	{ "fish", option_write_fish },
};

static const char *const usage_text =
	"usage: schema-gen sample|man|json|words host|init|guest|network\n"
	"       schema-gen options mkinitramfs|mkinitramfs-verify|boot|host-prep|qemu-launch\n"
	"       schema-gen completion bash|zsh|fish\n";

static bool write_keys(const char *kind, const char *name, struct strbuf *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(of_keys); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(schemas); j++) {
			if (strcmp(of_keys[i].kind, kind) == 0 &&
			    strcmp(schemas[j]->name, name) == 0) {
				of_keys[i].write(schemas[j], out);
				return true;
			}
		}
	}
	return false;
}

/* "bedplate mkinitramfs verify" is called mkinitramfs-verify. */
static bool is_called(const struct option_command *command, const char *name)
{
	const char *own = strchr(command->name, ' ');

	for (own = own ? own + 1 : ""; *own; own++, name++)
		if (*name != (*own == ' ' ? '-' : *own))
			return false;
	return !*name;
}

static bool write_options(const struct option_command *command, const char *name,
			  struct strbuf *out)
{
	const struct option_command *row = command->commands;

	if (is_called(command, name)) {
		option_write_man(command, out);
		return true;
	}
	for (; row && row->name; row++)
		if (write_options(row, name, out))
			return true;
	return false;
}

static bool write_completion(const char *shell, struct strbuf *out)
{
	struct option_command commands[OWN_COMMANDS_MAX + ARRAY_SIZE(programs) + 1] = {
		{ .name = NULL }
	};
	const struct option_command bedplate = { .name = "bedplate",
						 .commands = commands };
	size_t count = 0;

	for (const struct option_command *own = bedplate_command.commands; own->name;
	     own++)
		commands[count++] = *own;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		commands[count++] = *programs[i];
	for (size_t i = 0; i < ARRAY_SIZE(of_shells); i++) {
		if (strcmp(of_shells[i].shell, shell) == 0) {
			of_shells[i].write(&bedplate, out);
			return true;
		}
	}
	return false;
}

static bool write_kind(const char *kind, const char *name, struct strbuf *out)
{
	if (strcmp(kind, "options") == 0 && write_options(&bedplate_command, name, out))
		return true;
	for (size_t i = 0; strcmp(kind, "options") == 0 && i < ARRAY_SIZE(programs); i++)
		if (write_options(programs[i], name, out))
			return true;
	if (strcmp(kind, "completion") == 0)
		return write_completion(name, out);
	return write_keys(kind, name, out);
}

int main(int argc, char **argv)
{
	_cleanup_strbuf_ struct strbuf out;

	strbuf_init(&out, 0);
	if (argc != 3 || !write_kind(argv[1], argv[2], &out)) {
		fputs(usage_text, stderr);
		return EXIT_USAGE;
	}
	if (out.overflow || fputs(out.text, stdout) == EOF || fflush(stdout) == EOF)
		return EXIT_FAILED;
	return EXIT_DONE;
}
