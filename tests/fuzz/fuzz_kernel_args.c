/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/kernel_rule.c lib/kernel_match.c lib/kernel_facts.c lib/kernel_check.c */
/* SOURCES: lib/cmdline.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c */
/* fuzz_kernel_args.c: a first line of rules, the rest is the command line that they are held
 * against. The first byte says which kind of rules they are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/kernel_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct kernel_rules *rules, const char *text,
		  const struct kernel_facts *facts)
{
	_cleanup_findings_ struct kernel_findings findings = KERNEL_FINDINGS_INIT;
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;

	if (cmdline_parse(&cmdline, text, NULL) < 0 ||
	    kernel_check(&findings, rules, &cmdline, facts, NULL) < 0)
		return;
	for (size_t i = 0; i < findings.count; i++) {
		_cleanup_strbuf_ struct strbuf out;

		strbuf_init(&out, 0);
		kernel_finding_write(&findings.items[i], &out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_kernel_rules_ struct kernel_rules rules = KERNEL_RULES_INIT;
	_cleanup_free_ char *text =
		size ? strndup((const char *)data + 1, size - 1) : NULL;
	static struct kernel_facts facts = { .page_sizes = 1 };
	char *rest = text, *line = text ? strsep(&rest, "\n") : NULL, *word;

	if (!text)
		return 0;
	facts.possible.bits[0] = 0xff;
	facts.isolated.bits[0] = 0x0c;
	while ((word = strsep(&line, " "))) {
		if (kernel_rules_add(&rules, (enum kernel_rule_kind)(data[0] % 4), word,
				     "x", KERNEL_POLICY_WARN, NULL) == -ENOMEM)
			return 0;
	}
	check(&rules, rest ? rest : "", NULL);
	check(&rules, rest ? rest : "", &facts);
	return 0;
}
