/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_type.c: the types that a configuration's values may have. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/cleanup.h"
#include "lib/conf_type.h"
#include "lib/nearest.h"
#include "lib/value/units.h"

/* A text's bytes; with every one escaped it still fits the longest line. */
enum { TEXT_MAX = 4096 };

static const struct {
	const char *word;
	bool value;
} bool_words[] = {
	{ "yes", true }, { "no", false },  { "true", true }, { "false", false },
	{ "on", true },  { "off", false }, { "1", true },    { "0", false },
};

static int bool_parse(const char *text, const struct conf_limits *limits, void *value,
		      struct err *err)
{
	(void)limits;
	for (size_t i = 0; i < ARRAY_SIZE(bool_words); i++) {
		if (strcasecmp(text, bool_words[i].word) == 0) {
			*(bool *)value = bool_words[i].value;
			return 0;
		}
	}
	return err_set(err, EINVAL, "\"%.80s\" is neither yes nor no", text);
}

static void bool_format(const void *value, const struct conf_limits *limits,
			struct strbuf *out)
{
	(void)limits;
	strbuf_adds(out, *(const bool *)value ? "yes" : "no");
}

static int check_range(const char *text, bool inside, const struct conf_limits *limits,
		       struct err *err)
{
	if (inside || !limits->ranged)
		return 0;
	return err_set(err, ERANGE, "%.80s is not between %" PRId64 " and %" PRId64, text,
		       limits->min, limits->max);
}

/* The same for amounts, whose bounds are shown as amounts. */
static int check_amount(const char *text, uint64_t amount,
			const struct conf_limits *limits,
			void (*format)(uint64_t amount, struct strbuf *out),
			struct err *err)
{
	_cleanup_strbuf_ struct strbuf bounds;

	strbuf_init(&bounds, 0);
	if (!limits->ranged ||
	    (amount >= (uint64_t)limits->min && amount <= (uint64_t)limits->max))
		return 0;
	format((uint64_t)limits->min, &bounds);
	strbuf_adds(&bounds, " and ");
	format((uint64_t)limits->max, &bounds);
	return err_set(err, ERANGE, "%.80s is not between %s", text, bounds.text);
}

static bool read_integer(const char *text, int64_t *integer)
{
	const char *digits = text + (*text == '-');
	int base = strncasecmp(digits, "0x", 2) == 0 ? 16 : 10;
	char *end;

	if (!isdigit((unsigned char)*digits))
		return false;
	errno = 0;
	*integer = strtoll(text, &end, base);
	return errno == 0 && *end == '\0';
}

static int int_parse(const char *text, const struct conf_limits *limits, void *value,
		     struct err *err)
{
	int64_t integer;

	if (!read_integer(text, &integer))
		return err_set(err, EINVAL, "\"%.80s\" is not a whole number", text);
	*(int64_t *)value = integer;
	return check_range(text, integer >= limits->min && integer <= limits->max, limits,
			   err);
}

static void int_format(const void *value, const struct conf_limits *limits,
		       struct strbuf *out)
{
	(void)limits;
	strbuf_addf(out, "%" PRId64, *(const int64_t *)value);
}

static int size_parse_value(const char *text, const struct conf_limits *limits,
			    void *value, struct err *err)
{
	int rc = size_parse(text, value, err);

	return rc ? rc : check_amount(text, *(uint64_t *)value, limits, size_format, err);
}

static void size_format_value(const void *value, const struct conf_limits *limits,
			      struct strbuf *out)
{
	(void)limits;
	size_format(*(const uint64_t *)value, out);
}

static int span_parse_value(const char *text, const struct conf_limits *limits,
			    void *value, struct err *err)
{
	int rc = span_parse(text, value, err);

	return rc ? rc : check_amount(text, *(uint64_t *)value, limits, span_format, err);
}

static void span_format_value(const void *value, const struct conf_limits *limits,
			      struct strbuf *out)
{
	(void)limits;
	span_format(*(const uint64_t *)value, out);
}

static int string_parse(const char *text, const struct conf_limits *limits, void *value,
			struct err *err)
{
	char *copy;

