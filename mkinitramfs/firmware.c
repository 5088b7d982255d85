/* SPDX-License-Identifier: GPL-2.0-or-later */
/* firmware.c: finds the firmware that modules name (kernel
 * Documentation/driver-api/firmware). */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/kernel_config.h"
#include "lib/log.h"
#include "mkinitramfs/module_files.h"

/* Where the kernel looks, in its order; %s is its version. */
static const char *const folders[] = { "lib/firmware/updates/%s", "lib/firmware/updates",
				       "lib/firmware/%s", "lib/firmware" };

struct packing {
	const char *suffix;
	const char *config; /* the option with which the kernel reads it itself */
};

static const struct packing packings[] = {
	{ "", NULL },
	{ ".zst", "CONFIG_FW_LOADER_COMPRESS_ZSTD" },
	{ ".xz", "CONFIG_FW_LOADER_COMPRESS_XZ" },
};

struct firmware_search {
	struct plan *plan;
	const struct module_set *set;
	const struct kernel_config *config;
	const struct module *module;
};

static bool firmware_is_file(int root_fd, const char *path)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, path, O_PATH, NULL);
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode);
}

/* Adds one file if it is there: 1, else 0. */
static int firmware_try(const struct firmware_search *search, const char *folder,
			const char *name, const struct packing *packing, struct err *err)
{
	_cleanup_free_ char *dir = NULL, *source = NULL, *path = NULL, *reason = NULL;
	bool as_is =
		!packing->config || kernel_config_has(search->config, packing->config);

	/* The format is one of the constants above. */
	dir = strstr(folder, "%s") ? format_text("%.*s%s", (int)(strlen(folder) - 2),
						 folder, search->set->version)
				   : strdup(folder);
	source = dir ? format_text("%s/%s%s", dir, name, packing->suffix) : NULL;
	path = dir ? format_text("%s/%s%s", dir, name, as_is ? packing->suffix : "")
		   : NULL;
	reason = format_text("firmware that %s names", search->module->name);
	if (!source || !path || !reason)
		return err_sys(err, ENOMEM, "planning firmware");
	if (!firmware_is_file(search->set->root_fd, source))
		return 0;
	plan_add_file(search->plan, path, 0644, search->set->root_fd, source, !as_is,
		      reason);
	return 1;
}

/* A package may bring it later, and then the image is to be made anew. */
static int firmware_watch(struct plan *plan, const char *name, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(packings); i++) {
		_cleanup_free_ char *path =
			format_text("lib/firmware/%s%s", name, packings[i].suffix);

		if (!path || names_add(&plan->watched, path))
			return err_sys(err, ENOMEM, "planning firmware");
	}
	return 0;
}

/* The name comes out of a module, which is as trusted as the kernel, but a path that
 * leaves the folder is not what any driver means. */
static int firmware_find(void *context, const char *name, struct err *err)
{
	const struct firmware_search *search = context;

	if (strstr(name, "..") || strpbrk(name, "*?[")) {
		log_debug("module %s: firmware \"%s\" is passed over",
			  search->module->name, name);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		for (size_t j = 0; j < ARRAY_SIZE(packings); j++) {
			int found =
				firmware_try(search, folders[i], name, &packings[j], err);

			if (found)
				return found < 0 ? found : 0;
		}
	log_debug("module %s: firmware %s is not there", search->module->name, name);
	return firmware_watch(search->plan, name, err);
}

int firmware_add(struct plan *plan, const struct module_set *set,
		 const struct kernel_config *config, struct err *err)
{
	struct firmware_search search = { plan, set, config, NULL };
	int result = 0;

	/* Without the folder there is nothing to find, and reading all modules is not
	 * free. */
	if (!file_exists(set->root_fd, "lib/firmware"))
		return names_add(&plan->watched, "lib/firmware")
			       ? err_sys(err, ENOMEM, "planning firmware")
			       : 0;
	for (size_t i = 0; !result && i < set->count; i++) {
		search.module = &set->items[i];
		if (search.module->path)
			result = module_firmware(set, search.module, firmware_find,
						 &search, err);
	}
	return result;
}
