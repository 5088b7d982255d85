/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/program.c lib/option*.c lib/nearest.c */
/* SOURCES: lib/strbuf.c lib/log.c lib/interrupt.c lib/err.c */
/* test_program.c: a program runs the command that is named, and refuses what it has not. */
#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/program.h"
#include "tests/unit/tap.h"

struct args {
	bool fail, verbose;
	const char *const *operands;
	size_t operand_count;
};

static const struct option_spec options[] = {
	{ 0, "fail", NULL, "Fail", OPTION_SWITCH(struct args, fail) },
	OPTION_ROW_VERBOSE,
	OPTION_END,
};
static const struct option_command rows[] = {
	{ .name = "tool make", .operands = "NAME...", .most = 4, .options = options },
	{ .name = "tool take", .options = options },
	{ .name = "tool look", .options = options },
	{ .name = NULL },
};
static const struct option_command tool = {
	.name = "tool", .most = 1, .options = options, .commands = rows
};

static char ran[64]; /* what was run, with its operands */

static int note(const char *name, const struct args *args, struct err *err)
{
	size_t used = (size_t)snprintf(ran, sizeof(ran), "%s", name);

	for (size_t i = 0; i < args->operand_count; i++)
		used += (size_t)snprintf(ran + used, sizeof(ran) - used, " %s",
					 args->operands[i]);
	if (!args->fail)
		return EXIT_DONE;
	err_set(err, EIO, "it broke");
	return EXIT_FAILED;
}

static int make_run(const struct args *args, struct err *err)
{
	return note("make", args, err);
}

static int take_run(const struct args *args, struct err *err)
{
	return note("take", args, err);
}

static int look_run(const struct args *args, struct err *err)
{
	note("look", args, err);
	err_sys(err, EACCES, "opening it");
	return EXIT_FAILED;
}

static int bare_run(const struct args *args, struct err *err)
{
	return note("bare", args, err);
}

static const struct program_command commands[] = {
	{ "make", make_run }, { "take", take_run }, { "look", look_run }, { NULL, NULL }
};

/* Has the program run with these words; what it writes to this descriptor goes to `text`. */
static int call(const char *line, program_run *bare, int fd, char *text, size_t size)
{
	FILE *file = tmpfile();
	int saved = dup(fd), argc = 0, code;
	char words[128], *argv[8];
	struct args args = { .fail = false };

	snprintf(words, sizeof(words), "%s", line);
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	ran[0] = '\0';
	fflush(NULL);
	dup2(fileno(file), fd);
	code = program_main(&(struct program){ .options = &tool,
					       .commands = commands,
					       .run = bare,
					       .args = &args,
					       .verbose = &args.verbose,
					       .operands = &args.operands,
					       .operand_count = &args.operand_count },
			    argc, argv);
	fflush(NULL);
	dup2(saved, fd);
	close(saved);
	rewind(file);
	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
	return code;
}

static void what_is_named_runs(void)
{
	static const struct {
		const char *line;
		program_run *bare;
		int code;
		const char *ran, *message;
	} cases[] = {
		{ "tool take", NULL, EXIT_DONE, "take", "" },
		{ "tool make a -- -b", NULL, EXIT_DONE, "make a -b", "" },
		{ "tool make --fail a", NULL, EXIT_FAILED, "make a",
		  "tool: error: it broke\n" },
		{ "tool", NULL, EXIT_USAGE, "",
		  "tool: error: which command?\ntool: error: hint: `tool --help` lists them\n" },
		{ "tool -v", NULL, EXIT_USAGE, "",
		  "tool: error: which command?\ntool: error: hint: `tool --help` lists them\n" },
		{ "tool tale", NULL, EXIT_USAGE, "",
		  "tool: error: tool has no command tale\ntool: error: hint: did you mean take?\n" },
		{ "tool take x", NULL, EXIT_USAGE, "",
		  "tool: error: x is one argument too many\n" },
		{ "tool make --fial", NULL, EXIT_USAGE, "",
		  "tool: error: there is no option --fial\ntool: error: hint: did you mean --fail?\n" },
		{ "tool", bare_run, EXIT_DONE, "bare", "" },
		{ "tool tale", bare_run, EXIT_DONE, "bare tale", "" },
		{ "tool --fail x", bare_run, EXIT_FAILED, "bare x",
		  "tool: error: it broke\n" },
		{ "tool take", bare_run, EXIT_DONE, "take", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[256];

		is_int(call(cases[i].line, cases[i].bare, STDERR_FILENO, text,
			    sizeof(text)),
		       cases[i].code, "the exit code of %s", cases[i].line);
		is_str(ran, cases[i].ran, "what of it was run");
		is_str(text, cases[i].message, "what it says");
	}
}

static void help_runs_nothing(void)
{
	char text[2048];

	is_int(call("tool --help", bare_run, STDOUT_FILENO, text, sizeof(text)),
	       EXIT_DONE, "--help of the program is done");
	ok(!strncmp(text, "Usage: tool ", 12), "and shows its usage");
	is_int(call("tool make --help", NULL, STDOUT_FILENO, text, sizeof(text)),
	       EXIT_DONE, "--help of a command is done");
	ok(!strncmp(text, "Usage: tool make ", 17), "and shows the command's usage");
	is_int(call("tool take --version", NULL, STDOUT_FILENO, text, sizeof(text)),
	       EXIT_DONE, "--version is done");
	ok(!strncmp(text, "tool take ", 10), "and shows it");
	is_str(ran, "", "nothing was run");
}

static void verbose_says_more(void)
{
	char text[256];

	call("tool take", NULL, STDERR_FILENO, text, sizeof(text));
	is_int(log_get_level(), LOG_INFO, "the level without -v");
	call("tool take -v", NULL, STDERR_FILENO, text, sizeof(text));
	is_int(log_get_level(), LOG_DEBUG, "and with it");
}

static void who_is_not_root_hears_of_it(void)
{
	static const char refused[] = "tool: error: opening it: Permission denied\n";
	char text[256], wanted[256];

	bool is_root = geteuid() == 0;

	if (is_root) {
		call("tool look", NULL, STDERR_FILENO, text, sizeof(text));
		is_str(text, refused, "root hears no such thing");
		if (seteuid(65534) < 0)
			return;
	}
	snprintf(wanted, sizeof(wanted),
		 "%stool: error: hint: root may: `sudo` in front\n", refused);
	call("tool look", NULL, STDERR_FILENO, text, sizeof(text));
	is_str(text, wanted, "somebody else does");
	/* Whoever has changed what he is cannot be looked at, and the sanitizer looks for leaks so. */
	if (is_root)
		ok(!seteuid(0) && !prctl(PR_SET_DUMPABLE, 1), "and it is root's again");
}

int main(void)
{
	what_is_named_runs();
	help_runs_nothing();
	verbose_says_more();
	who_is_not_root_hears_of_it();
	return done_testing();
}
