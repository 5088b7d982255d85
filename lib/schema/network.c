/* SPDX-License-Identifier: GPL-2.0-or-later */
/* network.c: network_schema, made from network.def, and the rules of what a network is. */
#include <string.h>

#include "lib/cleanup.h"
#include "lib/schema/network_rule.h"

#define CONF_NAME network
#define CONF_DEF  "lib/schema/network.def"
#include "lib/conf_table.h"

bool network_has_address(const struct network_conf *data, uint16_t family)
{
	for (size_t i = 0; i < data->address.count; i++) {
		const struct network_address *row = &data->address.items[i];

		if (row->address.address.family && !*row->interface &&
		    (!family || row->address.address.family == family))
			return true;
	}
	return false;
}

bool network_has_server(const struct network_conf *data)
{
	enum network_network_mode mode = data->network.mode;

	if (data->dhcp.server != network_dhcp_server_auto)
		return data->dhcp.server == network_dhcp_server_yes;
	return mode == network_network_mode_nat || mode == network_network_mode_host_only;
}

const struct ip_prefix *network_subnet(const struct network_conf *data,
				       const struct ip_address *ip)
{
	for (size_t i = 0; i < data->address.count; i++) {
		const struct network_address *row = &data->address.items[i];

		if (row->address.address.family && !*row->interface &&
		    ip_prefix_has(&row->address, ip))
			return &row->address;
	}
	return NULL;
}

/* What a mode has, and what it must have. */
static const struct {
	const char *word;
	bool bridge, address, client, forwards;
	bool needs_address, needs_ports;
} modes[] = {
	[network_network_mode_nat] = { "nat", true, true, false, true, true, false },
	[network_network_mode_isolated] = { "isolated", true, false, false, false, false,
					    false },
	[network_network_mode_host_only] = { "host-only", true, true, false, false, true,
					     false },
	[network_network_mode_public] = { "public", true, true, true, false, false,
					  true },
	[network_network_mode_none] = { "none", false, true, true, false, false, false },
};

static int check_mode_addresses(const struct network_conf *data, const struct conf *conf,
				struct err *err)
{
	enum network_network_mode mode = data->network.mode;

	for (size_t i = 0; i < data->address.count; i++) {
		const struct network_address *row = &data->address.items[i];

		if (row->dhcp != network_address_dhcp_no && !modes[mode].client)
			return conf_refuse(conf, "Address", "Dhcp", i, err,
					   "Address=10.10.20.1/24, or Mode=public",
					   "with Mode=%s the host has to be the one "
					   "that gives addresses",
					   modes[mode].word);
		if (!modes[mode].address && !*row->interface)
			return conf_refuse(conf, "Address", "Address", i, err,
					   "with Mode=host-only it has",
					   "with Mode=%s the host has no address in it",
					   modes[mode].word);
		if (!modes[mode].bridge && !*row->interface)
			return conf_refuse(
				conf, "Address", "Interface", i, err,
				"name a VLAN of this file",
				"with Mode=%s there is no bridge to have the address",
				modes[mode].word);
	}
	if (modes[mode].needs_address && !network_has_address(data, 0))
		return conf_refuse(conf, "Network", "Mode", 0, err,
				   "add [Address] with Address=10.10.20.1/24",
				   "with Mode=%s the host needs an address in it",
				   modes[mode].word);
	return 0;
}

static int check_mode_bridge(const struct network_conf *data, const struct conf *conf,
			     struct err *err)
{
	static const char hint[] = "with Mode=isolated there is one";
	const char *const none = "with Mode=none there is no bridge";

	if (data->bridge.ports.count)
		return conf_refuse(conf, "Bridge", "Ports", 0, err, hint, "%s", none);
	if (*data->network.bridge)
		return conf_refuse(conf, "Network", "Bridge", 0, err, hint, "%s", none);
	if (data->tap.count)
		return conf_refuse(conf, "Tap", "Name", 0, err, hint, "%s", none);
	if (data->lease.count)
		return conf_refuse(conf, "Lease", "Address", 0, err, hint, "%s", none);
	if (network_has_server(data))
		return conf_refuse(conf, "Dhcp", "Server", 0, err, hint, "%s", none);
	if (data->vlan.count || data->macvtap.count || data->wireguard.address.count)
		return 0;
	return conf_refuse(conf, "Network", "Mode", 0, err,
			   "a [Vlan], [Macvtap] or [WireGuard] is missing",
			   "there is neither a bridge nor anything else");
}

