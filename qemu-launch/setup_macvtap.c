/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup_macvtap.c: the address of cards on macvtaps, where the network's file has one. */
#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/networks.h"
#include "qemu-launch/setup_private.h"

static const struct mac_address none;

static bool is_given(const struct mac_address *mac)
{
	return memcmp(mac, &none, sizeof(none)) != 0;
}

static const struct network_macvtap *find_row(const struct networks *networks,
					      const char *name,
					      const struct network **network)
{
	for (size_t i = 0; i < networks->count; i++) {
		const struct network_conf *data = networks->items[i].data;

		*network = &networks->items[i];
		for (size_t j = 0; j < data->macvtap.count; j++)
			if (!strcmp(data->macvtap.items[j].name, name))
				return &data->macvtap.items[j];
	}
	return NULL;
}

static int resolve_one(struct setup_nic *nic, const struct guest *guest, size_t i,
		       const struct networks *networks, struct err *err)
{
	const struct network *network;
	const struct network_macvtap *row = find_row(networks, nic->tap, &network);
	const struct mac_address *own = &guest->data->nic.items[i].mac;

	if (!row || !is_given(&row->mac))
		return 0;
	if (is_given(own) && memcmp(own, &row->mac, sizeof(none)) != 0) {
		conf_fail(guest->conf, "Nic", "Mac", i, err,
			  "%s has another address in network/%s.conf", nic->tap,
			  network->name);
		return err_hint(err, "leave out Mac= here or there");
	}
	nic->mac = row->mac;
	return 0;
}

int setup_macvtaps(struct guest_setup *setup, const struct guest *guest, int root_fd,
		   struct err *err)
{
	_cleanup_networks_ struct networks networks = NETWORKS_INIT;
	bool is_read = false;
	int result = 0;

	for (size_t i = 0; !result && i < setup->nic_count; i++) {
		if (setup->nics[i].type != guest_nic_type_macvtap)
			continue;
		if (!is_read)
			result = networks_read(&networks, root_fd, err);
		is_read = true;
		if (!result)
			result = resolve_one(&setup->nics[i], guest, i, &networks, err);
	}
	return result;
}
