/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: boot/words.c boot/words_find.c boot/merge.c boot/merge_item.c boot/diff.c boot/grub_block.c */
/* SOURCES: lib/format_text.c lib/kernel_rule.c lib/kernel_match.c lib/cmdline.c lib/nearest.c lib/file.c */
/* SOURCES: lib/strbuf.c lib/err.c lib/value/cpu_list.c */
/* fuzz_boot_words.c: any file with a command line is parted, merged with rules and shown as a diff;
 * what was merged needs nothing more. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boot/diff.h"
#include "boot/grub_block.h"
#include "boot/merge.h"
#include "boot/words.h"
#include "lib/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct merge_machine machine = { CPU_MAKER_INTEL, true };

/* The words after the rules; false where they contradict each other. */
static bool merge(const char *text, const struct kernel_rules *rules, struct strbuf *out)
{
	_cleanup_words_ struct words words = WORDS_INIT;
	_cleanup_strbuf_ struct strbuf warnings;
	bool good;

	strbuf_init(&warnings, 0);
	good = !words_parse(&words, text, NULL, NULL) &&
	       !merge_rules(&words, rules, &machine, &warnings, NULL);
	words_write(&words, out);
	return good;
}

/* The first line is a rule, the others the file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const effects[] = { "iommu", "hugepages-1G>=4",
					       "isolated=2-5" };
	_cleanup_kernel_rules_ struct kernel_rules rules = KERNEL_RULES_INIT;
	_cleanup_free_ char *text =
		strndup((const char *)data, size < 4096 ? size : 4096);
	_cleanup_strbuf_ struct strbuf once, twice, diff, block;
	char *file = text ? strchr(text, '\n') : NULL;

	strbuf_init(&once, 0);
	strbuf_init(&twice, 0);
	strbuf_init(&diff, 0);
	strbuf_init(&block, 0);
	if (!file)
		return 0;
	*file++ = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(effects); i++)
		kernel_rules_add(&rules, KERNEL_RULE_EFFECTIVE, effects[i], "",
				 KERNEL_POLICY_WARN, NULL);
	kernel_rules_add(&rules, KERNEL_RULE_REQUIRE, text, "", KERNEL_POLICY_WARN, NULL);
	if (merge(file, &rules, &once) && !strchr(once.text, '#') &&
	    (!merge(once.text, &rules, &twice) || strcmp(once.text, twice.text) != 0))
		abort();
	diff_write("a", file, "b", once.text, &diff);
	if (strcmp(file, once.text) != 0 && !diff.length)
		abort();
	grub_block_replace("file", file, once.text, &block, NULL);
	return 0;
}
