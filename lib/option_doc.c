/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_doc.c: what a table of options says: --help and the manual page. */
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/option.h"
#include "lib/option_private.h"

enum { HELP_COLUMN = 28 };

/* "FILE", or "host|generic" where the words are known. */
static void add_argument(struct strbuf *out, const struct option_spec *spec)
{
	if (spec->words)
		option_add_joined(out, spec->words, "|");
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
		strbuf_addf(out, "  %-*s%s\n", HELP_COLUMN - 2,
			    option_last_word(row->name), row->help);
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
		option_add_joined(out, spec->words, "*|*");
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
	const struct option_command *row = command->commands;

	strbuf_adds(out, "# OPTIONS\n\n");
	option_each(command, man_row, out);
	for (; row && row->name; row++) {
		strbuf_addf(out, "## Options of %s\n\n", option_last_word(row->name));
		option_each(row, man_row, out);
	}
}
