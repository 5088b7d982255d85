/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_shell.c: shell completions from a table of options. */
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/option.h"
#include "lib/option_private.h"

/* How shells complete an argument, by the name it has in the table. */
static const struct argument {
	const char *name;
	const char *bash; /* sets COMPREPLY */
	const char *zsh;  /* an action of _arguments */
	const char *fish; /* arguments of complete */
	bool is_operand;  /* also where it is in a command's operands */
} arguments[] = {
	{ "FILE", "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")", "_files", "-rF",
	  false },
	{ "DIR", "mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")", "_files -/",
	  "-xa '(__fish_complete_directories)'", false },
	{ "VERSION",
	  "mapfile -t COMPREPLY < <(compgen -W \"$(command ls /lib/modules 2>/dev/null)\" -- \"$cur\")",
	  "{compadd - ${(f)\"$(command ls /lib/modules 2>/dev/null)\"}}",
	  "-xa '(command ls /lib/modules 2>/dev/null)'", true },
	{ "GUEST",
	  "mapfile -t COMPREPLY < <(compgen -W \"$(command ls /etc/bedplate/guests 2>/dev/null | sed -n 's/\\.conf$//p')\" -- \"$cur\")",
	  "{compadd - /etc/bedplate/guests/*.conf(N:t:r)}",
	  "-xa '(command ls /etc/bedplate/guests 2>/dev/null | string replace -rf \"[.]conf\\$\" \"\")'",
	  true },
	{ "NETWORK",
	  "mapfile -t COMPREPLY < <(compgen -W \"$(command ls /etc/bedplate/network 2>/dev/null | sed -n 's/\\.conf$//p')\" -- \"$cur\")",
	  "{compadd - /etc/bedplate/network/*.conf(N:t:r)}",
	  "-xa '(command ls /etc/bedplate/network 2>/dev/null | string replace -rf \"[.]conf\\$\" \"\")'",
	  true },
};

static const struct argument *find_argument(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(arguments); i++)
		if (strcmp(arguments[i].name, name) == 0)
			return &arguments[i];
	return NULL;
}

/* What its operands are, where shells know how to complete that. */
static const struct argument *operand_of(const struct option_command *command)
{
	for (size_t i = 0; command->operands && i < ARRAY_SIZE(arguments); i++)
		if (arguments[i].is_operand &&
		    strstr(command->operands, arguments[i].name))
			return &arguments[i];
	return NULL;
}

static void bash_word(const struct option_spec *spec, void *data)
{
	if (spec->letter)
		strbuf_addf(data, "-%c ", spec->letter);
	strbuf_addf(data, "--%s ", spec->name);
}

