/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_args.c: hands over and tries the rules about the kernel's arguments. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/boot_cmdline.h"
#include "lib/cleanup.h"
#include "lib/cmdline.h"
#include "lib/conf_quote.h"
#include "lib/file.h"
#include "lib/kernel_check.h"
#include "lib/log.h"
#include "lib/schema/rule.h"
#include "mkinitramfs/kernel_args.h"

int kernel_args_write(struct conf *conf, const struct kernel_rules *rules,
		      struct err *err)
{
	static const char *const policies[] = { "warn", "rescue", "reboot" };
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	for (size_t i = 0; i < rules->count; i++) {
		const struct kernel_rule *rule = &rules->items[i];

		strbuf_addf(&text, "[KernelArgs]\n%s=", rule_kernel_keys[rule->kind]);
		conf_quote(rule->text, CONF_AS_ITEM, &text);
		strbuf_addf(&text, "\nOnFailure=%s\nOrigin=", policies[rule->policy]);
		conf_quote(rule->origin, CONF_AS_VALUE, &text);
		strbuf_addc(&text, '\n');
	}
	if (text.overflow)
		return err_sys(err, ENOMEM, "writing [KernelArgs]");
	return rules->count ? conf_read_text(conf, "mkinitramfs", text.text, err) : 0;
}

/* --- trying them while there is time --------------------------------------------------- */

static void warn(const struct kernel_finding *finding, const char *source)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	kernel_finding_write(finding, &text);
	log_warning("%s: %s%s%s", source, text.text, finding->hint[0] ? "; " : "",
		    finding->hint);
}

static int check_text(const struct kernel_rules *rules, const char *source,
		      const char *text, const struct kernel_facts *facts, struct err *err)
{
	_cleanup_findings_ struct kernel_findings findings = KERNEL_FINDINGS_INIT;
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
	int result = cmdline_parse(&cmdline, text, err), count = 0;

	if (!result)
		result = kernel_check(&findings, rules, &cmdline, facts, err);
	for (size_t i = 0; i < findings.count; i++) {
		if (findings.items[i].result != KERNEL_FAILS)
			continue;
		warn(&findings.items[i], source);
		count++;
	}
	return result ? result : count;
}

static int check_running(const struct kernel_rules *rules, int root_fd, struct err *err)
{
	static const char source[] = "proc/cmdline";
	_cleanup_strbuf_ struct strbuf text;
	struct kernel_facts facts;
	int result;

	strbuf_init(&text, 0);
	if (!file_exists(root_fd, source))
		return 0;
	result = file_read(root_fd, source, &text, err);
	if (!result)
		result = kernel_facts_read(&facts, root_fd, rules, err);
	if (result)
		return result;
	result = check_text(rules, source, text.text, &facts, err);
	kernel_facts_release(&facts);
	return result;
}

/* Boot loaders' generators add these by themselves; how, the running kernel knows. */
static void add_generated(struct strbuf *text, int root_fd)
{
	static const char *const names[] = { "BOOT_IMAGE", "root", "rootflags", "ro",
					     "rw" };
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;

	if (cmdline_read(&cmdline, root_fd, NULL) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct cmdline_arg *arg = cmdline_find(&cmdline, names[i]);

		if (arg)
			strbuf_addf(text, "%s%s%s ", arg->name, arg->value ? "=" : "",
				    arg->value ? arg->value : "");
	}
}

int kernel_args_check(const struct kernel_rules *rules, int root_fd, struct err *err)
{
	_cleanup_boot_cmdlines_ struct boot_cmdlines cmdlines = { .count = 0 };
	int result, count = 0;

	if (!rules->count)
		return 0;
	result = boot_cmdlines_read(&cmdlines, root_fd, err);
	if (result < 0)
		return result;
	if (!cmdlines.count)
		return check_running(rules, root_fd, err);
	for (size_t i = 0; result >= 0 && i < cmdlines.count; i++) {
		_cleanup_strbuf_ struct strbuf text;

		strbuf_init(&text, 0);
		add_generated(&text, root_fd);
		strbuf_adds(&text, cmdlines.items[i].text);
		result =
			check_text(rules, cmdlines.items[i].source, text.text, NULL, err);
		count += result;
	}
	return result < 0 ? result : count;
}
