/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dhcp.c: the configuration of a network's dnsmasq. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/dhcp.h"
#include "lib/schema/network_rule.h"

bool dhcp_is_wanted(const struct want_network *network)
{
	return *network->bridge && network_has_server(network->data);
}

static uint32_t to_number(const struct ip_address *ip)
{
	return (uint32_t)ip->bytes[0] << 24 | (uint32_t)ip->bytes[1] << 16 |
	       (uint32_t)ip->bytes[2] << 8 | ip->bytes[3];
}

static struct ip_address to_address(uint32_t number)
{
	return (struct ip_address){
		.family = AF_INET,
		.bytes = { (uint8_t)(number >> 24), (uint8_t)(number >> 16),
			   (uint8_t)(number >> 8), (uint8_t)number }
	};
}

bool dhcp_default_range(const struct ip_prefix *own, struct ip_range *range)
{
	struct ip_prefix network = ip_prefix_network(own);
	uint32_t first, last, host = to_number(&own->address);

	if (own->address.family != AF_INET || own->length > 30 || own->length < 1)
		return false;
	first = to_number(&network.address) + (1u << (31 - own->length));
	last = to_number(&network.address) | (UINT32_MAX >> own->length);
	last--;
	if (host >= first && host <= last) {
		if (host - first > last - host)
			last = host - 1;
		else
			first = host + 1;
	}
	*range = (struct ip_range){ to_address(first), to_address(last) };
	return first <= last;
}

static void add_ip(struct strbuf *out, const struct ip_address *ip)
{
	strbuf_adds(out, ip->family == AF_INET6 ? "[" : "");
	ip_address_format(ip, out);
	strbuf_adds(out, ip->family == AF_INET6 ? "]" : "");
}

static uint64_t lease_seconds(const struct want_network *network)
{
	return network->data->dhcp.lease_time_ms / 1000;
}

static void add_mask(struct strbuf *out, unsigned length)
{
	struct ip_address mask = to_address(length ? UINT32_MAX << (32 - length) : 0);

	ip_address_format(&mask, out);
}

static void add_range4(const struct want_network *network, const struct ip_range *range,
		       const struct ip_prefix *subnet, struct strbuf *out)
{
	strbuf_adds(out, "dhcp-range=");
	ip_address_format(&range->first, out);
	strbuf_addc(out, ',');
	ip_address_format(&range->last, out);
	strbuf_addc(out, ',');
	add_mask(out, subnet->length);
	strbuf_addf(out, ",%" PRIu64 "\n", lease_seconds(network));
}

/* Leases of [Lease] only. */
static void add_static4(const struct want_network *network,
			const struct ip_prefix *subnet, struct strbuf *out)
{
	struct ip_prefix plain = ip_prefix_network(subnet);

	strbuf_adds(out, "dhcp-range=");
	ip_address_format(&plain.address, out);
	strbuf_adds(out, ",static,");
	add_mask(out, subnet->length);
	strbuf_addf(out, ",%" PRIu64 "\n", lease_seconds(network));
}

static bool add_own_ranges(const struct want_network *network,
			   const struct ip_prefix *subnet, struct strbuf *out)
{
	const struct network_dhcp *dhcp = &network->data->dhcp;
	bool any = false;

	for (size_t i = 0; i < dhcp->range.count; i++) {
		if (!ip_prefix_has(subnet, &dhcp->range.items[i].first))
			continue;
		add_range4(network, &dhcp->range.items[i], subnet, out);
		any = true;
	}
	return any;
}

static void add_ranges4(const struct want_network *network, struct strbuf *out)
{
	const struct network_conf *data = network->data;

	for (size_t i = 0; i < data->address.count; i++) {
		const struct ip_prefix *own = &data->address.items[i].address;
		struct ip_range range;

		if (own->address.family != AF_INET || *data->address.items[i].interface ||
		    add_own_ranges(network, own, out))
			continue;
		if (!data->dhcp.range.count && dhcp_default_range(own, &range))
			add_range4(network, &range, own, out);
		else if (own->length <= 30)
			add_static4(network, own, out);
	}
}

/* The range of a network for DHCPv6: what Range= says, or ::1000 to ::1fff. */
static void add_range6(const struct want_network *network, const struct ip_prefix *own,
		       const char *mode, struct strbuf *out)
{
	const struct network_dhcp *dhcp = &network->data->dhcp;
	struct ip_prefix plain = ip_prefix_network(own);
	struct ip_range range = { plain.address, plain.address };

	range.first.bytes[14] = 0x10;
	range.last.bytes[14] = 0x1f;
	range.last.bytes[15] = 0xff;
	for (size_t i = 0; i < dhcp->range.count; i++)
		if (ip_prefix_has(own, &dhcp->range.items[i].first))
			range = dhcp->range.items[i];
	strbuf_adds(out, "dhcp-range=");
	ip_address_format(&range.first, out);
	strbuf_addc(out, ',');
	ip_address_format(&range.last, out);
	strbuf_addf(out, ",%s%u,%" PRIu64 "\n", mode, own->length,
		    lease_seconds(network));
}

static void add_network6(const struct want_network *network, const struct ip_prefix *own,
			 struct strbuf *out)
{
	struct ip_prefix plain = ip_prefix_network(own);