	(void)limits;
	if (strlen(text) > TEXT_MAX)
		return err_set(err, ENAMETOOLONG, "longer than %d bytes", TEXT_MAX);
	copy = strdup(text);
	if (!copy)
		return err_sys(err, ENOMEM, "keep a text");
	*(char **)value = copy;
	return 0;
}

static void string_format(const void *value, const struct conf_limits *limits,
			  struct strbuf *out)
{
	(void)limits;
	strbuf_adds(out, *(char *const *)value);
}

static void string_release(void *value)
{
	free(*(char **)value);
	*(char **)value = NULL;
}

/* The path without doubled slashes, "." and a slash at its end. False where it has a
 * "..". */
static bool normalise_path(const char *path, struct strbuf *out)
{
	while (*path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && strncmp(path, "..", 2) == 0)
			return false;
		if (length && !(length == 1 && *path == '.'))
			strbuf_addf(out, "/%.*s", (int)length, path);
		path += length + (path[length] == '/');
	}
	if (out->length == 0)
		strbuf_addc(out, '/');
	return true;
}

static int path_parse(const char *text, const struct conf_limits *limits, void *value,
		      struct err *err)
{
	_cleanup_strbuf_ struct strbuf normal;

	strbuf_init(&normal, 0);
	if (*text == '\0')
		return string_parse(text, limits, value, err);
	if (*text != '/')
		return err_set(err, EINVAL, "\"%.80s\" is not an absolute path", text);
	if (!normalise_path(text, &normal))
		return err_set(err, EINVAL, "the path %.80s has a \"..\" in it", text);
	if (strcmp(text, normal.text) != 0) {
		err_set(err, EINVAL, "the path %.80s is not in its plain form", text);
		err_hint(err, "write %.120s", normal.text);
		return -EINVAL;
	}
	return string_parse(text, limits, value, err);
}

/* A word of a table is a C token; what stands for '-' in it is '_'. */
static void add_word(struct strbuf *out, const char *word)
{
	for (; *word; word++)
		strbuf_addc(out, *word == '_' ? '-' : *word);
}

static bool is_word(const char *text, const char *word)
{
	for (; *word; word++, text++)
		if (*text != (*word == '_' ? '-' : *word))
			return false;
	return *text == '\0';
}

static int enum_refuse(const char *text, const char *const *words, struct err *err)
{
	struct nearest nearest = { .word = text };
	_cleanup_strbuf_ struct strbuf known;

	strbuf_init(&known, 0);
	for (size_t i = 0; words[i]; i++) {
		nearest_offer(&nearest, words[i]);
		if (i)
			strbuf_adds(&known, ", ");
		add_word(&known, words[i]);
	}
	err_set(err, EINVAL, "\"%.80s\" is not one of %s", text, known.text);
	if (!nearest.best)
		return -EINVAL;
	strbuf_truncate(&known, 0);
	add_word(&known, nearest.best);
	err_hint(err, "did you mean %s?", known.text);
	return -EINVAL;
}

static int enum_parse(const char *text, const struct conf_limits *limits, void *value,
		      struct err *err)
{
	for (int i = 0; limits->words[i]; i++) {
		if (is_word(text, limits->words[i])) {
			memcpy(value, &i, sizeof(i));
			return 0;
		}
	}
	return enum_refuse(text, limits->words, err);
}

static void enum_format(const void *value, const struct conf_limits *limits,
			struct strbuf *out)
{
	int index;

	/* The member's own type is an enum, as large as an int but not an int. */
	memcpy(&index, value, sizeof(index));
	add_word(out, limits->words[index]);
}

/* Types that have a parser and a formatter of their own and no limits. */
#define PLAIN(prefix)                                                                    \
	static int prefix##_parse_value(const char *text,                                \
					const struct conf_limits *limits, void *value,   \
					struct err *err)                                 \
	{                                                                                \
		(void)limits;                                                            \
		return prefix##_parse(text, value, err);                                 \
	}                                                                                \
	static void prefix##_format_value(                                               \
		const void *value, const struct conf_limits *limits, struct strbuf *out) \
	{                                                                                \
		(void)limits;                                                            \
		prefix##_format(value, out);                                             \
	}

