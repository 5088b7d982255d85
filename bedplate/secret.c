/* SPDX-License-Identifier: GPL-2.0-or-later */
/* secret.c: what looks like a secret in any text. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "bedplate/secret.h"
#include "lib/cleanup.h"

/* Shorter ones would stand in other words. */
enum { KNOWN_MIN = 4 };

/* How names of secrets end. QEMU's password-secret= and the like are names of objects. */
static const char *const endings[] = {
	"password",   "passwd",        "passphrase",    "pwd",     "psk",
	"privatekey", "private-key",   "private_key",   "token",   "presharedkey",
	"apikey",     "preshared-key", "preshared_key", "api-key", "api_key",
	"credential", "credentials",   "key-data",
};

/* Names that hold a secret where this stands in front of them in the same word. */
static const struct {
	const char *name, *before;
} beside[] = {
	{ "data", "secret" },   /* -object secret,id=x,data=... */
	{ "string", "name=" },  /* -fw_cfg name=opt/x,string=... */
	{ "value", "type=11" }, /* -smbios type=11,value=... */
};

/* What says that there is one, and is none. */
static const char *const harmless[] = { "on",   "off",   "yes",  "no",
					"true", "false", "null", "none" };

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static bool ends_with(const char *text, size_t length, const char *end)
{
	size_t size = strlen(end);

	return length >= size && !strncasecmp(text + length - size, end, size);
}

static bool has(const char *text, size_t length, const char *word)
{
	return memmem(text, length, word, strlen(word)) != NULL;
}

/* `name` is a part of `line`. */
static bool is_secret_name(const char *line, const char *name, size_t length)
{
	const char *word = name;

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (ends_with(name, length, endings[i]))
			return true;
	if ((length == strlen("secret") && ends_with(name, length, "secret")) ||
	    (length == strlen("pass") && ends_with(name, length, "pass")))
		return true;
	while (word > line && !strchr(" \t\"'", word[-1]))
		word--;
	for (size_t i = 0; i < ARRAY_SIZE(beside); i++)
		if (length == strlen(beside[i].name) &&
		    !strncmp(name, beside[i].name, length) &&
		    has(word, (size_t)(name - word), beside[i].before))
			return true;
	return false;
}

/* The end of a value: of the quotes that it stands in, or of the word. ",," is a comma of QEMU's. */
static const char *value_end(const char *value, char quote)
{
	const char *at = value;

	if (quote) {
		while (*at && *at != '\n' && *at != quote)
			at += *at == '\\' && at[1] ? 2 : 1;
		return at;
	}
	while (*at && !strchr(" \t\n\"'&;", *at)) {
		if (*at == ',' && at[1] != ',')
			break;
		at += *at == ',' ? 2 : 1;
	}
	return at;
}

static bool is_harmless(const char *value, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		if (length == strlen(harmless[i]) &&
		    !strncasecmp(value, harmless[i], length))
			return true;
	return !length;
}

/* The value behind a sign (= or :), where the name in front of that is one of a secret. */
static bool find_value(const char *line, const char *sign, const char **value,
		       const char **end)
{
	const char *name_end = sign, *name, *start = sign + 1;
	char quote = 0;

	while (name_end > line && strchr(" \t\"'", name_end[-1]))
		name_end--;
	for (name = name_end; name > line && is_name_char(name[-1]);)
		name--;
	if (name == name_end || !is_secret_name(line, name, (size_t)(name_end - name)))
		return false;
	start += strspn(start, " \t");
	if (*start == '\\' && start[1] == '"')
		start++;
	if (*start == '"' || *start == '\'')
		quote = *start++;
	*value = start;
	*end = value_end(start, quote);
	return !is_harmless(start, (size_t)(*end - start));
}

/* $6$salt$hash, as in shadow(5); crypt(5) names the letters. */
static bool find_hash(const char *at, const char **end)
{
	size_t id = *at == '$' ? strcspn(at + 1, "$ \t\n\"'") : 0;

	if (!id || id > 10 || at[1 + id] != '$' ||
	    strspn(at + 1, "abcdefghijklmnopqrstuvwxyz0123456789-") < id)
		return false;
	*end = at + strcspn(at, " \t\n\"':");
	return *end - at > 12;
}

/* scheme://USER:PASSWORD@host */
static bool find_user(const char *at, const char **value, const char **end)
{
	if (strncmp(at, "://", 3) != 0)
		return false;
	*value = at + 3;
	*end = *value + strcspn(*value, "@/ \t\n\"'");
	return **end == '@' && *end > *value;
}

/* io.systemd.credential:NAME=VALUE holds whatever it likes, to the end of the line. */
static bool find_credential(const char *at, const char **value, const char **end)
{
	static const char word[] = "io.systemd.credential";

	if (strncmp(at, word, strlen(word)) != 0)
		return false;
	*value = at + strlen(word);
	*end = *value + strcspn(*value, "\n");
	return *end > *value;
}

size_t secret_find(const char *line, size_t *length)
{
	const char *at = line, *value, *end;

	for (; *at && *at != '\n'; at++) {
		value = at;
		if (((*at == '=' || *at == ':') && find_value(line, at, &value, &end)) ||
		    find_hash(at, &end) || find_user(at, &value, &end) ||
		    find_credential(at, &value, &end)) {
			*length = (size_t)(end - value);
			return (size_t)(value - line);
		}
	}
	*length = 0;
	return (size_t)(at - line);
}

/* ---- texts ---- */

static void write_line(const char *line, size_t size, struct strbuf *out)
{
	const char *end = line + size;

	while (line < end) {
		size_t length, found = secret_find(line, &length);

		strbuf_add(out, line, found);
		line += found + length;
		if (length)
			strbuf_adds(out, SECRET_GONE);
		else
			break;
	}
}

/* Keys in PEM (RFC 7468) take several lines. */
static void write_lines(const char *text, struct strbuf *out)
{
	bool is_key = false;

	while (*text) {
		size_t size = strcspn(text, "\n");
		bool begins =
			has(text, size, "-----BEGIN") && has(text, size, "PRIVATE KEY");
		bool ends = has(text, size, "-----END");

		if (!is_key || ends)
			write_line(text, size, out);
		if (begins)
			strbuf_adds(out, "\n" SECRET_GONE);
		if ((!is_key || ends) && text[size] == '\n')
			strbuf_addc(out, '\n');
		is_key = (is_key || begins) && !ends;
		text += size + (text[size] == '\n');
	}
}

static const char *find_known(const char *text, const struct names *known, size_t *length)
{
	const char *first = NULL;

	for (size_t i = 0; i < known->count; i++) {
		size_t size = strlen(known->items[i]);
		const char *at = size >= KNOWN_MIN ? strstr(text, known->items[i]) : NULL;

		if (at && (!first || at < first || (at == first && size > *length))) {
			first = at;
			*length = size;
		}
	}
	return first;
}

void secret_write(const char *text, const struct names *known, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf lines;
	const char *rest, *at;
	size_t length = 0;

	strbuf_init(&lines, 0);
	write_lines(text, &lines);
	for (rest = lines.text; (at = find_known(rest, known, &length));
	     rest = at + length) {
		strbuf_add(out, rest, (size_t)(at - rest));
		strbuf_adds(out, SECRET_GONE);
	}
	strbuf_adds(out, rest);
	out->overflow |= lines.overflow;
}
