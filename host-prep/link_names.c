/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link_names.c: which link gets which name. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/link_names.h"
#include "lib/origin.h"

static const uint8_t *own_mac(const struct net_link *link)
{
	return link->has_perm_mac ? link->perm_mac : link->mac;
}

/* VLANs and bridges have the address of what they stand on. */
static struct net_link *find_mac(const struct net *net, const struct mac_address *mac)
{
	for (size_t i = 0; i < net->link_count; i++) {
		struct net_link *link = &net->links[i];

		if (link->kind == NET_NIC && !link->loopback &&
		    !memcmp(own_mac(link), mac->bytes, 6))
			return link;
	}
	return NULL;
}

static void move_name(char at[NET_NAME_SIZE], const char *from, const char *to)
{
	if (strcmp(at, from) == 0)
		snprintf(at, NET_NAME_SIZE, "%s", to);
}

static void rename_link(struct net *net, struct net_link *link, const char *name)
{
	char from[NET_NAME_SIZE];

	snprintf(from, sizeof(from), "%s", link->name);
	snprintf(link->was_name, sizeof(link->was_name), "%s", from);
	for (size_t i = 0; i < net->link_count; i++) {
		move_name(net->links[i].name, from, name);
		move_name(net->links[i].master, from, name);
		move_name(net->links[i].parent, from, name);
	}
	for (size_t i = 0; i < net->address_count; i++)
		move_name(net->addresses[i].link, from, name);
	for (size_t i = 0; i < net->route_count; i++)
		move_name(net->routes[i].link, from, name);
	for (size_t i = 0; i < net->vlan_count; i++)
		move_name(net->vlans[i].link, from, name);
}

/* That the host has the name already is no mistake in a file. */
static int apply_row(const struct network *network, size_t index, struct net *have,
		     struct err *err)
{
	const struct network_link *row = &network->data->link.items[index];
	struct net_link *link = find_mac(have, &row->permanent_mac_address);

	if (!link || !strcmp(link->name, row->name))
		return 0;
	if (net_find_link(have, row->name)) {
		conf_refuse(network->conf, "Link", "Name", index, err,
			    "a name that no other interface has or gets, such as lan0",
			    "the name of %s, but another interface is %s", link->name,
			    row->name);
		if (err)
			err->mistake = false;
		return -EINVAL;
	}
	rename_link(have, link, row->name);
	return 0;
}

/* Each name and each address once, in all files. */
static int check_row(const struct networks *networks, size_t number, size_t index,
		     struct err *err)
{
	const struct network *network = &networks->items[number];
	const struct network_link *row = &network->data->link.items[index];

	for (size_t i = 0; i <= number; i++) {
		const struct network_conf *data = networks->items[i].data;

		for (size_t j = 0; j < (i < number ? data->link.count : index); j++) {
			const struct network_link *other = &data->link.items[j];
			bool name = !strcmp(other->name, row->name);
			char origin[ORIGIN_MAX];

			if (!name && memcmp(&other->permanent_mac_address,
					    &row->permanent_mac_address,
					    sizeof(row->permanent_mac_address)))
				continue;
			origin_text(networks->items[i].conf, "Link", "Name", j, origin,
				    sizeof(origin));
			return conf_refuse(network->conf, "Link", "Name", index, err,
					   "each interface has one name",
					   "%s has this %s already", origin,
					   name ? "name" : "hardware address");
		}
	}
	return 0;
}

int link_names_apply(const struct networks *networks, struct net *have, struct err *err)
{
	int result = 0;

	for (size_t i = 0; i < networks->count; i++)
		for (size_t j = 0; !result && j < networks->items[i].data->link.count;
		     j++) {
			result = check_row(networks, i, j, err);
			if (!result)
				result = apply_row(&networks->items[i], j, have, err);
		}
	return result;
}

void link_names_text(const char *name, const struct mac_address *mac,
		     const struct net_link *link, const char *origin, struct strbuf *out)
{
	/* What was made by software has no address that it came with. */
	bool permanent = !link || link->has_perm_mac;

	strbuf_addf(out, "# Written by bedplate host-prep, for %s.\n[Match]\n%s=", origin,
		    permanent ? "PermanentMACAddress" : "MACAddress");
	mac_address_format(mac, out);
	if (!permanent)
		strbuf_addf(out, "\nType=ether\nKind=%s",
			    *link->type ? link->type : "!*");
	strbuf_addf(
		out,
		"\n[Link]\nName=%s\nAlternativeNamesPolicy=database onboard slot path\n",
		name);
}
