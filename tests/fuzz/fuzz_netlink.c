/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/netlink_read.c host-prep/net.c host-prep/net_read_link.c host-prep/net_read_route.c host-prep/net_text.c lib/err.c lib/strbuf.c */
/* fuzz_netlink.c: no bytes from netlink make the readers fail, and what they read is whole:
 * texts end, kinds and families are known ones. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/net_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
	if (!condition)
		abort();
}

#define must_end(text) must(memchr(text, '\0', sizeof(text)))

static void check_net(const struct net *net)
{
	char text[300];

	for (size_t i = 0; i < net->link_count; i++) {
		must_end(net->links[i].name);
		must_end(net->links[i].alias);
		must_end(net->links[i].master);
		must_end(net->links[i].type);
		must(net->links[i].kind < NET_KINDS);
	}
	for (size_t i = 0; i < net->address_count; i++) {
		must(net->addresses[i].family == AF_INET ||
		     net->addresses[i].family == AF_INET6);
		must(net_same_address(&net->addresses[i], &net->addresses[i]));
		must(strlen(net_address_text(&net->addresses[i], text, sizeof(text))));
	}
	for (size_t i = 0; i < net->route_count; i++) {
		must(net_same_route(&net->routes[i], &net->routes[i]));
		must(strlen(net_route_text(&net->routes[i], text, sizeof(text))));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of the exact size, so that a byte too far is seen. */
	uint8_t *bytes = malloc(size ? size : 1);
	struct netlink_message message;
	struct net net = NET_INIT;
	char reason[16];

	if (!bytes)
		return 0;
	memcpy(bytes, data, size);
	for (int pass = 0; pass < 2; pass++) {
		size_t offset = 0;

		while (netlink_next(bytes, size, &offset, &message)) {
			if (!pass)
				net_read_link(&net, &message);
			else
				net_read_relations(&net, &message);
			net_read_address(&net, &message);
			net_read_route(&net, &message);
			net_read_vlans(&net, &message);
			must(netlink_read_error(&message, reason, sizeof(reason)) >= 0);
			must_end(reason);
		}
	}
	check_net(&net);
	net_release(&net);
	free(bytes);
	return 0;
}
