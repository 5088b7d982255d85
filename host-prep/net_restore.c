/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_restore.c: the way back to a state that was saved. */
#include "host-prep/net_diff.h"
#include "host-prep/net_step.h"

int net_made(const struct steps *steps, struct names *names)
{
	int result = 0;

	for (size_t i = 0; !result && i < steps->count; i++) {
		const struct net_step *step = net_step_of(&steps->items[i]);

		if (step && step->op == NET_MAKE && step->was_made)
			result = names_add(names, step->link.name);
	}
	return result;
}

int net_restore(struct netlink *nl, int root_fd, const struct net *saved,
		const struct names *made, struct err *err)
{
	_cleanup_net_ struct net now = NET_INIT, want = NET_INIT;
	_cleanup_steps_ struct steps steps = STEPS_INIT;
	int result = net_read(&now, nl, root_fd, err);

	if (!result)
		result = net_copy(&want, saved, err);
	if (result)
		return result;
	for (size_t i = 0; made && i < made->count; i++)
		net_claim(&now, made->items[i]);
	net_drop_absent(&want, &now);
	result = net_read_sysctls(&now, &want, root_fd, err);
	if (!result)
		result = net_diff(&now, &want, &steps, err);
	return result ? result : net_apply_steps(nl, root_fd, &steps, NULL, true, err);
}
