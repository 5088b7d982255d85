/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want_guest.c: who is in a network: by [Tap], the guests' files and [Lease]. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/want.h"
#include "lib/guest_nic.h"
#include "lib/nearest.h"
#include "lib/origin.h"
#include "lib/schema/network_rule.h"
#include "lib/user.h"

static const struct mac_address no_mac;

static struct want_guest *add(struct want_network *network)
{
	struct want_guest *items =
		reallocarray(network->guests, network->guest_count + 1, sizeof(*items));

	if (!items)
		return NULL;
	network->guests = items;
	items += network->guest_count++;
	*items = (struct want_guest){ .owner = -1, .group = -1, .vnet_header = true };
	return items;
}

static void set_mac(struct want_guest *guest, const struct mac_address *mac)
{
	guest->mac = *mac;
	guest->has_mac = memcmp(mac, &no_mac, sizeof(no_mac)) != 0;
}

static void add_addresses(struct want_guest *guest, const struct ip_address *items,
			  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool known = guest->address_count == WANT_ADDRESSES;

		for (size_t j = 0; j < guest->address_count; j++)
			known |= !ip_compare(&guest->addresses[j], &items[i]);
		if (!known)
			guest->addresses[guest->address_count++] = items[i];
	}
}

static void fail(const struct want_network *network, const char *section, const char *key,
		 size_t index, const struct err *why, struct conf_errors *errors)
{
	struct err err = ERR_INIT;

	conf_refuse(network->file->conf, section, key, index, &err, why->hint, "%s",
		    why->text);
	conf_errors_add(errors, &err);
}

static int add_tap(struct want_network *network, size_t index, int root_fd,
		   struct conf_errors *errors)
{
	const struct network_tap *row = &network->data->tap.items[index];
	struct want_guest *guest = add(network);
	struct err why = ERR_INIT;

	if (!guest)
		return -ENOMEM;
	snprintf(guest->tap, sizeof(guest->tap), "%s", row->name);
	set_mac(guest, &row->mac);
	add_addresses(guest, row->ip.items, row->ip.count);
	guest->isolated = row->isolated || network->data->firewall.isolate;
	guest->multi_queue = row->multi_queue;
	guest->vnet_header = row->vnet_header;
	guest->row = row;
	want_origin(network, "Tap", "Name", index, guest->origin);
	if (user_number(root_fd, row->user, &guest->owner, &why))
		fail(network, "Tap", "User", index, &why, errors);
	if (group_number(root_fd, row->group, &guest->group, &why))
		fail(network, "Tap", "Group", index, &why, errors);
	return 0;
}

static void guest_fail(const struct guest *file, const char *key, size_t index,
		       const struct err *why, struct conf_errors *errors)
{
	struct err err = ERR_INIT;

	conf_fail(file->conf, "Nic", key, index, &err, "%s", why->text);
	if (why->hint[0])
		err_hint(&err, "%s", why->hint);
	conf_errors_add(errors, &err);
}

/* A guest's name may have what DNS has not. */
static void set_dns_name(struct want_guest *guest, const char *name)
{
	snprintf(guest->name, sizeof(guest->name), "%s", name);
	for (char *c = guest->name; *c; c++)
		if (*c == '_' || *c == '.')
			*c = '-';
	if (!network_is_dns_name(guest->name, false))
		guest->name[0] = '\0';
}

