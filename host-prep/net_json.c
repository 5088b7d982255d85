/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_json.c: a struct net as JSON, for the journal and the saved snapshot.
 *
 * Most members are rows of a table; what has its default is left out, so that the text is
 * short and a member that is added later reads as its default from an older file.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/net.h"
#include "lib/cleanup.h"
#include "lib/show_json.h"

enum type { TYPE_TEXT, TYPE_BOOL, TYPE_NUMBER, TYPE_NUMBER64, TYPE_KIND, TYPE_MAC };

struct field {
	const char *key;
	enum type type;
	size_t offset, size; /* of a text: its room */
	long long otherwise; /* the default */
};

#define TEXT(type, key, member)                                                         \
	{                                                                               \
		key, TYPE_TEXT, offsetof(type, member), sizeof(((type *)NULL)->member), \
			0                                                               \
	}
#define BOOL(type, key, member)                                         \
	{                                                               \
		key, TYPE_BOOL, offsetof(type, member), sizeof(bool), 0 \
	}
#define NUMBER(type, key, member, otherwise)                                          \
	{                                                                             \
		key, TYPE_NUMBER, offsetof(type, member), sizeof(unsigned), otherwise \
	}

static const struct field link_fields[] = {
	TEXT(struct net_link, "name", name),
	{ "kind", TYPE_KIND, offsetof(struct net_link, kind), 0, NET_NIC },
	BOOL(struct net_link, "managed", managed),
	BOOL(struct net_link, "up", up),
	TEXT(struct net_link, "master", master),
	TEXT(struct net_link, "parent", parent),
	TEXT(struct net_link, "alias", alias),
	BOOL(struct net_link, "has_mac", has_mac),
	{ "mac", TYPE_MAC, offsetof(struct net_link, mac), 6, 0 },
	NUMBER(struct net_link, "mtu", mtu, 0),
	BOOL(struct net_link, "stp", bridge.stp),
	NUMBER(struct net_link, "forward_delay_cs", bridge.forward_delay_cs, 0),
	BOOL(struct net_link, "vlan_filtering", bridge.vlan_filtering),
	BOOL(struct net_link, "isolated", port.isolated),
	BOOL(struct net_link, "hairpin", port.hairpin),
	{ "owner", TYPE_NUMBER64, offsetof(struct net_link, tap.owner), 8, -1 },
	{ "group", TYPE_NUMBER64, offsetof(struct net_link, tap.group), 8, -1 },
	BOOL(struct net_link, "multi_queue", tap.multi_queue),
	BOOL(struct net_link, "vnet_header", tap.vnet_header),
	NUMBER(struct net_link, "vlan_id", vlan_id, 0),
	NUMBER(struct net_link, "macvtap_mode", macvtap_mode, 0),
	TEXT(struct net_link, "origin", origin),
	NUMBER(struct net_link, "index", index, 0),
	BOOL(struct net_link, "loopback", loopback),
	BOOL(struct net_link, "carrier", carrier),
	BOOL(struct net_link, "wireless", wireless),
	BOOL(struct net_link, "has_perm_mac", has_perm_mac),
	{ "perm_mac", TYPE_MAC, offsetof(struct net_link, perm_mac), 6, 0 },
	TEXT(struct net_link, "type", type),
	TEXT(struct net_link, "driver", driver),
	TEXT(struct net_link, "bus_path", bus_path),
};

static const struct field address_fields[] = {
	TEXT(struct net_address, "link", link),
	NUMBER(struct net_address, "prefix", prefix, 0),
	NUMBER(struct net_address, "flags", flags, 0),
	NUMBER(struct net_address, "scope", scope, 0),
	NUMBER(struct net_address, "metric", metric, 0),
	NUMBER(struct net_address, "valid_s", valid_s, NET_FOREVER),
	NUMBER(struct net_address, "preferred_s", preferred_s, NET_FOREVER),
	BOOL(struct net_address, "secondary", secondary),
	TEXT(struct net_address, "origin", origin),
};

static const struct field route_fields[] = {
	TEXT(struct net_route, "link", link),
	NUMBER(struct net_route, "type", type, 0),
	NUMBER(struct net_route, "prefix", prefix, 0),
	NUMBER(struct net_route, "table", table, 0),
	NUMBER(struct net_route, "metric", metric, 0),
	NUMBER(struct net_route, "tos", tos, 0),
	NUMBER(struct net_route, "protocol", protocol, 0),
	NUMBER(struct net_route, "scope", scope, 0),
	BOOL(struct net_route, "onlink", onlink),
	NUMBER(struct net_route, "mtu", mtu, 0),
	NUMBER(struct net_route, "advmss", advmss, 0),
	NUMBER(struct net_route, "expires_s", expires_s, 0),
	BOOL(struct net_route, "complex", complex),
	TEXT(struct net_route, "origin", origin),
};

