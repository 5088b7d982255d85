/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module_query.c: what a finished module set is asked for: firmware, paths. */
#include <errno.h>
#include <libkmod.h>
#include <string.h>

#include "mkinitramfs/modules.h"
#include "mkinitramfs/unpack.h"

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