static void bash_argument(const struct option_spec *spec, void *data)
{
	const struct argument *argument =
		spec->argument ? find_argument(spec->argument) : NULL;
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

/* A shell function's name: '-' and ' ' become '_'. */
static void function_name(struct strbuf *out, const char *name)
{
	strbuf_addc(out, '_');
	for (; *name; name++)
		strbuf_addc(out, *name == '-' || *name == ' ' ? '_' : *name);
}

/* Hands over to the function of the command that is among the words. */
static void bash_dispatch(const struct option_command *row, struct strbuf *out)
{
	strbuf_adds(out, "\tlocal i\n\tfor ((i = 1; i < COMP_CWORD; i++)); do\n");
	strbuf_adds(out, "\t\tcase ${COMP_WORDS[i]} in\n");
	for (; row && row->name; row++) {
		strbuf_addf(out, "\t\t%s) ", option_last_word(row->name));
		function_name(out, row->name);
		strbuf_adds(out, "; return ;;\n");
	}
	strbuf_adds(out, "\t\tesac\n\tdone\n");
}

static void bash_operands(const struct option_command *command, struct strbuf *out)
{
	const struct option_command *row = command->commands;

	if (!row && operand_of(command)) {
		strbuf_addf(out, "\t\t%s\n", operand_of(command)->bash);
		return;
	}
	strbuf_adds(out, "\t\tmapfile -t COMPREPLY < <(compgen ");
	if (row) {
		strbuf_adds(out, "-W '");
		for (; row->name; row++)
			strbuf_addf(out, "%s ", option_last_word(row->name));
		strbuf_addc(out, '\'');
	} else if (command->operand_words) {
		strbuf_adds(out, "-W '");
		option_add_joined(out, command->operand_words, " ");
		strbuf_addc(out, '\'');
	} else {
		strbuf_adds(out, "-f");
	}
	strbuf_adds(out, " -- \"$cur\")\n");
}

/* One command: behind an option its argument, else options or operands; with `dispatch`
 * whatever its sub-commands take comes first. */
static void bash_function(const struct option_command *command, const char *name,
			  bool dispatch, struct strbuf *out)
{
	strbuf_addf(out, "%s()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n", name);
	if (dispatch)
		bash_dispatch(command->commands, out);
	strbuf_adds(out, "\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n");
	option_each(command, bash_argument, out);
	strbuf_adds(
		out,
		"\tesac\n\tif [[ $cur == -* ]]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W '");
	option_each(command, bash_word, out);
	strbuf_adds(out, "' -- \"$cur\")\n\telse\n");
	bash_operands(command, out);
	strbuf_adds(out, "\tfi\n}\n\n");
}

/* Functions of the commands of a command, those of their commands in front of them. */
static void bash_functions(const struct option_command *row, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf name;

	strbuf_init(&name, 0);
	for (; row && row->name; row++) {
		bash_functions(row->commands, out);
		strbuf_truncate(&name, 0);
		function_name(&name, row->name);
		bash_function(row, name.text, row->commands != NULL, out);
	}
}

void option_write_bash(const struct option_command *command, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf name;

	strbuf_init(&name, 0);
	bash_functions(command->commands, out);
	function_name(&name, command->name);
	bash_function(command, name.text, true, out);
	strbuf_addf(out, "complete -o filenames -F %s %s\n", name.text, command->name);
}

/* A help line inside '...[...]...' of zsh's _arguments. */
static void add_zsh(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			strbuf_adds(out, "'\\''");
		else
			strbuf_addf(out, strchr("[]:\\", *text) ? "\\%c" : "%c", *text);
	}
}

/* A help line inside '...' of fish. */
static void add_fish(struct strbuf *out, const char *text)
{
	for (; *text; text++)
		strbuf_addf(out, strchr("'\\", *text) ? "\\%c" : "%c", *text);
}

static void zsh_row(const struct option_spec *spec, void *data)
{
	const struct argument *argument =
		spec->argument ? find_argument(spec->argument) : NULL;
	struct strbuf *out = data;

	strbuf_adds(out, " \\\n\t\t");
	if (spec->letter)
		strbuf_addf(out, "'(-%c --%s)'{-%c,--%s}", spec->letter, spec->name,
			    spec->letter, spec->name);
	else
		strbuf_addf(out, "%s--%s", spec->kind == OPTION_KIND_LIST ? "\\*" : "",
			    spec->name);
	strbuf_adds(out, "'[");
	add_zsh(out, spec->help);
	strbuf_addc(out, ']');
	if (spec->argument)
		strbuf_addf(out, ":%s:", spec->argument);
	if (spec->words) {
		strbuf_addc(out, '(');
		option_add_joined(out, spec->words, " ");
		strbuf_addc(out, ')');
	} else if (argument) {
		strbuf_adds(out, argument->zsh);
	} else if (spec->argument) {
		strbuf_addc(out, ' ');
	}
	strbuf_addc(out, '\'');
}

static void zsh_arguments(const struct option_command *command, struct strbuf *out)
{
	const struct argument *operand = operand_of(command);

	strbuf_adds(out, "_arguments");
	option_each(command, zsh_row, out);
	if (command->operand_words) {
		strbuf_adds(out, " \\\n\t\t'*:word:(");
		option_add_joined(out, command->operand_words, " ");
		strbuf_adds(out, ")' ;;\n");
		return;
	}
	strbuf_addf(out, " \\\n\t\t'*:%s:%s' ;;\n", operand ? operand->name : "file",
		    operand ? operand->zsh : "_files");
}

