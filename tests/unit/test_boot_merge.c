/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: boot/merge.c boot/merge_item.c boot/words.c boot/words_find.c lib/format_text.c lib/kernel_rule.c */
/* SOURCES: lib/kernel_match.c lib/cmdline.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c */
/* SOURCES: lib/value/cpu_list.c */
/* test_boot_merge.c: what rules make of the kernel's command line, and which words they do not
 * get along with. */
#include <errno.h>
#include <stdlib.h>

#include "boot/merge.h"
#include "tests/unit/tap.h"

#define REQUIRE   KERNEL_RULE_REQUIRE
#define FORBID    KERNEL_RULE_FORBID
#define ADVISE    KERNEL_RULE_ADVISE
#define EFFECTIVE KERNEL_RULE_EFFECTIVE
#define INTEL                         \
	{                             \
		CPU_MAKER_INTEL, true \
	}
#define INTEL_ON                       \
	{                              \
		CPU_MAKER_INTEL, false \
	}
#define AMD                          \
	{                            \
		CPU_MAKER_AMD, false \
	}
#define OTHER                          \
	{                              \
		CPU_MAKER_OTHER, false \
	}

enum { RULES = 4 };

static const struct row {
	const char *promise, *file;
	struct merge_machine machine;
	struct {
		enum kernel_rule_kind kind;
		const char *text;
	} rules[RULES];     /* the first is h:1, the second h:2 */
	const char *merged; /* NULL: an error */
	const char *says;   /* the error, or the warning */
} rows[] = {
	{ "what is there stays",
	  "quiet root=/dev/sda1",
	  OTHER,
	  { { REQUIRE, "quiet" } },
	  "quiet root=/dev/sda1",
	  "" },
	{ "a name", "quiet", OTHER, { { REQUIRE, "nosmt" } }, "quiet nosmt", "" },
	{ "a value", "quiet", OTHER, { { ADVISE, "iommu=pt" } }, "quiet iommu=pt", "" },
	{ "a list of values",
	  "",
	  OTHER,
	  { { REQUIRE, "iommu=pt,nobypass" } },
	  "iommu=pt,nobypass",
	  "" },
	{ "a value among others in a list",
	  "iommu=soft,pt",
	  OTHER,
	  { { REQUIRE, "iommu=pt" } },
	  "iommu=soft,pt",
	  "" },
	{ "at least", "", OTHER, { { REQUIRE, "loglevel>=4" } }, "loglevel=4", "" },
	{ "at least, and it is",
	  "loglevel=7",
	  OTHER,
	  { { REQUIRE, "loglevel>=4" } },
	  "loglevel=7",
	  "" },
	{ "at most", "", OTHER, { { REQUIRE, "loglevel<=4" } }, "loglevel=4", "" },
	{ "a range", "", OTHER, { { REQUIRE, "loglevel=3..5" } }, "loglevel=3", "" },
	{ "a number's largest of two rules",
	  "",
	  OTHER,
	  { { REQUIRE, "loglevel>=4" }, { ADVISE, "loglevel>=6" } },
	  "loglevel=6",
	  "" },
	{ "pages of a size",
	  "quiet",
	  OTHER,
	  { { EFFECTIVE, "hugepages-1G>=4" } },
	  "quiet hugepagesz=1G hugepages=4",
	  "" },
	{ "pages of two sizes",
	  "",
	  OTHER,
	  { { EFFECTIVE, "hugepages-1G>=4" }, { REQUIRE, "hugepages-2M>=512" } },
	  "hugepagesz=1G hugepages=4 hugepagesz=2M hugepages=512",
	  "" },
	{ "the most pages that anybody asks for",
	  "",
	  OTHER,
	  { { EFFECTIVE, "hugepages-1G>=2" },
	    { EFFECTIVE, "hugepages-1G>=8" },
	    { EFFECTIVE, "hugepages-1G>=4" } },
	  "hugepagesz=1G hugepages=8",
	  "" },
	{ "pages of the default size come before a size",
	  "",
	  OTHER,
	  { { EFFECTIVE, "hugepages-1G>=4" }, { REQUIRE, "hugepages>=512" } },
	  "hugepages=512 hugepagesz=1G hugepages=4",
	  "" },
	{ "alternatives: Intel's",
	  "",
	  INTEL,
	  { { REQUIRE, "amd_iommu=on|intel_iommu=on" } },
	  "intel_iommu=on",
	  "" },
	{ "alternatives: AMD's",
	  "",
	  AMD,
	  { { REQUIRE, "intel_iommu=on|amd_iommu=on" } },
	  "amd_iommu=on",
	  "" },
	{ "alternatives: neither's",
	  "",
	  OTHER,
	  { { REQUIRE, "intel_iommu=on|amd_iommu=on" } },
	  "intel_iommu=on",
	  "" },
	{ "alternatives: one is there",
	  "amd_iommu=on",
	  INTEL,
	  { { REQUIRE, "intel_iommu=on|amd_iommu=on" } },
	  "amd_iommu=on",
	  "" },
	{ "an IOMMU in effect",
	  "quiet",
	  INTEL,
	  { { EFFECTIVE, "iommu" } },
	  "quiet intel_iommu=on",
	  "" },
	{ "an IOMMU that the kernel switches on itself",
	  "quiet",
	  INTEL_ON,
	  { { EFFECTIVE, "iommu" } },
	  "quiet",
	  "" },
	{ "AMD's IOMMU", "quiet", AMD, { { EFFECTIVE, "iommu" } }, "quiet", "" },
	{ "the guests' two rules add one word",
	  "",
	  INTEL,
	  { { EFFECTIVE, "iommu" }, { ADVISE, "intel_iommu=on" } },
	  "intel_iommu=on",
	  "" },
	{ "isolated CPUs",
	  "",
	  OTHER,
	  { { EFFECTIVE, "isolated=2-5" } },
	  "isolcpus=2-5",
	  "" },
	{ "CPUs that several rules ask for",
	  "",
	  OTHER,
	  { { EFFECTIVE, "nohz_full=2-3" }, { REQUIRE, "nohz_full=4-5" } },
	  "nohz_full=2-3,4-5",
	  "" },
	{ "CPUs that are a part of those there",
	  "isolcpus=2-7",
	  OTHER,
	  { { EFFECTIVE, "isolated=3-4" } },
	  "isolcpus=2-7",
	  "" },
	{ "a module's parameter",
	  "",
	  OTHER,
	  { { EFFECTIVE, "kvm_intel.nested=1" } },
	  "kvm_intel.nested=1",
	  "" },
	{ "what adds up is added",
	  "console=tty0",
	  OTHER,
	  { { REQUIRE, "console=ttyS0" } },
	  "console=tty0 console=ttyS0",
	  "" },
	{ "before what is init's",
	  "quiet -- single",
	  OTHER,
	  { { REQUIRE, "nosmt" } },
	  "quiet nosmt -- single",
	  "" },
	{ "a word of init's is none of the kernel's",
	  "-- nosmt",
	  OTHER,
	  { { REQUIRE, "nosmt" } },
	  "nosmt -- nosmt",
	  "" },
	{ "what generators give is there",
	  "quiet",
	  OTHER,
	  { { REQUIRE, "root" }, { REQUIRE, "ro" } },
	  "quiet",
	  "" },
	{ "a value with a space",
	  "",
	  OTHER,
	  { { REQUIRE, "dyndbg=file a +p" } },
	  "dyndbg=\"file a +p\"",
	  "" },

	{ "another value",
	  "quiet\n\nintel_iommu=off",
	  INTEL,
	  { { REQUIRE, "intel_iommu=on" } },
	  NULL,
	  "cmdline:3: intel_iommu=off, but intel_iommu=on is required (h:1)" },
	{ "an IOMMU that is switched off",
	  "iommu=off",
	  AMD,
	  { { EFFECTIVE, "iommu" } },
	  NULL,
	  "cmdline:1: iommu=off, but iommu must be in effect (h:1)" },
	{ "a forbidden name",
	  "# a\nquiet",
	  OTHER,
	  { { FORBID, "quiet" } },
	  NULL,
	  "cmdline:2: quiet, but quiet is forbidden (h:1)" },
	{ "a forbidden value",
	  "mitigations=off",
	  OTHER,
	  { { FORBID, "mitigations=off" } },
	  NULL,
	  "cmdline:1: mitigations=off, but mitigations=off is forbidden (h:1)" },
	{ "another value than the forbidden",
	  "mitigations=auto",
	  OTHER,
	  { { FORBID, "mitigations=off" } },
	  "mitigations=auto",
	  "" },
	{ "one rule asks for what another forbids",
	  "",
	  OTHER,
	  { { REQUIRE, "nosmt" }, { FORBID, "nosmt" } },
	  NULL,
	  "h:1: nosmt, but nosmt is forbidden (h:2)" },
	{ "two rules ask for different things",
	  "",
	  OTHER,
	  { { REQUIRE, "iommu=pt" }, { REQUIRE, "iommu=strict" } },
	  NULL,
	  "h:1: iommu=pt, but iommu=strict is required (h:2)" },
	{ "ranges that have nothing in common",
	  "",
	  OTHER,
	  { { REQUIRE, "loglevel<=3" }, { REQUIRE, "loglevel>=5" } },
	  NULL,
	  "h:1: loglevel=3, but loglevel>=5 is required (h:2)" },
	{ "a number that grew too large for a third rule",
	  "",
	  OTHER,
	  { { REQUIRE, "loglevel>=2" },
	    { REQUIRE, "loglevel<=4" },
	    { REQUIRE, "loglevel>=6" } },
	  NULL,
	  "h:1, h:3: loglevel=6, but loglevel<=4 is required (h:2)" },
	{ "too few pages that somebody wrote",
	  "hugepagesz=1G hugepages=2",
	  OTHER,
	  { { EFFECTIVE, "hugepages-1G>=4" } },
	  NULL,
	  "cmdline:1: hugepages=2, but hugepages-1G>=4 must be in effect (h:1)" },
	{ "CPUs that somebody wrote",
	  "isolcpus=2-3",
	  OTHER,
	  { { EFFECTIVE, "isolated=2-5" } },
	  NULL,
	  "cmdline:1: isolcpus=2-3, but isolated=2-5 must be in effect (h:1)" },
	{ "all of them in one go",
	  "a=1\nb=1",
	  OTHER,
	  { { REQUIRE, "a=2" }, { FORBID, "b" } },
	  NULL,
	  "cmdline:1: a=1, but a=2 is required (h:1)\n"
	  "cmdline:2: b=1, but b is forbidden (h:2)" },
	{ "against advice is a warning, and the word stays",
	  "iommu=strict",
	  OTHER,
	  { { ADVISE, "iommu=pt" } },
	  "iommu=strict",
	  "cmdline:1: iommu=strict, but iommu=pt is advised (h:1)" },
};

