/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_dhcp.c: who else answers, or would keep ours from answering, DHCP and DNS. */
#include <string.h>

#include "host-prep/check.h"
#include "host-prep/dhcp.h"
#include "host-prep/socket_list.h"
#include "lib/cleanup.h"

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
			check_socket(&context->want->items[i], &list.items[j], findings);
	}
}