static int add_nic(struct want_network *network, const struct guest *file, size_t index,
		   int root_fd, struct conf_errors *errors)
{
	const struct guest_nic *row = &file->data->nic.items[index];
	struct want_guest *guest = add(network);
	struct mac_address mac = guest_nic_mac(file->name, row, index);
	const char *user = *row->user ? row->user : file->data->guest.user;
	struct err why = ERR_INIT;

	if (!guest)
		return -ENOMEM;
	snprintf(guest->guest, sizeof(guest->guest), "%s", file->name);
	set_dns_name(guest, file->name);
	guest_nic_tap(file->name, row, index, guest->tap);
	set_mac(guest, &mac);
	add_addresses(guest, row->address.items, row->address.count);
	guest->fixed = row->address.count > 0;
	guest->isolated = network->data->firewall.isolate;
	guest->multi_queue = row->queues > 1;
	origin_text(file->conf, "Nic", "Network", index, guest->origin,
		    sizeof(guest->origin));
	if (user_number(root_fd, user, &guest->owner, &why))
		guest_fail(file, "User", index, &why, errors);
	for (size_t i = 0;
	     network_has_address(network->data, 0) && i < row->address.count; i++)
		if (network_check_guest_address(network->data, &row->address.items[i],
						&why))
			guest_fail(file, "Address", index, &why, errors);
	return 0;
}

static struct want_guest *find_lease_guest(struct want_network *network,
					   const struct network_lease *row)
{
	for (size_t i = 0; i < network->guest_count; i++) {
		struct want_guest *guest = &network->guests[i];

		if (*row->guest && strcmp(guest->guest, row->guest) == 0)
			return guest;
		if (guest->has_mac && memcmp(&guest->mac, &row->mac, sizeof(no_mac)) == 0)
			return guest;
	}
	return NULL;
}

/* [Lease] names a guest whose file has no interface here. */
static void fail_guest(const struct want_network *network, const struct guests *guests,
		       size_t index, struct conf_errors *errors)
{
	const char *name = network->data->lease.items[index].guest;
	struct nearest near = { .word = name };
	struct err why = ERR_INIT;
	bool known = false;

	for (size_t i = 0; i < guests->count; i++) {
		known |= strcmp(guests->items[i].name, name) == 0;
		nearest_offer(&near, guests->items[i].name);
	}
	if (known) {
		err_set(&why, EINVAL, "the guest %.60s has no interface here", name);
		err_hint(&why, "[Nic] with Network=%s in guests/%.60s.conf; or Mac=",
			 network->file->name, name);
	} else {
		err_set(&why, EINVAL, "there is no guests/%.60s.conf", name);
		if (near.best)
			err_hint(&why, "did you mean %s? Mac= does without a file",
				 near.best);
		else
			err_hint(&why, "Mac= does without a file");
	}
	fail(network, "Lease", "Guest", index, &why, errors);
}

static int add_lease(struct want_network *network, const struct guests *guests,
		     size_t index, struct conf_errors *errors)
{
	const struct network_lease *row = &network->data->lease.items[index];
	struct want_guest *guest = find_lease_guest(network, row);
	bool has_mac = memcmp(&row->mac, &no_mac, sizeof(no_mac)) != 0;

	if (!guest && !has_mac) {
		fail_guest(network, guests, index, errors);
		return 0;
	}
	if (!guest)
		guest = add(network);
	if (!guest)
		return -ENOMEM;
	if (has_mac)
		set_mac(guest, &row->mac);
	if (!*guest->origin)
		want_origin(network, "Lease", has_mac ? "Mac" : "Guest", index,
			    guest->origin);
	add_addresses(guest, row->address.items, row->address.count);
	guest->fixed |= row->address.count > 0;
	if (*row->name || *row->guest)
		set_dns_name(guest, *row->name ? row->name : row->guest);
	return 0;
}

int want_add_guests(struct want_network *network, const struct guests *guests,
		    int root_fd, struct conf_errors *errors)
{
	int result = 0;

	for (size_t i = 0; !result && i < network->data->tap.count; i++)
		result = add_tap(network, i, root_fd, errors);
	for (size_t i = 0; *network->bridge && i < guests->count; i++) {
		const struct guest *file = &guests->items[i];

		for (size_t j = 0; !result && j < file->data->nic.count; j++)
			if (!strcmp(file->data->nic.items[j].network,
				    network->file->name))
				result = add_nic(network, file, j, root_fd, errors);
	}
	for (size_t i = 0; !result && i < network->data->lease.count; i++)
		result = add_lease(network, guests, i, errors);
	return result;
}
