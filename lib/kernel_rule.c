/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_rule.c: reads rules about the kernel's command line. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/kernel_rule.h"
#include "lib/nearest.h"
#include "lib/value/cpu_list.h"

static const char pages_prefix[] = "hugepages-";

bool kernel_number(const char *text, size_t length, uint64_t *number)
{
	static const char suffixes[] = "KMGTPE";
	char copy[32], *end;
	const char *suffix;
	unsigned shift = 0;

	if (length == 0 || length >= sizeof(copy) || !isdigit((unsigned char)*text))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	errno = 0;
	*number = strtoull(copy, &end, 0);
	if (errno)
		return false;
	suffix = *end ? strchr(suffixes, toupper((unsigned char)*end)) : NULL;
	if (suffix) {
		shift = 10 * (unsigned)(suffix - suffixes + 1);
		end++;
	}
	if (*end || *number > UINT64_MAX >> shift)
		return false;
	*number <<= shift;
	return true;
}

static bool number_of(const char *text, uint64_t *number)
{
	return kernel_number(text, strlen(text), number);
}

/* What effective rules may name, besides MODULE.OPTION. */
static const struct effect {
	const char *name, *grammar;
	enum kernel_subject subject;
	enum kernel_test test;
} effects[] = {
	{ "iommu", "iommu", KERNEL_SUBJECT_IOMMU, KERNEL_TEST_GIVEN },
	{ "isolated", "isolated=CPUS", KERNEL_SUBJECT_ISOLATED, KERNEL_TEST_VALUES },
	{ "nohz_full", "nohz_full=CPUS", KERNEL_SUBJECT_NOHZ_FULL, KERNEL_TEST_VALUES },
};

static int unknown_effect(const char *name, struct err *err)
{
	struct nearest nearest = { .word = name };

	err_set(err, EINVAL,
		"\"%s\" is no effect that can be looked at: iommu, hugepages-SIZE>=NUMBER, "
		"isolated=CPUS, nohz_full=CPUS, MODULE.OPTION=VALUE",
		name);
	for (size_t i = 0; i < ARRAY_SIZE(effects); i++)
		nearest_offer(&nearest, effects[i].name);
	if (nearest.best)
		err_hint(err, "did you mean %s?", nearest.best);
	return -EINVAL;
}

static int resolve_effect(struct kernel_alternative *item, struct err *err)
{
	const char *dot = strchr(item->name, '.');
	struct cpu_list cpus;

	for (size_t i = 0; i < ARRAY_SIZE(effects); i++) {
		if (strcmp(effects[i].name, item->name) != 0)
			continue;
		if (effects[i].test != item->test)
			return err_set(err, EINVAL, "this is written as %s",
				       effects[i].grammar);
		/* The kernel shows numbers; a word such as "all" would never hold. */
		if (item->values && cpu_list_parse(item->values, &cpus, err) < 0)
			return -EINVAL;
		item->subject = effects[i].subject;
		return 0;
	}
	if (!dot || dot == item->name || !dot[1])
		return unknown_effect(item->name, err);
	if (item->test == KERNEL_TEST_GIVEN)
		return err_set(err, EINVAL, "this is written as %s=VALUE", item->name);
	item->subject = KERNEL_SUBJECT_PARAMETER;
	return 0;
}

/* "hugepages-2M": how many is what it is about. */
static int resolve_pages(struct kernel_alternative *item, struct err *err)
{
	uint64_t number;

	if (!number_of(item->name + strlen(pages_prefix), &item->page_size))
		return err_set(err, EINVAL, "%s: a size such as 2M or 1G was expected",
			       item->name);
	item->subject = KERNEL_SUBJECT_PAGES;
	if (item->test == KERNEL_TEST_VALUES && number_of(item->values, &number)) {
		item->test = KERNEL_TEST_RANGE;
		item->low = item->high = number;
	}
	if (item->test != KERNEL_TEST_RANGE)
		return err_set(err, EINVAL, "this is written as %s>=NUMBER", item->name);
	return 0;
}

static int resolve_subject(struct kernel_alternative *item, enum kernel_rule_kind kind,
			   struct err *err)
{
	if (strncmp(item->name, pages_prefix, strlen(pages_prefix)) == 0)
		return resolve_pages(item, err);
	return kind == KERNEL_RULE_EFFECTIVE ? resolve_effect(item, err) : 0;
}

