/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpu_list.c: sets of CPUs in the kernel's list format. */
#include <ctype.h>
#include <errno.h>

#include "lib/value/cpu_list.h"

/* FIRST-LAST:USED/GROUP: of every GROUP CPUs the first USED. */
struct cpu_region {
	unsigned first, last, used, group;
};

unsigned cpu_list_count(const struct cpu_list *list)
{
	unsigned count = 0;

	for (size_t i = 0; i < CPU_LIST_MAX / 64; i++)
		count += (unsigned)__builtin_popcountll(list->bits[i]);
	return count;
}

/* Reads a number up to CPU_LIST_MAX; returns what is behind it, or NULL. */
static const char *read_number(const char *text, unsigned *number)
{
	*number = 0;
	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++) {
		*number = *number * 10 + (unsigned)(*text - '0');
		if (*number > CPU_LIST_MAX)
			return NULL;
	}
	return text;
}

static const char *read_region(const char *text, struct cpu_region *region)
{
	text = read_number(text, &region->first);
	region->last = region->first;
	region->used = region->group = 1;
	if (text && *text == '-') {
		text = read_number(text + 1, &region->last);
		if (text && *text == ':') {
			text = read_number(text + 1, &region->used);
			text = text && *text == '/'
				       ? read_number(text + 1, &region->group)
				       : NULL;
		}
	}
	if (!text || region->first > region->last || region->last >= CPU_LIST_MAX ||
	    region->used == 0 || region->used > region->group)
		return NULL;
	return text;
}

static void add_region(struct cpu_list *list, const struct cpu_region *region)
{
	for (unsigned cpu = region->first; cpu <= region->last; cpu++)
		if ((cpu - region->first) % region->group < region->used)
			cpu_list_add(list, cpu);
}

int cpu_list_parse(const char *text, struct cpu_list *list, struct err *err)
{
	struct cpu_list read = { .bits = { 0 } };
	const char *rest = text;
	struct cpu_region region;

	while ((rest = read_region(rest, &region))) {
		add_region(&read, &region);
		if (*rest == '\0') {
			*list = read;
			return 0;
		}
		if (*rest++ != ',')
			break;
	}
	return err_set(err, EINVAL,
		       "\"%.80s\" is not a list of CPUs such as 0-3,8 (up to %d)", text,
		       CPU_LIST_MAX - 1);
}

void cpu_list_format(const struct cpu_list *list, struct strbuf *out)
{
	const char *comma = "";

	for (unsigned first = 0; first < CPU_LIST_MAX; first++) {
		unsigned last = first;

		if (!cpu_list_has(list, first))
			continue;
		while (cpu_list_has(list, last + 1))
			last++;
		strbuf_addf(out, first == last ? "%s%u" : "%s%u-%u", comma, first, last);
		comma = ",";
		first = last;
	}
}
