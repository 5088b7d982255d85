/* SPDX-License-Identifier: GPL-2.0-or-later */
/* network_ip.c: the rules of a network's addresses, routes, DHCP and leases. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/cleanup.h"
#include "lib/schema/network_rule.h"

/* Which networks there are, for a hint. */
static void hint_networks(const struct network_conf *data, struct err *err)
{
	_cleanup_strbuf_ struct strbuf out;
	char text[IP_TEXT_SIZE];

	strbuf_init(&out, 0);
	for (size_t i = 0; i < data->address.count; i++) {
		const struct network_address *row = &data->address.items[i];

		if (row->address.address.family && !*row->interface)
			strbuf_addf(&out, "%s%s", out.length ? ", " : "",
				    ip_prefix_network_text(&row->address, text));
	}
	if (out.length)
		err_hint(err, "the network is %.200s", out.text);
	else
		err_hint(err, "[Address] says no network");
}

int network_check_guest_address(const struct network_conf *data,
				const struct ip_address *ip, struct err *err)
{
	const struct ip_prefix *subnet = network_subnet(data, ip);
	char text[IP_TEXT_SIZE];

	if (!subnet) {
		err_set(err, EINVAL, "%s is outside of the network",
			ip_address_text(ip, text));
		hint_networks(data, err);
		return -EINVAL;
	}
	for (size_t i = 0; i < data->address.count; i++) {
		if (ip_compare(&data->address.items[i].address.address, ip) != 0)
			continue;
		err_set(err, EINVAL, "%s is the host's own", ip_address_text(ip, text));
		err_hint(err, "take another of %s", ip_prefix_network_text(subnet, text));
		return -EINVAL;
	}
	if (!ip_is_reserved_in(ip, subnet))
		return 0;
	err_set(err, EINVAL, "%s is the network's number or broadcast address",
		ip_address_text(ip, text));
	err_hint(err, "no host can have it; take another of %s",
		 ip_prefix_network_text(subnet, text));
	return -EINVAL;
}

static bool has_vlan(const struct network_conf *data, const char *name)
{
	char text[IP_TEXT_SIZE];

	for (size_t i = 0; i < data->vlan.count; i++) {
		const struct network_vlan *vlan = &data->vlan.items[i];

		snprintf(text, sizeof(text), "%.40s.%d", vlan->parent.text,
			 (int)vlan->id);
		if (strcmp(*vlan->name ? vlan->name : text, name) == 0)
			return true;
	}
	return false;
}

static int check_interface(const struct network_conf *data, const struct conf *conf,
			   const char *section, size_t index, const char *name,
			   struct err *err)
{
	if (!*name || has_vlan(data, name))
		return 0;
	return conf_refuse(conf, section, "Interface", index, err,
			   "leave it empty for the bridge",
			   "%s is no VLAN interface of this file", name);
}

static int check_address(const struct network_conf *data, const struct conf *conf,
			 size_t index, struct err *err)
{
	const struct ip_prefix *prefix = &data->address.items[index].address;
	bool client = data->address.items[index].dhcp != network_address_dhcp_no;
	char text[IP_TEXT_SIZE];

	ip_address_text(&prefix->address, text);
	if (!prefix->address.family && !client)
		return conf_refuse(conf, "Address", "Address", index, err,
				   "Address=10.10.20.1/24, or Dhcp=yes",
				   "the address is missing");
	if (prefix->address.family && client)
		return conf_refuse(conf, "Address", "Dhcp", index, err,
				   "make two [Address] sections of it",
				   "the address stands here, and comes by DHCP, too");
	if (!data->network.ipv6 && !*data->address.items[index].interface &&
	    data->address.items[index].dhcp == network_address_dhcp_ipv6)
		return conf_refuse(conf, "Address", "Dhcp", index, err,
				   "Ipv6=yes in [Network]",
				   "it asks for an IPv6 address, and Ipv6=no");
	if (!prefix->address.family)
		return 0;
	if (!ip_is_host(&prefix->address))
		return conf_refuse(conf, "Address", "Address", index, err,
				   "such as 10.10.20.1/24 or fd00:10:20::1/64",
				   "%s is no host's address", text);
	if (ip_is_reserved_in(&prefix->address, prefix))
		return conf_refuse(conf, "Address", "Address", index, err,
				   "the first host of the network mostly is the host's",
				   "%s/%d is the network's number or broadcast address",
				   text, prefix->length);
	if (prefix->address.family == AF_INET6 && !data->network.ipv6)
		return conf_refuse(conf, "Address", "Address", index, err,
				   "Ipv6=yes in [Network]",
				   "%s is an IPv6 address, and Ipv6=no", text);
	return 0;
}

