/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/module_index.c init/alias.c lib/module_plan.c mkinitramfs/modprobe_conf.c lib/format_text.c */
/* SOURCES: lib/names.c lib/file.c lib/strbuf.c lib/err.c */
/* fuzz_modules.c: whatever stands in modules.dep, modules.alias, modules.softdep,
 * modules.builtin and modprobe.d, /init's index and the builder's lines are whole. The input's
 * parts, parted by 0x01, are those five. */
#include "init/module_index.h"
#include "mkinitramfs/modprobe_conf.h"
#include "tests/fuzz/fuzz.h"

enum { TEXTS = 5 };

static void found(const char *module, void *data)
{
	*(size_t *)data += strlen(module);
}

static void ask(const struct module_index *index)
{
	const struct index_softdep *softdep = NULL;
	const struct index_rule *rule = NULL;
	size_t length = 0;

	for (size_t i = 0; i < index->entry_count; i++) {
		must(module_index_find(index, index->entries[i].name) != NULL);
		length += strlen(index->entries[i].path) +
			  strlen(index->entries[i].depends);
	}
	for (size_t i = 0; i < index->aliases.count; i++)
		alias_table_match(&index->aliases, index->aliases.aliases[i].pattern,
				  found, &length);
	alias_table_match(&index->aliases, "pci:v00008086d000010D3sv", found, &length);
	while ((softdep = module_index_softdep(index, "e1000e", softdep)))
		length += strlen(softdep->pre) + strlen(softdep->post);
	while ((rule = module_index_options(index, "e1000e", rule)))
		length += strlen(rule->text);
	module_index_is_builtin(index, "ext4");
	module_index_is_blacklisted(index, "e1000e");
}

static void read_conf(const char *text)
{
	struct modprobe_conf conf = MODPROBE_CONF_INIT;
	const struct modprobe_line *line = NULL;
	struct err err = ERR_INIT;

	must_tell(modprobe_conf_parse(&conf, text, false, &err), &err);
	for (size_t i = 0; i < conf.count; i++)
		must(conf.lines[i].command && conf.lines[i].name && conf.lines[i].rest);
	while ((line = modprobe_conf_next(&conf, "options", "e1000e", line)))
		;
	modprobe_conf_release(&conf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct module_index index = { .dep_text = NULL };
	char *all = fuzz_text(data, size), *rest = all, *texts[TEXTS];

	for (size_t i = 0; i < TEXTS; i++) {
		const char *part = i < TEXTS - 1 ? strsep(&rest, "\1") : rest;

		texts[i] = strdup(part ? part : "");
		must(texts[i] != NULL);
	}
	read_conf(texts[TEXTS - 1]);
	if (module_index_parse(&index, texts[0], texts[1], texts[2], texts[3], texts[4]))
		ask(&index);
	module_index_release(&index);
	free(all);
	return 0;
}
