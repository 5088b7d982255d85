/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_match.c: compares values of the kernel's command line with what is asked. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/cleanup.h"
#include "lib/kernel_match.h"

enum { DEFAULT_PAGE = 2 << 20 };

/* How an argument is read: by kernel-parameters.txt. All others hold words, of which the
 * last given counts. */
enum { CPUS = KERNEL_READS_CPUS, ADDS_UP = KERNEL_ADDS_UP };
static const struct reading {
	const char *name;
	int flags;
} readings[] = {
	{ "isolcpus", CPUS },
	{ "nohz_full", CPUS },
	{ "rcu_nocbs", CPUS },
	{ "irqaffinity", CPUS },
	{ "console", ADDS_UP },
	{ "earlycon", ADDS_UP },
	{ "hugepages", ADDS_UP },
	{ "hugepagesz", ADDS_UP },
	{ "initcall_blacklist", ADDS_UP },
	{ "module_blacklist", ADDS_UP },
	{ "modprobe.blacklist", ADDS_UP },
	{ "vfio-pci.ids", ADDS_UP },
	{ "memmap", ADDS_UP },
	{ "video", ADDS_UP },
	{ "pci", ADDS_UP },
	{ "acpi", ADDS_UP },
	{ "rd.", ADDS_UP }, /* all that begins so */
	{ "systemd.", ADDS_UP },
};

int kernel_match_reading(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(readings); i++) {
		size_t length = strlen(readings[i].name);

		if (cmdline_same_name(readings[i].name, name) ||
		    (readings[i].name[length - 1] == '.' &&
		     strncmp(readings[i].name, name, length) == 0))
			return readings[i].flags;
	}
	return 0;
}

static bool same_word(const char *a, size_t a_length, const char *b, size_t b_length)
{
	uint64_t x, y;

	if (a_length == b_length && memcmp(a, b, a_length) == 0)
		return true;
	return kernel_number(a, a_length, &x) && kernel_number(b, b_length, &y) && x == y;
}

static bool list_has(const char *list, const char *word, size_t length)
{
	for (const char *at = list;; at++) {
		size_t here = strcspn(at, ",");

		if (same_word(at, here, word, length))
			return true;
		at += here;
		if (!*at)
			return false;
	}
}

static bool has_all_words(const char *list, const char *wanted)
{
	for (const char *at = wanted;; at++) {
		size_t here = strcspn(at, ",");

		if (!list_has(list, at, here))
			return false;
		at += here;
		if (!*at)
			return true;
	}
}

static unsigned last_cpu(const struct cpu_list *possible)
{
	unsigned last = 0;

	for (unsigned cpu = 0; cpu < CPU_LIST_MAX; cpu++)
		last = cpu_list_has(possible, cpu) ? cpu : last;
	return last;
}

/* One region ("2-5", "4-N", "all") added to the set; false for a flag such as "domain". */
static bool add_cpus(struct cpu_list *list, const char *text, size_t length,
		     const struct cpu_list *possible)
{
	char region[64];
	struct cpu_list read;
	size_t used = 0;

	if (length == 3 && strncasecmp(text, "all", 3) == 0 && possible) {
		read = *possible;
	} else {
		for (size_t i = 0; i < length && used + 12 < sizeof(region); i++) {
			if (text[i] == 'N' && possible)
				used += (size_t)sprintf(region + used, "%u",
							last_cpu(possible));
			else
				region[used++] = text[i];
		}
		region[used] = '\0';
		if (cpu_list_parse(region, &read, NULL) < 0)
			return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(list->bits); i++)
		list->bits[i] |= read.bits[i];
	return true;
}

static struct cpu_list read_cpus(const char *text, const struct cpu_list *possible)
{
	struct cpu_list list = { .bits = { 0 } };

	for (const char *at = text;; at++) {
		size_t here = strcspn(at, ",");

		add_cpus(&list, at, here, possible);
		at += here;
		if (!*at)
			return list;
	}
}

static bool is_subset(const struct cpu_list *part, const struct cpu_list *whole)
{
	for (size_t i = 0; i < ARRAY_SIZE(part->bits); i++) {
		if (part->bits[i] & ~whole->bits[i])
			return false;
	}
	return true;
}

bool kernel_match_cpus(const struct kernel_alternative *item, const struct cpu_list *have)
{
	struct cpu_list want = read_cpus(item->values, NULL);

	return cpu_list_count(&want) > 0 && is_subset(&want, have);
}

