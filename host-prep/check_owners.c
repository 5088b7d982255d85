/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_owners.c: who else sets our interfaces up, and telling them not to, on request. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/net_diff.h"
#include "host-prep/own_file.h"
#include "host-prep/owner.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"

enum { ROUTES_CS = 500 };

bool owner_is_needed(const struct check_link *link)
{
	const struct network_conf *data = link->of->data;

	if (!link->is_port || data->network.mode != network_network_mode_public)
		return false;
	for (size_t i = 0; i < data->address.count; i++)
		if (!*data->address.items[i].interface)
			return false;
	return true;
}

static bool has_address(const struct net *have, const char *link)
{
	for (size_t i = 0; i < have->address_count; i++)
		if (!strcmp(have->addresses[i].link, link) &&
		    !net_is_link_local(&have->addresses[i]))
			return true;
	return false;
}

/* Routes come behind the address: who tells when he has done is waited for until then. */
static bool is_at_work(int root_fd, const struct owner *owner, const struct net *have,
		       const struct net_link *port)
{
	int done = -1;

	if (!owner->is_here(root_fd) || !owner->claims(root_fd, port->name))
		return false;
	if (owner->is_done)
		done = owner->is_done(root_fd, port->index);
	return done < 0 ? !has_address(have, port->name) : !done;
}

/* Who is at work on a port that is in a bridge never gets done with it, as the port has no IPv6
 * there. Routes come within moments. */
static bool is_new(const struct net_address *address)
{
	uint32_t now_cs = (uint32_t)(clock_ms() / 10);

	return now_cs - address->created_cs < ROUTES_CS;
}

static bool has_settled(const struct net *have, const char *port)
{
	for (size_t i = 0; i < have->address_count; i++)
		if (!strcmp(have->addresses[i].link, port) && is_new(&have->addresses[i]))
			return false;
	return has_address(have, port);
}

/* One that went into its bridge without its address, which the bridge is to have. */
static bool is_without(const struct net *have, const struct net_link *port,
		       const char *bridge)
{
	return !strcmp(port->master, bridge) && !has_address(have, bridge) &&
	       !has_settled(have, port->name);
}

const char *owner_awaited(int root_fd, const struct want *want, const struct net *have,
			  const char **owner)
{
	struct check_link link = { .name = NULL };

	while (check_next_link(want, &link)) {
		const struct net_link *port = net_find_link(have, link.name);

		if (!owner_is_needed(&link) || !port ||
		    (*port->master && !is_without(have, port, link.of->bridge)))
			continue;
		for (const struct owner *one = owners; one->name; one++) {
			if (!is_at_work(root_fd, one, have, port))
				continue;
			*owner = one->name;
			return port->name;
		}
	}
	return NULL;
}

/* A port that this owner is to go on with, and that it would not bear: then nothing may be
 * written for it yet. */
static bool find_in_the_way(const struct check_context *context,
			    const struct owner *owner, struct check_link *link)
{
	*link = (struct check_link){ .name = NULL };
	if (!owner->takes_ports)
		return false;
	while (check_next_link(context->want, link))
		if (owner_is_needed(link) && owner->claims(context->root_fd, link->name))
			return true;
	return false;
}

static void advise_address_first(const struct owner *owner, const struct check_link *port,
				 struct findings *findings)
{
	finding_advise(
		findings,
		"first [Address] Dhcp=yes or Address= in %s and `bedplate host-prep "
		"up`: `%s` takes %s out of %s as long as that has no address of its "
		"own; then `bedplate host-prep check --apply-ownership`",
		port->of->file->path, owner->reload, port->name, port->of->bridge);
}

