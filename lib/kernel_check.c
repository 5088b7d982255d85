/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_check.c: what holds, what does not, what is there instead. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/kernel_check.h"
#include "lib/kernel_match.h"
#include "lib/nearest.h"

/* What rules are held against. */
struct context {
	const struct cmdline *cmdline;
	const struct kernel_facts *facts; /* or NULL */
};

static const struct cpu_list *possible_cpus(const struct context *in)
{
	/* Without them "all" is no CPU rather than every one. */
	return in->facts && cpu_list_count(&in->facts->possible) ? &in->facts->possible
								 : NULL;
}

static void add_page_size(uint64_t bytes, struct strbuf *out)
{
	if (bytes >= 1 << 30 && bytes % (1 << 30) == 0)
		strbuf_addf(out, "%" PRIu64 "G", bytes >> 30);
	else if (bytes >= 1 << 20 && bytes % (1 << 20) == 0)
		strbuf_addf(out, "%" PRIu64 "M", bytes >> 20);
	else
		strbuf_addf(out, "%" PRIu64 "K", bytes >> 10);
}

static void add_separator(struct strbuf *out)
{
	if (out->length)
		strbuf_adds(out, ", ");
}

/* --- the command line ------------------------------------------------------------------ */

/* Every occurrence, as it was given. */
static unsigned add_given(const char *name, const struct cmdline *cmdline,
			  struct strbuf *out)
{
	unsigned count = 0;

	for (size_t i = 0; i < cmdline->count; i++) {
		const struct cmdline_arg *arg = &cmdline->args[i];

		if (arg->is_init || !cmdline_same_name(arg->name, name))
			continue;
		add_separator(out);
		strbuf_addf(out, "%s%s%s", arg->name, arg->value ? "=" : "",
			    arg->value ? arg->value : "");
		count++;
	}
	return count;
}

static void add_pages_asked(const struct kernel_alternative *item,
			    const struct cmdline *cmdline, struct strbuf *out)
{
	uint64_t count = kernel_match_pages(cmdline, item->page_size);

	add_separator(out);
	strbuf_addf(out, "%s", count ? "hugepagesz=" : "no hugepages= for ");
	add_page_size(item->page_size, out);
	if (count)
		strbuf_addf(out, " hugepages=%" PRIu64, count);
}

static void found_given(const struct kernel_rule *rule, const struct cmdline *cmdline,
			struct strbuf *out)
{
	unsigned count = 0;

	for (size_t i = 0; i < rule->count; i++) {
		if (rule->items[i].subject == KERNEL_SUBJECT_PAGES) {
			add_pages_asked(&rule->items[i], cmdline, out);
			count++;
		} else {
			count += add_given(rule->items[i].name, cmdline, out);
		}
	}
	if (count) {
		strbuf_adds(out, count > 1 ? " are given" : " is given");
		return;
	}
	if (rule->count > 1)
		strbuf_adds(out, rule->count > 2 ? "none of " : "neither ");
	for (size_t i = 0; i < rule->count; i++)
		strbuf_addf(out, "%s%s",
			    !i                ? ""
			    : rule->count > 2 ? ", "
					      : " nor ",
			    rule->items[i].name);
	strbuf_adds(out, rule->count > 1 ? " is given" : " is not given");
}

/* A word of the command line that looks like a slip for one of the rule's. */
static void hint_slip(const struct kernel_rule *rule, const struct cmdline *cmdline,
		      struct strbuf *hint)
{
	for (size_t i = 0; i < rule->count; i++) {
		struct nearest nearest = { .word = rule->items[i].name };

		for (size_t k = 0; k < cmdline->count; k++) {
			if (!cmdline->args[k].is_init &&
			    rule->items[i].subject == KERNEL_SUBJECT_ARGUMENT)
				nearest_offer(&nearest, cmdline->args[k].name);
		}
		if (nearest.best && nearest.distance) {
			strbuf_addf(hint, "is \"%s\" on the command line meant to be %s?",
				    nearest.best, rule->items[i].name);
			return;
		}
	}
}

static enum kernel_result check_given(const struct kernel_rule *rule,
				      const struct context *in, struct strbuf *found,
				      struct strbuf *hint)
{
	bool any = false;

	for (size_t i = 0; i < rule->count; i++)
		any = any || kernel_match_cmdline(&rule->items[i], in->cmdline,
						  possible_cpus(in));
	found_given(rule, in->cmdline, found);
	if (rule->kind == KERNEL_RULE_FORBID)
		return any ? KERNEL_FAILS : KERNEL_HOLDS;
	if (!any)
		hint_slip(rule, in->cmdline, hint);
	return any ? KERNEL_HOLDS : KERNEL_FAILS;
}

/* --- the effect ------------------------------------------------------------------------ */

static enum kernel_result as_result(bool holds)
{
	return holds ? KERNEL_HOLDS : KERNEL_FAILS;
}

