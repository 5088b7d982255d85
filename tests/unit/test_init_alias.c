/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/alias.c init/module_index.c lib/module_plan.c lib/err.c */
/* A modalias finds its modules, as modprobe would find them. */
#include <stdlib.h>

#include "init/alias.h"
#include "init/module_index.h"
#include "tests/unit/tap.h"

static void patterns_match(void)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} rows[] = {
		{ "pci:v00001AF4d*sv*sd*bc*sc*i*",
		  "pci:v00001AF4d00001001sv00001AF4sd00000002bc01sc00i00", true },
		{ "pci:v00001AF4d*sv*sd*bc*sc*i*",
		  "pci:v00008086d00001001sv00001AF4sd00000002bc01sc00i00", false },
		{ "usb:v1D6Bp000[1-3]*", "usb:v1D6Bp0002d0606", true },
		{ "usb:v1D6Bp000[1-3]*", "usb:v1D6Bp0004d0606", false },
		{ "a[!b]c", "axc", true },
		{ "a[!b]c", "abc", false },
		{ "fs-ext4", "fs_ext4", true },
		{ "a?c", "abc", true },
		{ "a?c", "ac", false },
		{ "*x*y", "axbxcy", true },
		{ "*x*y", "axbxcyz", false },
		{ "", "", true },
		{ "*", "", true },
		{ "a[", "a", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_int(alias_matches(rows[i].pattern, rows[i].text), rows[i].matches,
		       "%s %s %s", rows[i].pattern,
		       rows[i].matches ? "matches" : "does not match", rows[i].text);
}

struct found {
	char text[256];
};

static void note(const char *module, void *data)
{
	struct found *found = data;

	strcat(found->text, module);
	strcat(found->text, " ");
}

static void table_finds_all(void)
{
	char *text = strdup("# Aliases\n"
			    "alias fs-ext4 ext4\n"
			    "alias virtio:d00000002v* virtio_blk\n"
			    "alias virtio:d*v* virtio_any\n"
			    "alias virtio:d00000008v* virtio_scsi\n"
			    "alias * everything\n"
			    "alias broken\n");
	struct alias_table table;
	struct found found = { "" };

	ok(alias_table_parse(&table, text), "the table is made");
	alias_table_match(&table, "virtio:d00000002v00001AF4", note, &found);
	is_str(found.text, "everything virtio_any virtio_blk ",
	       "each pattern that matches is found, whatever its literal part");
	found.text[0] = '\0';
	alias_table_match(&table, "fs_ext4", note, &found);
	is_str(found.text, "everything ext4 ", "'-' and '_' are the same");
	alias_table_release(&table);
	free(text);
}

static void index_answers(void)
{
	struct module_index index;
	struct index_entry *entry;
	const struct index_softdep *softdep;
	const struct index_rule *rule;

	ok(module_index_parse(&index,
			      strdup("kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko\n"
				     "kernel/fs/jbd2/jbd2.ko:\n"
				     "kernel/lib/nls-x.ko.xz:\n"),
			      NULL,
			      strdup("# Soft\nsoftdep ext4 pre: crc32c post: a b\n"),
			      strdup("kernel/crypto/sha-x.ko\n"),
			      strdup("options ext4 a=1 b=2\nblacklist nls_x\n")),
	   "the files are parsed");
	entry = module_index_find(&index, "ext4");
	ok(entry != NULL, "a module is found");
	is_str(entry->depends, "kernel/fs/jbd2/jbd2.ko", "... with what it needs");
	ok(module_index_find(&index, "nls-x") && module_index_find(&index, "nls_x"),
	   "... by either spelling");
	ok(!module_index_find(&index, "xfs"), "what is not there is not found");
	softdep = module_index_softdep(&index, "ext4", NULL);
	is_str(softdep->pre, " crc32c ", "softdep pre:");
	is_str(softdep->post, " a b", "softdep post:");
	ok(!module_index_softdep(&index, "ext4", softdep), "there is one such line");
	rule = module_index_options(&index, "ext4", NULL);
	is_str(rule->text, "a=1 b=2", "options");
	ok(module_index_is_blacklisted(&index, "nls-x"), "blacklist");
	ok(module_index_is_builtin(&index, "sha_x"), "built-ins are known");
	ok(!module_index_is_builtin(&index, "ext4"), "... and only they");
	module_index_release(&index);
}

int main(void)
{
	patterns_match();
	table_finds_all();
	index_answers();
	return done_testing();
}
