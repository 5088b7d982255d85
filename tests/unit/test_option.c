/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/option*.c lib/nearest.c lib/strbuf.c lib/err.c */
/* test_option.c: a table of options is parsed, and explains itself everywhere. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/option.h"
#include "tests/unit/tap.h"

struct args {
	const char *kernel, *output, *mode;
	bool verbose;
	int level;
	struct option_list modules;
};

static const struct option_spec options[] = {
	{ 'k', "kernel", "VERSION", "The kernel's version",
	  OPTION_TEXT(struct args, kernel) },
	{ 'o', "output", "FILE", "Write there", OPTION_TEXT(struct args, output) },
	{ 0, "mode", "MODE", "What it's for",
	  OPTION_WORD(struct args, mode, "host", "generic") },
	{ 0, "level", "NUMBER", "How hard to try", OPTION_NUMBER(struct args, level) },
	{ 0, "add-module", "NAME", "Put it in", OPTION_LIST(struct args, modules) },
	{ 'v', "verbose", NULL, "Say more", OPTION_SWITCH(struct args, verbose) },
	OPTION_END
};

static const struct option_command commands[] = {
	{ .name = "tool make",
	  .help = "Make it",
	  .options = options,
	  .operands = "[DIR]",
	  .most = 1 },
	{ .name = "tool take",
	  .help = "Take it",
	  .operands = "[PART...]",
	  .operand_words = (const char *const[]){ "wheels", "seats", NULL } },
	{ .name = NULL },
};

static const struct option_command tool = { .name = "tool",
					    .help = "Do it",
					    .commands = commands };

static int parse(struct args *args, struct err *err, const char *line)
{
	static char text[256];
	static char *argv[16];
	int argc = 0;

	snprintf(text, sizeof(text), "%s", line);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	*args = (struct args){ .level = -1 };
	return option_parse(&commands[0], argc, argv, args, err);
}

static void options_set_members(void)
{
	struct err err = ERR_INIT;
	struct args args;

	is_int(parse(&args, &err, "make"), 1, "no options, no operands");
	ok(!args.kernel && !args.verbose && args.level == -1, "what is not given stays");
	is_int(parse(&args, &err, "make -k 6.1 --output=/x dir -v --level 3 --mode host"),
	       9, "the operand's index, put behind the options");
	is_str(args.kernel, "6.1", "a short option with its argument");
	is_str(args.output, "/x", "a long option with =");
	is_str(args.mode, "host", "a word");
	is_int(args.level, 3, "a number");
	ok(args.verbose, "a switch");
	parse(&args, &err, "make --add-module a --add-module=b -o1 -o2");
	is_int(args.modules.count, 2, "a list has all that were given");
	is_str(args.modules.items[1], "b", "in order");
	is_str(args.output, "2", "of an option given twice the last counts");
	free(args.modules.items);
	is_int(parse(&args, &err, "make -- -v"), 2, "-- ends the options");
	ok(!args.verbose, "and what is behind it is no option");
}

static void errors_have_hints(void)
{
	static const struct {
		const char *line, *message, *hint;
	} rows[] = {
		{ "make --kernle 6.1", "there is no option --kernle",
		  "did you mean --kernel?" },
		{ "make --outptu=/x", "there is no option --outptu=/x",
		  "did you mean --output?" },
		{ "make --bananas", "there is no option --bananas", "" },
		{ "make -x", "there is no option -x", "" },
		{ "make -vx", "there is no option -x", "" },
		{ "make --output", "the option --output needs its FILE", "" },
		{ "make -k", "the option --kernel needs its VERSION", "" },
		{ "make --verbose=yes", "the option --verbose takes no argument", "" },
		{ "make --mode=hots", "--mode: \"hots\" is not one of host, generic",
		  "did you mean host?" },
		{ "make --level=x", "--level: \"x\" is not a whole number", "" },
		{ "make a b", "b is one argument too many", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = ERR_INIT;
		struct args args;

		is_int(parse(&args, &err, rows[i].line), -EINVAL, "refused: %s",
		       rows[i].line);
		is_str(err.text, rows[i].message, "with a message");
		is_str(err.hint, rows[i].hint, "and a hint");
	}
}

static void commands_are_found(void)
{
	struct err err = ERR_INIT;

	ok(option_find_command(&tool, "take", &err) == &commands[1],
	   "a command is found");
	ok(!option_find_command(&tool, "mkae", &err), "another is not");
	is_str(err.text, "tool has no command mkae", "with a message");
	is_str(err.hint, "did you mean make?", "and a hint");
}

/* What option_parse writes to stdout. */
static void shown(const char *line, char *text, size_t size, int *rc)
{
	FILE *file = tmpfile();
	int saved = dup(STDOUT_FILENO);
	struct err err = ERR_INIT;
	struct args args;

	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	*rc = parse(&args, &err, line);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
}

static void help_and_version_are_built_in(void)
{
	char text[2048];
	int rc;

	shown("make --version", text, sizeof(text), &rc);
	is_int(rc, OPTION_SHOWN, "--version is an answer of its own");
	ok(strncmp(text, "tool make ", 10) == 0, "it names the command: %s",
	   strtok(text, "\n"));
	shown("make -v --help --bananas", text, sizeof(text), &rc);
	is_int(rc, OPTION_SHOWN, "so is --help");
	is_str(text,
	       "Usage: tool make [OPTION]... [DIR]\n"
	       "Make it.\n"
	       "\n"
	       "Options:\n"
	       "  -k, --kernel VERSION      The kernel's version\n"
	       "  -o, --output FILE         Write there\n"
	       "      --mode host|generic   What it's for\n"
	       "      --level NUMBER        How hard to try\n"
	       "      --add-module NAME     Put it in\n"
	       "  -v, --verbose             Say more\n"
	       "  -h, --help                Show this text\n"
	       "      --version             Show the version\n",
	       "the help has a line for each option");
}

static void every_row_shows_up(void)
{
	static void (*const writers[])(const struct option_command *command,
				       struct strbuf *out) = { option_write_bash,
							       option_write_zsh,
							       option_write_fish };
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	option_write_man(&commands[0], &text);
	for (const struct option_spec *spec = options; spec->name; spec++) {
		char wanted[64];

		snprintf(wanted, sizeof(wanted), "*--%s*", spec->name);
		ok(strstr(text.text, wanted) && strstr(text.text, spec->help),
		   "the manual page has --%s", spec->name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++) {
		strbuf_truncate(&text, 0);
		writers[i](&tool, &text);
		for (const struct option_spec *spec = options; spec->name; spec++)
			ok(strstr(text.text, spec->name), "completion %zu has --%s", i,
			   spec->name);
		ok(strstr(text.text, "take") && strstr(text.text, "generic"),
		   "completion %zu has the commands and words", i);
		ok(strstr(text.text, "wheels seats"), "... and those of operands");
	}
}

int main(void)
{
	options_set_members();
	errors_have_hints();
	commands_are_found();
	help_and_version_are_built_in();
	every_row_shows_up();
	return done_testing();
}
