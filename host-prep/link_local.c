/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link_local.c: sees to it that programs can send from a link-local address. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/link_local.h"
#include "host-prep/net_message.h"
#include "host-prep/wait.h"
#include "lib/clock.h"
#include "lib/interrupt.h"

static const struct net_address *find_address(const struct net *net, const char *link)
{
	const struct net_address *found = NULL;

	for (size_t i = 0; i < net->address_count; i++) {
		const struct net_address *address = &net->addresses[i];

		if (address->family != AF_INET6 || !net_is_link_local(address) ||
		    strcmp(address->link, link) != 0)
			continue;
		if (!found || (found->tentative && !address->tentative))
			found = address;
	}
	return found;
}

static struct net_address make_address(const struct net_link *link)
{
	const uint8_t bytes[16] = { 0xfe,         0x80,         [8] = link->mac[0] ^ 2,
				    link->mac[1], link->mac[2], 0xff,
				    0xfe,         link->mac[3], link->mac[4],
				    link->mac[5] };
	struct net_address address = { .family = AF_INET6,
				       .prefix = 64,
				       .scope = RT_SCOPE_LINK,
				       .valid_s = NET_FOREVER,
				       .preferred_s = NET_FOREVER };

	memcpy(address.bytes, bytes, sizeof(bytes));
	return address;
}

static void note_failure(const struct netlink_answer *answer, void *data)
{
	*(int *)data = answer->errnum;
}

/* In the place of the one that the kernel is not sure of. */
static int put_address(struct netlink *nl, const struct net_link *link,
		       const struct net_address *unsure, struct err *err)
{
	_cleanup_netlink_batch_ struct netlink_batch batch;
	struct net_address address = unsure ? *unsure : make_address(link);
	int failure = 0, result;

	netlink_batch_init(&batch);
	if (unsure)
		net_message_address(&batch, link->index, &address, false, true, NULL);
	net_message_address(&batch, link->index, &address, true, true, NULL);
	result = netlink_send(nl, &batch, note_failure, &failure, err);
	/* The kernel may have made it in between. */
	if (!result && failure && failure != EEXIST)
		result = err_sys(err, failure, "link-local address of %s", link->name);
	return result;
}

int link_local_ready(int root_fd, const char *name, struct err *err)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	_cleanup_waiter_ struct waiter waiter = WAITER_INIT;
	_cleanup_net_ struct net net = NET_INIT;
	int64_t end_ms = clock_ms() + LINK_LOCAL_WAIT_MS;
	int result = waiter_open(&waiter, err);

	if (!result)
		result = netlink_open(&nl, NETLINK_ROUTE, err);
	while (result >= 0) {
		const struct net_address *address;
		const struct net_link *link;

		result = net_read(&net, &nl, root_fd, err);
		link = net_find_link(&net, name);
		address = find_address(&net, name);
		if (result || !link)
			return result ? result : err_sys(err, ENODEV, "%s", name);
		if (address && address->dad_failed)
			return err_set(err, EADDRINUSE,
				       "another machine has the link-local address of %s",
				       name);
		if (address && !address->tentative)
			return 0;
		if (!link->carrier || clock_ms() >= end_ms)
			return put_address(&nl, link, address, err);
		result = waiter_wait(&waiter, end_ms, err);
	}
	return result;
}