/* kernel Documentation/admin-guide/kernel-parameters.txt: intel_iommu= is off unless the
 * kernel was built otherwise, AMD's is on. */
static void hint_iommu(const struct context *in, struct strbuf *hint)
{
	const char *given = cmdline_value(in->cmdline, "intel_iommu");

	if (in->facts->maker == CPU_MAKER_AMD)
		strbuf_adds(hint, "switch the IOMMU (AMD-Vi) on in the firmware's setup; "
				  "amd_iommu=off must not be given");
	else if (given && strncmp(given, "on", 2) == 0)
		strbuf_adds(hint, "intel_iommu=on is given: switch VT-d on in the "
				  "firmware's setup");
	else if (in->facts->maker == CPU_MAKER_INTEL)
		strbuf_adds(hint, "give intel_iommu=on, and switch VT-d on in the "
				  "firmware's setup");
	else
		strbuf_adds(hint, "switch the IOMMU on in the firmware's setup");
}

static enum kernel_result check_iommu(const struct kernel_alternative *item,
				      const struct context *in, struct strbuf *found,
				      struct strbuf *hint)
{
	(void)item;
	strbuf_adds(found, in->facts->iommu ? "IOMMU groups exist"
					    : "there are no IOMMU groups");
	if (!in->facts->iommu)
		hint_iommu(in, hint);
	return as_result(in->facts->iommu);
}

static void hint_pages(const struct kernel_alternative *item, struct strbuf *hint)
{
	strbuf_adds(hint, "give hugepagesz=");
	add_page_size(item->page_size, hint);
	strbuf_addf(hint, " hugepages=%" PRIu64, item->low);
}

static enum kernel_result check_pages(const struct kernel_alternative *item,
				      const struct context *in, struct strbuf *found,
				      struct strbuf *hint)
{
	uint64_t have = kernel_facts_pages(in->facts, item->page_size);
	uint64_t asked = kernel_match_pages(in->cmdline, item->page_size);

	strbuf_addf(found, "%" PRIu64 " huge page%s of ", have, have == 1 ? "" : "s");
	add_page_size(item->page_size, found);
	strbuf_adds(found, have == 1 ? " is reserved" : " are reserved");
	if (have >= item->low && have <= item->high)
		return KERNEL_HOLDS;
	if (asked > have) {
		strbuf_addf(hint,
			    "the command line asks for %" PRIu64
			    ": the machine has not that much memory in one piece",
			    asked);
	} else if (have < item->low) {
		hint_pages(item, hint);
	}
	return KERNEL_FAILS;
}

static enum kernel_result check_cpus(const struct kernel_alternative *item,
				     const struct cpu_list *have, const char *what,
				     const char *argument, struct strbuf *found,
				     struct strbuf *hint)
{
	if (cpu_list_count(have)) {
		strbuf_adds(found, "CPUs ");
		cpu_list_format(have, found);
		strbuf_addf(found, " are %s", what);
	} else {
		strbuf_addf(found, "no CPU is %s", what);
	}
	if (kernel_match_cpus(item, have))
		return KERNEL_HOLDS;
	strbuf_addf(hint, "give %s=%s; only CPUs that the machine has count", argument,
		    item->values);
	return KERNEL_FAILS;
}

static enum kernel_result check_isolated(const struct kernel_alternative *item,
					 const struct context *in, struct strbuf *found,
					 struct strbuf *hint)
{
	return check_cpus(item, &in->facts->isolated, "isolated", "isolcpus", found,
			  hint);
}

static enum kernel_result check_nohz_full(const struct kernel_alternative *item,
					  const struct context *in, struct strbuf *found,
					  struct strbuf *hint)
{
	return check_cpus(item, &in->facts->nohz_full, "free of the tick", "nohz_full",
			  found, hint);
}

static enum kernel_result check_parameter(const struct kernel_alternative *item,
					  const struct context *in, struct strbuf *found,
					  struct strbuf *hint)
{
	const struct kernel_parameter *parameter =
		kernel_facts_parameter(in->facts, item->name);

	if (!parameter || !parameter->loaded) {
		strbuf_addf(found, "module %.*s is not loaded",
			    (int)strcspn(item->name, "."), item->name);
		return KERNEL_UNKNOWN;
	}
	if (!parameter->value) {
		strbuf_addf(found, "%s cannot be read", item->name);
		return KERNEL_FAILS;
	}
	strbuf_addf(found, "%s is %s", item->name, parameter->value);
	if (kernel_match_parameter(item, parameter->value))
		return KERNEL_HOLDS;
	if (item->test == KERNEL_TEST_VALUES)
		strbuf_addf(hint, "give %s=%s", item->name, item->values);
	return KERNEL_FAILS;
}

typedef enum kernel_result check_effect(const struct kernel_alternative *item,
					const struct context *in, struct strbuf *found,
					struct strbuf *hint);

