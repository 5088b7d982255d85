/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/conf_dump.c lib/value/units.c lib/value/pci.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c tests/unit/conf_all.c LIBS: inih */
/* clang-format on */
/* test_conf_dump.c: a dump reads back to the same values, whatever they are. */
#include <inttypes.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "lib/conf_quote.h"
#include "lib/conf_schema.h"
#include "tests/unit/conf_all.h"
#include "tests/unit/tap.h"

enum { ROUNDS = 60 };

static uint64_t random_state = 88172645463325252;

/* xorshift64: the same numbers in every run. */
static uint64_t any(uint64_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

/* A number of any magnitude. */
static uint64_t any_number(void)
{
	return any(UINT64_MAX) >> any(64);
}

static void make_bool(struct strbuf *text)
{
	strbuf_adds(text, any(2) ? "yes" : "off");
}

static void make_int(struct strbuf *text)
{
	strbuf_addf(text, "%" PRId64, (int64_t)any_number() * (any(2) ? 1 : -1));
}

static void make_size(struct strbuf *text)
{
	strbuf_addf(text, "%" PRIu64, any_number());
}

static void make_span(struct strbuf *text)
{
	if (any(20) == 0)
		strbuf_adds(text, "infinity");
	else
		strbuf_addf(text, "%" PRIu64 "ms", any_number());
}

static void make_string(struct strbuf *text)
{
	static const char *const pieces[] = { "a",    "B", " ", "\t", "\n", "\"", "'",
					      "\\",   "#", ";", "=",  "[",  "]",  "\x01",
					      "\x7f", "ä", "€", "𝄞",  "\r", ":" };

	for (uint64_t i = any(12); i > 0; i--)
		strbuf_adds(text, pieces[any(ARRAY_SIZE(pieces))]);
}

static void make_path(struct strbuf *text)
{
	for (uint64_t i = any(3) + 1; i > 0; i--) {
		strbuf_adds(text, "/x");
		make_string(text);
	}
}

static void make_enum(struct strbuf *text)
{
	(void)text; /* by the key's words */
}

static void make_pci_address(struct strbuf *text)
{
	strbuf_addf(text, "%04x:%02x:%02x.",
		    (unsigned)(any(2) ? any(65536) : any(1u << 31)), (unsigned)any(256),
		    (unsigned)any(32));
	strbuf_addc(text, "01234567*"[any(9)]);
}

static void make_pci_id(struct strbuf *text)
{
	strbuf_addf(text, "%04x:%04x", (unsigned)any(65536), (unsigned)any(65535) + 1);
}

static void make_mac(struct strbuf *text)
{
	strbuf_addf(text, "%02x-%02x-%02X-00-00-01", (unsigned)any(256),
		    (unsigned)any(256), (unsigned)any(256));
}

static void make_ip(struct strbuf *text)
{
	if (any(2))
		strbuf_addf(text, "%u.%u.%u.%u", (unsigned)any(256), (unsigned)any(256),
			    (unsigned)any(256), (unsigned)any(256));
	else
		strbuf_addf(text, "%x:0:0:%x::%x", (unsigned)any(65536),
			    (unsigned)any(65536), (unsigned)any(65536));
}

static void make_prefix(struct strbuf *text)
{
	make_ip(text);
	strbuf_addf(text, "/%u", (unsigned)any(33));
}

static void make_cpus(struct strbuf *text)
{
	for (uint64_t i = any(4) + 1; i > 0; i--) {
		unsigned first = (unsigned)any(8192);
		unsigned last = first + (unsigned)any(8192 - first);
		unsigned group = (unsigned)any(9) + 1;

		strbuf_addf(text, "%u-%u:%u/%u%s", first, last, (unsigned)any(group) + 1,
			    group, i > 1 ? "," : "");
	}
}

static void make_network(struct strbuf *text)
{
	if (any(20) == 0)
		strbuf_adds(text, "default");
	else
		strbuf_addf(text, "10.%u.0.0/%u", (unsigned)any(256),
			    (unsigned)(16 + any(17)));
}

static void make_range(struct strbuf *text)
{
	strbuf_addf(text, "fd00::%x-fd00::%x", (unsigned)any(100),
		    (unsigned)(100 + any(100)));
}

static void make_link_name(struct strbuf *text)
{
	strbuf_addf(text, "eth%u", (unsigned)any(UINT32_MAX));
}

static void make_link_select(struct strbuf *text)
{
	static const char *const texts[] = { "eth0", "52:54:00:12:34:56",
					     "path:pci-0000:03:00.0", "driver:igb" };

	strbuf_adds(text, texts[any(ARRAY_SIZE(texts))]);
}

static void make_ports(struct strbuf *text)
{
	strbuf_addf(text, "tcp%s:%u-%u", any(2) ? ",udp" : "", (unsigned)(1 + any(1000)),
		    (unsigned)(1000 + any(1000)));
}

static void make_target(struct strbuf *text)
{
	static const char *const hosts[] = { "web", "10.0.0.5", "[fd00::5]" };

	strbuf_addf(text, "%s:%u", hosts[any(ARRAY_SIZE(hosts))],
		    (unsigned)(1 + any(65535)));
}

static const struct {
	const struct conf_type *type;
	void (*make)(struct strbuf *text);
} makers[] = {
	{ &conf_type_BOOL, make_bool },
	{ &conf_type_INT, make_int },
	{ &conf_type_SIZE, make_size },
	{ &conf_type_SPAN, make_span },
	{ &conf_type_STRING, make_string },
	{ &conf_type_SECRET, make_string },
	{ &conf_type_PATH, make_path },
	{ &conf_type_ENUM, make_enum },
	{ &conf_type_PCI_ADDRESS, make_pci_address },
	{ &conf_type_PCI_ID, make_pci_id },
	{ &conf_type_MAC, make_mac },
	{ &conf_type_IP_ADDRESS, make_ip },
	{ &conf_type_IP_PREFIX, make_prefix },
	{ &conf_type_CPU_LIST, make_cpus },
	{ &conf_type_IP_NETWORK, make_network },
	{ &conf_type_IP_RANGE, make_range },
	{ &conf_type_LINK_NAME, make_link_name },
	{ &conf_type_LINK_SELECT, make_link_select },
	{ &conf_type_PORT_RANGE, make_ports },
	{ &conf_type_PORT_TARGET, make_target },
};

static void make_value(const struct conf_key *key, struct strbuf *text)
{
	const struct conf_type *type =
		key->type->element ? key->type->element : key->type;
	const char *const *words = key->limits.words;
	size_t count = 0;

	if (key->limits.ranged) {
		strbuf_addf(text, "%u", (unsigned)any(10) + 1);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++)
		if (makers[i].type == type)
			makers[i].make(text);
	while (words && words[count])
		count++;
	for (const char *c = count ? words[any(count)] : ""; *c; c++)
		strbuf_addc(text, *c == '_' ? '-' : *c);
}

static void make_line(const struct conf_key *key, struct strbuf *out)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	strbuf_addf(out, "%s=", key->name);
	if (any(8) == 0) {
		strbuf_addc(out, '\n');
		return;
	}
	for (uint64_t i = key->type->element ? any(30) : 1; i > 0; i--) {
		strbuf_truncate(&text, 0);
		make_value(key, &text);
		conf_quote(text.text, key->type->element ? CONF_AS_ITEM : CONF_AS_VALUE,
			   out);
		strbuf_adds(out, key->type->element ? "  " : "");
	}
	strbuf_addc(out, '\n');
}

