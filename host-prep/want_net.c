/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want_net.c: the wanted state of the links. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/want_net.h"
#include "host-prep/want_net_ip.h"

/* The link as it is, or a new one; ours from now on. */
static struct net_link *own_link(struct net *net, const char *name, enum net_kind kind,
				 const struct want_network *network, const char *origin)
{
	struct net_link *link = net_find_link(net, name);
	struct net_link fresh = { .kind = kind, .tap = { .owner = -1, .group = -1 } };

	if (!link) {
		snprintf(fresh.name, sizeof(fresh.name), "%s", name);
		link = net_add_link(net, &fresh);
	}
	link->managed = true;
	link->up = true;
	link->kind = kind;
	snprintf(link->alias, sizeof(link->alias), LINK_ALIAS_PREFIX "%.200s",
		 network->origin);
	snprintf(link->origin, sizeof(link->origin), "%s", origin);
	return link;
}

static void set_mac(struct net_link *link, const uint8_t mac[6])
{
	link->has_mac = true;
	memcpy(link->mac, mac, 6);
}

static void want_sysctl(struct net *net, const char *family, const char *link,
			const char *name, const char *value, const char *origin)
{
	char path[NET_PATH_SIZE];

	snprintf(path, sizeof(path), "net/%s/conf/%s/%s", family, link, name);
	net_set_sysctl(net, path, value, origin);
}

enum { STP_DELAY_CS = 1500 }; /* the kernel's own */

static bool has_ipv6(const struct want_network *network)
{
	return network->data->network.ipv6 &&
	       network->data->network.mode != network_network_mode_isolated;
}

static void want_bridge(const struct want_network *network, struct net *net)
{
	const struct network_bridge *row = &network->data->bridge;
	char origin[ORIGIN_MAX];
	struct net_link *link;

	want_origin(network, "Network", "Mode", 0, origin);
	link = own_link(net, network->bridge, NET_BRIDGE, network, origin);
	link->master[0] = '\0';
	link->bridge = (struct net_bridge){
		.stp = row->stp,
		.forward_delay_cs = (unsigned)(row->forward_delay_ms / 10),
		.vlan_filtering = row->vlan_filtering,
	};
	if (row->stp && !row->forward_delay_ms)
		link->bridge.forward_delay_cs = STP_DELAY_CS;
	if (network->has_bridge_mac)
		set_mac(link, network->bridge_mac);
	if (network->data->network.mtu)
		link->mtu = (unsigned)network->data->network.mtu;
	want_origin(network, "Network", "Ipv6", 0, origin);
	want_sysctl(net, "ipv6", network->bridge, "disable_ipv6",
		    has_ipv6(network) ? "0" : "1", origin);
	/* What a guest advertises is nothing to the host. */
	if (network->data->network.mode != network_network_mode_public)
		want_sysctl(net, "ipv6", network->bridge, "accept_ra", "0", origin);
}

static void drop_vlans(struct net *net, const char *link)
{
	size_t kept = 0;

	for (size_t i = 0; i < net->vlan_count; i++)
		if (strcmp(net->vlans[i].link, link) != 0)
			net->vlans[kept++] = net->vlans[i];
	net->vlan_count = kept;
}

static void add_vlans(struct net *net, const char *link, int64_t pvid,
		      const int64_t *trunk, size_t count, const char *origin)
{
	struct net_vlan vlan = { .id = pvid ? (unsigned)pvid : 1,
				 .pvid = true,
				 .untagged = true };

	snprintf(vlan.link, sizeof(vlan.link), "%s", link);
	snprintf(vlan.origin, sizeof(vlan.origin), "%s", origin);
	drop_vlans(net, link);
	net_add_vlan(net, &vlan);
	for (size_t i = 0; i < count; i++) {
		vlan.id = (unsigned)trunk[i];
		vlan.pvid = vlan.untagged = false;
		net_add_vlan(net, &vlan);
	}
}

/* The port that a [BridgeVlan] section is about; the bridge itself where it names none. */
static const char *vlan_port(const struct want_network *network,
			     const struct network_bridge_vlan *row)
{
	const struct link_select *chosen = &row->port;

	if (chosen->kind == LINK_SELECT_NONE)
		return network->bridge;
	for (size_t i = 0; i < network->port_count; i++) {
		const struct link_select *port = &network->data->bridge.ports.items[i];

		if (port->kind == chosen->kind && !strcmp(port->text, chosen->text) &&
		    !memcmp(&port->mac, &chosen->mac, sizeof(port->mac)))
			return network->ports[i].name;
	}
	return chosen->kind == LINK_SELECT_NAME ? chosen->text : "";
}

