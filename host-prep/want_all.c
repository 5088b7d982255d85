/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want_all.c: reads what the networks' parts are made of. */
#include <errno.h>
#include <stdlib.h>

#include "host-prep/left_out.h"
#include "host-prep/link_names.h"
#include "host-prep/links_journal.h"
#include "host-prep/want_all.h"
#include "host-prep/want_net.h"

int want_all_read(struct want_all *all, const struct part_context *context,
		  struct err *err)
{
	int result;

	*all = (struct want_all){ .nl = NETLINK_INIT };
	result = networks_read(&all->networks, context->root_fd, err);
	if (!result)
		result = netlink_open(&all->nl, NETLINK_ROUTE, err);
	if (!result)
		result = net_read(&all->have, &all->nl, context->root_fd, err);
	if (!result)
		result = link_names_apply(&all->networks, &all->have, err);
	left_out_apply(context->left_out, &all->networks);
	links_journal_claim(json_object_get(context->before, "links"), &all->have);
	if (!result)
		result = want_resolve(&all->want, &all->networks, context->guests,
				      &all->have, context->root_fd, err);
	return result ? result
		      : net_want(&all->want, &all->have, NULL, &all->wanted, err);
}

void want_all_release(struct want_all *all)
{
	want_release(&all->want);
	networks_release(&all->networks);
	net_release(&all->wanted);
	net_release(&all->have);
	netlink_release(&all->nl);
}

int want_all_get(const struct want_all **all, const struct part_context *context,
		 struct err *err)
{
	struct want_all *own = *context->networks;
	int result;

	if (!own) {
		own = malloc(sizeof(*own));
		if (!own)
			return err_sys(err, ENOMEM, "reading the networks");
		result = want_all_read(own, context, err);
		if (result) {
			want_all_free(own);
			return result;
		}
		*context->networks = own;
	}
	*all = own;
	return 0;
}

void want_all_free(struct want_all *all)
{
	if (all)
		want_all_release(all);
	free(all);
}
