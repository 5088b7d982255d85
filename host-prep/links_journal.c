/* SPDX-License-Identifier: GPL-2.0-or-later */
/* links_journal.c: keeps account of what was made and what was taken. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/links_journal.h"
#include "host-prep/net_diff.h"
#include "lib/cleanup.h"
#include "lib/names.h"

/* ---- a port, and all that stood on it ---- */

static void copy_what_stands_on(const struct net *from, const char *name, struct net *to)
{
	for (size_t i = 0; i < from->address_count; i++)
		if (!strcmp(from->addresses[i].link, name) &&
		    !net_is_link_local(&from->addresses[i]) &&
		    !net_has_address(to, &from->addresses[i]))
			net_add_address(to, &from->addresses[i]);
	for (size_t i = 0; i < from->route_count; i++)
		if (!strcmp(from->routes[i].link, name) &&
		    !net_has_route(to, &from->routes[i]))
			net_add_route(to, &from->routes[i]);
}

static void copy_port(const struct net *from, const char *name, struct net *to)
{
	const struct net_link *link = net_find_link(from, name);

	if (!link || net_find_link(to, name))
		return;
	net_add_link(to, link);
	copy_what_stands_on(from, name, to);
}

static void add_all(const struct net *from, struct net *to)
{
	for (size_t i = 0; i < from->link_count; i++)
		copy_port(from, from->links[i].name, to);
	for (size_t i = 0; i < from->sysctl_count; i++)
		if (!net_find_sysctl(to, from->sysctls[i].path))
			net_set_sysctl(to, from->sysctls[i].path, from->sysctls[i].value,
				       from->sysctls[i].origin);
}

/* ---- reading ---- */

static int read_net(const json_t *section, const char *key, struct net *took,
		    struct err *err)
{
	const json_t *json = json_object_get(section, key);
	_cleanup_net_ struct net net = NET_INIT;

	if (!json)
		return 0;
	if (net_from_json(&net, json, err))
		return err_wrap(err, "the journal's \"%s\"", key);
	add_all(&net, took);
	return 0;
}

void links_journal_claim(const json_t *section, struct net *have)
{
	const json_t *made = json_object_get(section, "made");

	for (size_t i = 0; i < json_array_size(made); i++) {
		const char *name = json_string_value(json_array_get(made, i));

		if (name)
			net_claim(have, name);
	}
}

int links_journal_read(const json_t *section, struct net *took, struct net *have,
		       struct err *err)
{
	int result;

	net_release(took);
	links_journal_claim(section, have);
	result = read_net(section, "took", took, err);
	if (!result)
		result = read_net(section, "giving", took, err);
	return result ? result : net_check_memory(took, err);
}

/* ---- taking and giving back ---- */

/* One that has gone has taken its sysctls with it. */
static bool has_link_of(const struct net *net, const char *path)
{
	char link[NET_NAME_SIZE];

	return sscanf(path, "net/%*[^/]/conf/%15[^/]/", link) != 1 ||
	       !strcmp(link, "all") || !strcmp(link, "default") ||
	       net_find_link(net, link);
}

/* "net/ipv4/conf/eth0/forwarding" */
static bool is_forwarding(const char *path)
{
	static const char begin[] = "net/ipv4/conf/";
	const char *end = strrchr(path, '/');

	return !strncmp(path, begin, sizeof(begin) - 1) && !strcmp(end, "/forwarding");
}

void links_give_back_sysctls(const struct net *took, bool host_forwards,
			     struct net *wanted)
{
	bool by_others = host_forwards && !net_find_sysctl(took, "net/ipv4/ip_forward");

	for (size_t i = 0; i < took->sysctl_count; i++)
		if (!net_find_sysctl(wanted, took->sysctls[i].path) &&
		    has_link_of(wanted, took->sysctls[i].path) &&
		    !(by_others && is_forwarding(took->sysctls[i].path)))
			net_set_sysctl(wanted, took->sysctls[i].path,
				       took->sysctls[i].value, NULL);
}

/* A NIC that the files put into one of our bridges; what others have plugged in is theirs. */
static bool is_port(const struct net *net, const struct net_link *link)
{
	const struct net_link *bridge = net_find_link(net, link->master);

	return link->managed && link->kind == NET_NIC && bridge && net_is_ours(bridge);
}

static void take_ports(const struct net *took, const struct net *have,
		       const struct net *wanted, struct net *taken)
{
	for (size_t i = 0; i < wanted->link_count; i++) {
		const struct net_link *link = &wanted->links[i];

		if (!is_port(wanted, link))
			continue;
		copy_port(net_find_link(took, link->name) ? took : have, link->name,
			  taken);
		/* What somebody has given it since. */
		copy_what_stands_on(have, link->name, taken);
	}
}

/* What stood there first stays noted for as long as something else is wanted. */
static void take_sysctls(const struct net *took, const struct net *have,
			 const struct net *wanted, struct net *taken)
{
	for (size_t i = 0; i < wanted->sysctl_count; i++) {
		const struct net_sysctl *sysctl = &wanted->sysctls[i];
		const struct net_sysctl *first = net_find_sysctl(took, sysctl->path);

		if (!first)
			first = net_find_sysctl(have, sysctl->path);
		if (first && strcmp(first->value, sysctl->value) != 0)
			net_set_sysctl(taken, first->path, first->value, NULL);
	}
}

int links_take(const struct net *took, const struct net *have, const struct net *wanted,
	       struct net *taken, struct net *giving, struct err *err)
{
	net_release(taken);
	net_release(giving);
	take_ports(took, have, wanted, taken);
	take_sysctls(took, have, wanted, taken);
	for (size_t i = 0; i < took->link_count; i++)
		if (!net_find_link(taken, took->links[i].name))
			copy_port(took, took->links[i].name, giving);
	for (size_t i = 0; i < took->sysctl_count; i++)
		if (!net_find_sysctl(taken, took->sysctls[i].path))
			net_set_sysctl(giving, took->sysctls[i].path,
				       took->sysctls[i].value, NULL);
	return net_check_memory(taken, err) ? -ENOMEM : net_check_memory(giving, err);
}

/* ---- writing ---- */

static int set_net(json_t *section, const char *key, const struct net *net,
		   struct err *err)
{
	if (!net->link_count && !net->sysctl_count)
		return 0;
	if (json_object_set_new(section, key, net_to_json(net)) < 0)
		return err_sys(err, ENOMEM, "writing the journal");
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In an order that is not the kernel's, so that the same links are the same text. */
static json_t *names_of_ours(const struct net *wanted)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	json_t *list = json_array();

	for (size_t i = 0; i < wanted->link_count; i++)
		if (net_is_ours(&wanted->links[i]) && wanted->links[i].kind != NET_NIC &&
		    names_add(&names, wanted->links[i].name))
			break;
	if (names.count)
		qsort(names.items, names.count, sizeof(*names.items), compare_names);
	for (size_t i = 0; i < names.count; i++)
		json_array_append_new(list, json_string(names.items[i]));
	return list;
}

int links_journal_write(json_t *section, const struct net *wanted,
			const struct net *taken, const struct net *giving,
			struct err *err)
{
	json_t *made = names_of_ours(wanted);
	int result;

	json_object_clear(section);
	if (json_array_size(made))
		json_object_set(section, "made", made);
	json_decref(made);
	result = set_net(section, "took", taken, err);
	return result ? result : set_net(section, "giving", giving, err);
}

void links_journal_settle(json_t *section)
{
	json_object_del(section, "giving");
}