/* A file with any keys in any order, lists in several lines among them. */
static void make_file(struct strbuf *out)
{
	for (uint64_t i = any(8); i > 0; i--) {
		const struct conf_section *section =
			&all_schema.sections[any(all_schema.section_count)];

		strbuf_addf(out, "[%s]\n", section->name);
		for (uint64_t j = any(2 * section->key_count); j > 0; j--)
			make_line(&section->keys[any(section->key_count)], out);
	}
}

/* Reads the text and dumps it into `out`. */
static bool dump_again(const char *text, unsigned flags, struct strbuf *out)
{
	_cleanup_conf_ struct conf *conf = conf_new(&all_schema);
	struct err err = ERR_INIT;

	if (conf_read_text(conf, "random.conf", text, &err)) {
		printf("# %s\n", err.text);
		return false;
	}
	conf_dump(conf, flags, out);
	return !out->overflow;
}

/* dump(parse(text)) is the same as dump(parse(dump(parse(text)))), with these flags in
 * between. */
static bool is_identity(const char *text, unsigned flags)
{
	_cleanup_strbuf_ struct strbuf first, between, second;

	strbuf_init(&first, 0);
	strbuf_init(&between, 0);
	strbuf_init(&second, 0);
	if (!dump_again(text, 0, &first) || !dump_again(text, flags, &between))
		return false;
	if (flags & CONF_DUMP_DEFAULTS) {
		/* What was a default is now said: compare on those terms. */
		strbuf_truncate(&first, 0);
		if (!dump_again(text, CONF_DUMP_DEFAULTS, &first))
			return false;
	}
	if (!dump_again(between.text, flags & CONF_DUMP_DEFAULTS, &second))
		return false;
	return strcmp(first.text, second.text) == 0;
}