static void report(const struct check_context *context, const struct owner *owner,
		   const struct check_link *link, struct findings *findings)
{
	bool netplan = owner_netplan_has(context->root_fd, link->name);
	struct check_link port;

	if (owner_is_needed(link)) {
		finding_add(
			findings, owner->takes_back ? CHECK_WARNING : CHECK_NOTE,
			"%s sets %s up%s, and %s of network %s takes its address over%s",
			owner->name, link->name, netplan ? " (by netplan)" : "",
			link->of->bridge, link->of->file->name,
			owner->takes_back ? ", which it may give it again" : "");
		finding_advise(findings,
			       "[Address] Dhcp=yes or Address= in %s makes %s need "
			       "nobody else; then `bedplate host-prep check "
			       "--apply-ownership`",
			       link->of->file->path, link->of->bridge);
		return;
	}
	finding_add(findings, CHECK_WARNING, "%s sets %s up%s, which is bedplate's",
		    owner->name, link->name, netplan ? " (by netplan)" : "");
	if (find_in_the_way(context, owner, &port)) {
		advise_address_first(owner, &port, findings);
		return;
	}
	finding_advise(
		findings,
		"`bedplate host-prep check --apply-ownership` writes /%s; then %s. "
		"By hand: %s",
		owner->path, owner->reload,
		netplan ? "take it out of /etc/netplan/*.yaml, `netplan apply`"
		: !strcmp(owner->name, "ifupdown")
			? "take its lines out of /etc/network/interfaces"
			: "see bedplate-host-prep(8), OTHER OWNERS");
}

void check_owners(const struct check_context *context, struct findings *findings)
{
	for (const struct owner *owner = owners; owner->name; owner++) {
		struct check_link link = { .name = NULL };

		if (!owner->is_here(context->root_fd))
			continue;
		while (check_next_link(context->want, &link))
			if (owner->claims(context->root_fd, link.name))
				report(context, owner, &link, findings);
	}
}

/* ---- on request ---- */

static int write_file(int root_fd, const struct owner *owner, const char *links,
		      struct err *err)
{
	_cleanup_free_ char *before = NULL;
	_cleanup_strbuf_ struct strbuf text;
	int result = own_file_read(root_fd, owner->path, &before, err);

	strbuf_init(&text, 0);
	if (result)
		return result;
	owner->write(links, &text);
	if (before && *before && strncmp(before, text.text, strcspn(text.text, "\n"))) {
		err_set(err, EEXIST, "/%s is there and is not bedplate's", owner->path);
		return err_hint(err, "add to it by hand:\n%s", text.text);
	}
	if (before && !strcmp(before, text.text))
		return 0;
	result = own_file_write(root_fd, owner->path, text.text, err);
	if (!result)
		printf("wrote /%s; it takes effect with: %s\n", owner->path,
		       owner->reload);
	return result;
}

/* Nothing is begun that ends with a port out of its bridge. */
static int apply_one(const struct check_context *context, const struct owner *owner,
		     const char *links, struct err *err)
{
	struct check_link port;

	if (!owner->is_here(context->root_fd))
		return 0;
	if (!find_in_the_way(context, owner, &port))
		return write_file(context->root_fd, owner, links, err);
	err_set(err, EBUSY,
		"%s is not told yet: `%s` would take %s out of %s, whose network says no "
		"address",
		owner->name, owner->reload, port.name, port.of->bridge);
	return err_hint(err,
			"first [Address] Dhcp=yes or Address= in %s and `bedplate "
			"host-prep up`, then this again",
			port.of->file->path);
}

int owners_apply(const struct check_context *context, struct err *err)
{
	_cleanup_strbuf_ struct strbuf links;
	struct check_link link = { .name = NULL };
	int result = 0;

	strbuf_init(&links, 0);
	while (check_next_link(context->want, &link)) {
		if (!owner_is_needed(&link))
			strbuf_addf(&links, "%s%s", links.length ? " " : "", link.name);
		else
			printf("%s is left as it is: %s says no address\n", link.name,
			       link.of->file->path);
	}
	for (const struct owner *owner = owners; links.length && owner->name; owner++) {
		int one = apply_one(context, owner, links.text, result ? NULL : err);

		result = result ? result : one;
	}
	return result;
}
