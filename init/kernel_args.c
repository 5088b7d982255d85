/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_args.c: checks the kernel's arguments and follows the policies of what fails. */
#include <errno.h>
#include <string.h>

#include "init/boot.h"
#include "init/rescue.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/schema/rule.h"

enum { MODULES_TIMEOUT_S = 30 };

static void add_section(struct boot *boot, const struct init_kernel_args *section)
{
	const struct rule_list lists[] = RULE_KERNEL_LISTS(section);
	enum kernel_policy policy = (enum kernel_policy)section->on_failure;

	for (int kind = 0; kind < RULE_KERNEL_KINDS; kind++) {
		for (size_t i = 0; i < lists[kind].count; i++) {
			struct err err = ERR_INIT;

			if (kernel_rules_add(&boot->kernel_args.rules,
					     (enum kernel_rule_kind)kind,
					     lists[kind].items[i], section->origin,
					     policy, &err) < 0)
				report_warning(&boot->report, "[KernelArgs] %s: %s",
					       rule_kernel_keys[kind], err.text);
		}
	}
}

static int check(struct boot *boot, struct kernel_findings *findings, struct err *err)
{
	const struct kernel_rules *rules = &boot->kernel_args.rules;
	struct kernel_facts facts;
	int result = kernel_facts_read(&facts, boot->root_fd, rules, err);

	if (!result)
		result = kernel_check(findings, rules, &boot->cmdline, &facts, err);
	kernel_facts_release(&facts);
	return result;
}

static enum kernel_policy policy_of(const struct kernel_rule *rule)
{
	return rule->kind == KERNEL_RULE_ADVISE ? KERNEL_POLICY_WARN : rule->policy;
}

static void warn(struct boot *boot, const struct kernel_finding *finding,
		 const char *more)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	kernel_finding_write(finding, &text);
	report_warning(&boot->report, "%s%s%s%s", text.text, finding->hint[0] ? "; " : "",
		       finding->hint, more);
	if (policy_of(finding->rule) == KERNEL_POLICY_REBOOT)
		reboot_want(boot, text.text);
}

/* The shell for all findings of this look that ask for one: there is one shell, so it is
 * told the first of them, and the others are in the log. */
static void ask(struct boot *boot, const struct kernel_finding *finding)
{
	struct err err = ERR_INIT;
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	kernel_finding_write(finding, &text);
	err_set(&err, EINVAL, "%s", text.text);
	if (finding->hint[0])
		err_hint(&err, "%s", finding->hint);
	rescue_finding(boot, &err);
}

/* Whether the step is to deal with this finding: in the first look with all, in the second
 * with what could not be known in the first. */
static bool is_new(const struct kernel_findings *before, size_t i)
{
	return before->count <= i || before->items[i].result == KERNEL_UNKNOWN;
}

static const struct kernel_finding *first_to_ask(const struct kernel_findings *findings,
						 const struct kernel_findings *before)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].result == KERNEL_FAILS && is_new(before, i) &&
		    policy_of(findings->items[i].rule) == KERNEL_POLICY_RESCUE)
			return &findings->items[i];
	}
	return NULL;
}

static void warn_all(struct boot *boot, const struct kernel_findings *findings,
		     const struct kernel_findings *before, bool asked)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct kernel_finding *finding = &findings->items[i];
		bool rescued = asked && policy_of(finding->rule) == KERNEL_POLICY_RESCUE;

		if (finding->result == KERNEL_FAILS && is_new(before, i))
			warn(boot, finding, rescued ? "; going on all the same" : "");
	}
}

/* Checks, gives a shell where that is asked for, checks once more what may have been mended
 * there, and goes on. */
static int look(struct boot *boot, struct err *err)
{
	struct kernel_findings before = boot->kernel_args.findings;
	struct kernel_findings *now = &boot->kernel_args.findings;
	const struct kernel_finding *finding;
	int result = check(boot, now, err);

	finding = result ? NULL : first_to_ask(now, &before);
	if (finding) {
		ask(boot, finding);
		kernel_findings_release(now);
		result = check(boot, now, err);
	}
	if (!result)
		warn_all(boot, now, &before, finding != NULL);
	kernel_findings_release(&before);
	return result;
}

int step_kernel_args(struct boot *boot, struct err *err)
{
	for (size_t i = 0; i < boot->settings->kernel_args.count; i++)
		add_section(boot, &boot->settings->kernel_args.items[i]);
	return boot->kernel_args.rules.count ? look(boot, err) : 0;
}

static bool has_unknown(const struct kernel_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].result == KERNEL_UNKNOWN)
			return true;
	}
	return false;
}

int step_parameters(struct boot *boot, struct err *err)
{
	const struct kernel_findings *findings = &boot->kernel_args.findings;
	int result;

	if (!has_unknown(findings))
		return 0;
	modules_wait(&boot->modules, MODULES_TIMEOUT_S);
	result = look(boot, err);
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].result == KERNEL_UNKNOWN)
			log_info("%s is not known yet: %s", findings->items[i].rule->text,
				 findings->items[i].found);
	}
	return result;
}
