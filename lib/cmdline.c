/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmdline.c: the kernel's command line, parted as the kernel parts it. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/cmdline.h"
#include "lib/file.h"

/* The kernel's next_arg(): white space ends an argument outside quotes; the first '='
 * parts name and value; quotes go where they enclose the whole argument or the whole
 * value. */
static char *cmdline_next_arg(char *text, struct cmdline_arg *arg)
{
	bool whole_quoted = *text == '"', in_quote = whole_quoted;
	char *start = whole_quoted ? ++text : text;
	char *equals = NULL, *value, *end, *rest;

	for (end = start; *end; end++) {
		if (isspace((unsigned char)*end) && !in_quote)
			break;
		if (*end == '=' && !equals)
			equals = end;
		if (*end == '"')
			in_quote = !in_quote;
	}
	rest = *end ? end + 1 : end;
	*end = '\0';
	arg->name = start;
	arg->value = NULL;
	if (whole_quoted && end > start && end[-1] == '"')
		*--end = '\0';
	if (!equals)
		return rest;
	*equals = '\0';
	value = equals + 1;
	if (!whole_quoted && *value == '"') {
		value++;
		if (end > value && end[-1] == '"')
			end[-1] = '\0';
	}
	arg->value = value;
	return rest;
}

int cmdline_parse(struct cmdline *cmdline, const char *text, struct err *err)
{
	/* Two characters make the shortest argument and its separator. */
	size_t most = strlen(text) / 2 + 1;
	bool is_init = false;

	*cmdline = (struct cmdline)CMDLINE_INIT;
	cmdline->length = strcspn(text, "\n");
	cmdline->text = strdup(text);
	cmdline->args = calloc(most, sizeof(*cmdline->args));
	if (!cmdline->text || !cmdline->args) {
		cmdline_release(cmdline);
		return err_sys(err, ENOMEM, "parting the kernel command line");
	}
	for (char *next = cmdline->text;;) {
		struct cmdline_arg *arg = &cmdline->args[cmdline->count];

		while (isspace((unsigned char)*next))
			next++;
		if (!*next)
			return 0;
		next = cmdline_next_arg(next, arg);
		if (!is_init && !arg->value && strcmp(arg->name, "--") == 0) {
			is_init = true;
			continue;
		}
		arg->is_init = is_init;
		cmdline->count++;
	}
}

int cmdline_read(struct cmdline *cmdline, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	result = file_read(root_fd, "proc/cmdline", &text, err);
	return result < 0 ? result : cmdline_parse(cmdline, text.text, err);
}

void cmdline_release(struct cmdline *cmdline)
{
	free(cmdline->text);
	free(cmdline->args);
	*cmdline = (struct cmdline)CMDLINE_INIT;
}

const struct cmdline_arg *cmdline_next(const struct cmdline *cmdline, const char *name,
				       const struct cmdline_arg *after)
{
	size_t i = after ? (size_t)(after - cmdline->args) + 1 : 0;

	for (; i < cmdline->count; i++) {
		const struct cmdline_arg *arg = &cmdline->args[i];

		if (!arg->is_init && strcmp(arg->name, name) == 0)
			return arg;
	}
	return NULL;
}

const struct cmdline_arg *cmdline_find(const struct cmdline *cmdline, const char *name)
{
	const struct cmdline_arg *last = NULL, *next = NULL;

	while ((next = cmdline_next(cmdline, name, next)))
		last = next;
	return last;
}

const char *cmdline_value(const struct cmdline *cmdline, const char *name)
{
	const struct cmdline_arg *arg = cmdline_find(cmdline, name);

	return arg ? arg->value : NULL;
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words; words++) {
		if (strcmp(word, *words) == 0)
			return true;
	}
	return false;
}

bool cmdline_bool(const struct cmdline *cmdline, const char *name, bool fallback)
{
	static const char *const yes[] = { "1", "y", "yes", "true", "on", NULL };
	static const char *const no[] = { "0", "n", "no", "false", "off", NULL };
	const struct cmdline_arg *arg = cmdline_find(cmdline, name);

	if (!arg)
		return fallback;
	if (!arg->value || is_one_of(arg->value, yes))
		return true;
	return is_one_of(arg->value, no) ? false : fallback;
}

static char dash_to_underscore(char c)
{
	return c == '-' ? '_' : c;
}

bool cmdline_same_name(const char *a, const char *b)
{
	while (*a && dash_to_underscore(*a) == dash_to_underscore(*b))
		a++, b++;
	return !*a && !*b;
}

bool cmdline_is_module_option(const struct cmdline_arg *arg, const char *module,
			      const char **option)
{
	const char *name = arg->name;

	for (; *module; module++, name++) {
		if (dash_to_underscore(*module) != dash_to_underscore(*name))
			return false;
	}
	if (name[0] != '.' || !name[1])
		return false;
	*option = name + 1;
	return true;
}
