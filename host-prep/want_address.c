/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want_address.c: addresses that two interfaces would have. */
#include <errno.h>
#include <string.h>

#include "host-prep/want_net.h"

static bool is_same(const struct net_address *a, const struct net_address *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/* One that is not asked for here: what the kernel has of its own on every interface does not
 * count. */
static const struct net_address *find_other(const struct net *wanted,
					    const struct net_address *address)
{
	for (size_t i = 0; i < wanted->address_count; i++) {
		const struct net_address *other = &wanted->addresses[i];

		if (is_same(address, other) && strcmp(address->link, other->link) != 0)
			return other;
	}
	return NULL;
}

int want_check_addresses(const struct net *wanted, struct err *err)
{
	for (size_t i = 0; i < wanted->address_count; i++) {
		const struct net_address *address = &wanted->addresses[i], *other;
		char text[NET_ADDRESS_TEXT];

		if (!*address->origin || net_is_link_local(address))
			continue;
		other = find_other(wanted, address);
		if (!other)
			continue;
		err_set(err, EADDRINUSE, "%s: the address %s of %s is in use: %s has it",
			address->origin, net_address_text(address, text, sizeof(text)),
			address->link, other->link);
		err_hint(err, "take it away there, or give %s another", address->link);
		return -EADDRINUSE;
	}
	return 0;
}
