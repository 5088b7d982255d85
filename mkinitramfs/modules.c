/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modules.c: looks modules up through libkmod and closes the set over what they need. */
#include <errno.h>
#include <libkmod.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/log.h"
#include "mkinitramfs/module_private.h"
#include "mkinitramfs/plan.h"

static void kmod_module_unref_listp(struct kmod_list **list)
{
	kmod_module_unref_list(*list);
}
#define _cleanup_kmod_list_ __attribute__((cleanup(kmod_module_unref_listp)))

int module_no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "collecting modules");
}

const struct module *module_set_find(const struct module_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (!strcmp(set->items[i].name, name))
			return &set->items[i];
	return NULL;
}

static bool module_excluded(const struct module_set *set, const char *name)
{
	for (size_t i = 0; i < set->exclude_count; i++) {
		_cleanup_free_ char *exclude = strdup(set->exclude[i]);

		if (!exclude)
			continue;
		module_name_normalize(exclude);
		if (!strcmp(exclude, name))
			return true;
	}
	return false;
}

static struct module *module_new(struct module_set *set)
{
	if (set->count == set->room) {
		size_t room = set->room ? set->room * 2 : 64;
		struct module *items = reallocarray(set->items, room, sizeof(*items));

		if (!items)
			return NULL;
		set->items = items;
		set->room = room;
	}
	set->items[set->count] = (struct module){ .name = NULL };
	return &set->items[set->count++];
}

/* libkmod was given the folder by descriptor, so its paths begin with that. */
static const char *module_path_in_folder(const struct module_set *set, const char *path)
{
	size_t length = strlen(kmod_get_dirname(set->kmod));

	return path && !strncmp(path, kmod_get_dirname(set->kmod), length)
		       ? path + length + 1
		       : path;
}

static ssize_t module_enter(struct module_set *set, struct kmod_module *mod,
			    unsigned flags, const char *reason, struct err *err);

/* The hard dependencies: all of them must be had, or the module is of no use. */
static int module_enter_dependencies(struct module_set *set, struct kmod_module *mod,
				     size_t index, unsigned flags, struct err *err)
{
	_cleanup_kmod_list_ struct kmod_list *list = kmod_module_get_dependencies(mod);
	_cleanup_free_ char *reason = format_text("%s needs it", set->items[index].name);
	struct kmod_list *item;
	int result = reason ? 0 : module_no_memory(err);

	kmod_list_foreach(item, list)
	{
		struct kmod_module *dep = kmod_module_get_module(item);
		ssize_t entered = result ? 0 : module_enter(set, dep, flags, reason, err);

		kmod_module_unref(dep);
		if (entered < 0)
			result = (int)entered;
		else if (!result)
			result = module_put_before(&set->items[index], (size_t)entered,
						   err);
	}
	return result;
}

/* Adds what one name of a softdep stands for. Names that this kernel does not know are
 * nothing unusual, and excluded modules just stay out. */
static int module_enter_soft(struct module_set *set, const char *alias, size_t index,
			     bool pre, struct err *err)
{
	_cleanup_kmod_list_ struct kmod_list *list = NULL;
	unsigned flags =
		set->items[index].flags & (MODULE_AT_ONCE | MODULE_LATE | MODULE_VFIO);
	_cleanup_free_ char *reason =
		format_text("softdep of %s", set->items[index].name);
	struct kmod_list *item;

	if (!reason)
		return module_no_memory(err);
	kmod_module_new_from_lookup(set->kmod, alias, &list);
	kmod_list_foreach(item, list)
	{
		struct kmod_module *mod = kmod_module_get_module(item);
		ssize_t entered = module_enter(set, mod, flags, reason, err);
		int result = 0;

		kmod_module_unref(mod);
		if (entered == -ENOENT || entered == -EPERM) {
			err_clear(err);
			continue;
		}
		if (entered < 0)
			return (int)entered;
		result = pre ? module_put_before(&set->items[index], (size_t)entered, err)
			     : module_put_before(&set->items[entered], index, err);
		if (result)
			return result;
	}
	return 0;
}

static int module_enter_softdeps(struct module_set *set, size_t index, struct err *err)
{
	const struct modprobe_line *line = NULL;
	const char *name = set->items[index].name;

	while ((line = modprobe_conf_next(&set->conf, "softdep", name, line))) {
		_cleanup_free_ char *rest = strdup(line->rest);
		bool pre = true;
		int result = rest ? 0 : module_no_memory(err);

		for (char *next = rest, *word; !result && (word = strsep(&next, " "));) {
			if (!strcmp(word, "pre:") || !strcmp(word, "post:"))
				pre = !strcmp(word, "pre:");
			else if (*word)
				result = module_enter_soft(set, word, index, pre, err);
		}
		if (result)
			return result;
		name = set->items[index].name;
	}
	return 0;
}

