/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option_shell.c: what operands and arguments are, for shells' completions. */
#include "lib/option_shell.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/option_private.h"

#define BASH_FILES "mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$cur\")"

static const struct shell_argument arguments[] = {
	{ "FILE", BASH_FILES, "_files", "-rF" },
	{ "WHAT", BASH_FILES, "_files", "-rF" },
	{ "OPERAND", BASH_FILES, "_files", "-rF" },
	{ "DIR", "mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")", "_files -/",
	  "-xa '(__fish_complete_directories)'" },
	{ "VERSION",
	  "mapfile -t COMPREPLY < <(compgen -W \"$(command ls /lib/modules 2>/dev/null)\" -- \"$cur\")",
	  "compadd - ${(f)\"$(command ls /lib/modules 2>/dev/null)\"}",
	  "-xa '(command ls /lib/modules 2>/dev/null)'" },
	{ "GUEST",
	  "mapfile -t COMPREPLY < <(compgen -W \"$(command ls /etc/bedplate/guests 2>/dev/null | sed -n 's/\\.conf$//p')\" -- \"$cur\")",
	  "compadd - /etc/bedplate/guests/*.conf(N:t:r)",
	  "-xa '(command ls /etc/bedplate/guests 2>/dev/null | string replace -rf \"[.]conf\\$\" \"\")'" },
	{ "NETWORK",
	  "mapfile -t COMPREPLY < <(compgen -W \"$(command ls /etc/bedplate/network 2>/dev/null | sed -n 's/\\.conf$//p')\" -- \"$cur\")",
	  "compadd - /etc/bedplate/network/*.conf(N:t:r)",
	  "-xa '(command ls /etc/bedplate/network 2>/dev/null | string replace -rf \"[.]conf\\$\" \"\")'" },
};

static const struct shell_argument *find_argument(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(arguments); i++)
		if (strlen(arguments[i].name) == length &&
		    !strncmp(arguments[i].name, name, length))
			return &arguments[i];
	return NULL;
}

const struct shell_argument *shell_argument_of(const struct option_spec *spec)
{
	return spec->argument ? find_argument(spec->argument, strlen(spec->argument))
			      : NULL;
}

static void read_known(struct shell_operand *operand)
{
	const char *part = operand->text;

	while (*part && operand->known_count < SHELL_KNOWN_MAX) {
		size_t length = strcspn(part, " ");
		const struct shell_argument *known = find_argument(part, length);

		if (known)
			operand->known[operand->known_count++] = known;
		part += length + (part[length] == ' ');
	}
}

/* The command's own words stand for what no shell knows. */
static void read_words(const char *const *words, struct shell_operand *operand)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	option_add_joined(&text, words, " ");
	operand->literal = text.length < sizeof(operand->text);
	if (operand->literal)
		memcpy(operand->text, text.text, text.length + 1);
}

/* A word of a synopsis. */
static void read_operand(const char *word, size_t length, const char *const *words,
			 struct shell_operand *operand)
{
	size_t used = 0;

	*operand = (struct shell_operand){ .repeats = memmem(word, length, "...", 3) };
	for (size_t i = 0; i < length && used + 1 < sizeof(operand->text); i++)
		if (!strchr("[].", word[i]))
			operand->text[used++] = word[i] == '|' ? ' ' : word[i];
	operand->literal = islower((unsigned char)*operand->text);
	if (!operand->literal)
		read_known(operand);
	if (!operand->literal && !operand->known_count && words)
		read_words(words, operand);
}

size_t shell_read_operands(const struct option_command *command,
			   struct shell_operand operands[SHELL_OPERANDS_MAX])
{
	const char *word = command->operands ? command->operands : "";
	size_t count = 0;

	while (*word && count < SHELL_OPERANDS_MAX) {
		size_t length = strcspn(word, " ");

		read_operand(word, length, command->operand_words, &operands[count++]);
		word += length + (word[length] == ' ');
	}
	return count;
}

static void add_with_argument(const struct option_spec *spec, void *data)
{
	if (spec->argument && spec->letter)
		strbuf_addf(data, "-%c ", spec->letter);
	if (spec->argument)
		strbuf_addf(data, "--%s ", spec->name);
}

void shell_add_with_arguments(const struct option_command *command, struct strbuf *out)
{
	option_each(command, add_with_argument, out);
}

void shell_add_function_name(struct strbuf *out, const char *name)
{
	strbuf_addc(out, '_');
	for (; *name; name++)
		strbuf_addc(out, *name == '-' || *name == ' ' ? '_' : *name);
}
