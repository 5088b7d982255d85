/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * option.h: one table of a command's options, from which parsing, --help, --version,
 * shell completions and the manual page's OPTIONS come.
 *
 *	struct args {
 *		const char *output;
 *		bool verbose;
 *		struct option_list modules;
 *	};
 *	static const struct option_spec options[] = {
 *		{ 'o', "output", "FILE", "Write there", OPTION_TEXT(struct args, output) },
 *		{ 'v', "verbose", NULL, "Say more", OPTION_SWITCH(struct args, verbose) },
 *		{ 0, "add", "NAME", "Put it in", OPTION_LIST(struct args, modules) },
 *		OPTION_END
 *	};
 *	static const struct option_command command = {
 *		.name = "bedplate make", .help = "Make an image", .options = options,
 *	};
 *
 *	first = option_parse(&command, argc, argv, &args, &err);
 *	if (first == OPTION_SHOWN)
 *		return EXIT_DONE;
 *	if (first < 0)
 *		return log_err(&err), EXIT_USAGE;
 *	operands are argv[first] .. argv[argc - 1]
 *
 * Every command has --help (-h) and --version besides; they need no rows. Programs with
 * sub-commands leave this to lib/program.h.
 */
#ifndef BEDPLATE_LIB_OPTION_H
#define BEDPLATE_LIB_OPTION_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/strbuf.h"

enum option_kind {
	OPTION_KIND_NONE,
	OPTION_KIND_SWITCH, /* bool: set to true */
	OPTION_KIND_TEXT,   /* const char *: the last one given; points into argv */
	OPTION_KIND_NUMBER, /* int: the last one given; a whole number */
	OPTION_KIND_LIST,   /* struct option_list: all of them, in order */
};

struct option_list {
	const char **items; /* the array is the caller's to free, the texts are argv's */
	size_t count;
};

struct option_spec {
	char letter;          /* 'o' for -o; 0 where there is none */
	const char *name;     /* "output" for --output */
	const char *argument; /* "FILE"; NULL for a switch; completions know FILE, DIR,
				 VERSION and GUEST */
	const char *help;     /* one line, without a full stop */
	enum option_kind kind;
	size_t offset;            /* of the member that it sets */
	const char *const *words; /* the only arguments allowed, ended by NULL; or NULL */
};

/* The end of a row: what it sets; with OPTION_WORD also what may be given. */
#define OPTION_SWITCH(type, member) OPTION_KIND_SWITCH, offsetof(type, member), NULL
#define OPTION_TEXT(type, member)   OPTION_KIND_TEXT, offsetof(type, member), NULL
#define OPTION_NUMBER(type, member) OPTION_KIND_NUMBER, offsetof(type, member), NULL
#define OPTION_LIST(type, member)   OPTION_KIND_LIST, offsetof(type, member), NULL
#define OPTION_WORD(type, member, ...)                                  \
	OPTION_KIND_TEXT, offsetof(type, member), (const char *const[]) \
	{                                                               \
		__VA_ARGS__, NULL                                       \
	}
/* Rows that commands of several programs have, whose struct args has these members. */
#define OPTION_ROW_JSON                                                         \
	{                                                                       \
		0, "json", NULL, "Print JSON", OPTION_SWITCH(struct args, json) \
	}
#define OPTION_ROW_VERBOSE                                                            \
	{                                                                             \
		'v', "verbose", NULL, "Say more", OPTION_SWITCH(struct args, verbose) \
	}
#define OPTION_END           \
	{                    \
		.name = NULL \
	}

struct option_command {
	const char *name; /* as a person types it: "bedplate mkinitramfs" */
	/* Behind the options in the synopsis, and completed by it; NULL: none. "[DIR]",
	 * "usb|disk GUEST [FILE...]". */
	const char *operands;
	/* What completions offer for an operand that they do not know, ended by NULL; or NULL. */
	const char *const *operand_words;
	const char *help; /* one line, without a full stop */
	int most;         /* operands at most; more are refused */
	const struct option_spec *options;
	const struct option_command
		*commands; /* sub-commands, ended by a row without a name */
};

/* --help or --version was asked for and has been written to stdout. */
enum { OPTION_SHOWN = -ECANCELED };

/* Reads the options into `args`, which holds their defaults; options and operands may
 * be mixed, "--" ends the options. Returns the index of the first operand (argv is put
 * in order), OPTION_SHOWN, or -EINVAL with a message and a hint with the nearest
 * option. */
int option_parse(const struct option_command *command, int argc, char **argv, void *args,
		 struct err *err);

/* The sub-command of this name, or NULL with a message and a hint with the nearest. */
const struct option_command *option_find_command(const struct option_command *command,
						 const char *name, struct err *err);

/* What the table generates. Completions are for a command with its sub-commands. */
void option_write_help(const struct option_command *command, struct strbuf *out);
void option_write_man(const struct option_command *command,
		      struct strbuf *out); /* scdoc(5) */
void option_write_bash(const struct option_command *command, struct strbuf *out);
void option_write_zsh(const struct option_command *command, struct strbuf *out);
void option_write_fish(const struct option_command *command, struct strbuf *out);

/* Calls `visit` for each option, the common ones last. */
void option_each(const struct option_command *command,
		 void (*visit)(const struct option_spec *spec, void *data), void *data);

#endif