int network_check_addresses(const struct network_conf *data, const struct conf *conf,
			    struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->address.count; i++) {
		const struct network_address *row = &data->address.items[i];
		const struct ip_address *ip = &row->address.address;
		char text[IP_TEXT_SIZE];

		for (size_t j = 0; j < i && ip->family; j++)
			if (ip_compare(ip, &data->address.items[j].address.address) == 0)
				return conf_refuse(conf, "Address", "Address", i, err,
						   "once is enough",
						   "%s stands there twice",
						   ip_address_text(ip, text));
		result = check_address(data, conf, i, err);
		if (!result)
			result = check_interface(data, conf, "Address", i, row->interface,
						 err);
	}
	return result;
}

/* What the bridge takes over from its ports is not known here. */
static bool has_addresses_of_ports(const struct network_conf *data,
				   const struct network_route *row)
{
	return !*row->interface && data->bridge.ports.count &&
	       data->network.mode == network_network_mode_public;
}

/* A router that no address's network has cannot be reached: the kernel refuses it. */
static bool is_reachable(const struct network_conf *data, const struct network_route *row)
{
	bool any = false;

	if (ip_is_link_local(&row->via))
		return true;
	for (size_t i = 0; i < data->address.count; i++) {
		const struct network_address *address = &data->address.items[i];

		any |= !strcmp(address->interface, row->interface);
		if (strcmp(address->interface, row->interface) == 0 &&
		    (address->dhcp != network_address_dhcp_no ||
		     ip_prefix_has(&address->address, &row->via)))
			return true;
	}
	return !any && has_addresses_of_ports(data, row);
}

static bool is_own(const struct network_conf *data, const struct ip_address *ip)
{
	for (size_t i = 0; i < data->address.count; i++)
		if (ip_compare(&data->address.items[i].address.address, ip) == 0)
			return true;
	return false;
}

/* Of IPv4 the kernel takes one route for a destination, table and metric. */
static bool has_place_of(const struct network_route *a, const struct network_route *b)
{
	return (a->to.address.family ? a->to.address.family : a->via.family) == AF_INET &&
	       (b->to.address.family ? b->to.address.family : b->via.family) == AF_INET &&
	       ip_compare(&a->to.address, &b->to.address) == 0 &&
	       a->to.length == b->to.length && a->metric == b->metric &&
	       a->table == b->table;
}

static int check_router(const struct network_conf *data, const struct conf *conf,
			size_t index, struct err *err)
{
	const struct network_route *row = &data->route.items[index];
	uint16_t family = row->to.address.family;
	char text[IP_TEXT_SIZE];

	ip_address_text(&row->via, text);
	if (!family && !row->via.family)
		return conf_refuse(conf, "Route", "Via", index, err,
				   "Via=, the router's address",
				   "a default route needs a router");
	if (family && row->via.family && family != row->via.family)
		return conf_refuse(conf, "Route", "Via", index, err,
				   "both IPv4, or both IPv6",
				   "%s is of another family than To=", text);
	if (row->via.family && is_own(data, &row->via))
		return conf_refuse(conf, "Route", "Via", index, err,
				   "the next router is another machine of that network",
				   "%s is the host's own", text);
	if (row->via.family && !is_reachable(data, row))
		return conf_refuse(conf, "Route", "Via", index, err,
				   "the router must be in the network of an [Address]",
				   "%s cannot be reached from any address of this file",
				   text);
	return 0;
}

int network_check_routes(const struct network_conf *data, const struct conf *conf,
			 struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->route.count; i++) {
		const struct network_route *row = &data->route.items[i];

		for (size_t j = 0; j < i; j++)
			if (has_place_of(&data->route.items[j], row))
				return conf_refuse(conf, "Route", "To", i, err,
						   "another Metric= makes it the second "
						   "choice",
						   "a [Route] in front leads there, too");
		result = check_router(data, conf, i, err);
		if (!result)
			result = check_interface(data, conf, "Route", i, row->interface,
						 err);
	}
	return result;
}

static int check_range(const struct network_conf *data, const struct conf *conf,
		       const struct ip_range *range, struct err *err)
{
	const struct ip_prefix *subnet = network_subnet(data, &range->first);
	struct err why = ERR_INIT;

	if (network_check_guest_address(data, &range->first, &why) ||
	    network_check_guest_address(data, &range->last, &why))
		return conf_refuse(conf, "Dhcp", "Range", 0, err, why.hint, "%s",
				   why.text);
	if (!ip_prefix_has(subnet, &range->last))
		return conf_refuse(conf, "Dhcp", "Range", 0, err,
				   "a range for each network",
				   "the range goes from one network to another");
	for (size_t i = 0; i < data->address.count; i++) {
		const struct ip_address *own = &data->address.items[i].address.address;
		char text[IP_TEXT_SIZE];

		if (own->family == range->first.family &&
		    ip_compare(own, &range->first) > 0 &&
		    ip_compare(own, &range->last) < 0)
			return conf_refuse(conf, "Dhcp", "Range", 0, err,
					   "begin behind it, or make two ranges",
					   "the host's own %s is in it",
					   ip_address_text(own, text));
	}
	return 0;
}

