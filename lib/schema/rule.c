/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule.c: rules that keys of more than one table have to keep. */
#include <errno.h>

#include "lib/password_hash.h"
#include "lib/schema/rule.h"
#include "lib/value/pci_select.h"

const char *const rule_kernel_keys[RULE_KERNEL_KINDS] = {
	[KERNEL_RULE_REQUIRE] = "Require",
	[KERNEL_RULE_FORBID] = "Forbid",
	[KERNEL_RULE_ADVISE] = "Advise",
	[KERNEL_RULE_EFFECTIVE] = "Effective",
};

/* What a rule's words and hint are in front of the key's place. */
static int with_hint(struct err *err, const struct err *why)
{
	if (why->hint[0])
		err_hint(err, "%s", why->hint);
	return -EINVAL;
}

static int check_list(const struct conf *conf, size_t index, enum kernel_rule_kind kind,
		      const struct rule_list *list, struct err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		struct err why = ERR_INIT;
		struct kernel_rule rule;

		if (kernel_rule_parse(&rule, kind, list->items[i], &why) == 0) {
			kernel_rule_release(&rule);
			continue;
		}
		conf_fail_item(conf, "KernelArgs", rule_kernel_keys[kind], index, i, err,
			       "%s", why.text);
		return with_hint(err, &why);
	}
	return 0;
}

int rule_check_kernel_args(const struct conf *conf, size_t index,
			   const struct rule_list *lists, struct err *err)
{
	int result = 0;

	for (int kind = 0; !result && kind < RULE_KERNEL_KINDS; kind++)
		result = check_list(conf, index, (enum kernel_rule_kind)kind,
				    &lists[kind], err);
	return result;
}

int rule_check_devices(const struct conf *conf, size_t index,
		       const struct rule_list *devices, struct err *err)
{
	struct pci_select select;
	struct err why = ERR_INIT;

	for (size_t i = 0; i < devices->count; i++) {
		if (pci_select_parse(devices->items[i], &select, &why) < 0)
			return conf_refuse(conf, "Vfio", "Devices", index, err,
					   "`bedplate host-prep iommu` shows them", "%s",
					   why.text);
	}
	return 0;
}

int rule_check_password(const struct conf *conf, const char *section, const char *hash,
			struct err *err)
{
	struct err why = ERR_INIT;

	if (!hash[0] || password_hash_check(hash, &why) == 0)
		return 0;
	conf_fail(conf, section, "Password", 0, err, "%s", why.text);
	return with_hint(err, &why);
}