static void random_values_survive(void)
{
	static const struct {
		const char *name;
		unsigned flags;
	} kinds[] = {
		{ "a plain dump", 0 },
		{ "a dump with origins", CONF_DUMP_ORIGINS },
		{ "a dump with defaults", CONF_DUMP_DEFAULTS },
		{ "a dump with both", CONF_DUMP_ORIGINS | CONF_DUMP_DEFAULTS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		_cleanup_strbuf_ struct strbuf file;
		int good = 0;

		strbuf_init(&file, 0);
		for (int round = 0; round < ROUNDS; round++) {
			strbuf_truncate(&file, 0);
			make_file(&file);
			if (is_identity(file.text, kinds[i].flags))
				good++;
			else
				printf("# not the same:\n# %s\n", file.text);
		}
		is_int(good, ROUNDS, "%s of %d random files reads back to the same",
		       kinds[i].name, ROUNDS);
	}
}

static void random_texts_survive_quoting(void)
{
	int values = 0, items = 0;

	for (int round = 0; round < ROUNDS; round++) {
		_cleanup_strbuf_ struct strbuf text, quoted, back;
		const char *rest;

		strbuf_init(&text, 0);
		strbuf_init(&quoted, 0);
		strbuf_init(&back, 0);
		make_string(&text);
		conf_quote(text.text, CONF_AS_VALUE, &quoted);
		values += conf_unquote(quoted.text, &back, NULL) == 0 &&
			  strcmp(back.text, text.text) == 0;
		strbuf_truncate(&quoted, 0);
		conf_quote(text.text, CONF_AS_ITEM, &quoted);
		rest = quoted.text;
		items += conf_next_item(&rest, &back, NULL) == 1 && *rest == '\0' &&
			 strcmp(back.text, text.text) == 0;
	}
	is_int(values, ROUNDS, "any text survives as a value");
	is_int(items, ROUNDS, "any text survives as an item");
}

static void origins_stand_above_values(void)
{
	_cleanup_conf_ struct conf *conf = conf_new(&all_schema);
	_cleanup_strbuf_ struct strbuf out;

	strbuf_init(&out, 0);
	conf_read_text(conf, "host.conf", "[List]\nString=a 'b c'\n[Disk]\nSize=2G\n",
		       NULL);
	conf_read_text(conf, "more.conf", "[List]\nString=d\n", NULL);
	conf_set(conf, "Plain", "String", "root=/dev/vg/root", "/proc/cmdline", NULL);
	conf_dump(conf, CONF_DUMP_ORIGINS, &out);
	is_str(out.text,
	       "[Plain]\n# /proc/cmdline\nString=root=/dev/vg/root\n"
	       "\n[List]\n# host.conf:2\nString=a \"b c\"\n# more.conf:2\nString=d\n"
	       "\n[Disk]\n# host.conf:4\nSize=2G\n",
	       "each value, and each part of a list, stands below its origin");
	strbuf_truncate(&out, 0);
	conf_dump(conf, 0, &out);
	is_str(out.text,
	       "[Plain]\nString=root=/dev/vg/root\n\n[List]\nString=a \"b c\" d\n\n[Disk]\nSize=2G\n",
	       "without origins a list is one");
}

static void defaults_are_shown_on_demand(void)
{
	_cleanup_conf_ struct conf *conf = conf_new(&all_schema);
	_cleanup_strbuf_ struct strbuf out;

	strbuf_init(&out, 0);
	conf_dump(conf, CONF_DUMP_ORIGINS, &out);
	is_str(out.text, "", "a dump of nothing but defaults is empty");
	conf_dump(conf, CONF_DUMP_ORIGINS | CONF_DUMP_DEFAULTS, &out);
	ok(strstr(out.text, "# default\nSpan=1min 30s\n"),
	   "with defaults it is everything");
	ok(strstr(out.text, "# default\nPciAddress=\n"),
	   "what is not set has nothing behind the =");
}

static void secrets_stay(void)
{
	_cleanup_conf_ struct conf *conf = conf_new(&all_schema);
	_cleanup_strbuf_ struct strbuf out;

	strbuf_init(&out, 0);
	conf_read_text(conf, "host.conf", "[Plain]\nSecret=hash\nString=a\n", NULL);
	conf_dump(conf, CONF_DUMP_PUBLIC, &out);
	is_str(out.text, "[Plain]\nString=a\n# Secret= is set, and not shown\n",
	       "a dump for everybody has a remark where a secret is");
	strbuf_truncate(&out, 0);
	conf_dump(conf, 0, &out);
	is_str(out.text, "[Plain]\nString=a\nSecret=hash\n", "any other has the secret");
}

int main(void)
{
	random_texts_survive_quoting();
	random_values_survive();
	origins_stand_above_values();
	defaults_are_shown_on_demand();
	secrets_stay();
	return done_testing();
}
