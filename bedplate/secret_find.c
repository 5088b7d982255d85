/* SPDX-License-Identifier: GPL-2.0-or-later */
/* secret_find.c: what looks like a secret in a line. Rather too much is taken for one than too little. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "bedplate/secret.h"
#include "lib/cleanup.h"

/* How names of secrets end, without the signs between their words and digits behind. */
static const char *const endings[] = {
	"password", "passwd",  "passphrase", "pass",        "pwd",        "psk",
	"secret",   "token",   "secretkey",  "accesskey",   "privatekey", "presharedkey",
	"apikey",   "keydata", "credential", "credentials",
};

/* What ends so and is none: other words, and QEMU's names of objects that hold one. */
static const char *const none[] = {
	"bypass", "compass", "password-secret", "key-secret", "new-secret", "old-secret",
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

static bool is_quote(char c)
{
	return c == '"' || c == '\'';
}

/* ---- names ---- */

static bool ends_with(const char *text, size_t length, const char *end)
{
	size_t size = strlen(end);

	return length >= size && !strncasecmp(text + length - size, end, size);
}

/* "secretkey" is the end of my_secret-key and SecretKey2. */
static bool ends_in_word(const char *name, size_t length, const char *word)
{
	size_t left = strlen(word);

	while (length && isdigit((unsigned char)name[length - 1]))
		length--;
	while (left && length) {
		char c = name[--length];

		if (c == '_' || c == '-' || c == '.')
			continue;
		if (tolower((unsigned char)c) != word[--left])
			return false;
	}
	return !left;
}

static bool is_beside(const char *line, const char *name, size_t length)
{
	const char *word = name;

	while (word > line && !strchr(" \t\"'", word[-1]))
		word--;
	for (size_t i = 0; i < ARRAY_SIZE(beside); i++)
		if (length == strlen(beside[i].name) &&
		    !strncmp(name, beside[i].name, length) &&
		    memmem(word, (size_t)(name - word), beside[i].before,
			   strlen(beside[i].before)))
			return true;
	return false;
}

/* `name` is a part of `line`. */
static bool is_secret_name(const char *line, const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		if (ends_with(name, length, none[i]))
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++)
		if (ends_in_word(name, length, endings[i]))
			return true;
	return is_beside(line, name, length);
}

/* ---- values ---- */

/* Whether quotes before this are closing ones, and the word does not go on behind them. */
static bool is_behind(char c)
{
	return strchr(" \t\r\n,;:)}]", c) != NULL;
}

/* The next quotes of this kind in the line, or its end. */
static const char *quote_end(const char *at, char quote)
{
	while (*at && *at != '\n' && *at != quote)
		at += *at == '\\' && at[1] && at[1] != '\n' ? 2 : 1;
	return at;
}

/* The end of a word of several parts, in quotes and without, as shells have it; or before the
 * quotes that all of it stands in. ",," is a comma of QEMU's. */
static const char *word_end(const char *at)
{
	while (*at && !strchr(" \t\r\n", *at)) {
		const char *close = at;

		if ((*at == ',' && at[1] != ',') || (is_quote(*at) && is_behind(at[1])))
			break;
		if (is_quote(*at))
			close = quote_end(at + 1, *at);
		if (close > at && *close == *at)
			at = close + 1;
		else
			at += *at == ',' || (*at == '\\' && at[1] && at[1] != '\n') ? 2
										    : 1;
	}
	return at;
}

static const char *value_end(const char *value, char quote)
{
	const char *end = quote ? quote_end(value, quote) : word_end(value);

	return quote && *end == quote && !is_behind(end[1]) ? word_end(end + 1) : end;
}

/* HTTP's headers: a scheme and what it takes, to the end of the line or of the quotes that the
 * whole header stands in. */
static const char *header_end(const char *line, const char *name, const char *value)
{
	return quote_end(value, name > line && is_quote(name[-1]) ? name[-1] : '\n');
}

static bool is_harmless(const char *value, size_t length)
{
	size_t gone = strlen(SECRET_GONE);

	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		if (length == strlen(harmless[i]) &&
		    !strncasecmp(value, harmless[i], length))
			return true;
	return !length || (!strncmp(value, SECRET_GONE, gone) &&
			   (is_behind(value[gone]) || is_quote(value[gone])));
}

/* ---- what there is at a place ---- */

/* The value behind a sign (= or :), where the name in front of that is one of a secret. */
static bool find_value(const char *line, const char *sign, const char **value,
		       const char **end)
{
	const char *name_end = sign, *name, *start = sign + 1;
	bool is_header;
	char quote = 0;

	while (name_end > line && strchr(" \t\"'\\]", name_end[-1]))
		name_end--;
	for (name = name_end; name > line && is_name_char(name[-1]);)
		name--;
	is_header = ends_in_word(name, (size_t)(name_end - name), "authorization");
	if (!is_header && !is_secret_name(line, name, (size_t)(name_end - name)))
		return false;
	start += strspn(start, " \t=:>");
	if (*start == '\\' && is_quote(start[1]))
		start++;
	if (is_quote(*start))
		quote = *start++;
	*value = start;
	*end = is_header && !quote ? header_end(line, name, start)
				   : value_end(start, quote);
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

/* Whether behind the first colon there is more than a port. */
static bool has_password(const char *text, size_t length)
{
	const char *colon = *text != '[' ? memchr(text, ':', length) : NULL;

	return colon && colon + 1 + strspn(colon + 1, "0123456789") < text + length;
}

/* scheme://USER:PASSWORD@host: all before the last @ in front of the host. A password ought to
 * have its / ? # and quotes written otherwise, and may not. */
static bool find_user(const char *at, const char **value, const char **end)
{
	size_t length;

	if (strncmp(at, "://", 3) != 0)
		return false;
	*value = at + 3;
	length = strcspn(*value, "/?# \t\r\n\"'");
	*end = memrchr(*value, '@', length);
	if (!*end && has_password(*value, length))
		*end = memrchr(*value, '@', strcspn(*value, " \t\r\n"));
	return *end && *end > *value;
}

/* netroot=iscsi:USER:PASSWORD@host:..., see dracut.cmdline(7). */
static bool find_iscsi(const char *line, const char *at, const char **value,
		       const char **end)
{
	static const char word[] = "iscsi:";

	if (strncmp(at, word, strlen(word)) != 0 || (at > line && is_name_char(at[-1])))
		return false;
	*value = at + strlen(word);
	if (!strncmp(*value, "//", 2))
		return false;
	*end = memrchr(*value, '@', strcspn(*value, " \t\r\n"));
	return *end && *end > *value;
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
		    find_iscsi(line, at, &value, &end) ||
		    find_credential(at, &value, &end)) {
			*length = (size_t)(end - value);
			return (size_t)(value - line);
		}
	}
	*length = 0;
	return (size_t)(at - line);
}
