/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge_names.c: what only one may have: hardware addresses, taps, UUIDs, vsock numbers, ports;
 * and the interfaces that cards are plugged into. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "qemu-launch/preflight.h"

/* A thing that is unique, with where it stands. */
struct claim {
	size_t guest;
	const char *kind; /* "the hardware address" */
	char value[80];
	const char *section, *key;
	size_t index;
};

struct claims {
	struct claim *items;
	size_t count;
	bool failed;
};

__attribute__((format(printf, 7, 8))) static void
add(struct claims *claims, size_t guest, const char *kind, const char *section,
    const char *key, size_t index, const char *fmt, ...)
{
	struct claim *items =
		reallocarray(claims->items, claims->count + 1, sizeof(*items));
	struct claim claim = { guest, kind, "", section, key, index };
	va_list ap;

	if (!items) {
		claims->failed = true;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(claim.value, sizeof(claim.value), fmt, ap);
	va_end(ap);
	claims->items = items;
	items[claims->count++] = claim;
}

static void judge_claims(const struct preflight *preflight, struct claims *claims,
			 struct findings *findings)
{
	for (size_t i = 0; i < claims->count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct claim *one = &claims->items[i],
					   *two = &claims->items[j];
			size_t at = one->guest, other = two->guest;
			enum check_severity severity = CHECK_PROBLEM;

			if (strcmp(one->kind, two->kind) != 0 ||
			    strcmp(one->value, two->value) != 0)
				continue;
			if (at != other)
				severity = preflight_clash(preflight, other, at, &at,
							   &other);
			else if (!preflight->guests[at].is_asked)
				severity = CHECK_OK;
			if (severity == CHECK_OK)
				continue;
			if (at != one->guest)
				one = two;
			finding_add(findings, severity, "%s %s is the guest %s's, too",
				    one->kind, one->value,
				    preflight->guests[other].guest->name);
			finding_advise(findings, "%s= of its own", one->key);
			preflight_place(findings, &preflight->guests[at], one->section,
					one->key, one->index);
		}
	findings->overflow |= claims->failed;
	free(claims->items);
}

void judge_names(const struct preflight *preflight, struct findings *findings)
{
	struct claims claims = { .items = NULL };

	for (size_t i = 0; i < preflight->count; i++) {
		const struct preflight_guest *guest = &preflight->guests[i];
		const struct guest_setup *setup = &guest->setup;
		const struct guest_conf *data = guest->guest->data;

		if (*setup->uuid)
			add(&claims, i, "the UUID", "Guest", "Uuid", 0, "%s",
			    setup->uuid);
		if (data->vsock.cid)
			add(&claims, i, "the vsock number", "Vsock", "Cid", 0, "%lld",
			    (long long)data->vsock.cid);
		for (size_t j = 0; j < setup->nic_count; j++) {
			const uint8_t *mac = setup->nics[j].mac.bytes;

			add(&claims, i, "the hardware address", "Nic", "Mac", j,
			    "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
			    mac[3], mac[4], mac[5]);
			if (*setup->nics[j].tap)
				add(&claims, i, "the interface", "Nic", "Tap", j, "%s",
				    setup->nics[j].tap);
		}
	}
	judge_claims(preflight, &claims, findings);
}

/* ---- ports ---- */

static const char tcp[] = "the TCP port", udp[] = "the UDP port";

/* The port of [tcp:|udp:][ADDRESS]:PORT[-...]; 0 where it is none. */
static unsigned port_in(const char *text)
{
	const char *end = strchr(text, '-'), *colon = NULL;

	if (!strncmp(text, "unix:", 5))
		return 0;
	for (const char *c = text; *c && c != end; c++)
		if (*c == ':')
			colon = c;
	return colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

static void add_port(struct claims *claims, const char *kind, size_t guest,
		     const char *section, const char *key, size_t index, unsigned port)
{
	if (port)
		add(claims, guest, kind, section, key, index, "%u", port);
}

static void add_ports(struct claims *claims, const struct preflight *preflight, size_t i)
{
	const struct preflight_guest *guest = &preflight->guests[i];
	const struct guest_conf *data = guest->guest->data;

	/* Ports that are chosen at the start are free ones. */
	for (size_t j = 0; j < data->display.count; j++) {
		const struct guest_display *row = &data->display.items[j];

		add_port(claims, tcp, i, "Display", "Port", j, (unsigned)row->port);
		add_port(claims, tcp, i, "Display", "TlsPort", j,
			 (unsigned)row->tls_port);
		add_port(claims, tcp, i, "Display", "Websocket", j,
			 (unsigned)row->websocket);
	}
	for (size_t j = 0; j < data->serial.count; j++)
		add_port(claims, tcp, i, "Serial", "Port", j,
			 (unsigned)data->serial.items[j].port);
	for (size_t j = 0; j < data->monitor.count; j++)
		add_port(claims, tcp, i, "Monitor", "Port", j,
			 (unsigned)data->monitor.items[j].port);
	for (size_t j = 0; j < data->nic.count; j++) {
		const struct guest_nic *nic = &data->nic.items[j];

		for (size_t k = 0; k < nic->forward.count; k++)
			add_port(claims,
				 strncmp(nic->forward.items[k], "udp:", 4) ? tcp : udp, i,
				 "Nic", "Forward", j, port_in(nic->forward.items[k]));
		if (*nic->listen)
			add_port(claims, tcp, i, "Nic", "Listen", j,
				 port_in(nic->listen));
	}
}

bool preflight_wants_ports(const struct preflight *preflight)
{
	struct claims claims = { .items = NULL };

	for (size_t i = 0; i < preflight->count; i++)
		if (preflight->guests[i].is_asked)
			add_ports(&claims, preflight, i);
	free(claims.items);
	return claims.count || claims.failed;
}

static bool is_taken(const struct preflight_facts *facts, const struct claim *claim)
{
	unsigned number = (unsigned)strtoul(claim->value, NULL, 10);

	for (size_t i = 0; i < facts->port_count; i++)
		if (facts->ports[i].number == number &&
		    facts->ports[i].is_udp == (claim->kind == udp))
			return true;
	return false;
}

/* QEMU itself answers at a forwarded port, whoever listens behind it. */
static void judge_ready(const struct preflight_guest *guest, struct findings *findings)
{
	const struct guest_conf *data = guest->guest->data;
	const unsigned port = (unsigned)data->guest.ready_port;

	if (data->guest.ready != guest_guest_ready_port || !guest->is_asked)
		return;
	for (size_t i = 0; i < data->nic.count; i++) {
		const struct guest_nic *nic = &data->nic.items[i];

		for (size_t j = 0; j < nic->forward.count; j++) {
			if (!strncmp(nic->forward.items[j], "udp:", 4) ||
			    port_in(nic->forward.items[j]) != port)
				continue;
			finding_add(
				findings, CHECK_WARNING,
				"QEMU itself answers at port %u, which Forward= leads "
				"to the guest: it is ready at once",
				port);
			finding_advise(findings,
				       "another Ready=, such as agent or console");
			preflight_place(findings, guest, "Guest", "ReadyPort", 0);
		}
	}
}

void judge_ports(const struct preflight *preflight, struct findings *findings)
{
	struct claims claims = { .items = NULL };

	for (size_t i = 0; i < preflight->count; i++)
		judge_ready(&preflight->guests[i], findings);
	for (size_t i = 0; i < preflight->count; i++)
		add_ports(&claims, preflight, i);
	for (size_t i = 0; i < claims.count; i++) {
		const struct claim *claim = &claims.items[i];
		const struct preflight_guest *guest = &preflight->guests[claim->guest];

		if (!guest->is_asked || guest->is_running ||
		    !is_taken(&preflight->facts, claim))
			continue;
		finding_add(findings, CHECK_PROBLEM, "somebody listens on %s %s already",
			    claim->kind, claim->value);
		finding_advise(findings, "`ss -l%snp sport = :%s` shows who; another %s=",
			       claim->kind == udp ? "u" : "t", claim->value, claim->key);
		preflight_place(findings, guest, claim->section, claim->key,
				claim->index);
	}
	judge_claims(preflight, &claims, findings);
}

/* ---- what cards are plugged into ---- */

static void judge_link(const struct preflight *preflight,
		       const struct preflight_guest *guest, const char *name,
		       const char *key, size_t index, struct findings *findings)
{
	const struct names *links = &preflight->facts.links;

	if (!*name || !links->count || names_have(links, name))
		return;
	finding_add(findings, CHECK_PROBLEM, "there is no interface %s", name);
	finding_advise(findings, "`bedplate host-prep up` makes those of its networks");
	preflight_place(findings, guest, "Nic", key, index);
}

/* A tap that is not there is made at the start, where its bridge is. */
static void judge_tap(const struct preflight *preflight,
		      const struct preflight_guest *guest, size_t i,
		      struct findings *findings)
{
	const struct guest_nic *row = &guest->guest->data->nic.items[i];
	const struct network *network =
		networks_find(&preflight->facts.networks, row->network);
	const struct names *links = &preflight->facts.links;
	char bridge[LINK_NAME_MAX + 1] = "";

	if (!network || names_have(links, guest->setup.nics[i].tap))
		return;
	network_bridge_name(network, bridge);
	if (*bridge && links->count && names_have(links, bridge))
		return;
	finding_add(findings, CHECK_PROBLEM, "there is no bridge %s of the network %s",
		    bridge, row->network);
	finding_advise(findings, "`bedplate host-prep up` makes it");
	preflight_place(findings, guest, "Nic", "Network", i);
}

static void judge_nic(const struct preflight *preflight,
		      const struct preflight_guest *guest, size_t i,
		      struct findings *findings)
{
	const struct guest_nic *row = &guest->guest->data->nic.items[i];
	const struct setup_nic *nic = &guest->setup.nics[i];
	char path[128];

	if (nic->type == guest_nic_type_bridge)
		judge_link(preflight, guest, row->bridge, "Bridge", i, findings);
	else if (nic->type == guest_nic_type_network)
		judge_tap(preflight, guest, i, findings);
	else
		judge_link(preflight, guest, nic->tap, *row->link ? "Link" : "Tap", i,
			   findings);
	if (nic->vhost && preflight->facts.has_dev && !preflight->facts.has_vhost_net) {
		finding_add(findings, CHECK_PROBLEM, "there is no /dev/vhost-net");
		finding_advise(findings, "`modprobe vhost_net`, or Vhost=off");
		preflight_place(findings, guest, "Nic", "Vhost", i);
	}
	snprintf(path, sizeof(path), "etc/bedplate/network/%.80s.conf", row->network);
	if (!*row->network || file_exists(preflight->host->root_fd, path))
		return;
	finding_add(findings, CHECK_PROBLEM, "there is no network %s", row->network);
	finding_advise(findings, "a network is a file /%s", path);
	preflight_place(findings, guest, "Nic", "Network", i);
}

void judge_nics(const struct preflight *preflight, struct findings *findings)
{
	for (size_t i = 0; i < preflight->count; i++) {
		const struct preflight_guest *guest = &preflight->guests[i];

		if (!guest->is_asked)
			continue;
		for (size_t j = 0; j < guest->setup.nic_count; j++)
			judge_nic(preflight, guest, j, findings);
		if (guest->guest->data->vsock.cid && preflight->facts.has_dev &&
		    !preflight->facts.has_vhost_vsock) {
			finding_add(findings, CHECK_PROBLEM,
				    "there is no /dev/vhost-vsock");
			finding_advise(findings, "`modprobe vhost_vsock`");
			preflight_place(findings, guest, "Vsock", "Cid", 0);
		}
	}
}
