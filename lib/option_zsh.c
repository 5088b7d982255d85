/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_zsh.c: zsh's completions from a table of options. */
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/option.h"
#include "lib/option_private.h"
#include "lib/option_shell.h"

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

/* What adds the matches of an argument; _arguments takes a command in braces. */
static void zsh_action(struct strbuf *out, const struct shell_argument *const *known,
		       size_t count)
{
	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "%c%s", i ? ';' : '{', known[i]->zsh);
	strbuf_addc(out, count ? '}' : ' ');
}

static void zsh_row(const struct option_spec *spec, void *data)
{
	const struct shell_argument *argument = shell_argument_of(spec);
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
		zsh_action(out, &argument, 1);
	} else if (spec->argument) {
		strbuf_addc(out, ' ');
	}
	strbuf_addc(out, '\'');
}

static void zsh_operand(const struct shell_operand *operand, size_t number,
			struct strbuf *out)
{
	strbuf_adds(out, " \\\n\t\t'");
	if (operand->repeats)
		strbuf_addc(out, '*');
	else
		strbuf_addf(out, "%zu", number);
	strbuf_addf(out, ":%s:", operand->literal ? "word" : operand->text);
	if (operand->literal)
		strbuf_addf(out, "(%s)", operand->text);
	else
		zsh_action(out, operand->known, operand->known_count);
	strbuf_addc(out, '\'');
}

static void zsh_arguments(const struct option_command *command, struct strbuf *out)
{
	struct shell_operand operands[SHELL_OPERANDS_MAX];
	size_t count = shell_read_operands(command, operands);

	strbuf_adds(out, "_arguments");
	option_each(command, zsh_row, out);
	for (size_t i = 0; i < count; i++)
		zsh_operand(&operands[i], i + 1, out);
	strbuf_adds(out, " ;;\n");
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
