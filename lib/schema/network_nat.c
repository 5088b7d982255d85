/* SPDX-License-Identifier: GPL-2.0-or-later */
/* network_nat.c: the rules of a network's NAT, forwards and firewall. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/schema/network_rule.h"

int network_check_nat(const struct network_conf *data, const struct conf *conf,
		      struct err *err)
{
	const struct network_nat *nat = &data->nat;
	const char *key = nat->subnet.count   ? "Subnet"
			  : nat->out.count    ? "Out"
			  : nat->source.count ? "Source"
					      : NULL;

	if (key && data->network.mode != network_network_mode_nat)
		return conf_refuse(conf, "Nat", key, 0, err, "Mode=nat in [Network]",
				   "there is no NAT in this network");
	for (size_t i = 0; i < nat->source.count; i++) {
		if (!ip_is_host(&nat->source.items[i]))
			return conf_refuse(conf, "Nat", "Source", 0, err,
					   "one of the host's own addresses",
					   "it is no host's address");
		if (i && nat->source.items[i].family == nat->source.items[0].family)
			return conf_refuse(conf, "Nat", "Source", 0, err,
					   "one IPv4 and one IPv6 address at most",
					   "there are two of one family");
	}
	for (size_t i = 0; i < nat->subnet.count; i++)
		if (!nat->subnet.items[i].address.family)
			return conf_refuse(conf, "Nat", "Subnet", 0, err,
					   "such as 10.10.20.0/24",
					   "\"default\" is no network of guests");
	return 0;
}

static bool has_common(const struct network_forward *a, const struct network_forward *b)
{
	bool names = !a->interface.count || !b->interface.count;
	bool addresses = !a->address.count || !b->address.count;

	for (size_t i = 0; i < a->interface.count; i++)
		for (size_t j = 0; j < b->interface.count; j++)
			names |= !strcmp(a->interface.items[i], b->interface.items[j]);
	for (size_t i = 0; i < a->address.count; i++)
		for (size_t j = 0; j < b->address.count; j++)
			addresses |=
				!ip_compare(&a->address.items[i], &b->address.items[j]);
	return names && addresses;
}

bool network_forwards_clash(const struct network_forward *first,
			    const struct network_forward *second)
{
	const struct port_range *a = &first->listen, *b = &second->listen;

	if (!(a->protocols & b->protocols) || a->last < b->first || b->last < a->first ||
	    !has_common(first, second))
		return false;
	if (!first->from.count)
		return true;
	for (size_t i = 0; i < first->from.count; i++)
		for (size_t j = 0; j < second->from.count; j++)
			if (ip_prefix_overlaps(&first->from.items[i],
					       &second->from.items[j]))
				return true;
	return false;
}

static int check_target(const struct network_conf *data, const struct conf *conf,
			size_t index, struct err *err)
{
	const struct network_forward *row = &data->forward.items[index];
	const struct port_target *to = &row->to;
	unsigned count = port_range_count(&row->listen);
	struct err why = ERR_INIT;

	if (!to->address.family && !*to->name)
		return conf_refuse(conf, "Forward", "To", index, err,
				   "To=10.10.20.5:22, or To=web:22 for the guest web",
				   "the guest's address is missing");
	if (to->address.family && network_check_guest_address(data, &to->address, &why))
		return conf_refuse(conf, "Forward", "To", index, err, why.hint, "%s",
				   why.text);
	if (to->first && to->first != to->last &&
	    (unsigned)to->last - to->first + 1 != count)
		return conf_refuse(conf, "Forward", "To", index, err,
				   "the first port is enough",
				   "Listen= has %u ports, and To= has %u", count,
				   (unsigned)to->last - to->first + 1);
	if (to->first && to->first + count - 1 > UINT16_MAX)
		return conf_refuse(conf, "Forward", "To", index, err,
				   "the highest port is 65535",
				   "%u ports from %u on are not there", count, to->first);
	return 0;
}

/* Addresses of another family than the guest's would never match. */
static int check_families(const struct network_forward *row, const struct conf *conf,
			  size_t index, struct err *err)
{
	uint16_t family = row->to.address.family;

	for (size_t i = 0; family && i < row->from.count; i++)
		if (row->from.items[i].address.family &&
		    row->from.items[i].address.family != family)
			return conf_refuse(conf, "Forward", "From", index, err,
					   "both IPv4, or both IPv6",
					   "a source is of another family than To=");
	for (size_t i = 0; family && i < row->address.count; i++)
		if (row->address.items[i].family != family)
			return conf_refuse(conf, "Forward", "Address", index, err,
					   "both IPv4, or both IPv6",
					   "it is of another family than To=");
	return 0;
}

int network_check_forwards(const struct network_conf *data, const struct conf *conf,
			   struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->forward.count; i++) {
		const struct network_forward *row = &data->forward.items[i];

		if (!row->listen.protocols)
			return conf_refuse(conf, "Forward", "Listen", i, err,
					   "Listen=tcp 2222",
					   "the host's ports are missing");
		result = check_target(data, conf, i, err);
		if (!result)
			result = check_families(row, conf, i, err);
		for (size_t j = 0; !result && j < i; j++)
			if (network_forwards_clash(&data->forward.items[j], row))
				return conf_refuse(
					conf, "Forward", "Listen", i, err,
					"other ports; or sources (From=) that the one "
					"in front has not",
					"a [Forward] in front has these ports already");
	}
	return result;
}

int network_check_firewall(const struct network_conf *data, const struct conf *conf,
			   struct err *err)
{
	const struct network_firewall *firewall = &data->firewall;
	bool isolated = data->network.mode == network_network_mode_isolated;

	if (firewall->allow.count && (firewall->host == network_firewall_host_open))
		return conf_refuse(conf, "Firewall", "Allow", 0, err,
				   "Host=services shuts the others",
				   "with Host=open it makes no difference");
	if (firewall->allow.count && isolated)
		return conf_refuse(conf, "Firewall", "Allow", 0, err,
				   "with Mode=host-only they do",
				   "guests of an isolated network do not reach the "
				   "host");
	if (firewall->reach.count &&
	    (isolated || data->network.mode == network_network_mode_public))
		return conf_refuse(conf, "Firewall", "Reach", 0, err,
				   "Mode=nat or host-only",
				   "the host is not this network's router");
	return 0;
}
