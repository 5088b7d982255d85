/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_doc.c: what a table of options says: --help, manual page, shell completions. */
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/option.h"

enum { HELP_COLUMN = 28 };

static const char *last_word(const char *name)
{
	const char *space = strrchr(name, ' ');

	return space ? space + 1 : name;
}

static void add_joined(struct strbuf *out, const char *const *words, const char *between)
{
	for (size_t i = 0; words[i]; i++)
		strbuf_addf(out, "%s%s", i ? between : "", words[i]);
}

/* "FILE", or "host|generic" where the words are known. */
static void add_argument(struct strbuf *out, const struct option_spec *spec)
{
	if (spec->words)
		add_joined(out, spec->words, "|");
	else
		strbuf_adds(out, spec->argument);
}

static void help_row(const struct option_spec *spec, void *data)
{
	struct strbuf *out = data;
	_cleanup_strbuf_ struct strbuf left;

	strbuf_init(&left, 0);
	if (spec->letter)
		strbuf_addf(&left, "  -%c, --%s", spec->letter, spec->name);
	else
		strbuf_addf(&left, "      --%s", spec->name);
	if (spec->argument) {
		strbuf_addc(&left, ' ');
		add_argument(&left, spec);
	}
	if (left.length >= HELP_COLUMN)
		strbuf_addf(out, "%s\n%*s%s\n", left.text, HELP_COLUMN, "", spec->help);
	else
		strbuf_addf(out, "%-*s%s\n", HELP_COLUMN, left.text, spec->help);
}

void option_write_help(const struct option_command *command, struct strbuf *out)
{
	const struct option_command *row = command->commands;

	strbuf_addf(out, "Usage: %s [OPTION]...%s%s\n%s.\n", command->name,
		    command->operands ? " " : "",
		    command->operands ? command->operands : "", command->help);
	if (row)
		strbuf_adds(out, "\nCommands:\n");
	for (; row && row->name; row++)
		strbuf_addf(out, "  %-*s%s\n", HELP_COLUMN - 2, last_word(row->name),
			    row->help);
	strbuf_adds(out, "\nOptions:\n");
	option_each(command, help_row, out);
}

static void add_scdoc(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\*_#<[|", *text))
			strbuf_addc(out, '\\');
		strbuf_addc(out, *text);
	}
}

static void man_row(const struct option_spec *spec, void *data)
{
	struct strbuf *out = data;

	if (spec->letter)
		strbuf_addf(out, "*-%c*, ", spec->letter);
	strbuf_addf(out, "*--%s*", spec->name);
	if (spec->words) {
		strbuf_adds(out, " *");
		add_joined(out, spec->words, "*|*");
		strbuf_addc(out, '*');
	} else if (spec->argument) {
		strbuf_addf(out, " _%s_", spec->argument);
	}
	strbuf_adds(out, "\n\t");
	add_scdoc(out, spec->help);
	strbuf_adds(out, ".\n\n");
}

void option_write_man(const struct option_command *command, struct strbuf *out)
{
	strbuf_adds(out, "# OPTIONS\n\n");
	option_each(command, man_row, out);
}

/* How shells complete an argument, by the name it has in the table. */
static const struct argument {
	const char *name;
	const char *bash; /* sets COMPREPLY */
	const char *zsh;  /* an action of _arguments */
	const char *fish; /* arguments of complete */
} arguments[] = {
	{ "FILE", "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")", "_files", "-rF" },
	{ "DIR", "mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")", "_files -/",
	  "-xa '(__fish_complete_directories)'" },
	{ "VERSION",
	  "mapfile -t COMPREPLY < <(compgen -W \"$(command ls /lib/modules 2>/dev/null)\" -- \"$cur\")",
	  "{compadd - ${(f)\"$(command ls /lib/modules 2>/dev/null)\"}}",
	  "-xa '(command ls /lib/modules 2>/dev/null)'" },
};

static const struct argument *find_argument(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(arguments); i++)
		if (strcmp(arguments[i].name, name) == 0)
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
		add_joined(out, spec->words, " ");
		strbuf_adds(out, "' -- \"$cur\")");
	} else if (argument) {
		strbuf_adds(out, argument->bash);
	} else {
		strbuf_adds(out, "COMPREPLY=()");
	}
	strbuf_adds(out, "; return ;;\n");
}

/* One command: behind an option its argument, else options or operands. */
static void bash_function(const struct option_command *command, const char *name,
			  struct strbuf *out)
{
	const struct option_command *row = command->commands;

