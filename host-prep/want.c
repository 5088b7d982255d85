/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want.c: fills in what the network files leave open, by what the host has. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/want_claim.h"
#include "lib/digest.h"
#include "lib/file.h"
#include "lib/nearest.h"
#include "lib/origin.h"
#include "lib/schema/network_rule.h"

const char *want_origin(const struct want_network *network, const char *section,
			const char *key, size_t index, char text[ORIGIN_MAX])
{
	origin_text(network->file->conf, section, key, index, text, ORIGIN_MAX);
	if (!*text)
		snprintf(text, ORIGIN_MAX, "network/%s.conf", network->file->name);
	return text;
}

const struct want_network *want_find(const struct want *want, const char *name)
{
	for (size_t i = 0; i < want->count; i++)
		if (strcmp(want->items[i].file->name, name) == 0)
			return &want->items[i];
	return NULL;
}

bool want_leaves_out(const struct want *want, const char *name)
{
	const struct network *network = networks_find(want->networks, name);

	return network && network->left_out;
}

const struct want_guest *want_find_guest(const struct want_network *network,
					 const char *name)
{
	for (size_t i = 0; *name && i < network->guest_count; i++)
		if (strcmp(network->guests[i].guest, name) == 0 ||
		    strcmp(network->guests[i].name, name) == 0)
			return &network->guests[i];
	return NULL;
}

/* A source of another family would leave the rule without any: open to all. */
static bool forward_fits(const struct network_forward *row, uint16_t family)
{
	for (size_t i = 0; i < row->from.count; i++)
		if (row->from.items[i].address.family != family)
			return false;
	for (size_t i = 0; i < row->address.count; i++)
		if (row->address.items[i].family != family)
			return false;
	return true;
}

const struct ip_address *want_forward_target(const struct want_network *network,
					     const struct network_forward *row)
{
	const struct want_guest *guest = want_find_guest(network, row->to.name);
	const struct ip_address *found = NULL;

	if (row->to.address.family || !guest)
		return &row->to.address;
	for (size_t i = 0; i < guest->address_count; i++) {
		const struct ip_address *ip = &guest->addresses[i];

		if (forward_fits(row, ip->family) &&
		    (!found || (found->family != AF_INET && ip->family == AF_INET)))
			found = ip;
	}
	return found;
}