static check_effect *const effects[] = {
	[KERNEL_SUBJECT_IOMMU] = check_iommu,
	[KERNEL_SUBJECT_PAGES] = check_pages,
	[KERNEL_SUBJECT_ISOLATED] = check_isolated,
	[KERNEL_SUBJECT_NOHZ_FULL] = check_nohz_full,
	[KERNEL_SUBJECT_PARAMETER] = check_parameter,
};

/* One alternative that holds is enough; one that is not known yet may still. The hint is
 * the first one's. */
static enum kernel_result check_effective(const struct kernel_rule *rule,
					  const struct context *in, struct strbuf *found,
					  struct strbuf *hint)
{
	enum kernel_result result = KERNEL_FAILS;

	for (size_t i = 0; i < rule->count && result != KERNEL_HOLDS; i++) {
		const struct kernel_alternative *item = &rule->items[i];
		_cleanup_strbuf_ struct strbuf here, advice;
		enum kernel_result one;

		strbuf_init(&here, 0);
		strbuf_init(&advice, 0);
		one = effects[item->subject](item, in, &here, &advice);
		add_separator(found);
		strbuf_adds(found, here.text);
		if (!hint->length)
			strbuf_adds(hint, advice.text);
		if (one != KERNEL_FAILS)
			result = one;
	}
	return result;
}

/* --- all of them ----------------------------------------------------------------------- */

enum { ALTERNATIVES_MAX = 8 };

/* What a command line will have in effect, as far as it alone decides: hugepages and CPUs, but
 * no firmware and no module. */
static enum kernel_result predict(const struct kernel_rule *rule,
				  const struct context *in, struct strbuf *found,
				  struct strbuf *hint)
{
	struct kernel_alternative items[ALTERNATIVES_MAX];
	struct kernel_rule given = *rule;
	enum kernel_result result;

	given.items = items;
	for (size_t i = 0; i < rule->count; i++) {
		if (i == ALTERNATIVES_MAX)
			return KERNEL_UNKNOWN;
		items[i] = rule->items[i];
		if (items[i].subject == KERNEL_SUBJECT_ISOLATED)
			items[i].name = (char *)"isolcpus";
		else if (items[i].subject == KERNEL_SUBJECT_IOMMU ||
			 items[i].subject == KERNEL_SUBJECT_PARAMETER)
			return KERNEL_UNKNOWN;
	}
	result = check_given(&given, in, found, hint);
	if (!hint->length && items[0].subject == KERNEL_SUBJECT_PAGES)
		hint_pages(&items[0], hint);
	return result;
}

static enum kernel_result check_rule(const struct kernel_rule *rule,
				     const struct context *in, struct strbuf *found,
				     struct strbuf *hint)
{
	if (rule->kind != KERNEL_RULE_EFFECTIVE)
		return check_given(rule, in, found, hint);
	return in->facts ? check_effective(rule, in, found, hint)
			 : predict(rule, in, found, hint);
}

int kernel_check(struct kernel_findings *findings, const struct kernel_rules *rules,
		 const struct cmdline *cmdline, const struct kernel_facts *facts,
		 struct err *err)
{
	struct context in = { .cmdline = cmdline, .facts = facts };

	*findings = (struct kernel_findings)KERNEL_FINDINGS_INIT;
	findings->items = calloc(rules->count + 1, sizeof(*findings->items));
	if (!findings->items)
		return err_sys(err, ENOMEM, "checking the kernel's arguments");
	for (size_t i = 0; i < rules->count; i++) {
		struct kernel_finding *finding = &findings->items[i];
		_cleanup_strbuf_ struct strbuf found, hint;

		strbuf_init(&found, 4096);
		strbuf_init(&hint, 4096);
		finding->rule = &rules->items[i];
		finding->result = check_rule(finding->rule, &in, &found, &hint);
		if (finding->result != KERNEL_FAILS)
			strbuf_truncate(&hint, 0);
		finding->found = strdup(found.text);
		finding->hint = strdup(hint.text);
		findings->count++;
		if (!finding->found || !finding->hint)
			return err_sys(err, ENOMEM, "checking the kernel's arguments");
	}
	return 0;
}

void kernel_findings_release(struct kernel_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->items[i].found);
		free(findings->items[i].hint);
	}
	free(findings->items);
	*findings = (struct kernel_findings)KERNEL_FINDINGS_INIT;
}

void kernel_finding_write(const struct kernel_finding *finding, struct strbuf *out)
{
	static const char *const words[] = {
		[KERNEL_RULE_REQUIRE] = "is required",
		[KERNEL_RULE_FORBID] = "is forbidden",
		[KERNEL_RULE_ADVISE] = "is advised",
		[KERNEL_RULE_EFFECTIVE] = "must be in effect",
	};
	const struct kernel_rule *rule = finding->rule;

	if (finding->found[0])
		strbuf_addf(out, "%s; ", finding->found);
	strbuf_addf(out, "%s %s", rule->text, words[rule->kind]);
	if (rule->origin[0])
		strbuf_addf(out, " (%s)", rule->origin);
}