int network_check_mode(const struct network_conf *data, const struct conf *conf,
		       struct err *err)
{
	enum network_network_mode mode = data->network.mode;
	int result = check_mode_addresses(data, conf, err);

	if (result)
		return result;
	if (!modes[mode].bridge)
		return check_mode_bridge(data, conf, err);
	if (modes[mode].needs_ports && !data->bridge.ports.count)
		return conf_refuse(conf, "Network", "Mode", 0, err,
				   "add [Bridge] with Ports=",
				   "a public network needs an interface of the host "
				   "that leads there");
	if (data->forward.count && !modes[mode].forwards)
		return conf_refuse(conf, "Forward", "Listen", 0, err, "Mode=nat",
				   "with Mode=%s nothing is forwarded", modes[mode].word);
	if (mode == network_network_mode_isolated && network_has_server(data))
		return conf_refuse(conf, "Dhcp", "Server", 0, err,
				   "with Mode=host-only there can be one",
				   "the host has no address to serve from");
	if (mode == network_network_mode_isolated && data->wireguard.address.count)
		return conf_refuse(conf, "WireGuard", "Address", 0, err,
				   "with Mode=host-only peers reach it",
				   "an isolated network is reached by nobody");
	return 0;
}

static int check_mac_word(const struct network_conf *data, const struct conf *conf,
			  struct err *err)
{
	const char *word = data->bridge.mac;
	struct mac_address mac;

	if (strcmp(word, "port") == 0 || strcmp(word, "auto") == 0)
		return 0;
	if (mac_address_parse(word, &mac, NULL))
		return conf_refuse(conf, "Bridge", "Mac", 0, err,
				   "port, auto, or an address such as 52:54:00:12:34:56",
				   "\"%.40s\" is no hardware address", word);
	if (mac.bytes[0] & 1)
		return conf_refuse(
			conf, "Bridge", "Mac", 0, err, "the second digit must be even",
			"%s is a group's address, which no interface has", word);
	return 0;
}

int network_check_bridge(const struct network_conf *data, const struct conf *conf,
			 struct err *err)
{
	uint64_t delay = data->bridge.forward_delay_ms;

	if (data->network.mtu && data->network.mtu < 68)
		return conf_refuse(conf, "Network", "Mtu", 0, err,
				   "1500 is Ethernet's; 0 leaves it to the kernel",
				   "%d bytes are less than IPv4 needs (68)",
				   (int)data->network.mtu);
	if (data->network.mtu && data->network.mtu < 1280 && data->network.ipv6)
		return conf_refuse(conf, "Network", "Mtu", 0, err, "or Ipv6=no",
				   "%d bytes are less than IPv6 needs (1280)",
				   (int)data->network.mtu);
	if (data->bridge.stp && delay && delay < 2000)
		return conf_refuse(conf, "Bridge", "ForwardDelay", 0, err,
				   "2s to 30s; or Stp=no",
				   "the spanning tree protocol needs at least 2s");
	if (*data->network.domain && !network_is_dns_name(data->network.domain, true))
		return conf_refuse(conf, "Network", "Domain", 0, err,
				   "such as lab.internal", "\"%.80s\" is no DNS domain",
				   data->network.domain);
	return check_mac_word(data, conf, err);
}

bool network_is_dns_name(const char *name, bool dots)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
				      "YZ0123456789-";

	if (strlen(name) > 253)
		return false;
	for (;;) {
		size_t length = strspn(name, letters);

		if (length < 1 || length > 63 || name[0] == '-' ||
		    name[length - 1] == '-')
			return false;
		if (!name[length])
			return true;
		if (name[length] != '.' || !dots)
			return false;
		name += length + 1;
	}
}

static int check_vlan_list(const struct conf *conf, const char *section, size_t index,
			   int64_t pvid, const int64_t *items, size_t count,
			   struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i] == pvid)
			return conf_refuse(conf, section, "Trunk", index, err,
					   "a VLAN has tags or it has none",
					   "%d is the VLAN of frames without a tag",
					   (int)pvid);
		for (size_t j = 0; j < i; j++)
			if (items[i] == items[j])
				return conf_refuse(conf, section, "Trunk", index, err,
						   "once is enough",
						   "%d stands there twice",
						   (int)items[i]);
	}
	return 0;
}

int network_check_vlan_filtering(const struct network_conf *data, const struct conf *conf,
				 struct err *err)
{
	static const char hint[] = "VlanFiltering=yes in [Bridge]";
	static const char words[] = "the bridge does not keep VLANs apart";
	int result = 0;

