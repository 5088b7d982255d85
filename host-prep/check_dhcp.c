/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_dhcp.c: who else answers, or would keep ours from answering, DHCP and DNS. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host-prep/check.h"
#include "host-prep/dhcp.h"
#include "host-prep/dhcp_probe.h"
#include "host-prep/socket_list.h"
#include "lib/cleanup.h"
#include "lib/log.h"

enum { PORT_DNS = 53, PORT_DHCP = 67 };

static bool is_ours(const struct udp_socket *socket)
{
	return strstr(socket->first, "/" DHCP_CONF_DIR "/") != NULL;
}

/* libvirt's are bound each to its own interface, which the table does not show. */
static bool is_bound(const struct udp_socket *socket)
{
	return strstr(socket->first, "/libvirt/") != NULL;
}

static bool has_address(const struct want_network *network, const struct ip_address *ip)
{
	for (size_t i = 0; i < network->data->address.count; i++)
		if (!ip_compare(&network->data->address.items[i].address.address, ip))
			return true;
	return false;
}

static void advise(const struct udp_socket *socket, const char *bridge,
		   struct findings *findings)
{
	if (!strcmp(socket->name, "dnsmasq"))
		finding_advise(findings,
			       "tell it to leave %s alone: bind-interfaces and "
			       "except-interface=%s in its configuration; or stop it",
			       bridge, bridge);
	else if (!strncmp(socket->name, "systemd-resolve", 15))
		finding_advise(findings, "take the address out of DNSStubListenerExtra= "
					 "in /etc/systemd/resolved.conf");
	else
		finding_advise(findings,
			       "have it listen on the host's own addresses only, or stop "
			       "it, or Server=no in [Dhcp]");
}

/* A program listens for IPv4 and for IPv6. */
static bool is_told(const struct socket_list *list, size_t index)
{
	const struct udp_socket *socket = &list->items[index];

	for (size_t i = 0; i < index; i++)
		if (socket->pid[0] && !strcmp(list->items[i].pid, socket->pid) &&
		    list->items[i].port == socket->port &&
		    socket_is_any(&list->items[i]) && socket_is_any(socket))
			return true;
	return false;
}

static void check_socket(const struct want_network *network,
			 const struct udp_socket *socket, struct findings *findings)
{
	bool dhcp = socket->port == PORT_DHCP;

	if (is_ours(socket) ||
	    (socket_is_any(socket) ? is_bound(socket)
				   : !has_address(network, &socket->address)))
		return;
	finding_add(findings, CHECK_PROBLEM, "%s%s%s%s answers %s on %s, too",
		    socket->name[0] ? socket->name : "another program",
		    socket->pid[0] ? " (process " : "", socket->pid,
		    socket->pid[0] ? ")" : "", dhcp ? "DHCP" : "DNS",
		    socket_is_any(socket) ? "every interface" : network->bridge);
	advise(socket, network->bridge, findings);
}

/* ---- on the networks themselves ---- */

static void tell_server(const struct want_network *network,
			const struct dhcp_server *server, enum check_severity severity,
			struct findings *findings)
{
	const uint8_t *ip = server->ip, *mac = server->mac;

	finding_add(
		findings, severity,
		"the machine %02x:%02x:%02x:%02x:%02x:%02x, %u.%u.%u.%u, answers DHCP "
		"on %s%s",
		mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], ip[0], ip[1], ip[2],
		ip[3], network->bridge, severity == CHECK_NOTE ? "" : ", too");
}

/* On a network that is others' one server is as it should be. */
static void tell_servers(const struct check_context *context,
			 const struct want_network *network,
			 const struct dhcp_probe *probe, struct findings *findings)
{
	bool own = dhcp_is_wanted(network);
	enum check_severity severity = own                ? CHECK_PROBLEM
				       : probe->count > 1 ? CHECK_WARNING
							  : CHECK_NOTE;

	for (size_t i = 0; i < probe->count; i++) {
		if (check_is_own_mac(context->have, probe->servers[i].mac))
			continue;
		tell_server(network, &probe->servers[i], severity, findings);
		if (own)
			finding_advise(
				findings,
				"guests take the address of whoever is first: stop "
				"that server, part the two networks, or Server=no "
				"in [Dhcp] of %s",
				network->file->path);
		else if (severity == CHECK_WARNING)
			finding_advise(findings, "one of them is enough, unless they are "
						 "made for one another");
	}
}

static bool is_asked(const struct want_network *network)
{
	return *network->bridge &&
	       (dhcp_is_wanted(network) ||
		network->data->network.mode == network_network_mode_public);
}

static void ask_networks(const struct check_context *context, struct findings *findings)
{
	size_t most = context->want->count + 1, count = 0;
	_cleanup_free_ struct dhcp_probe *probes = calloc(most, sizeof(*probes));
	_cleanup_free_ const struct want_network **asked = calloc(most, sizeof(*asked));
	struct err err = ERR_INIT;

	if (!probes || !asked) {
		findings->overflow = true;
		return;
	}
	for (size_t i = 0; i < context->want->count; i++) {
		const struct want_network *network = &context->want->items[i];
		const struct net_link *link =
			net_find_link(context->have, network->bridge);

		if (!is_asked(network) || !link || !link->up || !link->has_mac)
			continue;
		probes[count].link = link->index;
		memcpy(probes[count].mac, link->mac, sizeof(link->mac));
		asked[count++] = network;
	}
	if (count && isatty(STDERR_FILENO))
		log_info("asking for %d seconds who answers DHCP",
			 DHCP_PROBE_WAIT_MS / 1000);
	if (dhcp_ask(probes, count, &err))
		finding_add(findings, CHECK_NOTE, "who answers DHCP is not known: %s",
			    err.text);
	for (size_t i = 0; i < count; i++)
		tell_servers(context, asked[i], &probes[i], findings);
}

void check_dhcp(const struct check_context *context, struct findings *findings)
{
	static const unsigned ports[] = { PORT_DNS, PORT_DHCP };
	_cleanup_socket_list_ struct socket_list list = SOCKET_LIST_INIT;

	if (socket_list_read(&list, context->root_fd, ports, ARRAY_SIZE(ports)))
		findings->overflow = true;
	for (size_t i = 0; i < context->want->count; i++) {
		if (!dhcp_is_wanted(&context->want->items[i]))
			continue;
		for (size_t j = 0; j < list.count; j++)
			if (!is_told(&list, j))
				check_socket(&context->want->items[i], &list.items[j],
					     findings);
	}
	if (context->have)
		ask_networks(context, findings);
}
