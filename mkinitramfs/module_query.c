/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module_query.c: what a finished module set is asked for: load order, firmware, paths.
 */
#include <errno.h>
#include <libkmod.h>
#include <stdlib.h>
#include <string.h>

#include "mkinitramfs/modules.h"
#include "mkinitramfs/unpack.h"

/* ---- order ---- */

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

/* ---- firmware ---- */

int module_firmware(const struct module_set *set, const struct module *module,
		    int (*found)(void *context, const char *name, struct err *err),
		    void *context, struct err *err)
{
	struct kmod_module *mod = NULL;
	struct kmod_list *list = NULL, *item;
	int result;

	result = kmod_module_new_from_name(set->kmod, module->name, &mod);
	if (result >= 0)
		result = kmod_module_get_info(mod, &list);
	if (result < 0)
		err_sys(err, -result, "reading module %s", module->path);
	else
		result = 0;
	kmod_list_foreach(item, list)
	{
		if (!result && !strcmp(kmod_module_info_get_key(item), "firmware"))
			result = found(context, kmod_module_info_get_value(item), err);
	}
	kmod_module_info_free_list(list);
	kmod_module_unref(mod);
	return result;
}

const char *module_plain_path(const char *path, struct strbuf *buffer)
{
	size_t length = strlen(path);

	unpack_suffix(path, &length);
	strbuf_truncate(buffer, 0);
	strbuf_add(buffer, path, length);
	return buffer->text;
}
