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

int step_kernel_args(struct boot *boot, struct err *err)
{
	struct kernel_findings *findings = &boot->kernel_args.findings;
	int result;

	for (size_t i = 0; i < boot->settings->kernel_args.count; i++)
		add_section(boot, &boot->settings->kernel_args.items[i]);
	if (!boot->kernel_args.rules.count)
		return 0;
	result = check(boot, findings, err);
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].result == KERNEL_FAILS)
			warn(boot, &findings->items[i], "");
	}
	return result;
}

static bool has_result(const struct kernel_findings *findings, enum kernel_result result)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].result == result)
			return true;
	}
	return false;
}

/* The first finding for which there is to be a shell; the others are in the log. */
static const struct kernel_finding *first_to_ask(const struct kernel_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].result == KERNEL_FAILS &&
		    policy_of(findings->items[i].rule) == KERNEL_POLICY_RESCUE)
			return &findings->items[i];
	}
	return NULL;
}

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

/* Looks again; what was not known before and fails now is a warning. */
static int look_again(struct boot *boot, struct err *err)
{
	struct kernel_findings before = boot->kernel_args.findings;
	struct kernel_findings *now = &boot->kernel_args.findings;
	int result = check(boot, now, err);

	for (size_t i = 0; i < now->count; i++) {
		if (now->items[i].result == KERNEL_FAILS && i < before.count &&
		    before.items[i].result == KERNEL_UNKNOWN)
			warn(boot, &now->items[i], "");
		if (now->items[i].result == KERNEL_UNKNOWN)
			log_info("%s is not known yet: %s", now->items[i].rule->text,
				 now->items[i].found);
	}
	kernel_findings_release(&before);
	return result;
}

/* The shell, then one more look at what may have been mended there. It stands here and not
 * in the first step, because it loads modules (keyboards'), and devices for vfio-pci must not
 * fall to them. */
static int ask_once(struct boot *boot, struct err *err)
{
	struct kernel_findings *findings = &boot->kernel_args.findings;
	const struct kernel_finding *finding = first_to_ask(findings);
	int result;

	if (!finding)
		return 0;
	ask(boot, finding);
	result = look_again(boot, err);
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].result == KERNEL_FAILS &&
		    policy_of(findings->items[i].rule) == KERNEL_POLICY_RESCUE)
			warn(boot, &findings->items[i], "; going on all the same");
	}
	return result;
}

int step_parameters(struct boot *boot, struct err *err)
{
	int result = 0;

	if (has_result(&boot->kernel_args.findings, KERNEL_UNKNOWN)) {
		modules_wait(&boot->modules, MODULES_TIMEOUT_S);
		result = look_again(boot, err);
	}
	return result ? result : ask_once(boot, err);
}