static void want_vlan_filtering(const struct want_network *network, struct net *net)
{
	char origin[ORIGIN_MAX];

	if (!network->data->bridge.vlan_filtering)
		return;
	add_vlans(net, network->bridge, 0, NULL, 0, network->origin);
	for (size_t i = 0; i < network->port_count; i++)
		add_vlans(net, network->ports[i].name, 0, NULL, 0,
			  network->ports[i].origin);
	for (size_t i = 0; i < network->guest_count; i++) {
		const struct want_guest *guest = &network->guests[i];
		const struct network_tap *row = guest->row;

		if (*guest->tap)
			add_vlans(net, guest->tap, row ? row->vlan : 0,
				  row ? row->trunk.items : NULL,
				  row ? row->trunk.count : 0, guest->origin);
	}
	for (size_t i = 0; i < network->data->bridge_vlan.count; i++) {
		const struct network_bridge_vlan *row =
			&network->data->bridge_vlan.items[i];

		want_origin(network, "BridgeVlan", row->pvid ? "Pvid" : "Trunk", i,
			    origin);
		add_vlans(net, vlan_port(network, row), row->pvid, row->trunk.items,
			  row->trunk.count, origin);
	}
}

static void want_vlans(const struct want_network *network, struct net *net)
{
	for (size_t i = 0; i < network->vlan_count; i++) {
		const struct network_vlan *row = &network->data->vlan.items[i];
		const struct want_upper *vlan = &network->vlans[i];
		struct net_link *parent = net_find_link(net, vlan->parent);
		struct net_link *link;

		if (parent)
			parent->managed = parent->up = true;
		link = own_link(net, vlan->name, NET_VLAN, network, vlan->origin);
		snprintf(link->parent, sizeof(link->parent), "%s", vlan->parent);
		link->vlan_id = (unsigned)row->id;
		link->master[0] = '\0';
		if (row->mtu)
			link->mtu = (unsigned)row->mtu;
	}
}

static void want_macvtaps(const struct want_network *network, struct net *net)
{
	static const enum net_macvtap_mode modes[] = {
		[network_macvtap_mode_bridge] = NET_MACVTAP_BRIDGE,
		[network_macvtap_mode_vepa] = NET_MACVTAP_VEPA,
		[network_macvtap_mode_private] = NET_MACVTAP_PRIVATE,
		[network_macvtap_mode_passthru] = NET_MACVTAP_PASSTHRU,
	};
	static const struct mac_address none;

	for (size_t i = 0; i < network->macvtap_count; i++) {
		const struct network_macvtap *row = &network->data->macvtap.items[i];
		const struct want_upper *macvtap = &network->macvtaps[i];
		struct net_link *parent = net_find_link(net, macvtap->parent);
		struct net_link *link;

		if (parent)
			parent->managed = parent->up = true;
		link = own_link(net, macvtap->name, NET_MACVTAP, network,
				macvtap->origin);
		snprintf(link->parent, sizeof(link->parent), "%s", macvtap->parent);
		link->macvtap_mode = modes[row->mode];
		if (memcmp(&row->mac, &none, sizeof(none)) != 0)
			set_mac(link, row->mac.bytes);
	}
}

static void want_taps(const struct want_network *network, struct net *net)
{
	for (size_t i = 0; i < network->guest_count; i++) {
		const struct want_guest *guest = &network->guests[i];
		struct net_link *link;

		if (!*guest->tap)
			continue;
		link = own_link(net, guest->tap, NET_TAP, network, guest->origin);
		snprintf(link->master, sizeof(link->master), "%s", network->bridge);
		link->tap = (struct tap){
			.owner = guest->owner,
			.group = guest->group,
			.multi_queue = guest->multi_queue,
			.vnet_header = guest->vnet_header,
		};
		link->port.isolated = guest->isolated;
		if (network->data->network.mtu)
			link->mtu = (unsigned)network->data->network.mtu;
		/* The host has nothing to say by a guest's own wire. */
		want_sysctl(net, "ipv6", guest->tap, "disable_ipv6", "1", guest->origin);
	}
}

/* What of a port's a bridge without IPv6 cannot have; `down` gives it back to the port. */
static void drop_ipv6(struct net *net, const char *link)
{
	for (size_t i = net->route_count; i-- > 0;)
		if (net->routes[i].family == AF_INET6 &&
		    !strcmp(net->routes[i].link, link))
			net_remove_route(net, i);
	for (size_t i = net->address_count; i-- > 0;)
		if (net->addresses[i].family == AF_INET6 &&
		    !strcmp(net->addresses[i].link, link))
			net_remove_address(net, i);
}

