/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_saved.c: makes a state that was read into one to come back to. */
#include <string.h>

#include "host-prep/net_diff.h"

static bool has_lost_parent(const struct net *net, const struct net_link *link)
{
	return link->kind != NET_NIC && *link->parent &&
	       !net_find_link(net, link->parent);
}

static bool is_absent(const struct net *have, const struct net_link *link)
{
	return link->kind == NET_NIC && !net_find_link(have, link->name);
}

/* What stands on a link that goes has to go too, to whatever depth. */
void net_drop_absent(struct net *want, const struct net *have)
{
	size_t before;

	do {
		before = want->link_count;
		for (size_t i = want->link_count; i-- > 0;)
			if (is_absent(have, &want->links[i]) ||
			    has_lost_parent(want, &want->links[i]))
				net_remove_link(want, want->links[i].name);
	} while (want->link_count != before);
}

void net_mark_managed(struct net *saved, const struct net *want)
{
	for (size_t i = 0; i < saved->link_count; i++) {
		struct net_link *link = &saved->links[i];
		const struct net_link *wanted = net_find_link(want, link->name);

		link->managed = wanted ? wanted->managed : net_is_ours(link);
	}
}

void net_claim(struct net *net, const char *name)
{
	struct net_link *link = net_find_link(net, name);

	if (link && link->kind != NET_NIC && !*link->alias)
		strcpy(link->alias, LINK_ALIAS_PREFIX);
}
