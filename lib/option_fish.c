/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_fish.c: fish's completions from a table of options. */
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/option.h"
#include "lib/option_private.h"
#include "lib/option_shell.h"

/* A help line inside '...' of fish. */
static void add_fish(struct strbuf *out, const char *text)
{
	for (; *text; text++)
		strbuf_addf(out, strchr("'\\", *text) ? "\\%c" : "%c", *text);
}

struct fish {
	struct strbuf *out;
	const char *program;
	const char *condition;
};

static void fish_row(const struct option_spec *spec, void *data)
{
	const struct fish *fish = data;
	const struct shell_argument *argument = shell_argument_of(spec);
	struct strbuf *out = fish->out;

	strbuf_addf(out, "complete -c %s%s -l %s", fish->program, fish->condition,
		    spec->name);
	if (spec->letter)
		strbuf_addf(out, " -s %c", spec->letter);
	strbuf_adds(out, " -d '");
	add_fish(out, spec->help);
	strbuf_addc(out, '\'');
	if (spec->words) {
		strbuf_adds(out, " -xa '");
		option_add_joined(out, spec->words, " ");
		strbuf_addc(out, '\'');
	} else if (spec->argument) {
		strbuf_addf(out, " %s", argument ? argument->fish : "-x");
	}
	strbuf_addc(out, '\n');
}

/* The words of a command behind the program's: " qemu-launch attach". */
static const char *words_behind(const char *name)
{
	return name + strcspn(name, " ");
}

/* What `known` or the words are, where the line is the command's and the operand's place. */
static void fish_operand(const struct option_command *command, const struct fish *fish,
			 size_t number, const struct shell_operand *operand)
{
	_cleanup_strbuf_ struct strbuf start;

	strbuf_init(&start, 0);
	strbuf_addf(&start, "complete -c %s -n '__%s_operand %zu%s \"", fish->program,
		    fish->program, number, operand->repeats ? "+" : "");
	shell_add_with_arguments(command, &start);
	strbuf_addf(&start, "\"%s'", words_behind(command->name));
	if (operand->literal)
		strbuf_addf(fish->out, "%s -xa '%s'\n", start.text, operand->text);
	for (size_t i = 0; i < operand->known_count; i++)
		strbuf_addf(fish->out, "%s %s\n", start.text, operand->known[i]->fish);
}

static void fish_command(const struct option_command *command, const char *program,
			 struct strbuf *out)
{
	struct shell_operand operands[SHELL_OPERANDS_MAX];
	const struct option_command *sub = command->commands;
	_cleanup_strbuf_ struct strbuf condition;
	struct fish fish = { .out = out, .program = program };
	size_t count = sub ? 0 : shell_read_operands(command, operands);

	strbuf_init(&condition, 0);
	strbuf_addf(&condition, " -n '__%s_in%s%s", program, words_behind(command->name),
		    sub ? "; and not __fish_seen_subcommand_from" : "");
	for (; sub && sub->name; sub++)
		strbuf_addf(&condition, " %s", option_last_word(sub->name));
	strbuf_addc(&condition, '\'');
	fish.condition = condition.text;
	option_each(command, fish_row, &fish);
	for (size_t i = 0; i < count; i++)
		fish_operand(command, &fish, i, &operands[i]);
}

/* The commands that may follow under a command, and what each of them takes. */
static void fish_commands(const struct option_command *above, const char *program,
			  struct strbuf *out)
{
	for (const struct option_command *row = above->commands; row && row->name;
	     row++) {
		strbuf_addf(out, "complete -c %s -n '__%s_operand 0 \"\"%s' -fa %s -d '",
			    program, program, words_behind(above->name),
			    option_last_word(row->name));
		add_fish(out, row->help);
		strbuf_adds(out, "'\n");
		fish_command(row, program, out);
		fish_commands(row, program, out);
	}
}

/* PROGRAM_in WORD...: whether the line is the command's that these words are.
 * PROGRAM_operand NUMBER[+] OPTIONS WORD...: whether there are so many operands in front of
 * the cursor besides; OPTIONS are those that take arguments. */
static const char fish_functions[] =
	"function __%1$s_in\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -e words[1]\n"
	"\tfor word in $argv\n"
	"\t\ttest \"$words[1]\" = $word; or return 1\n"
	"\t\tset -e words[1]\n"
	"\tend\n"
	"end\n"
	"function __%1$s_operand -a number options\n"
	"\t__%1$s_in $argv[3..-1]; or return 1\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -l count (math 1 - (count $argv))\n"
	"\tset -l argument\n"
	"\tfor word in $words\n"
	"\t\tif test -n \"$argument\"\n"
	"\t\t\tset argument\n"
	"\t\telse if string match -q -- '-*' $word\n"
	"\t\t\tcontains -- $word (string split ' ' -- $options); and set argument 1\n"
	"\t\telse\n"
	"\t\t\tset count (math $count + 1)\n"
	"\t\tend\n"
	"\tend\n"
	"\ttest $count = $number; or string match -q '*+' $number; and test $count -ge (string trim -c + $number)\n"
	"end\n"
	"complete -c %1$s -f\n";

void option_write_fish(const struct option_command *command, struct strbuf *out)
{
	struct fish fish = { .out = out, .program = command->name, .condition = "" };

	strbuf_addf(out, fish_functions, command->name);
	if (command->commands)
		fish.condition = " -n __fish_use_subcommand";
	option_each(command, fish_row, &fish);
	fish_commands(command, command->name, out);
}
