/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_shell.h: what the completions of all shells have in common. */
#ifndef BEDPLATE_LIB_OPTION_SHELL_H
#define BEDPLATE_LIB_OPTION_SHELL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/option.h"
#include "lib/strbuf.h"

/* How shells complete what has this name, be it an option's argument or an operand. */
struct shell_argument {
	const char *name;
	const char *bash; /* adds to COMPREPLY */
	const char *zsh;  /* adds matches, as a command */
	const char *fish; /* arguments of complete */
};

enum { SHELL_KNOWN_MAX = 2, SHELL_OPERANDS_MAX = 4 };

/* One operand, of a synopsis such as "usb|disk|nic GUEST [DISK|FILE...]". */
struct shell_operand {
	char text[192]; /* "usb disk nic", "GUEST": without [], | and ... */
	bool literal;   /* the text is the words to be given */
	bool repeats;
	const struct shell_argument *known[SHELL_KNOWN_MAX];
	size_t known_count;
};

/* An option's; NULL where it takes none, or shells do not know what that is. */
const struct shell_argument *shell_argument_of(const struct option_spec *spec);

/* The operands of a command's synopsis, in order; returns how many. */
size_t shell_read_operands(const struct option_command *command,
			   struct shell_operand operands[SHELL_OPERANDS_MAX]);

/* The command's options that take arguments, a blank behind each. */
void shell_add_with_arguments(const struct option_command *command, struct strbuf *out);

/* A shell function's name: '-' and ' ' become '_'. */
void shell_add_function_name(struct strbuf *out, const char *name);

#endif