	if (data->bridge_vlan.count && !data->bridge.vlan_filtering)
		return conf_refuse(conf, "BridgeVlan", "Port", 0, err, hint, "%s", words);
	for (size_t i = 0; i < data->tap.count; i++) {
		const struct network_tap *tap = &data->tap.items[i];

		if (!data->bridge.vlan_filtering && (tap->vlan || tap->trunk.count))
			return conf_refuse(conf, "Tap", tap->vlan ? "Vlan" : "Trunk", i,
					   err, hint, "%s", words);
		result = check_vlan_list(conf, "Tap", i, tap->vlan, tap->trunk.items,
					 tap->trunk.count, err);
		if (result)
			return result;
	}
	for (size_t i = 0; !result && i < data->bridge_vlan.count; i++) {
		const struct network_bridge_vlan *row = &data->bridge_vlan.items[i];

		result = check_vlan_list(conf, "BridgeVlan", i, row->pvid,
					 row->trunk.items, row->trunk.count, err);
	}
	return result;
}

int network_check_vlans(const struct network_conf *data, const struct conf *conf,
			struct err *err)
{
	for (size_t i = 0; i < data->vlan.count; i++) {
		const struct network_vlan *vlan = &data->vlan.items[i];
		const struct link_select *parent = &vlan->parent;

		if (!vlan->id)
			return conf_refuse(conf, "Vlan", "Id", i, err, "1 to 4094",
					   "the VLAN's number is missing");
		if (parent->kind == LINK_SELECT_NONE)
			return conf_refuse(conf, "Vlan", "Parent", i, err, "Parent=eth0",
					   "the interface that it is on is missing");
		if (!*vlan->name && parent->kind == LINK_SELECT_NAME &&
		    strlen(parent->text) > LINK_NAME_MAX - 5)
			return conf_refuse(conf, "Vlan", "Parent", i, err,
					   "give it another by Name=",
					   "%s.%d is too long for an interface's name",
					   parent->text, (int)vlan->id);
	}
	return 0;
}

static int check_guest_mac(const struct conf *conf, const char *section, size_t index,
			   const struct mac_address *mac, struct err *err)
{
	if (mac->bytes[0] & 1)
		return conf_refuse(conf, section, "Mac", index, err,
				   "the second digit must be even",
				   "it is a group's address, which no guest has");
	return 0;
}

int network_check_links(const struct network_conf *data, const struct conf *conf,
			struct err *err)
{
	static const struct mac_address none;

	for (size_t i = 0; i < data->link.count; i++) {
		const struct mac_address *mac =
			&data->link.items[i].permanent_mac_address;

		if (!memcmp(mac, &none, sizeof(none)) || mac->bytes[0] & 1)
			return conf_refuse(
				conf, "Link", "PermanentMACAddress", i, err,
				"`ip -details link` shows it as permaddr, or as link/ether",
				"the interface's hardware address is missing");
		if (!*data->link.items[i].name)
			return conf_refuse(conf, "Link", "Name", i, err, "Name=lan0",
					   "the interface's name is missing");
	}
	return 0;
}

int network_check_taps(const struct network_conf *data, const struct conf *conf,
		       struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->tap.count; i++) {
		const struct network_tap *tap = &data->tap.items[i];
		struct err why = ERR_INIT;

		if (!*tap->name)
			return conf_refuse(conf, "Tap", "Name", i, err, "Name=tap-web0",
					   "the tap's name is missing");
		for (size_t j = 0; j < tap->ip.count; j++)
			if (network_has_address(data, 0) &&
			    network_check_guest_address(data, &tap->ip.items[j], &why))
				return conf_refuse(conf, "Tap", "Ip", i, err, why.hint,
						   "%s", why.text);
		result = check_guest_mac(conf, "Tap", i, &tap->mac, err);
	}
	return result;
}

int network_check_macvtaps(const struct network_conf *data, const struct conf *conf,
			   struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < data->macvtap.count; i++) {
		const struct network_macvtap *row = &data->macvtap.items[i];

		if (!*row->name)
			return conf_refuse(conf, "Macvtap", "Name", i, err,
					   "Name=macvtap0",
					   "the macvtap's name is missing");
		if (row->parent.kind == LINK_SELECT_NONE)
			return conf_refuse(conf, "Macvtap", "Parent", i, err,
					   "Parent=eth0",
					   "the interface that it is on is missing");
		result = check_guest_mac(conf, "Macvtap", i, &row->mac, err);
	}
	return result;
}