static bool network_has_link(const struct want_network *network, const char *name)
{
	if (strcmp(network->bridge, name) == 0 || strcmp(network->vpn, name) == 0)
		return true;
	for (size_t i = 0; i < network->port_count; i++)
		if (strcmp(network->ports[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < network->vlan_count; i++)
		if (strcmp(network->vlans[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < network->macvtap_count; i++)
		if (strcmp(network->macvtaps[i].name, name) == 0)
			return true;
	for (size_t i = 0; i < network->guest_count; i++)
		if (strcmp(network->guests[i].tap, name) == 0)
			return true;
	return false;
}

bool want_has_link(const struct want *want, const char *name)
{
	for (size_t i = 0; *name && i < want->count; i++)
		if (network_has_link(&want->items[i], name))
			return true;
	return false;
}

static bool is_chosen(const struct net_link *link, const struct link_select *select)
{
	if (link->loopback)
		return false;
	switch (select->kind) {
	case LINK_SELECT_NAME:
		return strcmp(link->name, select->text) == 0;
	case LINK_SELECT_MAC:
		/* VLANs and bridges have the address of what they stand on. */
		return link->kind == NET_NIC &&
		       memcmp(link->has_perm_mac ? link->perm_mac : link->mac,
			      select->mac.bytes, 6) == 0;
	case LINK_SELECT_PATH:
		return strcmp(link->bus_path, select->text) == 0;
	case LINK_SELECT_DRIVER:
		return strcmp(link->driver, select->text) == 0;
	default:
		return false;
	}
}

/* Why nothing was chosen, with what was perhaps meant. */
static void report_nothing(struct conf_errors *errors, struct want_claim claim,
			   const struct link_select *select, const struct net *have)
{
	_cleanup_strbuf_ struct strbuf text, hint;
	struct nearest near = { .word = select->text };

	strbuf_init(&text, 0);
	strbuf_init(&hint, 0);
	link_select_format(select, &text);
	for (size_t i = 0; i < have->link_count; i++) {
		const struct net_link *link = &have->links[i];

		if (link->loopback || net_is_ours(link))
			continue;
		if (select->kind == LINK_SELECT_NAME)
			nearest_offer(&near, link->name);
		if (link->kind == NET_NIC)
			strbuf_addf(&hint, "%s%s", hint.length ? ", " : "the host has ",
				    link->name);
	}
	if (near.best) {
		strbuf_truncate(&hint, 0);
		strbuf_addf(&hint, "did you mean %s?", near.best);
	}
	want_report_host(errors, claim, ENODEV, hint.text,
			 "%s chooses no interface of this host", text.text);
}

/* Finds the interface that is chosen: one of the host's, or one of this file's that is still
 * to be made. Returns false where there is none or several. */
static bool choose(struct conf_errors *errors, struct want_claim claim,
		   const struct link_select *select, const struct net *have,
		   char name[NET_NAME_SIZE])
{
	const struct net_link *found = NULL;

	name[0] = '\0';
	if (select->kind == LINK_SELECT_NAME &&
	    network_has_link(claim.network, select->text)) {
		snprintf(name, NET_NAME_SIZE, "%.15s", select->text);
		return true;
	}
	for (size_t i = 0; i < have->link_count; i++) {
		if (!is_chosen(&have->links[i], select))
			continue;
		if (found) {
			want_report_host(
				errors, claim, ENOTUNIQ,
				"a name, a hardware address or path: chooses one",
				"it chooses %s and %s", found->name, have->links[i].name);
			return false;
		}
		found = &have->links[i];
	}
	if (found)
		snprintf(name, NET_NAME_SIZE, "%s", found->name);
	else
		report_nothing(errors, claim, select, have);
	return found;
}

static int resolve_vlans(struct want_network *network, const struct net *have,
			 struct conf_errors *errors)
{
	size_t count = network->data->vlan.count;

	network->vlans = calloc(count + 1, sizeof(*network->vlans));
	if (!network->vlans)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct network_vlan *row = &network->data->vlan.items[i];
		struct want_claim claim = { network, "Vlan", "Parent", i, NULL };
		struct want_upper vlan = { .name = "" };
		char text[NET_NAME_SIZE + 16];

		if (!choose(errors, claim, &row->parent, have, vlan.parent))
			continue;
		snprintf(text, sizeof(text), "%s.%d", vlan.parent, (int)row->id);
		if (!*row->name && strlen(text) > LINK_NAME_MAX)
			want_report(errors, claim, "give it another by Name=",
				    "%s is too long for an interface's name", text);
		snprintf(vlan.name, sizeof(vlan.name), "%.15s",
			 *row->name ? row->name : text);
		want_origin(network, "Vlan", "Id", i, vlan.origin);
		network->vlans[network->vlan_count++] = vlan;
	}
	return 0;
}

static int resolve_macvtaps(struct want_network *network, const struct net *have,
			    struct conf_errors *errors)
{
	size_t count = network->data->macvtap.count;

	network->macvtaps = calloc(count + 1, sizeof(*network->macvtaps));
	if (!network->macvtaps)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct network_macvtap *row = &network->data->macvtap.items[i];
		struct want_claim claim = { network, "Macvtap", "Parent", i, NULL };
		struct want_upper *macvtap = &network->macvtaps[i];

		network->macvtap_count++;
		choose(errors, claim, &row->parent, have, macvtap->parent);
		snprintf(macvtap->name, sizeof(macvtap->name), "%s", row->name);
		want_origin(network, "Macvtap", "Name", i, macvtap->origin);
	}
	return 0;
}

static int resolve_ports(struct want_network *network, const struct net *have,
			 struct conf_errors *errors)
{
	const struct want_claim claim = { network, "Bridge", "Ports", 0, NULL };
	size_t count = network->data->bridge.ports.count;

	network->ports = calloc(count + 1, sizeof(*network->ports));
	if (!network->ports)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct want_port port = { .name = "" };

		origin_item_text(network->file->conf, "Bridge", "Ports", 0, i,
				 port.origin, sizeof(port.origin));
		if (choose(errors, claim, &network->data->bridge.ports.items[i], have,
			   port.name))
			network->ports[network->port_count++] = port;
	}
	return 0;
}

/* 02:... is no maker's; the machine's id keeps two hosts' bridges of one name apart. */
static void make_mac(uint8_t mac[6], const char *name, int root_fd)
{
	char id[64] = "";
	uint64_t digest;

	file_read_line(root_fd, "etc/machine-id", id, sizeof(id), NULL);
	digest = digest_add(DIGEST_INIT, id, strlen(id));
	digest = digest_add(digest, name, strlen(name));
	mac[0] = 0x02;
	for (int i = 1; i < 6; i++)
		mac[i] = (uint8_t)(digest >> (8 * i));
}

/* The first port, or, as a VLAN has its parent's address from the moment that it is made, the
 * interface that it is on. */
static const struct net_link *mac_port(const struct want_network *network,
				       const struct net *have)
{
	const char *name = network->port_count ? network->ports[0].name : "";

	for (size_t i = 0; i < network->vlan_count; i++)
		if (strcmp(network->vlans[i].name, name) == 0)
			name = network->vlans[i].parent;
	return net_find_link(have, name);
}

static void resolve_mac(struct want_network *network, const struct net *have, int root_fd)
{
	const char *word = network->data->bridge.mac;
	const struct net_link *port = mac_port(network, have);
	struct mac_address mac;

	network->has_bridge_mac = strcmp(word, "auto") != 0;
	if (mac_address_parse(word, &mac, NULL) == 0)
		memcpy(network->bridge_mac, mac.bytes, 6);
	else if (port && port->has_mac)
		memcpy(network->bridge_mac, port->mac, 6);
	else
		make_mac(network->bridge_mac, network->bridge, root_fd);
}

static void resolve_names(struct want_network *network)
{
	const struct network_conf *data = network->data;
	const char *name = network->file->name;

	snprintf(network->origin, sizeof(network->origin), "network/%s.conf", name);
	network_bridge_name(network->file, network->bridge);
	if (data->wireguard.address.count && *data->wireguard.interface)
		snprintf(network->vpn, NET_NAME_SIZE, "%s", data->wireguard.interface);
	else if (data->wireguard.address.count)
		snprintf(network->vpn, NET_NAME_SIZE, "wg-%.12s", name);
	snprintf(network->domain, sizeof(network->domain), "%s",
		 *data->network.domain ? data->network.domain : name);
}

static int resolve(struct want_network *network, const struct guests *guests,
		   const struct net *have, int root_fd, struct conf_errors *errors)
{
	int result;

	resolve_names(network);
	result = resolve_vlans(network, have, errors);
	if (!result)
		result = resolve_macvtaps(network, have, errors);
	if (!result)
		result = resolve_ports(network, have, errors);
	if (!result)
		result = want_add_guests(network, guests, root_fd, errors);
	if (!result && *network->bridge)
		resolve_mac(network, have, root_fd);
	return result;
}

int want_resolve(struct want *want, const struct networks *networks,
		 const struct guests *guests, const struct net *have, int root_fd,
		 struct err *err)
{
	struct conf_errors errors;
	int result = 0;

	*want = (struct want){ .networks = networks };
	want->items = calloc(networks->count + 1, sizeof(*want->items));
	if (!want->items)
		return err_sys(err, ENOMEM, "the networks");
	conf_errors_init(&errors);
	for (size_t i = 0; !result && i < networks->count; i++) {
		struct want_network *network;

		if (networks->items[i].left_out)
			continue;
		network = &want->items[want->count++];
		network->file = &networks->items[i];
		network->data = networks->items[i].data;
		result = resolve(network, guests, have, root_fd, &errors);
	}
	if (!result)
		want_check(want, have, guests, &errors);
	if (!result)
		return conf_errors_finish(&errors, err);
	conf_errors_finish(&errors, NULL);
	return err_sys(err, ENOMEM, "the networks");
}

void want_release(struct want *want)
{
	for (size_t i = 0; i < want->count; i++) {
		free(want->items[i].ports);
		free(want->items[i].vlans);
		free(want->items[i].macvtaps);
		free(want->items[i].guests);
	}
	free(want->items);
	*want = (struct want)WANT_INIT;
}