/* Each CPU and each flag that is wanted is there. */
static bool match_cpu_value(const struct kernel_alternative *item, const char *value,
			    const struct cpu_list *possible)
{
	struct cpu_list have = read_cpus(value, possible), want = { .bits = { 0 } };

	for (const char *at = item->values;; at++) {
		size_t here = strcspn(at, ",");

		if (!add_cpus(&want, at, here, possible) && !list_has(value, at, here))
			return false;
		at += here;
		if (!*at)
			return is_subset(&want, &have);
	}
}

/* "managed_irq,2-5" keeps interrupts from these CPUs, and no tasks: with a flag in front,
 * "domain" has to be one (kernel-parameters.txt, isolcpus=). */
static bool isolates(const char *value)
{
	return isdigit((unsigned char)*value) || strncasecmp(value, "all", 3) == 0 ||
	       list_has(value, "domain", strlen("domain"));
}

static bool in_range(const struct kernel_alternative *item, const char *value)
{
	uint64_t number;

	return kernel_number(value, strlen(value), &number) && number >= item->low &&
	       number <= item->high;
}

bool kernel_match_value(const struct kernel_alternative *item, const char *value,
			const struct cpu_list *possible)
{
	if (item->test == KERNEL_TEST_GIVEN)
		return true;
	if (!value)
		return false;
	if (item->test == KERNEL_TEST_RANGE)
		return in_range(item, value);
	if (kernel_match_reading(item->name) & CPUS)
		return match_cpu_value(item, value, possible);
	return has_all_words(value, item->values);
}

/* Of a bool parameter; kernel lib/kstrtox.c, kstrtobool. */
static int truth(const char *word)
{
	static const char *const words[2][6] = {
		{ "N", "0", "no", "off", "false", "n" },
		{ "Y", "1", "yes", "on", "true", "y" },
	};

	for (int value = 0; value < 2; value++) {
		for (size_t i = 0; i < 6; i++) {
			if (strcmp(words[value][i], word) == 0)
				return value;
		}
	}
	return -1;
}

bool kernel_match_parameter(const struct kernel_alternative *item, const char *value)
{
	if (item->test == KERNEL_TEST_VALUES && value[0] && !value[1] &&
	    strchr("YN", value[0]))
		return truth(item->values) == truth(value);
	if (item->test == KERNEL_TEST_RANGE)
		return in_range(item, value);
	return has_all_words(value, item->values);
}

/* "512", or by node "0:256,1:256". */
static uint64_t pages_of_value(const char *value)
{
	uint64_t sum = 0, number;

	for (const char *at = value;; at++) {
		size_t here = strcspn(at, ","), colon = strcspn(at, ":,");
		size_t skip = colon < here ? colon + 1 : 0;

		if (kernel_number(at + skip, here - skip, &number))
			sum += number;
		at += here;
		if (!*at)
			return sum;
	}
}

uint64_t kernel_match_pages(const struct cmdline *cmdline, uint64_t size)
{
	const char *fallback = cmdline_value(cmdline, "default_hugepagesz");
	uint64_t current = DEFAULT_PAGE, count = 0;

	if (fallback)
		kernel_number(fallback, strlen(fallback), &current);
	for (size_t i = 0; i < cmdline->count; i++) {
		const struct cmdline_arg *arg = &cmdline->args[i];

		if (arg->is_init || !arg->value)
			continue;
		/* Both say which size the next count is for (kernel mm/hugetlb.c). */
		if (strcmp(arg->name, "hugepagesz") == 0 ||
		    strcmp(arg->name, "default_hugepagesz") == 0)
			kernel_number(arg->value, strlen(arg->value), &current);
		else if (strcmp(arg->name, "hugepages") == 0 && current == size)
			count = pages_of_value(arg->value);
	}
	return count;
}

bool kernel_match_cmdline(const struct kernel_alternative *item,
			  const struct cmdline *cmdline, const struct cpu_list *possible)
{
	bool adds_up = kernel_match_reading(item->name) & ADDS_UP, matches = false;

	if (item->subject == KERNEL_SUBJECT_PAGES) {
		uint64_t count = kernel_match_pages(cmdline, item->page_size);

		return count >= item->low && count <= item->high;
	}
	for (size_t i = 0; i < cmdline->count; i++) {
		const struct cmdline_arg *arg = &cmdline->args[i];

		if (arg->is_init || !cmdline_same_name(arg->name, item->name))
			continue;
		matches = (adds_up && matches) ||
			  kernel_match_value(item, arg->value, possible);
		if (matches && item->subject == KERNEL_SUBJECT_ISOLATED)
			matches = isolates(arg->value);
	}
	return matches;
}
