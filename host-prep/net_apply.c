/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net_apply.c: does the network's steps, in batches.
 *
 * How it works: the work has stages, in this order. In each, every step writes the requests
 * that belong there; what was written is sent at the end of those stages that say so. So a
 * whole `up` is four batches at most, and all stages from "links go up" to "routes come" are
 * one: a NIC's addresses are on its bridge before the kernel looks at another packet of the
 * sender's. A new link's index is not known before it is made: what needs one sends first.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "host-prep/net_diff.h"
#include "host-prep/net_stage.h"
#include "lib/log.h"

static const bool sends_at_end[STAGES] = {
	[STAGE_UNMAKE] = true,
	[STAGE_MAKE] = true,
	[STAGE_SET] = true,
	[STAGE_SYSCTL_EARLY] = true,
	[STAGE_ROUTE_VIA_COMES] = true,
	[STAGE_SYSCTL_LATE] = true,
	[STAGE_DELETE] = true,
};

/* What is to go and is not there has gone. An IPv6 route that is there has come: the kernel
 * makes those of router advertisements by itself as soon as a bridge is up. On the way back
 * any that is there will do. */
static bool is_done_already(const struct apply *apply, const struct net_step *step,
			    int errnum)
{
	switch (step->op) {
	case NET_ADD_ROUTE:
		return errnum == EEXIST &&
		       (apply->goes_on || step->route.family == AF_INET6);
	case NET_UNMAKE:
	case NET_DELETE:
	case NET_REMOVE_ADDRESS:
	case NET_REMOVE_ROUTE:
	case NET_REMOVE_VLAN:
		return errnum == ENODEV || errnum == ESRCH || errnum == EADDRNOTAVAIL ||
		       errnum == ENOENT;
	default:
		return false;
	}
}

void net_apply_fail(struct apply *apply, const struct step *step, struct err *own)
{
	step_wrap(step, own);
	if (apply->failed) {
		log_debug("%s", own->text);
		return;
	}
	apply->failed = own->code;
	((struct net_step *)step->data)->failed = !apply->goes_on;
	if (apply->err)
		*apply->err = *own;
}

static void note_answer(const struct netlink_answer *answer, void *data)
{
	struct apply *apply = data;
	const struct step *step = answer->tag;
	struct err own = ERR_INIT;

	if (is_done_already(apply, net_step_of(step), answer->errnum))
		return;
	if (apply->stage == STAGE_MAKE)
		((struct net_step *)step->data)->was_made = false;
	err_set(&own, answer->errnum, "%s%s%s", strerror(answer->errnum),
		*answer->text ? ": " : "", answer->text);
	net_apply_fail(apply, step, &own);
}

static void flush(struct apply *apply)
{
	struct err own = ERR_INIT;
	int result;

	if (!apply->batch.count)
		return;
	result = netlink_send(apply->nl, &apply->batch, note_answer, apply, &own);
	netlink_batch_clear(&apply->batch);
	if (!result || apply->failed)
		return;
	apply->failed = result;
	if (apply->err)
		*apply->err = own;
}

int net_apply_index(struct apply *apply, const struct step *step, const char *name)
{
	int index = netlink_link_index(apply->nl, name);
	struct err own = ERR_INIT;

	if (index == -ENODEV && apply->batch.count) {
		flush(apply); /* it may be made by what is still unsent */
		index = netlink_link_index(apply->nl, name);
	}
	if (index > 0)
		return index;
	if (!is_done_already(apply, net_step_of(step), -index)) {
		err_sys(&own, -index, "looking for %s", name);
		net_apply_fail(apply, step, &own);
	}
	return 0;
}

static void do_stage(struct apply *apply, enum stage stage, const struct steps *steps)
{
	apply->stage = stage;
	for (size_t i = 0; i < steps->count; i++) {
		const struct step *step = &steps->items[i];

		if (apply->failed && !apply->goes_on)
			break;
		net_stage_step(apply, stage, step);
	}
	if (apply->failed && !apply->goes_on)
		return;
	net_stage_end(apply, stage);
	if (sends_at_end[stage])
		flush(apply);
}

int net_apply_steps(struct netlink *nl, int root_fd, const struct steps *steps,
		    net_made_fn *when_made, bool goes_on, struct err *err)
{
	struct apply apply = {
		.nl = nl, .root_fd = root_fd, .goes_on = goes_on, .err = err
	};

	if (getrandom(&apply.group, sizeof(apply.group), 0) < 0)
		return err_sys(err, errno, "asking for random bits");
	apply.group = (apply.group & 0x3fffffff) | 0x40000000;
	netlink_batch_init(&apply.batch);
	for (int stage = 0; stage < STAGES; stage++) {
		if (stage == STAGE_UP && when_made && !apply.failed)
			when_made(nl, root_fd, steps);
		do_stage(&apply, stage, steps);
	}
	netlink_batch_release(&apply.batch);
	return apply.failed;
}

int net_apply(struct netlink *nl, int root_fd, const struct steps *steps,
	      net_made_fn *when_made, struct err *err)
{
	return net_apply_steps(nl, root_fd, steps, when_made, false, err);
}
