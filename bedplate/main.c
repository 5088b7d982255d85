/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: `bedplate COMMAND ...` runs the program of that name, as git(1) does. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/err.h"
#include "lib/libdir.h"
#include "lib/log.h"
#include "lib/nearest.h"

struct command {
	const char *name;
	const char *help;
};

static const struct command commands[] = {
	{ "mkinitramfs", "build, install, list, extract and verify initramfs images" },
	{ "boot", "set up boot loaders and the kernel's command line" },
	{ "host-prep", "prepare the running host for its guests" },
	{ "qemu-launch", "start, stop and look after guests" },
};

static void print_help(FILE *out)
{
	fputs("Usage: bedplate COMMAND [ARGUMENT...]\n"
	      "       bedplate --help | --version\n\n"
	      "Commands:\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-14s %s\n", commands[i].name, commands[i].help);
	fputs("\n`bedplate COMMAND --help` says what a command takes; its manual page is\n"
	      "bedplate-COMMAND(8).\n\n"
	      "Environment:\n"
	      "  BEDPLATE_EXEC_PATH   where the commands' programs are (",
	      out);
	fprintf(out, "%s)\n", libdir_built());
}

static const struct command *command_find(const char *name)
{
	struct nearest nearest = { .word = name };

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
		nearest_offer(&nearest, commands[i].name);
	}
	log_error("no command \"%s\"", name);
	if (nearest.best)
		log_error("hint: did you mean %s?", nearest.best);
	else
		log_error("hint: `bedplate --help` lists them");
	return NULL;
}

static int command_run(const struct command *command, char **argv)
{
	_cleanup_free_ char *program = NULL;

	if (asprintf(&program, "%s/bedplate-%s", libdir_programs(), command->name) < 0)
		return EXIT_FAILED;
	execv(program, argv);
	log_error("running %s: %s", program, strerror(errno));
	if (errno == ENOENT)
		log_error(
			"hint: is bedplate installed whole? BEDPLATE_EXEC_PATH names another place");
	return EXIT_FAILED;
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
	command = command_find(word);
	if (!command)
		return EXIT_USAGE;
	return command_run(command, argv + 1);
}
