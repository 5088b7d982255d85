/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup_disks.c: which of a guest's disks have overlays. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-launch/disk_chain.h"
#include "qemu-launch/setup_private.h"

int setup_resolve_disks(struct guest_setup *setup, const struct guest *guest,
			const struct setup_host *host, struct err *err)
{
	size_t count = guest->data->disk.count;
	json_t *chains = NULL;
	int result;

	setup->disks = calloc(count + 1, sizeof(*setup->disks));
	if (!setup->disks)
		return err_sys(err, ENOMEM, "looking for disks");
	setup->disk_count = count;
	result = disk_chains_read(&chains, host->root_fd, guest->name, err);
	for (size_t i = 0; !result && i < count; i++) {
		const char *path = guest->data->disk.items[i].path;
		const json_t *chain = disk_chain_find(chains, path);

		if (!chain || !disk_chain_count(chain))
			continue;
		setup->disks[i] = strdup(disk_chain_current(chain));
		if (!setup->disks[i])
			result = err_sys(err, ENOMEM, "looking for disks");
	}
	json_decref(chains);
	return result;
}
