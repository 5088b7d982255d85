/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * option-check.c: says whether a command line is one that bedplate takes, by the tables that the
 * programs read theirs by; nothing is run. For the commands that documents show.
 *
 *	option-check list     all commands, one a line
 *	option-check <LINES   each line is PLACE, a tab, "line" or "mention", a tab, and words as a
 *	                      shell reads them; of a mention operands may be missing. What is not
 *	                      to be is said on the standard error, and the exit status is 1
 */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/option_table.h"
#include "boot/option_table.h"
#include "host-prep/option_table.h"
#include "lib/cleanup.h"
#include "lib/err.h"
#include "lib/option.h"
#include "lib/option_private.h"
#include "lib/text_match.h"
#include "mkinitramfs/args.h"
#include "qemu-launch/option_table.h"

static const struct option_command *const programs[] = {
	&bedplate_command, &mkinitramfs_command, &boot_command, &host_prep_command,
	&qemu_launch_command
};

enum { WORDS_MAX = 64 };

/* Larger than any program's struct args; nobody looks at what gets into it. */
static max_align_t args[256];

/* Operands stand in the table as "add NAME", "usb|disk|nic GUEST WHAT", "[PART...]": small
 * letters are words to be given. */
static int check_operands(const struct option_command *row, int count, char **operands,
			  bool may_miss, struct err *err)
{
	char text[128], *rest = text, *wanted;
	int i = 0;

	snprintf(text, sizeof(text), "%s", row->operands ? row->operands : "");
	while ((wanted = strtok_r(rest, " ", &rest)) && *wanted != '[') {
		bool is_literal = islower((unsigned char)*wanted);

		if (i == count)
			return may_miss ? 0
					: err_set(err, EINVAL, "%s: %s is missing",
						  row->name, wanted);
		if (is_literal && !text_has_word(wanted, " |,:", operands[i]))
			return err_set(err, EINVAL, "%s: \"%s\" is not %s", row->name,
				       operands[i], wanted);
		i++;
	}
	return 0;
}

static int check_program(const struct option_command *program, int argc, char **argv,
			 bool may_miss, struct err *err)
{
	const struct option_command *row = program;
	int first;

	if (argc > 1 && *argv[1] != '-') {
		row = option_find_command(program, argv[1], err);
		if (!row && !program->most)
			return -EINVAL;
		if (row)
			argc--, argv++;
		else
			row = program;
	}
	/* Another program's struct is another one. */
	memset(args, 0, sizeof(args));
	first = option_parse(row, argc, argv, args, err);
	if (first == OPTION_SHOWN)
		return 0;
	if (first < 0)
		return first;
	if (row == program && !program->most)
		return may_miss ? 0
				: err_set(err, EINVAL, "%s: which command?", row->name);
	return check_operands(row, argc - first, argv + first, may_miss, err);
}

static int check(int argc, char **argv, bool may_miss, struct err *err)
{
	const char *word = argc > 1 ? argv[1] : "";

	if (argc < 1 || strcmp(argv[0], "bedplate") != 0)
		return err_set(err, EINVAL, "it does not begin with bedplate");
	if (strcmp(word, "--help") == 0 || strcmp(word, "--version") == 0)
		return 0;
	for (size_t i = 1; i < ARRAY_SIZE(programs); i++)
		if (strcmp(option_last_word(programs[i]->name), word) == 0)
			return check_program(programs[i], argc - 1, argv + 1, may_miss,
					     err);
	return check_program(&bedplate_command, argc, argv, may_miss, err);
}

static void list(const struct option_command *command)
{
	const struct option_command *row = command->commands;

	if (command->most)
		puts(command->name);
	for (; row && row->name; row++)
		puts(row->name);
}

/* Parts a text in its place into words, which blanks part and quotes hold together. */
static int split(char *text, char **words, int most)
{
	char *to = text, quote = 0;
	int count = 0;

	while (count < most) {
		text += strspn(text, " \t");
		if (!*text)
			break;
		for (words[count++] = to; *text && (quote || !strchr(" \t", *text));
		     text++) {
			if (quote ? *text == quote : *text == '\'' || *text == '"')
				quote = quote ? 0 : *text;
			else
				*to++ = *text;
		}
		text += *text != '\0';
		*to++ = '\0';
	}
	words[count] = NULL;
	return count;
}

static bool check_line(char *line)
{
	char *words[WORDS_MAX + 1], *rest = line;
	const char *place = strsep(&rest, "\t"), *kind = strsep(&rest, "\t");
	struct err err = ERR_INIT;
	int count;

	if (!rest)
		return false;
	count = split(rest, words, WORDS_MAX);
	if (!check(count, words, strcmp(kind, "mention") == 0, &err))
		return true;
	fprintf(stderr, "%s: %s\n", place, err.text);
	return false;
}

int main(int argc, char **argv)
{
	_cleanup_free_ char *line = NULL;
	int code = EXIT_DONE;
	size_t size = 0;

	if (argc > 1 && strcmp(argv[1], "list") == 0) {
		for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
			list(programs[i]);
		return EXIT_DONE;
	}
	while (getline(&line, &size, stdin) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!check_line(line))
			code = EXIT_FAILED;
	}
	return code;
}
