/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: `bedplate COMMAND ...` runs the program of that name, as git(1) does, or one of the
 * commands that span them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bedplate/args.h"
#include "bedplate/commands.h"
#include "bedplate/part.h"
#include "lib/cleanup.h"
#include "lib/err.h"
#include "lib/libdir.h"
#include "lib/log.h"
#include "lib/nearest.h"
#include "lib/option_private.h"
#include "lib/program.h"

struct command {
	const char *name;
	const char *help;
};

static const struct command programs[] = {
	{ "mkinitramfs", "build, install, list, extract and verify initramfs images" },
	{ "boot", "set up boot loaders and the kernel's command line" },
	{ "host-prep", "prepare the running host for its guests" },
	{ "qemu-launch", "start, stop and look after guests" },
};

static const struct program_command own[] = {
	{ "init-config", init_config_run },
	{ "chart", chart_run },
	{ "check", check_run },
	{ "status", status_run },
	{ "report", report_run },
	{ NULL, NULL },
};

static void print_help(FILE *out)
{
	const struct option_command *row = bedplate_command.commands;

	fputs("Usage: bedplate COMMAND [ARGUMENT...]\n"
	      "       bedplate --help | --version\n\n"
	      "Commands:\n",
	      out);
	for (; row->name; row++)
		fprintf(out, "  %-14s %s\n", option_last_word(row->name), row->help);
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		fprintf(out, "  %-14s %s\n", programs[i].name, programs[i].help);
	fputs("\n`bedplate COMMAND --help` says what a command takes; its manual page is\n"
	      "bedplate-COMMAND(8).\n\n"
	      "Environment:\n"
	      "  BEDPLATE_EXEC_PATH   where the commands' programs are (",
	      out);
	fprintf(out, "%s)\n", libdir_built());
}

static bool is_own(const char *word)
{
	const struct program_command *command = own;

	while (command->name && strcmp(command->name, word) != 0)
		command++;
	return command->name != NULL;
}

static const struct command *program_named(const char *name)
{
	struct nearest nearest = { .word = name };

	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		if (strcmp(name, programs[i].name) == 0)
			return &programs[i];
		nearest_offer(&nearest, programs[i].name);
	}
	for (const struct program_command *row = own; row->name; row++)
		nearest_offer(&nearest, row->name);
	log_error("no command \"%s\"", name);
	if (nearest.best)
		log_error("hint: did you mean %s?", nearest.best);
	else
		log_error("hint: `bedplate --help` lists them");
	return NULL;
}

static int run_program(const struct command *command, char **argv)
{
	_cleanup_free_ char *program = part_path(command->name);

	if (!program)
		return EXIT_FAILED;
	execv(program, argv);
	log_error("running %s: %s", program, strerror(errno));
	if (errno == ENOENT)
		log_error(
			"hint: is bedplate installed whole? BEDPLATE_EXEC_PATH names another place");
	return EXIT_FAILED;
}

static int run_own(int argc, char **argv)
{
	struct args args = { .root = NULL };

	return program_main(&(struct program){ .options = &bedplate_command,
					       .commands = own,
					       .args = &args,
					       .verbose = &args.verbose,
					       .operands = &args.operands,
					       .operand_count = &args.operand_count },
			    argc, argv);
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct command *command;

	log_open(LOG_TO_STDERR, "bedplate");
	if (!word) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
	    strcmp(word, "help") == 0) {
		print_help(stdout);
		return EXIT_DONE;
	}
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
		puts("bedplate " BEDPLATE_VERSION);
		return EXIT_DONE;
	}
	if (is_own(word))
		return run_own(argc, argv);
	command = program_named(word);
	if (!command)
		return EXIT_USAGE;
	return run_program(command, argv + 1);
}
