/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option.c: command lines read by a table, through getopt_long(3). */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/nearest.h"
#include "lib/option.h"

#ifndef BEDPLATE_VERSION
#define BEDPLATE_VERSION "unknown"
#endif

enum { ROWS_MAX = 64, ID_FIRST = 256 };

static const struct option_spec common[] = {
	{ 'h', "help", NULL, "Show this text", OPTION_KIND_NONE, 0, NULL },
	{ 0, "version", NULL, "Show the version", OPTION_KIND_NONE, 0, NULL },
	OPTION_END,
};

/* The table in getopt's terms: the id of a row is ID_FIRST and its index. */
struct option_table {
	const struct option_spec *rows[ROWS_MAX];
	struct option longs[ROWS_MAX + 1];
	char letters[2 * ROWS_MAX + 2];
	size_t count;
};

void option_each(const struct option_command *command,
		 void (*visit)(const struct option_spec *spec, void *data), void *data)
{
	for (const struct option_spec *spec = command->options; spec && spec->name;
	     spec++)
		visit(spec, data);
	for (const struct option_spec *spec = common; spec->name; spec++)
		visit(spec, data);
}

static void add_row(const struct option_spec *spec, void *data)
{
	struct option_table *table = data;
	size_t used = strlen(table->letters);

	if (table->count == ROWS_MAX)
		return;
	table->rows[table->count] = spec;
	table->longs[table->count] = (struct option){
		.name = spec->name,
		.has_arg = spec->argument ? required_argument : no_argument,
		.val = ID_FIRST + (int)table->count,
	};
	table->count++;
	if (spec->letter)
		snprintf(table->letters + used, sizeof(table->letters) - used, "%c%s",
			 spec->letter, spec->argument ? ":" : "");
}

/* The row behind what getopt returned or put into optopt. */
static const struct option_spec *find_row(const struct option_table *table, int id)
{
	for (size_t i = 0; i < table->count; i++)
		if (id == ID_FIRST + (int)i || (id && id == table->rows[i]->letter))
			return table->rows[i];
	return NULL;
}

static int refuse_option(const struct option_table *table, const char *given,
			 struct err *err)
{
	const struct option_spec *known = find_row(table, optopt);
	char word[64];
	struct nearest nearest = { .word = word };

	if (optopt && !known)
		return err_set(err, EINVAL, "there is no option -%c", optopt);
	if (known)
		return err_set(err, EINVAL, "the option --%s takes no argument",
			       known->name);
	err_set(err, EINVAL, "there is no option %.80s", given);
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(given + 2, "="), given + 2);
	for (size_t i = 0; i < table->count; i++)
		nearest_offer(&nearest, table->rows[i]->name);
	if (nearest.best)
		err_hint(err, "did you mean --%s?", nearest.best);
	return -EINVAL;
}

static int check_words(const struct option_spec *spec, const char *text, struct err *err)
{
	struct nearest nearest = { .word = text };
	_cleanup_strbuf_ struct strbuf known;

	strbuf_init(&known, 0);
	for (size_t i = 0; spec->words[i]; i++) {
		if (strcmp(spec->words[i], text) == 0)
			return 0;
		nearest_offer(&nearest, spec->words[i]);
		strbuf_addf(&known, "%s%s", i ? ", " : "", spec->words[i]);
	}
	err_set(err, EINVAL, "--%s: \"%.80s\" is not one of %s", spec->name, text,
		known.text);
	if (nearest.best)
		err_hint(err, "did you mean %s?", nearest.best);
	return -EINVAL;
}

static int set_number(const struct option_spec *spec, const char *text, int *number,
		      struct err *err)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (end == text || *end || errno || value < INT_MIN || value > INT_MAX)
		return err_set(err, EINVAL, "--%s: \"%.80s\" is not a whole number",
			       spec->name, text);
	*number = (int)value;
	return 0;
}

static int add_to_list(const char *text, struct option_list *list, struct err *err)
{
	const char **items = reallocarray(list->items, list->count + 1, sizeof(*items));

	if (!items)
		return err_sys(err, ENOMEM, "keep an argument");
	list->items = items;
	items[list->count++] = text;
	return 0;
}

static int set_member(const struct option_spec *spec, const char *text, void *args,
		      struct err *err)
{
	void *member = (char *)args + spec->offset;

	if (spec->words && check_words(spec, text, err))
		return -EINVAL;
	switch (spec->kind) {
	case OPTION_KIND_SWITCH:
		*(bool *)member = true;
		return 0;
	case OPTION_KIND_TEXT:
		*(const char **)member = text;
		return 0;
	case OPTION_KIND_NUMBER:
		return set_number(spec, text, member, err);
	case OPTION_KIND_LIST:
		return add_to_list(text, member, err);
	case OPTION_KIND_NONE:
		break;
	}
	return 0;
}

/* Writes what --help or --version asks for. */
static int show(const struct option_command *command, const struct option_spec *spec)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (strcmp(spec->name, "help") == 0)
		option_write_help(command, &text);
	else
		strbuf_addf(&text, "%s %s\n", command->name, BEDPLATE_VERSION);
	fputs(text.text, stdout);
	fflush(stdout);
	return OPTION_SHOWN;
}

int option_parse(const struct option_command *command, int argc, char **argv, void *args,
		 struct err *err)
{
	struct option_table table = { .letters = ":" };
	int id;

	option_each(command, add_row, &table);
	opterr = 0;
	optind = 0; /* start afresh, in glibc and musl alike */
	for (;;) {
		const struct option_spec *spec;

		optopt = 0;
		id = getopt_long(argc, argv, table.letters, table.longs, NULL);
		if (id == -1)
			break;
		if (id == '?')
			return refuse_option(&table, argv[optind - 1], err);
		spec = find_row(&table, id == ':' ? optopt : id);
		if (id == ':')
			return err_set(err, EINVAL, "the option --%s needs its %s",
				       spec->name, spec->argument);
		if (spec->kind == OPTION_KIND_NONE)
			return show(command, spec);
		if (set_member(spec, optarg, args, err))
			return -EINVAL;
	}
	if (argc - optind > command->most)
		return err_set(err, EINVAL, "%.80s is one argument too many",
			       argv[optind + command->most]);
	return optind;
}

const struct option_command *option_find_command(const struct option_command *command,
						 const char *name, struct err *err)
{
	struct nearest nearest = { .word = name };
	const struct option_command *row = command->commands;

	for (; row && row->name; row++) {
		const char *space = strrchr(row->name, ' ');
		const char *last = space ? space + 1 : row->name;

		if (strcmp(last, name) == 0)
			return row;
		nearest_offer(&nearest, last);
	}
	err_set(err, EINVAL, "%s has no command %.80s", command->name, name);
	if (nearest.best)
		err_hint(err, "did you mean %s?", nearest.best);
	return NULL;
}
