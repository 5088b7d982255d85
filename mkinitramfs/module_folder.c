/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module_folder.c: finds a kernel's modules below a root and opens them. */
#include <errno.h>
#include <fcntl.h>
#include <libkmod.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/names.h"
#include "mkinitramfs/modules.h"
#include "mkinitramfs/plan.h"

static const char *const parents[] = { "lib/modules", "usr/lib/modules" };

static void versions_find(int root_fd, struct names *versions)
{
	for (size_t i = 0; i < ARRAY_SIZE(parents) && !versions->count; i++)
		names_read(versions, root_fd, parents[i]);
}

static void versions_join(const struct names *versions, struct strbuf *out)
{
	for (size_t i = 0; i < versions->count; i++)
		strbuf_addf(out, "%s%s", i ? ", " : "", versions->items[i]);
}

static int version_unknown(int root_fd, const char *version, struct err *err)
{
	_cleanup_names_ struct names versions = NAMES_INIT;
	_cleanup_strbuf_ struct strbuf list;

	strbuf_init(&list, 0);
	versions_find(root_fd, &versions);
	versions_join(&versions, &list);
	if (versions.count)
		err_set(err, ENOENT,
			"kernel %s has no modules in lib/modules; there are: %s", version,
			list.text);
	else
		err_set(err, ENOENT, "kernel %s: there are no modules in lib/modules",
			version);
	return -ENOENT;
}

int module_version_find(int root_fd, char **version, struct err *err)
{
	_cleanup_names_ struct names versions = NAMES_INIT;
	_cleanup_strbuf_ struct strbuf list;
	int result = 0;

	strbuf_init(&list, 0);
	versions_find(root_fd, &versions);
	versions_join(&versions, &list);
	if (versions.count == 1) {
		*version = strdup(versions.items[0]);
	} else if (versions.count) {
		result = err_set(err, EINVAL, "which kernel? There are %s", list.text);
		err_hint(err, "name one with -k VERSION");
	} else {
		result = err_set(err, ENOENT,
				 "there are no kernel modules in lib/modules");
	}
	return result;
}

/* The kernel's own package brings the list of what is built in; depmod does not make it. */
static bool version_is_whole(int root_fd, const char *version)
{
	for (size_t i = 0; i < ARRAY_SIZE(parents); i++) {
		_cleanup_free_ char *path =
			format_text("%s/%s/modules.builtin", parents[i], version);

		if (path && file_exists(root_fd, path))
			return true;
	}
	return false;
}

int module_versions(int root_fd, bool whole, struct names *versions)
{
	_cleanup_names_ struct names all = NAMES_INIT;
	int result = 0;

	versions_find(root_fd, &all);
	for (size_t i = 0; !result && i < all.count; i++)
		if (!whole || version_is_whole(root_fd, all.items[i]))
			result = names_add(versions, all.items[i]);
	return result;
}

static void kmod_log_drop(void *data, int priority, const char *file, int line,
			  const char *fn, const char *format, va_list args)
{
	(void)data, (void)priority, (void)file, (void)line, (void)fn, (void)format,
		(void)args;
}

/* libkmod's own words about aliases would confuse more than help; its results are looked
 * at. By the descriptor's name it reads below the root even where that has absolute
 * links. */
static int module_open_kmod(struct module_set *set, struct err *err)
{
	static const char *const no_conf[] = { NULL };
	_cleanup_free_ char *name = format_text("/proc/self/fd/%d", set->dir_fd);

	set->kmod = name ? kmod_new(name, no_conf) : NULL;
	if (!set->kmod)
		return err_sys(err, ENOMEM, "opening %s", set->dir);
	kmod_set_log_fn(set->kmod, kmod_log_drop, NULL);
	if (kmod_load_resources(set->kmod) < 0 ||
	    !file_exists(set->dir_fd, "modules.dep.bin") ||
	    !file_exists(set->dir_fd, "modules.dep") ||
	    !file_exists(set->dir_fd, "modules.alias.bin")) {
		err_set(err, ENOENT, "%s has no index of its modules (modules.dep.bin)",
			set->dir);
		err_hint(err, "run: depmod %s", set->version);
		return -ENOENT;
	}
	return 0;
}

static int module_open_conf(struct module_set *set, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result = modprobe_conf_read(&set->conf, set->root_fd, err);

	strbuf_init(&text, 0);
	if (result || !file_exists(set->dir_fd, "modules.softdep"))
		return result;
	result = file_read(set->dir_fd, "modules.softdep", &text, err);
	return result ? result : modprobe_conf_parse(&set->conf, text.text, true, err);
}

int module_set_open(struct module_set *set, int root_fd, const char *version,
		    struct err *err)
{
	int result;

	set->root_fd = root_fd;
	set->version = version;
	if (!*version || strchr(version, '/') || version[0] == '.')
		return err_set(err, EINVAL, "\"%s\" is no kernel version", version);
	for (size_t i = 0; i < ARRAY_SIZE(parents) && set->dir_fd < 0; i++) {
		free(set->dir);
		set->dir = format_text("%s/%s", parents[i], version);
		if (!set->dir)
			return err_sys(err, ENOMEM, "opening the modules");
		set->dir_fd = file_open_in_root(root_fd, set->dir, O_RDONLY | O_DIRECTORY,
						NULL);
	}
	if (set->dir_fd < 0)
		return version_unknown(root_fd, version, err);
	result = module_open_kmod(set, err);
	return result ? result : module_open_conf(set, err);
}

void module_set_release(struct module_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		free(set->items[i].name);
		free(set->items[i].path);
		free(set->items[i].before);
		free(set->items[i].reason);
	}
	free(set->items);
	free(set->dir);
	kmod_unref(set->kmod);
	cleanup_close(&set->dir_fd);
	modprobe_conf_release(&set->conf);
	*set = (struct module_set)MODULE_SET_INIT;
}