/* Offers the commands for the second word. */
static void zsh_commands(const struct option_command *row, struct strbuf *out)
{
	strbuf_adds(
		out,
		"if ((CURRENT == 2)) && [[ $PREFIX != -* ]]; then\n\t_values command");
	for (; row->name; row++) {
		strbuf_addf(out, " '%s[", option_last_word(row->name));
		add_zsh(out, row->help);
		strbuf_adds(out, "]'");
	}
	strbuf_adds(out, "\n\treturn\nfi\n");
}

static void zsh_case(const struct option_command *command, struct strbuf *out)
{
	const struct option_command *row = command->commands;

	strbuf_addf(out, "\t%s) ", option_last_word(command->name));
	if (!row) {
		zsh_arguments(command, out);
		return;
	}
	zsh_commands(row, out);
	strbuf_adds(out, "\tcase ${words[2]} in\n");
	for (; row->name; row++) {
		strbuf_addf(out, "\t%s) shift words; ((CURRENT--)); ",
			    option_last_word(row->name));
		zsh_arguments(row, out);
	}
	strbuf_adds(out, "\t*) ");
	zsh_arguments(command, out);
	strbuf_adds(out, "\tesac ;;\n");
}

void option_write_zsh(const struct option_command *command, struct strbuf *out)
{
	const struct option_command *row = command->commands;

	strbuf_addf(out, "#compdef %s\n", command->name);
	if (row) {
		zsh_commands(row, out);
		strbuf_adds(out, "shift words\n((CURRENT--))\n");
	}
	strbuf_adds(out, "case ${words[1]:t} in\n");
	for (; row && row->name; row++)
		zsh_case(row, out);
	if (!command->commands)
		zsh_case(command, out);
	strbuf_adds(out, "esac\n");
}

struct fish {
	struct strbuf *out;
	const char *program;
	const char *condition;
};

static void fish_row(const struct option_spec *spec, void *data)
{
	const struct fish *fish = data;
	const struct argument *argument =
		spec->argument ? find_argument(spec->argument) : NULL;
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

static void fish_operands(const struct option_command *command, const struct fish *fish)
{
	struct strbuf *out = fish->out;

	if (operand_of(command)) {
		strbuf_addf(out, "complete -c %s%s %s\n", fish->program, fish->condition,
			    operand_of(command)->fish);
	} else if (command->operand_words) {
		strbuf_addf(out, "complete -c %s%s -fa '", fish->program,
			    fish->condition);
		option_add_joined(out, command->operand_words, " ");
		strbuf_adds(out, "'\n");
	}
}

/* The commands that may follow under `before`, and what each of them takes. */
static void fish_commands(const struct option_command *row, const char *program,
			  const char *before, struct strbuf *out)
{
	struct fish fish = { .out = out, .program = program };
	_cleanup_strbuf_ struct strbuf words, condition;

	strbuf_init(&words, 0);
	strbuf_init(&condition, 0);
	for (; row && row->name; row++) {
		const struct option_command *sub = row->commands;

		strbuf_addf(out, "complete -c %s -n %s -fa %s -d '", program, before,
			    option_last_word(row->name));
		add_fish(out, row->help);
		strbuf_adds(out, "'\n");
		strbuf_truncate(&words, 0);
		for (; sub && sub->name; sub++)
			strbuf_addf(&words, " %s", option_last_word(sub->name));
		strbuf_truncate(&condition, 0);
		strbuf_addf(&condition, " -n '__fish_seen_subcommand_from %s%s%s'",
			    option_last_word(row->name),
			    words.length ? "; and not __fish_seen_subcommand_from" : "",
			    words.text);
		fish.condition = condition.text;
		option_each(row, fish_row, &fish);
		fish_operands(row, &fish);
		if (words.length)
			fish_commands(row->commands, program, condition.text + 4, out);
	}
}

void option_write_fish(const struct option_command *command, struct strbuf *out)
{
	struct fish fish = { .out = out, .program = command->name, .condition = "" };

	if (command->commands)
		fish.condition = " -n __fish_use_subcommand";
	option_each(command, fish_row, &fish);
	fish_commands(command->commands, command->name, "__fish_use_subcommand", out);
}