	switch (network->data->dhcp.ra) {
	case network_dhcp_ra_slaac:
	case network_dhcp_ra_stateless:
		strbuf_adds(out, "dhcp-range=");
		ip_address_format(&plain.address, out);
		strbuf_addf(out, ",%s,%u,%" PRIu64 "\n",
			    network->data->dhcp.ra == network_dhcp_ra_slaac
				    ? "ra-only"
				    : "ra-stateless",
			    own->length, lease_seconds(network));
		break;
	case network_dhcp_ra_auto:
		/* SLAAC needs 64 bits behind the prefix (RFC 4862); and addresses that
		 * guests make up are none that AntiSpoof= could know. */
		add_range6(network, own,
			   own->length == 64 && !network->data->firewall.anti_spoof
				   ? "slaac,"
				   : "",
			   out);
		break;
	case network_dhcp_ra_stateful:
		add_range6(network, own, "", out);
		break;
	case network_dhcp_ra_no:
		break;
	}
}

static void add_ipv6(const struct want_network *network, struct strbuf *out)
{
	const struct network_conf *data = network->data;
	bool any = false;

	if (data->dhcp.ra == network_dhcp_ra_no || !network_has_address(data, AF_INET6))
		return;
	for (size_t i = 0; i < data->address.count; i++) {
		const struct network_address *row = &data->address.items[i];

		/* dnsmasq takes no longer prefix with addresses of its own in it. */
		if (row->address.address.family != AF_INET6 || *row->interface ||
		    row->address.length < 64 || row->address.length > 112)
			continue;
		add_network6(network, &row->address, out);
		any = true;
	}
	if (!any)
		return;
	strbuf_adds(out, "enable-ra\n");
	/* A lifetime of 0: no router. */
	if (data->network.mode != network_network_mode_nat)
		strbuf_addf(out, "ra-param=%s,0,0\n", network->bridge);
}

static void add_options(const struct want_network *network, struct strbuf *out)
{
	const struct network_dhcp *dhcp = &network->data->dhcp;
	bool is_router = network->data->network.mode == network_network_mode_nat;

	/* Without a word dnsmasq names itself as router. */
	if (dhcp->router.family || !is_router) {
		strbuf_adds(out, "dhcp-option=option:router");
		strbuf_adds(out, dhcp->router.family ? "," : "");
		ip_address_format(&dhcp->router, out);
		strbuf_addc(out, '\n');
	}
	for (int v6 = 0; v6 < 2; v6++) {
		uint16_t family = v6 ? AF_INET6 : AF_INET;
		_cleanup_strbuf_ struct strbuf list;

		strbuf_init(&list, 0);
		for (size_t i = 0; i < dhcp->dns.count; i++) {
			if (dhcp->dns.items[i].family != family)
				continue;
			strbuf_addc(&list, ',');
			add_ip(&list, &dhcp->dns.items[i]);
		}
		if (list.length)
			strbuf_addf(out, "dhcp-option=%s:dns-server%s\n",
				    v6 ? "option6" : "option", list.text);
	}
	if (network->data->network.mtu)
		strbuf_addf(out, "dhcp-option=option:mtu,%d\n",
			    (int)network->data->network.mtu);
	for (size_t i = 0; i < dhcp->options.count; i++)
		strbuf_addf(out, "dhcp-option=%s\n", dhcp->options.items[i]);
}

static void add_guest(const struct want_network *network, const struct want_guest *guest,
		      struct strbuf *out)
{
	if (guest->has_mac && (guest->fixed || *guest->name)) {
		strbuf_adds(out, "dhcp-host=");
		mac_address_format(&guest->mac, out);
		for (size_t i = 0; guest->fixed && i < guest->address_count; i++) {
			strbuf_addc(out, ',');
			add_ip(out, &guest->addresses[i]);
		}
		if (*guest->name)
			strbuf_addf(out, ",%s", guest->name);
		strbuf_addc(out, '\n');
	}
	if (!*guest->name || !guest->address_count)
		return;
	/* Its name is known before it asks for its address, too. */
	strbuf_addf(out, "host-record=%s.%s,%s", guest->name, network->domain,
		    guest->name);
	for (size_t i = 0; i < guest->address_count; i++) {
		strbuf_addc(out, ',');
		ip_address_format(&guest->addresses[i], out);
	}
	strbuf_addc(out, '\n');
}

static void add_dns(const struct want_network *network, struct strbuf *out)
{
	const struct network_dhcp *dhcp = &network->data->dhcp;
	bool outside = network->data->network.mode != network_network_mode_host_only;

	strbuf_addf(out,
		    "domain=%s\nlocal=/%s/\nexpand-hosts\ndomain-needed\nbogus-priv\n",
		    network->domain, network->domain);
	if (dhcp->upstream.count || !outside)
		strbuf_adds(out, "no-resolv\n");
	for (size_t i = 0; i < dhcp->upstream.count; i++) {
		strbuf_adds(out, "server=");
		ip_address_format(&dhcp->upstream.items[i], out);
		strbuf_addc(out, '\n');
	}
}

void dhcp_text(const struct want_network *network, struct strbuf *out)
{
	const char *name = network->file->name;

	strbuf_addf(
		out,
		"# Made by bedplate host-prep of /etc/bedplate/%s; changes are lost.\n"
		"interface=%s\nexcept-interface=lo\nbind-interfaces\nno-hosts\n"
		"pid-file=/" DHCP_CONF_DIR "/%s.pid\n"
		"dhcp-leasefile=/" DHCP_STATE_DIR "/%s.leases\n"
		"dhcp-authoritative\ndhcp-lease-max=65536\n",
		network->origin, network->bridge, name, name);
	add_dns(network, out);
	add_ranges4(network, out);
	add_ipv6(network, out);
	add_options(network, out);
	for (size_t i = 0; i < network->guest_count; i++)
		add_guest(network, &network->guests[i], out);
}
