/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.c: from the command line to a sub-command, and from its error to an exit code. */
#include <string.h>

#include "lib/interrupt.h"
#include "lib/log.h"
#include "lib/option_private.h"
#include "lib/program.h"

/* The row of the command's word; the program's own where there is none. */
static const struct option_command *find_row(const struct program *program,
					     const char *word, struct err *err)
{
	const struct option_command *row;

	if (!word || *word == '-')
		return program->options;
	row = option_find_command(program->options, word, program->run ? NULL : err);
	return !row && program->run ? program->options : row;
}

static program_run *find_run(const struct program *program,
			     const struct option_command *row)
{
	const struct program_command *command = program->commands;

	if (row == program->options)
		return program->run;
	while (command->name && strcmp(command->name, option_last_word(row->name)) != 0)
		command++;
	return command->run;
}

static int refuse_nothing(const struct program *program, struct err *err)
{
	err_set(err, EINVAL, "which command?");
	err_hint(err, "`%s --help` lists them", program->options->name);
	return EXIT_USAGE;
}

static void keep_operands(const struct program *program, int count, char **operands)
{
	if (!program->operands)
		return;
	*program->operands = (const char *const *)operands;
	*program->operand_count = (size_t)count;
}

static int start(const struct program *program, int argc, char **argv, struct err *err)
{
	const struct option_command *row =
		find_row(program, argc > 1 ? argv[1] : NULL, err);
	bool has_word = row != program->options;
	program_run *run;
	int first;

	if (!row)
		return EXIT_USAGE;
	first = option_parse(row, argc - has_word, argv + has_word, program->args, err);
	if (first == OPTION_SHOWN)
		return EXIT_DONE;
	if (first < 0)
		return EXIT_USAGE;
	run = find_run(program, row);
	if (!run)
		return refuse_nothing(program, err);
	keep_operands(program, argc - has_word - first, argv + has_word + first);
	if (program->verbose && *program->verbose)
		log_set_level(LOG_DEBUG);
	interrupt_catch();
	return run(program->args, err);
}

int program_main(const struct program *program, int argc, char **argv)
{
	struct err err = ERR_INIT;
	int code;

	log_open(LOG_TO_STDERR, program->options->name);
	code = start(program, argc, argv, &err);
	err_hint_root(&err);
	if (code != EXIT_DONE && err.code)
		log_err(&err);
	return code;
}
