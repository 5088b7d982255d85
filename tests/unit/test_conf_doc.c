/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/conf_dump.c lib/value/units.c lib/value/pci.c lib/value/pci_select.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c tests/unit/conf_all.c lib/conf_doc.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/init.c lib/schema/rule.c lib/kernel_rule.c lib/password_hash.c LIBS: inih */
/* clang-format on */
/* test_conf_doc.c: every row of every table shows up in everything that is generated. */
#include <ctype.h>

#include "lib/cleanup.h"
#include "lib/conf_schema.h"
#include "lib/schema/host.h"
#include "lib/schema/init.h"
#include "tests/unit/conf_all.h"
#include "tests/unit/tap.h"

static const struct conf_schema *const schemas[] = { &host_schema, &init_schema,
						     &all_schema };

typedef void writer(const struct conf_schema *schema, struct strbuf *out);

/* The section's part of a text: from its mark to the next section's. */
static bool has_in_section(const char *text, const char *mark, const char *next,
			   const char *wanted)
{
	const char *from = strstr(text, mark);
	const char *to = from ? strstr(from + strlen(mark), next) : NULL;
	const char *place = from ? strstr(from, wanted) : NULL;

	return place && (!to || place < to);
}

static void check_key(const struct conf_schema *schema,
		      const struct conf_section *section, const struct conf_key *key,
		      const struct strbuf *texts)
{
	char section_mark[64], line[256];

	snprintf(section_mark, sizeof(section_mark), "[%s]\n", section->name);
	snprintf(line, sizeof(line), "\n#%s=%s\n", key->name, key->fallback);
	ok(has_in_section(texts[0].text, section_mark, "\n[", line),
	   "%s: the sample has [%s] %s= with its default", schema->name, section->name,
	   key->name);
	snprintf(section_mark, sizeof(section_mark), "# [%s] SECTION\n", section->name);
	snprintf(line, sizeof(line), "\n*%s=*\n\t", key->name);
	ok(has_in_section(texts[1].text, section_mark, "\n# [", line),
	   "%s: the manual page has [%s] %s=", schema->name, section->name, key->name);
	snprintf(line, sizeof(line), "{\"section\": \"%s\", \"key\": \"%s\", ",
		 section->name, key->name);
	ok(strstr(texts[2].text, line), "%s: the JSON has [%s] %s", schema->name,
	   section->name, key->name);
	snprintf(line, sizeof(line), "%s.%s=", section->name, key->name);
	ok(strstr(texts[3].text, line), "%s: the completion has %s.%s", schema->name,
	   section->name, key->name);
	ok(key->help[0] && key->help[strlen(key->help) - 1] != '.',
	   "%s: %s= has a line of help without a full stop", schema->name, key->name);
}

static void every_row_shows_up(const struct conf_schema *schema)
{
	static writer *const writers[] = { conf_write_sample, conf_write_man,
					   conf_write_json, conf_write_words };
	struct strbuf texts[ARRAY_SIZE(writers)];

	for (size_t i = 0; i < ARRAY_SIZE(writers); i++) {
		strbuf_init(&texts[i], 0);
		writers[i](schema, &texts[i]);
	}
	for (size_t i = 0; i < schema->section_count; i++)
		for (size_t j = 0; j < schema->sections[i].key_count; j++)
			check_key(schema, &schema->sections[i],
				  &schema->sections[i].keys[j], texts);
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++)
		strbuf_release(&texts[i]);
}

/* Takes the '#' from the lines "#Key=value" and "#[Section]". */
static void uncomment(const char *sample, struct strbuf *out)
{
	for (bool start = true; *sample; start = *sample++ == '\n')
		if (!start || *sample != '#' ||
		    !(isupper((unsigned char)sample[1]) || sample[1] == '['))
			strbuf_addc(out, *sample);
}

static void samples_can_be_read(const struct conf_schema *schema)
{
	_cleanup_conf_ struct conf *plain = conf_new(schema), *full = conf_new(schema);
	_cleanup_strbuf_ struct strbuf sample, uncommented, dump;
	struct err err = ERR_INIT;

	strbuf_init(&sample, 0);
	strbuf_init(&uncommented, 0);
	strbuf_init(&dump, 0);
	conf_write_sample(schema, &sample);
	is_int(conf_read_text(plain, "sample", sample.text, &err), 0,
	       "%s: the sample is valid", schema->name);
	conf_dump(plain, 0, &dump);
	is_str(dump.text, "", "%s: and changes nothing", schema->name);
	uncomment(sample.text, &uncommented);
	if (!ok(conf_read_text(full, "sample", uncommented.text, &err) == 0,
		"%s: with every key uncommented it is valid as well", schema->name))
		printf("# %s\n", err.text);
	is_int(conf_check(full, &err), 0, "%s: and the rules hold", schema->name);
}

static void host_rules(void)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "[Image]\nCompression=gzip\nLevel=9\n", "" },
		{ "[Image]\nCompression=gzip\nLevel=19\n",
		  "t:3: [Image] Level: level 19 is too high for this Compression=; its highest is 9" },
		{ "[Modules]\nAdd=dm-mod a\nExclude=b dm_mod\n",
		  "t:3: [Modules] Exclude: dm_mod is also in Add=" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_conf_ struct conf *conf = conf_new(&host_schema);
		struct err err = ERR_INIT;

		conf_read_text(conf, "t", rows[i].text, &err);
		conf_check(conf, &err);
		is_str(err.text, rows[i].message, "host rules: %s",
		       rows[i].message[0] ? rows[i].message : "a good file passes");
	}
}

static void init_rules(void)
{
	_cleanup_conf_ struct conf *conf = conf_new(&init_schema);
	struct err err = ERR_INIT;

	conf_read_text(conf, "t", "[Lvm]\nVolumes=vg/root vg\n", NULL);
	conf_check(conf, &err);
	is_str(err.text, "t:2: [Lvm] Volumes: \"vg\" is not of the form VG/LV",
	       "init rules: a volume has a group");
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(schemas); i++) {
		every_row_shows_up(schemas[i]);
		samples_can_be_read(schemas[i]);
	}
	host_rules();
	init_rules();
	return done_testing();
}
