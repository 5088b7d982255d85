/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: bedplate host-prep: prepares the running host. */
#include <stdio.h>
#include <string.h>

#include "host-prep/args.h"
#include "host-prep/commands.h"
#include "lib/cleanup.h"
#include "lib/interrupt.h"
#include "lib/log.h"

static const struct {
	const char *name;
	int (*run)(const struct args *args, struct err *err);
} commands[] = {
	{ "bedplate host-prep plan", plan_run },
	{ "bedplate host-prep up", up_run },
	{ "bedplate host-prep down", down_run },
	{ "bedplate host-prep confirm", confirm_run },
	{ "bedplate host-prep status", status_run },
	{ "bedplate host-prep peer", peer_run },
	{ "bedplate host-prep check", check_run },
	{ "bedplate host-prep iommu", iommu_run },
	{ "bedplate host-prep graph", graph_run },
	{ NULL, NULL },
};

static int run(const struct option_command *command, const struct args *args,
	       struct err *err)
{
	for (size_t i = 0; commands[i].name; i++)
		if (!strcmp(commands[i].name, command->name))
			return commands[i].run(args, err);
	return EXIT_USAGE;
}

/* The command's word, or NULL where options of the whole stand. */
static const struct option_command *find_command(const char *word, struct err *err)
{
	if (word && *word == '-')
		return &host_prep_command;
	if (word)
		return option_find_command(&host_prep_command, word, err);
	err_set(err, EINVAL, "which command?");
	err_hint(err, "`bedplate host-prep --help` lists them");
	return NULL;
}

int main(int argc, char **argv)
{
	struct args args = { .root = NULL };
	struct err err = ERR_INIT;
	const struct option_command *command;
	int first, code = EXIT_USAGE;

	log_open(LOG_TO_STDERR, "bedplate host-prep");
	command = find_command(argc > 1 ? argv[1] : NULL, &err);
	if (command) {
		bool has_word = command != &host_prep_command;

		first = option_parse(command, argc - has_word, argv + has_word, &args,
				     &err);
		if (first >= 0) {
			args.parts = (const char *const *)argv + has_word + first;
			args.part_count = (size_t)(argc - has_word - first);
		}
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
