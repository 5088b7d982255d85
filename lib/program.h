/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program.h: what the main() of a program with sub-commands does: read the command's word
 * and its options, run it, print the error, give the exit code.
 *
 *	static const struct program_command commands[] = {
 *		{ "start", start_run },
 *		{ "stop", stop_run },
 *		{ NULL, NULL },
 *	};
 *
 *	int main(int argc, char **argv)
 *	{
 *		struct args args = { .root = NULL };
 *
 *		return program_main(&(struct program){ .options = &guest_command,
 *						       .commands = commands,
 *						       .args = &args,
 *						       .verbose = &args.verbose },
 *				    argc, argv);
 *	}
 *
 * `struct args` is each program's own: what its table of options sets.
 */
#ifndef BEDPLATE_LIB_PROGRAM_H
#define BEDPLATE_LIB_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/option.h"

struct args;

/* Does what was asked for; returns an exit code. An err that it sets is printed unless it
 * returns EXIT_DONE. */
typedef int program_run(const struct args *args, struct err *err);

struct program_command {
	const char *name; /* as in the row of options, without the program's: "start" */
	program_run *run;
};

struct program {
	const struct option_command *options;   /* the program, with its sub-commands */
	const struct program_command *commands; /* ended by a row without a name */
	/* What is run where the first word is no command: options say what is to be done,
	 * and the word is an operand. NULL: a command must be named. */
	program_run *run;
	struct args *args;   /* the options' defaults */
	const bool *verbose; /* the member that -v sets; NULL: there is no -v */
	/* Where the operands go: a part of argv; or NULL. */
	const char *const **operands;
	size_t *operand_count;
};

/* Signals that ask to stop are noted while a command runs (lib/interrupt.h). Returns the
 * exit code: EXIT_USAGE with the nearest name for a command or an option that there is
 * not, EXIT_DONE for --help and --version. */
int program_main(const struct program *program, int argc, char **argv);

#endif