static bool read_range(struct kernel_alternative *item, const char *value)
{
	const char *dots = strstr(value, "..");

	if (!dots || !kernel_number(value, (size_t)(dots - value), &item->low) ||
	    !number_of(dots + 2, &item->high))
		return false;
	item->test = KERNEL_TEST_RANGE;
	return true;
}

/* What stands behind the name: "", "=...", ">=...", "<=...". */
static int read_test(struct kernel_alternative *item, const char *rest, struct err *err)
{
	const char *value = rest + (rest[0] == '=' ? 1 : 2);

	item->high = UINT64_MAX;
	if (!*rest)
		return 0;
	if (*rest != '=' && rest[1] != '=')
		return err_set(err, EINVAL, "\"%c\" alone: write %c= with a number",
			       *rest, *rest);
	if (!*value)
		return err_set(err, EINVAL, "nothing stands behind %.*s",
			       (int)(value - rest), rest);
	item->test = KERNEL_TEST_RANGE;
	if (*rest == '=') {
		if (!read_range(item, value))
			item->test = KERNEL_TEST_VALUES;
		if (item->test == KERNEL_TEST_RANGE && item->low > item->high)
			return err_set(err, EINVAL, "%s: nothing lies between", value);
		item->values = strdup(value);
		return item->values ? 0 : err_sys(err, ENOMEM, "reading the rule");
	}
	if (!number_of(value, *rest == '>' ? &item->low : &item->high))
		return err_set(err, EINVAL, "\"%s\" is no number", value);
	return 0;
}

/* A lone "--" is no argument: it ends the kernel's own. */
static bool is_name(const char *text, size_t length)
{
	bool has_letter = false;

	for (size_t i = 0; i < length; i++) {
		bool letter = isalnum((unsigned char)text[i]);

		if (!letter && !strchr("_-.", text[i]))
			return false;
		has_letter = has_letter || letter;
	}
	return has_letter;
}

static int read_alternative(struct kernel_rule *rule, const char *text, struct err *err)
{
	struct kernel_alternative *items =
		reallocarray(rule->items, rule->count + 1, sizeof(*items));
	size_t length = strcspn(text, "=<>");
	int result;

	if (!items)
		return err_sys(err, ENOMEM, "reading the rule");
	rule->items = items;
	items += rule->count;
	*items = (struct kernel_alternative){ .test = KERNEL_TEST_GIVEN };
	if (!is_name(text, length))
		return err_set(err, EINVAL, "\"%.*s\" is no name of an argument",
			       (int)length, text);
	items->name = strndup(text, length);
	rule->count++;
	if (!items->name)
		return err_sys(err, ENOMEM, "reading the rule");
	result = read_test(items, text + length, err);
	return result ? result : resolve_subject(items, rule->kind, err);
}

int kernel_rule_parse(struct kernel_rule *rule, enum kernel_rule_kind kind,
		      const char *text, struct err *err)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *alternative;
	int result = 0;

	*rule = (struct kernel_rule){ .kind = kind, .text = strdup(text) };
	if (!copy || !rule->text)
		result = err_sys(err, ENOMEM, "reading the rule");
	while (!result && (alternative = strsep(&rest, "|")))
		result = read_alternative(rule, alternative, err);
	if (!result)
		return 0;
	kernel_rule_release(rule);
	return result == -ENOMEM ? result : err_wrap(err, "\"%s\"", text);
}

void kernel_rule_release(struct kernel_rule *rule)
{
	for (size_t i = 0; i < rule->count; i++) {
		free(rule->items[i].name);
		free(rule->items[i].values);
	}
	free(rule->items);
	free(rule->text);
	free(rule->origin);
	*rule = (struct kernel_rule){ .items = NULL };
}

int kernel_rules_add(struct kernel_rules *rules, enum kernel_rule_kind kind,
		     const char *text, const char *origin, enum kernel_policy policy,
		     struct err *err)
{
	struct kernel_rule *items =
		reallocarray(rules->items, rules->count + 1, sizeof(*items));
	int result;

	if (!items)
		return err_sys(err, ENOMEM, "reading the rules");
	rules->items = items;
	items += rules->count;
	result = kernel_rule_parse(items, kind, text, err);
	if (result)
		return result;
	items->policy = policy;
	items->origin = strdup(origin);
	rules->count++;
	return items->origin ? 0 : err_sys(err, ENOMEM, "reading the rules");
}

void kernel_rules_release(struct kernel_rules *rules)
{
	for (size_t i = 0; i < rules->count; i++)
		kernel_rule_release(&rules->items[i]);
	free(rules->items);
	*rules = (struct kernel_rules)KERNEL_RULES_INIT;
}