static int want_port(const struct want_network *network, const struct want_port *port,
		     struct net *net, struct err *err)
{
	struct net_link *link = net_find_link(net, port->name);
	int result;

	if (!link)
		return err_set(err, ENODEV, "%s: there is no interface %s", port->origin,
			       port->name);
	link->managed = link->up = true;
	snprintf(link->master, sizeof(link->master), "%s", network->bridge);
	snprintf(link->origin, sizeof(link->origin), "%s", port->origin);
	/* The port's own IPv6 would go on to use the routes of its prefixes until they end. */
	want_sysctl(net, "ipv6", port->name, "disable_ipv6", "1", port->origin);
	result = net_move(net, port->name, network->bridge, err);
	if (!has_ipv6(network))
		drop_ipv6(net, network->bridge);
	return result ? err_wrap(err, "%s: port %s", port->origin, port->name) : 0;
}

static void want_vpn(const struct want_network *network, struct net *net)
{
	char origin[ORIGIN_MAX];
	struct net_link *link;

	want_origin(network, "WireGuard", "Address", 0, origin);
	link = own_link(net, network->vpn, NET_WIREGUARD, network, origin);
	if (network->data->wireguard.mtu)
		link->mtu = (unsigned)network->data->wireguard.mtu;
}

static int want_network(const struct want_network *network, struct net *net,
			struct err *err)
{
	int result = 0;

	if (*network->bridge)
		want_bridge(network, net);
	want_vlans(network, net);
	want_macvtaps(network, net);
	for (size_t i = 0; !result && i < network->port_count; i++)
		result = want_port(network, &network->ports[i], net, err);
	want_taps(network, net);
	if (*network->bridge)
		want_vlan_filtering(network, net);
	if (*network->vpn)
		want_vpn(network, net);
	return result;
}

static bool is_port(const struct want *want, const char *name)
{
	for (size_t i = 0; i < want->count; i++)
		for (size_t j = 0; j < want->items[i].port_count; j++)
			if (strcmp(want->items[i].ports[j].name, name) == 0)
				return true;
	return false;
}

/* Names first: taking one out moves the others. */
static void drop_ours(const struct want *want, const struct net *have, struct net *net)
{
	for (size_t i = 0; i < have->link_count; i++) {
		const struct net_link *link = &have->links[i];

		if (net_is_ours(link) && !want_has_link(want, link->name))
			net_remove_link(net, link->name);
	}
}

/* A port that is wanted no more leaves its bridge and gets back what was its own. */
static void give_back(const struct want *want, const struct net *took, struct net *net)
{
	for (size_t i = 0; took && i < took->link_count; i++) {
		const char *name = took->links[i].name;
		struct net_link *link = net_find_link(net, name);

		if (!link || is_port(want, name))
			continue;
		link->managed = true;
		link->up = took->links[i].up;
		want_return_ipv6(took, name, link->master, net);
		link->master[0] = '\0';
		want_return_taken(took, name, net);
	}
}

/* A port that goes to another bridge takes along what it has brought to the one before. */
static void carry_over(const struct want_network *network, const struct net *took,
		       struct net *net)
{
	for (size_t i = 0; took && i < network->port_count; i++) {
		const char *name = network->ports[i].name;
		const struct net_link *link = net_find_link(net, name);

		if (!link || !*link->master || !strcmp(link->master, network->bridge))
			continue;
		want_return_ipv6(took, name, link->master, net);
		want_return_taken(took, name, net);
	}
}

int net_want(const struct want *want, const struct net *have, const struct net *took,
	     struct net *wanted, struct err *err)
{
	int result = net_copy(wanted, have, err);

	if (result)
		return result;
	/* What a bridge had by older files goes before ports bring what they have. */
	want_drop_stale(want, took, wanted);
	give_back(want, took, wanted);
	for (size_t i = 0; i < want->count; i++)
		carry_over(&want->items[i], took, wanted);
	drop_ours(want, have, wanted);
	for (size_t i = 0; !result && i < want->count; i++)
		result = want_network(&want->items[i], wanted, err);
	for (size_t i = 0; !result && i < want->count; i++)
		want_addresses(&want->items[i], wanted);
	want_drop_dead(have, wanted);
	if (!result)
		want_forwarding(want, wanted);
	return result ? result : net_check_memory(wanted, err);
}