static void add_rules(struct kernel_rules *rules, const struct row *row)
{
	char origin[16];

	for (int i = 0; i < RULES && row->rules[i].text; i++) {
		snprintf(origin, sizeof(origin), "h:%d", i + 1);
		if (kernel_rules_add(rules, row->rules[i].kind, row->rules[i].text,
				     origin, KERNEL_POLICY_WARN, NULL) < 0)
			ok(0, "%s: the rule %s", row->promise, row->rules[i].text);
	}
}

static void check(const struct row *row)
{
	_cleanup_kernel_rules_ struct kernel_rules rules = KERNEL_RULES_INIT;
	_cleanup_words_ struct words words = WORDS_INIT;
	_cleanup_strbuf_ struct strbuf warnings, merged;
	struct err err = ERR_INIT;
	int result;

	strbuf_init(&warnings, 0);
	strbuf_init(&merged, 0);
	add_rules(&rules, row);
	result = words_parse(&words, row->file, NULL, &err);
	if (!result)
		result = merge_rules(&words, &rules, &row->machine, &warnings, &err);
	words_write(&words, &merged);
	is_int(result, row->merged ? 0 : -EINVAL, "%s: %s", row->promise,
	       row->merged ? "merged" : "refused");
	if (row->merged)
		is_str(merged.text, row->merged, "%s", row->promise);
	is_str(row->merged ? warnings.text : err.text, row->says, "%s: what is said",
	       row->promise);
}

static void test_words(void)
{
	_cleanup_words_ struct words words = WORDS_INIT;
	_cleanup_words_ struct words open = WORDS_INIT;
	struct err err = ERR_INIT;

	is_int(words_parse(&words,
			   "# head\nquiet  a=\"x y\" # rest\n\n\tb=#no\n\"c=1 2\"\n",
			   NULL, &err),
	       0, "a file");
	is_int(words.count, 4, "its words, without remarks");
	is_str(words.items[0].origin, "cmdline:2", "lines are kept");
	is_str(words.items[1].text, "a=\"x y\"", "a quoted value is one word");
	is_str(words.items[2].text, "b=#no", "a # within a word is no remark");
	is_str(words.items[3].origin, "cmdline:5", "lines are kept to the end");
	is_int(words_parse(&open, "quiet\na=\"x\ny\"", NULL, &err), -EINVAL,
	       "a quote that is not closed in its line");
	is_str(err.text, "etc/bedplate/cmdline:2: a quote is not closed", "says where");
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
	test_words();
	return done_testing();
}
