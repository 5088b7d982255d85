/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module_order.c: which module of a set is loaded before which. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "mkinitramfs/module_private.h"

int module_put_before(struct module *module, size_t index, struct err *err)
{
	size_t *before;

	for (size_t i = 0; i < module->before_count; i++)
		if (module->before[i] == index)
			return 0;
	before = reallocarray(module->before, module->before_count + 1, sizeof(*before));
	if (!before)
		return module_no_memory(err);
	before[module->before_count++] = index;
	module->before = before;
	return 0;
}

/* Marks a module and all that are loaded before it. */
static void module_mark_needed(const struct module_set *set, size_t index, bool *needed)
{
	const struct module *module = &set->items[index];

	if (needed[index])
		return;
	needed[index] = true;
	for (size_t i = 0; i < module->before_count; i++)
		module_mark_needed(set, module->before[i], needed);
}

int module_set_put_first(struct module_set *set, const char *name, struct err *err)
{
	_cleanup_free_ char *plain = strdup(name);
	const struct module *first;
	_cleanup_free_ bool *needed = calloc(set->count + 1, sizeof(*needed));
	size_t index;
	int result = 0;

	if (!plain || !needed)
		return module_no_memory(err);
	module_name_normalize(plain);
	first = module_set_find(set, plain);
	if (!first || !first->path)
		return 0;
	index = (size_t)(first - set->items);
	module_mark_needed(set, index, needed);
	for (size_t i = 0; !result && i < set->count; i++)
		if (!needed[i])
			result = module_put_before(&set->items[i], index, err);
	return result;
}

struct order {
	const struct module_set *set;
	size_t *list, count;
	bool *seen;
};

/* Depth first. A module that is being visited already is seen: a circle of softdeps ends
 * there. */
static void order_visit(struct order *order, size_t index)
{
	const struct module *module = &order->set->items[index];

	if (order->seen[index])
		return;
	order->seen[index] = true;
	for (size_t i = 0; i < module->before_count; i++)
		order_visit(order, module->before[i]);
	if (module->path)
		order->list[order->count++] = index;
}

int module_set_order(const struct module_set *set, size_t **list, size_t *count,
		     struct err *err)
{
	struct order order = { .set = set };

	order.list = calloc(set->count + 1, sizeof(*order.list));
	order.seen = calloc(set->count + 1, sizeof(*order.seen));
	if (!order.list || !order.seen) {
		free(order.list);
		free(order.seen);
		return err_sys(err, ENOMEM, "ordering modules");
	}
	for (size_t i = 0; i < set->count; i++)
		order_visit(&order, i);
	free(order.seen);
	*list = order.list;
	*count = order.count;
	return 0;
}