/* A module that is there already may get more urgent, and with it what it needs. */
static int module_again(struct module_set *set, size_t index, unsigned flags,
			const char *reason, struct err *err)
{
	struct module *module = &set->items[index];
	unsigned fresh = flags & ~module->flags;

	module->reason = reason_join(module->reason, reason);
	if (!module->reason)
		return module_no_memory(err);
	module->flags |= flags;
	for (size_t i = 0; fresh && i < module->before_count; i++)
		if (set->items[module->before[i]].flags !=
		    (set->items[module->before[i]].flags | fresh)) {
			_cleanup_free_ char *why =
				format_text("%s needs it", module->name);
			int result = why ? module_again(set, module->before[i], fresh,
							why, err)
					 : module_no_memory(err);

			if (result)
				return result;
			module = &set->items[index];
		}
	return 0;
}

/* The name of an excluded module that this one is or depends on, or NULL. */
static const char *module_excluded_by(const struct module_set *set,
				      struct kmod_module *mod,
				      struct kmod_list *dependencies)
{
	struct kmod_list *item;

	if (module_excluded(set, kmod_module_get_name(mod)))
		return kmod_module_get_name(mod);
	kmod_list_foreach(item, dependencies)
	{
		struct kmod_module *dep = kmod_module_get_module(item);
		const char *name = kmod_module_get_name(dep);

		/* The list holds it as well, so the name stays. */
		kmod_module_unref(dep);
		if (module_excluded(set, name))
			return name;
	}
	return NULL;
}

/* 0 where the configuration allows a module; -ENOENT, or -EPERM where it is needed. */
static int module_check(const struct module_set *set, struct kmod_module *mod,
			unsigned flags, const char *reason, struct err *err)
{
	_cleanup_kmod_list_ struct kmod_list *list =
		set->exclude_count ? kmod_module_get_dependencies(mod) : NULL;
	const char *name = set->exclude_count ? module_excluded_by(set, mod, list) : NULL;

	if (!name)
		return 0;
	if (!(flags & MODULE_NEEDED)) {
		log_debug("module %s stays out, for %s is excluded",
			  kmod_module_get_name(mod), name);
		return err_set(err, ENOENT, "module %s is excluded", name);
	}
	err_set(err, EPERM,
		"module %s is excluded by the configuration, but %s is needed (%s)", name,
		kmod_module_get_name(mod), reason);
	err_hint(err, "take it out of [Modules] Exclude=");
	return -EPERM;
}

/* Fills a new module; the set's last one. */
static int module_fill(struct module_set *set, struct kmod_module *mod, unsigned flags,
		       const char *reason, struct err *err)
{
	const char *path = module_path_in_folder(set, kmod_module_get_path(mod));
	struct module *module = module_new(set);

	if (!module)
		return module_no_memory(err);
	module->name = strdup(kmod_module_get_name(mod));
	module->path = path ? strdup(path) : NULL;
	module->reason = strdup(reason);
	module->flags = flags;
	if (!module->name || !module->reason || (path && !module->path))
		return module_no_memory(err);
	return 0;
}

/* Puts a module into the set with all it needs. Returns its index; -ENOENT where it is
 * excluded or its file unknown. */
static ssize_t module_enter(struct module_set *set, struct kmod_module *mod,
			    unsigned flags, const char *reason, struct err *err)
{
	const char *name = kmod_module_get_name(mod);
	const struct module *known = module_set_find(set, name);
	size_t index = known ? (size_t)(known - set->items) : set->count;
	int result;

	if (known) {
		result = module_again(set, index, flags, reason, err);
		return result ? result : (ssize_t)index;
	}
	if (!kmod_module_get_path(mod) &&
	    kmod_module_get_initstate(mod) != KMOD_MODULE_BUILTIN)
		return err_set(err, ENOENT, "module %s is not there", name);
	result = kmod_module_get_path(mod) ? module_check(set, mod, flags, reason, err)
					   : 0;
	if (!result)
		result = module_fill(set, mod, flags, reason, err);
	if (!result && set->items[index].path) {
		result = module_enter_dependencies(set, mod, index, flags, err);
		if (!result)
			result = module_enter_softdeps(set, index, err);
	}
	return result ? result : (ssize_t)index;
}

int module_set_add(struct module_set *set, const char *alias, unsigned flags,
		   const char *reason, struct err *err)
{
	_cleanup_kmod_list_ struct kmod_list *list = NULL;
	struct kmod_list *item;
	int found = 0;

	if (kmod_module_new_from_lookup(set->kmod, alias, &list) < 0)
		return 0;
	kmod_list_foreach(item, list)
	{
		struct kmod_module *mod = kmod_module_get_module(item);
		ssize_t entered = module_enter(set, mod, flags, reason, err);

		kmod_module_unref(mod);
		if (entered < 0 && entered != -ENOENT)
			return (int)entered;
		found += entered >= 0;
	}
	if (err)
		err_clear(err);
	return found;
}

bool module_is_late(const struct module *module)
{
	return (module->flags & MODULE_LATE) &&
	       !(module->flags & (MODULE_AT_ONCE | MODULE_VFIO));
}