static int check_ra(const struct network_conf *data, const struct conf *conf,
		    struct err *err)
{
	if (data->dhcp.ra == network_dhcp_ra_auto || data->dhcp.ra == network_dhcp_ra_no)
		return 0;
	for (size_t i = 0; i < data->address.count; i++) {
		const struct network_address *row = &data->address.items[i];

		if (row->address.address.family == AF_INET6 && !*row->interface &&
		    row->address.length == 64)
			return 0;
	}
	return conf_refuse(conf, "Dhcp", "Ra", 0, err,
			   "add [Address] with Address=fd00:10:20::1/64",
			   "there is no IPv6 network with a prefix of 64 to advertise");
}

int network_check_dhcp(const struct network_conf *data, const struct conf *conf,
		       struct err *err)
{
	const struct network_dhcp *dhcp = &data->dhcp;
	struct err why = ERR_INIT;
	int result = 0;

	if (dhcp->range.count && !network_has_server(data))
		return conf_refuse(conf, "Dhcp", "Range", 0, err, "Server=yes",
				   "there is no server that could give addresses");
	if (network_has_server(data) && !network_has_address(data, 0) &&
	    data->network.mode == network_network_mode_public)
		return conf_refuse(conf, "Dhcp", "Server", 0, err,
				   "add [Address] with Address=",
				   "the host needs an address to serve from");
	for (size_t i = 0; !result && i < dhcp->range.count; i++)
		result = check_range(data, conf, &dhcp->range.items[i], err);
	if (result)
		return result;
	if (dhcp->router.family == AF_INET6)
		return conf_refuse(conf, "Dhcp", "Router", 0, err,
				   "IPv6 guests learn their router by Ra=",
				   "DHCP tells IPv4 routers only");
	if (dhcp->router.family && !network_subnet(data, &dhcp->router)) {
		network_check_guest_address(data, &dhcp->router, &why);
		return conf_refuse(conf, "Dhcp", "Router", 0, err, why.hint, "%s",
				   why.text);
	}
	for (size_t i = 0; i < dhcp->options.count; i++)
		if (strpbrk(dhcp->options.items[i], "\n\r"))
			return conf_refuse(conf, "Dhcp", "Options", 0, err,
					   "an item for each option",
					   "an option is one line");
	return check_ra(data, conf, err);
}

static int check_lease_parts(const struct network_lease *row, const struct conf *conf,
			     size_t index, struct err *err)
{
	static const struct mac_address none;
	bool has_mac = memcmp(&row->mac, &none, sizeof(none)) != 0;

	if (!has_mac && !*row->guest)
		return conf_refuse(conf, "Lease", "Mac", index, err,
				   "Guest= or Mac=", "it does not say whose it is");
	if (!row->address.count && !*row->name)
		return conf_refuse(
			conf, "Lease", "Address", index, err,
			"Address= or Name=", "it gives neither an address nor a name");
	if (row->mac.bytes[0] & 1)
		return conf_refuse(conf, "Lease", "Mac", index, err,
				   "the second digit must be even",
				   "it is a group's address, which no guest has");
	if (*row->name && !network_is_dns_name(row->name, false))
		return conf_refuse(conf, "Lease", "Name", index, err,
				   "letters, digits and - inside",
				   "\"%.80s\" is no DNS name of one word", row->name);
	return 0;
}

static int check_lease_addresses(const struct network_conf *data, const struct conf *conf,
				 size_t index, struct err *err)
{
	const struct network_lease *row = &data->lease.items[index];

	for (size_t i = 0; i < row->address.count; i++) {
		const struct ip_address *ip = &row->address.items[i];
		struct err why = ERR_INIT;
		char text[IP_TEXT_SIZE];

		if (network_check_guest_address(data, ip, &why))
			return conf_refuse(conf, "Lease", "Address", index, err, why.hint,
					   "%s", why.text);
		if (i && ip->family == row->address.items[0].family)
			return conf_refuse(conf, "Lease", "Address", index, err,
					   "one IPv4 and one IPv6 address at most",
					   "%s is a second one of its family",
					   ip_address_text(ip, text));
		for (size_t j = 0; j < index; j++)
			for (size_t k = 0; k < data->lease.items[j].address.count; k++)
				if (!ip_compare(ip,
						&data->lease.items[j].address.items[k]))
					return conf_refuse(conf, "Lease", "Address",
							   index, err,
							   "each guest needs its own",
							   "%s is another lease's, too",
							   ip_address_text(ip, text));
	}
	return 0;
}

int network_check_leases(const struct network_conf *data, const struct conf *conf,
			 struct err *err)
{
	int result = 0;

	if (data->lease.count && !network_has_server(data) &&
	    data->network.mode != network_network_mode_none)
		return conf_refuse(conf, "Lease", "Address", 0, err,
				   "Server=yes in [Dhcp]",
				   "there is no server that could give it");
	for (size_t i = 0; !result && i < data->lease.count; i++) {
		result = check_lease_parts(&data->lease.items[i], conf, i, err);
		if (!result)
			result = check_lease_addresses(data, conf, i, err);
	}
	return result;
}