	strbuf_addf(out, "%s()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n", name);
	strbuf_adds(out, "\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n");
	option_each(command, bash_argument, out);
	strbuf_adds(
		out,
		"\tesac\n\tif [[ $cur == -* ]]; then\n\t\tmapfile -t COMPREPLY < <(compgen -W '");
	option_each(command, bash_word, out);
	strbuf_adds(out, "' -- \"$cur\")\n\telse\n\t\tmapfile -t COMPREPLY < <(compgen ");
	if (row) {
		strbuf_adds(out, "-W '");
		for (; row->name; row++)
			strbuf_addf(out, "%s ", last_word(row->name));
		strbuf_addc(out, '\'');
	} else {
		strbuf_adds(out, "-f");
	}
	strbuf_adds(out, " -- \"$cur\")\n\tfi\n}\n\n");
}

/* A shell function's name: '-' and ' ' become '_'. */
static void function_name(struct strbuf *out, const char *name)
{
	strbuf_addc(out, '_');
	for (; *name; name++)
		strbuf_addc(out, *name == '-' || *name == ' ' ? '_' : *name);
}

void option_write_bash(const struct option_command *command, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf name;

	strbuf_init(&name, 0);
	for (const struct option_command *row = command->commands; row && row->name;
	     row++) {
		strbuf_truncate(&name, 0);
		function_name(&name, row->name);
		bash_function(row, name.text, out);
	}
	strbuf_truncate(&name, 0);
	function_name(&name, command->name);
	strbuf_adds(&name, "_itself");
	bash_function(command, name.text, out);
	strbuf_truncate(&name, 0);
	function_name(&name, command->name);
	strbuf_addf(out, "%s()\n{\n\tlocal i\n\tfor ((i = 1; i < COMP_CWORD; i++)); do\n",
		    name.text);
	strbuf_adds(out, "\t\tcase ${COMP_WORDS[i]} in\n");
	for (const struct option_command *row = command->commands; row && row->name;
	     row++) {
		strbuf_addf(out, "\t\t%s) ", last_word(row->name));
		function_name(out, row->name);
		strbuf_adds(out, "; return ;;\n");
	}
	strbuf_addf(
		out,
		"\t\tesac\n\tdone\n\t%s_itself\n}\n\ncomplete -o filenames -F %s %s\n",
		name.text, name.text, command->name);
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
		add_joined(out, spec->words, " ");
		strbuf_addc(out, ')');
	} else if (argument) {
		strbuf_adds(out, argument->zsh);
	} else if (spec->argument) {
		strbuf_addc(out, ' ');
	}
	strbuf_addc(out, '\'');
}

static void zsh_case(const struct option_command *command, struct strbuf *out)
{
	strbuf_addf(out, "\t%s) _arguments", last_word(command->name));
	option_each(command, zsh_row, out);
	strbuf_adds(out, " \\\n\t\t'*:file:_files' ;;\n");
}

void option_write_zsh(const struct option_command *command, struct strbuf *out)
{
	const struct option_command *row = command->commands;

	strbuf_addf(out, "#compdef %s\n", command->name);
	if (row) {
		strbuf_adds(out, "if ((CURRENT == 2)); then\n\t_values command");
		for (; row->name; row++) {
			strbuf_addf(out, " '%s[", last_word(row->name));
			add_zsh(out, row->help);
			strbuf_adds(out, "]'");
		}
		strbuf_adds(out, "\n\treturn\nfi\nshift words\n((CURRENT--))\n");
	}
	strbuf_adds(out, "case ${words[1]:t} in\n");
	for (row = command->commands; row && row->name; row++)
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
		add_joined(out, spec->words, " ");
		strbuf_addc(out, '\'');
	} else if (spec->argument) {
		strbuf_addf(out, " %s", argument ? argument->fish : "-x");
	}
	strbuf_addc(out, '\n');
}

void option_write_fish(const struct option_command *command, struct strbuf *out)
{
	struct fish fish = { .out = out, .program = command->name, .condition = "" };

	if (command->commands)
		fish.condition = " -n __fish_use_subcommand";
	option_each(command, fish_row, &fish);
	for (const struct option_command *row = command->commands; row && row->name;
	     row++) {
		char condition[128];

		strbuf_addf(out, "complete -c %s -n __fish_use_subcommand -fa %s -d '",
			    command->name, last_word(row->name));
		add_fish(out, row->help);
		strbuf_adds(out, "'\n");
		snprintf(condition, sizeof(condition),
			 " -n '__fish_seen_subcommand_from %s'", last_word(row->name));
		fish.condition = condition;
		option_each(row, fish_row, &fish);
	}
}