static const struct field vlan_fields[] = {
	TEXT(struct net_vlan, "link", link),
	NUMBER(struct net_vlan, "id", id, 0),
	BOOL(struct net_vlan, "pvid", pvid),
	BOOL(struct net_vlan, "untagged", untagged),
	TEXT(struct net_vlan, "origin", origin),
};

static const struct field sysctl_fields[] = {
	TEXT(struct net_sysctl, "path", path),
	TEXT(struct net_sysctl, "value", value),
	TEXT(struct net_sysctl, "origin", origin),
};

/* ---- one member ---- */

static json_t *write_field(const struct field *field, const void *at)
{
	static const uint8_t no_mac[6];
	long long number = 0;
	unsigned small;
	char mac[18];

	switch (field->type) {
	case TYPE_TEXT:
		return *(const char *)at ? show_json_text(at) : NULL;
	case TYPE_BOOL:
		return *(const bool *)at ? json_true() : NULL;
	case TYPE_MAC:
		return memcmp(at, no_mac, 6) ? json_string(net_mac_text(at, mac)) : NULL;
	case TYPE_KIND:
		return json_string(net_kind_word(*(const enum net_kind *)at));
	case TYPE_NUMBER:
		memcpy(&small, at, sizeof(small));
		number = small;
		break;
	case TYPE_NUMBER64:
		number = *(const int64_t *)at;
		break;
	}
	return number == field->otherwise ? NULL : json_integer(number);
}

static bool read_kind(const char *word, void *at)
{
	for (int kind = 0; kind < NET_KINDS; kind++) {
		if (!strcmp(word, net_kind_word(kind))) {
			*(enum net_kind *)at = kind;
			return true;
		}
	}
	return false;
}

static bool read_number(const struct field *field, const json_t *value, void *at)
{
	long long number = value ? json_integer_value(value) : field->otherwise;
	unsigned small = number;

	if (value && !json_is_integer(value))
		return false;
	if (field->type == TYPE_NUMBER64)
		*(int64_t *)at = number;
	else
		memcpy(at, &small, sizeof(small));
	return field->type == TYPE_NUMBER64 || number == (long long)small;
}

/* False where the value is of another type, or too long. */
static bool read_field(const struct field *field, const json_t *value, void *at)
{
	const char *text = json_string_value(value);

	if (field->type == TYPE_NUMBER || field->type == TYPE_NUMBER64)
		return read_number(field, value, at);
	if (!value)
		return true;
	if (field->type == TYPE_BOOL)
		*(bool *)at = json_is_true(value);
	if (field->type == TYPE_BOOL)
		return json_is_boolean(value);
	if (!text)
		return false;
	if (field->type == TYPE_KIND)
		return read_kind(text, at);
	if (field->type == TYPE_MAC)
		return net_parse_mac(text, at);
	if (strlen(text) >= field->size)
		return false;
	strcpy(at, text);
	return true;
}

static json_t *write_fields(const struct field *fields, size_t count, const void *member)
{
	json_t *object = json_object();

	for (size_t i = 0; i < count; i++) {
		json_t *value =
			write_field(&fields[i], (const char *)member + fields[i].offset);

		if (value)
			json_object_set_new(object, fields[i].key, value);
	}
	return object;
}

static bool read_fields(const struct field *fields, size_t count, const json_t *object,
			void *member)
{
	for (size_t i = 0; i < count; i++)
		if (!read_field(&fields[i], json_object_get(object, fields[i].key),
				(char *)member + fields[i].offset))
			return false;
	return json_is_object(object);
}

/* ---- numbers of addresses, whose family tells their size ---- */

static void write_number(json_t *object, const char *key, bool is_there, int family,
			 const uint8_t *bytes)
{
	char text[INET6_ADDRSTRLEN];

	if (is_there && inet_ntop(family, bytes, text, sizeof(text)))
		json_object_set_new(object, key, json_string(text));
}

static bool read_number_text(const json_t *object, const char *key, bool *is_there,
			     int *family, uint8_t bytes[16])
{
	const char *text = json_string_value(json_object_get(object, key));
	unsigned prefix;

	*is_there = text != NULL;
	return !text || net_parse_address(text, family, bytes, &prefix);
}

static json_t *write_address(const struct net_address *address)
{
	json_t *object =
		write_fields(address_fields, ARRAY_SIZE(address_fields), address);

	write_number(object, "address", true, address->family, address->bytes);
	write_number(object, "peer", address->has_peer, address->family, address->peer);
	write_number(object, "broadcast", address->has_broadcast, AF_INET,
		     address->broadcast);
	return object;
}