PLAIN(pci_address)
PLAIN(pci_id)
PLAIN(mac_address)
PLAIN(ip_address)
PLAIN(ip_prefix)
PLAIN(cpu_list)
PLAIN(ip_network)
PLAIN(ip_range)
PLAIN(link_select)
PLAIN(port_range)
PLAIN(port_target)

static int link_name_parse(const char *text, const struct conf_limits *limits,
			   void *value, struct err *err)
{
	/* "" is what stands where none is given. */
	int result = *text ? link_name_check(text, err) : 0;

	return result ? result : string_parse(text, limits, value, err);
}

#define TYPE(NAME, parse_it, format_it, release_it, words) \
	const struct conf_type conf_type_##NAME = {        \
		.name = #NAME,                             \
		.grammar = words,                          \
		.size = sizeof(CONF_C_TYPE(NAME)),         \
		.parse = parse_it,                         \
		.format = format_it,                       \
		.release = release_it,                     \
	}

TYPE(BOOL, bool_parse, bool_format, NULL, "yes or no");
TYPE(INT, int_parse, int_format, NULL, "a whole number");
TYPE(SIZE, size_parse_value, size_format_value, NULL, "a size, such as 512K or 4G");
TYPE(SPAN, span_parse_value, span_format_value, NULL,
     "a time span, such as 90s, 2min 30s or infinity");
TYPE(STRING, string_parse, string_format, string_release, "a text");
TYPE(SECRET, string_parse, string_format, string_release, "a text");
TYPE(PATH, path_parse, string_format, string_release, "an absolute path");
TYPE(ENUM, enum_parse, enum_format, NULL, "one of these words");
TYPE(PCI_ADDRESS, pci_address_parse_value, pci_address_format_value, NULL,
     "a PCI address, such as 01:00.0, 01:00.* or 0000:01:00.0");
TYPE(PCI_ID, pci_id_parse_value, pci_id_format_value, NULL,
     "a VENDOR:DEVICE pair, such as 10de:1b80");
TYPE(MAC, mac_address_parse_value, mac_address_format_value, NULL,
     "a hardware address, such as 52:54:00:12:34:56");
TYPE(IP_ADDRESS, ip_address_parse_value, ip_address_format_value, NULL,
     "an IPv4 or IPv6 address");
TYPE(IP_PREFIX, ip_prefix_parse_value, ip_prefix_format_value, NULL,
     "an address with a prefix length, such as 192.0.2.1/24");
TYPE(CPU_LIST, cpu_list_parse_value, cpu_list_format_value, NULL,
     "a list of CPUs, such as 0-3,8");
TYPE(IP_NETWORK, ip_network_parse_value, ip_network_format_value, NULL,
     "a network, such as 192.0.2.0/24, or an address");
TYPE(IP_RANGE, ip_range_parse_value, ip_range_format_value, NULL,
     "a range of addresses, such as 192.0.2.100-192.0.2.199");
TYPE(LINK_NAME, link_name_parse, string_format, string_release,
     "an interface's name of at most 15 characters");
TYPE(LINK_SELECT, link_select_parse_value, link_select_format_value, NULL,
     "an interface by its name, hardware address, path:ID_PATH or driver:NAME");
TYPE(PORT_RANGE, port_range_parse_value, port_range_format_value, NULL,
     "a protocol and its ports, such as tcp 2222, udp 6000-6010 or tcp,udp 53");
TYPE(PORT_TARGET, port_target_parse_value, port_target_format_value, NULL,
     "an address or a guest and ports, such as 192.0.2.5:22 or web:8000-8010");

/* The lists. */
#define CONF_TYPE(NAME, c_type)                          \
	const struct conf_type conf_type_LIST_##NAME = { \
		.name = "LIST_" #NAME,                   \
		.grammar = "",                           \
		.size = sizeof(struct conf_list),        \
		.element = &conf_type_##NAME,            \
	};
#include "lib/conf_types.def"
#undef CONF_TYPE
