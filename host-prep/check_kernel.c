/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_kernel.c: the kernel's arguments, what came of them, and what /init has reported. */
#include <jansson.h>
#include <string.h>

#include "host-prep/check.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "lib/kernel_check.h"
#include "lib/kernel_collect.h"

static void report(const struct kernel_finding *kernel, struct findings *findings)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	kernel_finding_write(kernel, &text);
	finding_add(findings,
		    kernel->rule->kind == KERNEL_RULE_ADVISE ? CHECK_NOTE : CHECK_PROBLEM,
		    "%s", text.text);
	if (kernel->hint[0])
		finding_advise(findings, "%s", kernel->hint);
	else
		finding_advise(findings,
			       "put it right in /etc/bedplate/cmdline; `bedplate boot "
			       "plan` shows what follows, `bedplate boot apply` does it; "
			       "then boot again");
}

void check_kernel(const struct check_context *context, struct findings *findings)
{
	_cleanup_kernel_rules_ struct kernel_rules rules = KERNEL_RULES_INIT;
	_cleanup_findings_ struct kernel_findings list = KERNEL_FINDINGS_INIT;
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
	struct kernel_facts facts = { .iommu = false };
	struct err err = ERR_INIT;
	int result = kernel_rules_collect(&rules, context->conf, context->host,
					  context->guests, false, &err);

	if (!result)
		result = cmdline_read(&cmdline, context->root_fd, &err);
	if (!result)
		result = kernel_facts_read(&facts, context->root_fd, &rules, &err);
	if (!result)
		result = kernel_check(&list, &rules, &cmdline, &facts, &err);
	for (size_t i = 0; i < list.count; i++)
		if (list.items[i].result == KERNEL_FAILS)
			report(&list.items[i], findings);
	if (result) {
		finding_add(findings, CHECK_WARNING,
			    "the kernel's arguments could not be looked at: %s",
			    err.text);
		finding_advise(findings, "%s", err.hint);
	}
	kernel_facts_release(&facts);
}

/* ---- the boot ---- */

static void report_messages(const json_t *boot, struct findings *findings)
{
	const json_t *message;
	size_t i;

	json_array_foreach(json_object_get(boot, "messages"), i, message) {
		if (!json_is_string(message))
			continue;
		finding_add(findings, CHECK_WARNING, "at boot: %s",
			    json_string_value(message));
		finding_advise(findings, "see bedplate-init(8)");
	}
}

void check_boot(const struct check_context *context, struct findings *findings)
{
	static const char path[] = "run/bedplate/boot.json";
	_cleanup_strbuf_ struct strbuf text;
	json_t *boot;

	strbuf_init(&text, 0);
	if (!file_exists(context->root_fd, path)) {
		finding_add(findings, CHECK_NOTE,
			    "the host was not booted by bedplate's image");
		finding_advise(findings, "`bedplate mkinitramfs update` makes one; "
					 "without it passed-through devices are bound "
					 "late only");
		return;
	}
	file_read(context->root_fd, path, &text, NULL);
	boot = json_loadb(text.text, text.length, 0, NULL);
	if (!json_is_object(boot)) {
		finding_add(findings, CHECK_WARNING, "/%s is no report of a boot", path);
		finding_advise(findings, "find out who has changed it");
	} else if (strcmp(json_text(boot, "result"), "ok") != 0) {
		finding_add(findings, CHECK_WARNING, "the boot went by way of \"%s\"",
			    json_text(boot, "result"));
		finding_advise(findings, "/%s has each step", path);
	}
	report_messages(boot, findings);
	json_decref(boot);
}