static bool read_address(const json_t *object, struct net *net)
{
	struct net_address address = { .family = 0 };
	uint8_t broadcast[16] = { 0 };
	bool is_there;
	int family;

	if (!read_fields(address_fields, ARRAY_SIZE(address_fields), object, &address) ||
	    !read_number_text(object, "address", &is_there, &address.family,
			      address.bytes) ||
	    !is_there ||
	    !read_number_text(object, "peer", &address.has_peer, &family, address.peer) ||
	    !read_number_text(object, "broadcast", &address.has_broadcast, &family,
			      broadcast))
		return false;
	memcpy(address.broadcast, broadcast, sizeof(address.broadcast));
	net_add_address(net, &address);
	return true;
}

static json_t *write_route(const struct net_route *route)
{
	json_t *object = write_fields(route_fields, ARRAY_SIZE(route_fields), route);

	write_number(object, "to", true, route->family, route->to);
	write_number(object, "via", route->has_via,
		     route->via_family ? route->via_family : route->family, route->via);
	write_number(object, "source", route->has_source, route->family, route->source);
	return object;
}

static bool read_route(const json_t *object, struct net *net)
{
	struct net_route route = { .family = 0 };
	bool is_there;
	int family;

	if (!read_fields(route_fields, ARRAY_SIZE(route_fields), object, &route) ||
	    !read_number_text(object, "to", &is_there, &route.family, route.to) ||
	    !is_there ||
	    !read_number_text(object, "via", &route.has_via, &route.via_family,
			      route.via) ||
	    !read_number_text(object, "source", &route.has_source, &family, route.source))
		return false;
	net_add_route(net, &route);
	return true;
}

static bool read_link(const json_t *object, struct net *net)
{
	struct net_link link = { .kind = NET_NIC };

	if (!read_fields(link_fields, ARRAY_SIZE(link_fields), object, &link) ||
	    !*link.name)
		return false;
	net_add_link(net, &link);
	return true;
}

static bool read_vlan(const json_t *object, struct net *net)
{
	struct net_vlan vlan = { .id = 0 };

	if (!read_fields(vlan_fields, ARRAY_SIZE(vlan_fields), object, &vlan))
		return false;
	net_add_vlan(net, &vlan);
	return true;
}

static bool read_sysctl(const json_t *object, struct net *net)
{
	struct net_sysctl sysctl = { .path = "" };

	if (!read_fields(sysctl_fields, ARRAY_SIZE(sysctl_fields), object, &sysctl))
		return false;
	net_set_sysctl(net, sysctl.path, sysctl.value, sysctl.origin);
	return true;
}

/* ---- the whole ---- */

json_t *net_to_json(const struct net *net)
{
	json_t *links = json_array(), *addresses = json_array(), *routes = json_array();
	json_t *vlans = json_array(), *sysctls = json_array();

	for (size_t i = 0; i < net->link_count; i++)
		json_array_append_new(links,
				      write_fields(link_fields, ARRAY_SIZE(link_fields),
						   &net->links[i]));
	for (size_t i = 0; i < net->address_count; i++)
		json_array_append_new(addresses, write_address(&net->addresses[i]));
	for (size_t i = 0; i < net->route_count; i++)
		json_array_append_new(routes, write_route(&net->routes[i]));
	for (size_t i = 0; i < net->vlan_count; i++)
		json_array_append_new(vlans,
				      write_fields(vlan_fields, ARRAY_SIZE(vlan_fields),
						   &net->vlans[i]));
	for (size_t i = 0; i < net->sysctl_count; i++)
		json_array_append_new(sysctls, write_fields(sysctl_fields,
							    ARRAY_SIZE(sysctl_fields),
							    &net->sysctls[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "links", links, "addresses",
			 addresses, "routes", routes, "vlans", vlans, "sysctls", sysctls);
}

static const struct {
	const char *key;
	bool (*read)(const json_t *object, struct net *net);
} lists[] = {
	{ "links", read_link }, { "addresses", read_address }, { "routes", read_route },
	{ "vlans", read_vlan }, { "sysctls", read_sysctl },
};

int net_from_json(struct net *net, const json_t *json, struct err *err)
{
	net_release(net);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		const json_t *list = json_object_get(json, lists[i].key);

		if (!json_is_array(list))
			return err_set(err, EBADMSG,
				       "a saved network state has no list \"%s\"",
				       lists[i].key);
		for (size_t j = 0; j < json_array_size(list); j++)
			if (!lists[i].read(json_array_get(list, j), net))
				return err_set(
					err, EBADMSG,
					"%s %zu of a saved network state makes no sense",
					lists[i].key, j + 1);
	}
	return net_check_memory(net, err);
}
