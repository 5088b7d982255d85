/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: bedplate boot: sets up boot loaders. */
#include <stdio.h>
#include <string.h>

#include "boot/args.h"
#include "boot/commands.h"
#include "lib/cleanup.h"
#include "lib/interrupt.h"
#include "lib/log.h"

static const struct {
	const char *name;
	int (*run)(const struct args *args, struct err *err);
} commands[] = {
	{ "bedplate boot status", status_run },
	{ "bedplate boot cmdline", cmdline_run },
	{ "bedplate boot plan", plan_command_run },
	{ "bedplate boot apply", apply_run },
	{ "bedplate boot good", good_run },
	{ "bedplate boot grub-entries", grub_entries_run },
};

static int run(const struct option_command *command, const struct args *args,
	       struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, command->name))
			return commands[i].run(args, err);
	return EXIT_USAGE;
}

/* The command's word, or NULL where options of the whole stand. */
static const struct option_command *find_command(const char *word, struct err *err)
{
	if (word && *word == '-')
		return &boot_command;
	if (word)
		return option_find_command(&boot_command, word, err);
	err_set(err, EINVAL, "which command?");
	err_hint(err, "`bedplate boot --help` lists them");
	return NULL;
}

int main(int argc, char **argv)
{
	struct args args = { .root = NULL };
	struct err err = ERR_INIT;
	const struct option_command *command;
	int first, code = EXIT_USAGE;

	log_open(LOG_TO_STDERR, "bedplate boot");
	command = find_command(argc > 1 ? argv[1] : NULL, &err);
	if (command) {
		bool has_word = command != &boot_command;

		first = option_parse(command, argc - has_word, argv + has_word, &args,
				     &err);
		if (first == OPTION_SHOWN)
			return EXIT_DONE;
		if (first >= 0 && !has_word)
			find_command(NULL, &err);
		else if (first >= 0)
			code = -1;
	}
	if (code < 0) {
		if (args.verbose)
			log_set_level(LOG_DEBUG);
		interrupt_catch();
		code = run(command, &args, &err);
	}
	if (code != EXIT_DONE && err.code)
		log_err(&err);
	return code;
}
