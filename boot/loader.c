/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loader.c: the table of boot loaders, and which of them is set up. */
#include <errno.h>
#include <string.h>

#include "boot/loader.h"
#include "lib/cleanup.h"

const struct loader *const loaders[] = { &loader_efistub, &loader_systemd_boot,
					 &loader_grub, NULL };

static const struct loader *loader_of_type(int type, struct err *err)
{
	for (size_t i = 0; loaders[i]; i++)
		if (loaders[i]->type == type)
			return loaders[i];
	err_set(err, ENOENT, "[BootLoader] Type=: this program has no such boot loader");
	return NULL;
}

static const struct loader *detect(const struct boot *boot, struct err *err)
{
	const struct loader *found = NULL, *other = NULL;

	for (size_t i = 0; loaders[i]; i++) {
		enum loader_presence presence = loaders[i]->detect(boot);

		if (presence == LOADER_BOOTED)
			return loaders[i];
		if (presence == LOADER_INSTALLED) {
			other = found;
			found = loaders[i];
		}
	}
	if (found && !other)
		return found;
	if (found)
		err_set(err, ENOTUNIQ,
			"%s and %s are installed, and neither is known to "
			"have started this machine",
			other->name, found->name);
	else
		return NULL;
	err_hint(err, "[BootLoader] Type= in host.conf names it");
	return NULL;
}

const struct loader *loader_find(const struct boot *boot, struct err *err)
{
	int type = boot->settings.host->boot_loader.type;

	if (type == host_boot_loader_type_none || boot->args->clear)
		return NULL;
	if (type == host_boot_loader_type_auto)
		return detect(boot, err);
	return loader_of_type(type, err);
}
