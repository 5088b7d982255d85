/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_bash.c: bash's completions from a table of options. */
#include <stdio.h>

#include "lib/cleanup.h"
#include "lib/option.h"
#include "lib/option_private.h"
#include "lib/option_shell.h"

static void bash_word(const struct option_spec *spec, void *data)
{
	if (spec->letter)
		strbuf_addf(data, "-%c ", spec->letter);
	strbuf_addf(data, "--%s ", spec->name);
}

static void bash_argument(const struct option_spec *spec, void *data)
{
	const struct shell_argument *argument = shell_argument_of(spec);
	struct strbuf *out = data;

	if (!spec->argument)
		return;
	strbuf_adds(out, "\t\t");
	if (spec->letter)
		strbuf_addf(out, "-%c|", spec->letter);
	strbuf_addf(out, "--%s) ", spec->name);
	if (spec->words) {
		strbuf_adds(out, "mapfile -t COMPREPLY < <(compgen -W '");
		option_add_joined(out, spec->words, " ");
		strbuf_adds(out, "' -- \"$cur\")");
	} else if (argument) {
		strbuf_adds(out, argument->bash);
	} else {
		strbuf_adds(out, "COMPREPLY=()");
	}
	strbuf_adds(out, "; return ;;\n");
}

/* Hands over to the function of the command that is among the words. */
static void bash_dispatch(const struct option_command *row, struct strbuf *out)
{
	strbuf_adds(out, "\tlocal i\n\tfor ((i = 1; i < COMP_CWORD; i++)); do\n");
	strbuf_adds(out, "\t\tcase ${COMP_WORDS[i]} in\n");
	for (; row && row->name; row++) {
		strbuf_addf(out, "\t\t%s) ", option_last_word(row->name));
		shell_add_function_name(out, row->name);
		strbuf_adds(out, "; return ;;\n");
	}
	strbuf_adds(out, "\t\tesac\n\tdone\n");
}

static void bash_words(const struct option_command *row, struct strbuf *out)
{
	strbuf_adds(out, "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (; row->name; row++)
		strbuf_addf(out, "%s ", option_last_word(row->name));
	strbuf_adds(out, "' -- \"$cur\")\n");
}

static void bash_operand(const struct shell_operand *operand, struct strbuf *out)
{
	if (operand->literal)
		strbuf_addf(out,
			    " mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\");",
			    operand->text);
	for (size_t i = 0; i < operand->known_count; i++)
		strbuf_addf(out, " %s;", operand->known[i]->bash);
	strbuf_adds(out, " ;;\n");
}

/* Says how many operands there are in front of the word; $1: the command's words,
 * $2: its options that take arguments. */
static void bash_place(const char *name, struct strbuf *out)
{
	strbuf_addf(out,
		    "%s()\n{\n"
		    "\tlocal i count=0\n"
		    "\tfor ((i = $1; i < COMP_CWORD; i++)); do\n"
		    "\t\tcase ${COMP_WORDS[i]} in\n"
		    "\t\t-*)\n"
		    "\t\t\t[[ \" $2\" != *\" ${COMP_WORDS[i]} \"* ]] || ((++i))\n"
		    "\t\t\t[[ ${COMP_WORDS[i]} != = ]] || ((++i)) ;;\n"
		    "\t\t*) ((++count)) ;;\n"
		    "\t\tesac\n\tdone\n"
		    "\techo $count\n}\n\n",
		    name);
}

static size_t count_words(const char *text)
{
	size_t count = 1;

	for (; *text; text++)
		count += *text == ' ';
	return count;
}

/* What the operand is that the word would be. */
static void bash_operands(const struct option_command *command, const char *place,
			  struct strbuf *out)
{
	struct shell_operand operands[SHELL_OPERANDS_MAX];
	size_t count = shell_read_operands(command, operands);

	strbuf_addf(out, "\t\tcase $(%s %zu '", place, count_words(command->name));
	shell_add_with_arguments(command, out);
	strbuf_adds(out, "') in\n");
	for (size_t i = 0; i < count; i++) {
		if (operands[i].repeats)
			strbuf_adds(out, "\t\t*)");
		else
			strbuf_addf(out, "\t\t%zu)", i);
		bash_operand(&operands[i], out);
	}
	strbuf_adds(out, "\t\tesac\n");
}

/* One command: behind an option its argument, else options or operands; what its
 * sub-commands take comes first. */
static void bash_function(const struct option_command *command, const char *place,
			  struct strbuf *out)
{
	shell_add_function_name(out, command->name);
	strbuf_adds(out,
		    "()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n\tCOMPREPLY=()\n");
	if (command->commands)
		bash_dispatch(command->commands, out);
	strbuf_adds(out, "\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n");
	option_each(command, bash_argument, out);
	strbuf_adds(
		out,
		"\tesac\n\tif [[ $cur == -* ]]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W '");
	option_each(command, bash_word, out);
	strbuf_adds(out, "' -- \"$cur\")\n\telse\n");
	if (command->commands)
		bash_words(command->commands, out);
	else
		bash_operands(command, place, out);
	strbuf_adds(out, "\tfi\n}\n\n");
}

/* Functions of the commands of a command, those of their commands in front of them. */
static void bash_functions(const struct option_command *row, const char *place,
			   struct strbuf *out)
{
	for (; row && row->name; row++) {
		bash_functions(row->commands, place, out);
		bash_function(row, place, out);
	}
}

void option_write_bash(const struct option_command *command, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf name, place;

	strbuf_init(&name, 0);
	strbuf_init(&place, 0);
	shell_add_function_name(&name, command->name);
	strbuf_addf(&place, "%s_place", name.text);
	bash_place(place.text, out);
	bash_functions(command->commands, place.text, out);
	bash_function(command, place.text, out);
	strbuf_addf(out, "complete -o filenames -F %s %s\n", name.text, command->name);
}
