/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * links.c: the part that makes the networks' interfaces, addresses and routes.
 *
 * How it works: it reads what is there, has net_want say what is wanted, and compares. Its
 * steps are done together: the first one does them all, in the batches of net_apply, and
 * undoes them all by going back to the state that was read. `down` is a plan for no
 * networks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/left_out.h"
#include "host-prep/link_names.h"
#include "host-prep/links.h"
#include "host-prep/links_journal.h"
#include "host-prep/net_diff.h"
#include "host-prep/net_step.h"
#include "host-prep/owner.h"
#include "host-prep/owner_wait.h"
#include "host-prep/part.h"
#include "host-prep/want.h"
#include "host-prep/want_net.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/networks.h"

/* What the first step needs to do all of them. */
struct work {
	struct net_step
		step; /* the step's own data, first: whoever reads that finds it */
	struct netlink nl;
	int root_fd;
	struct steps *steps;
	struct net saved;
};

static void release_work(void *data)
{
	struct work *work = data;

	netlink_release(&work->nl);
	net_release(&work->saved);
	free(work);
}

static int undo_all(const struct step *step, struct err *err)
{
	_cleanup_names_ struct names made = NAMES_INIT;
	struct work *work = step->data;

	if (net_made(work->steps, &made))
		return err_sys(err, ENOMEM, "undoing");
	return net_restore(&work->nl, work->root_fd, &work->saved, &made, err);
}

/* For who wants to know which of the steps it was, and what became of the others. */
static void mark_failed(struct steps *steps, enum step_state others)
{
	for (size_t i = 0; i < steps->count; i++) {
		const struct net_step *own = net_step_of(&steps->items[i]);

		if (own)
			steps->items[i].state = own->failed ? STEP_FAILED : others;
	}
}

static int do_all(const struct step *step, struct err *err)
{
	struct work *work = step->data;
	int result = net_apply(&work->nl, work->root_fd, work->steps, owner_wait, err);
	enum step_state others = STEP_UNDONE;
	struct err again = ERR_INIT;

	if (!result)
		return 0;
	if (undo_all(step, &again)) {
		err_wrap(&again, "undoing what was done to the network");
		log_err(&again);
		others = STEP_REMAINS;
	}
	mark_failed(work->steps, others);
	return result;
}

/* ---- planning ---- */

struct plan {
	struct netlink nl;
	struct net have, took, wanted;
};

static void release_plan(struct plan *plan)
{
	netlink_release(&plan->nl);
	net_release(&plan->have);
	net_release(&plan->took);
	net_release(&plan->wanted);
}

/* Makes the first of the new steps the one that does them. */
static int hand_over(const struct part_context *context, struct plan *plan,
		     struct steps *steps, size_t first, struct err *err)
{
	struct step *step = &steps->items[first];
	struct work *work = calloc(1, sizeof(*work));
	int result;

	if (!work)
		return err_sys(err, ENOMEM, "planning the network");
	work->step = *(struct net_step *)step->data;
	work->root_fd = context->root_fd;
	work->steps = steps;
	work->nl = plan->nl;
	plan->nl = (struct netlink)NETLINK_INIT;
	free(step->data);
	step->data = work;
	step->release_data = release_work;
	step->run = do_all;
	step->undo = undo_all;
	step->names_itself = true;
	result = net_copy(&work->saved, &plan->have, err);
	net_mark_managed(&work->saved, &plan->wanted);
	return result;
}

static int note(const struct part_context *context, const struct plan *plan,
		struct err *err)
{
	_cleanup_net_ struct net taken = NET_INIT, giving = NET_INIT;
	int result =
		links_take(&plan->took, &plan->have, &plan->wanted, &taken, &giving, err);

	return result ? result
		      : links_journal_write(context->journal, &plan->wanted, &taken,
					    &giving, err);
}

/* `up` does not wait for what the kernel finds out about an address. */
static void note_found_twice(const struct part_context *context, const struct plan *plan)
{
	for (size_t i = 0; i < plan->have.address_count; i++) {
		const struct net_address *address = &plan->have.addresses[i];
		const struct net_link *link = net_find_link(&plan->have, address->link);
		char text[NET_ADDRESS_TEXT];

		if (address->dad_failed && link && net_is_ours(link))
			part_note(
				context,
				"%s has no use of its address %s: another machine has it",
				address->link,
				net_address_text(address, text, sizeof(text)));
	}
}

/* A tap has a carrier while somebody has it open, and who has it keeps a tap that is nowhere. */
static void note_cut_off(const struct part_context *context, const struct steps *steps,
			 size_t first)
{
	for (size_t i = first; i < steps->count; i++) {
		const struct net_step *step = steps->items[i].data;

		if ((step->op == NET_DELETE || step->op == NET_UNMAKE) &&
		    step->link.kind == NET_TAP && step->link.carrier)
			part_note(context,
				  "%s is in use: the guest that has it has no network "
				  "until it is started anew",
				  step->link.name);
	}
}

static bool host_forwards(int root_fd)
{
	char value[16];

	return file_read_line(root_fd, "proc/sys/net/ipv4/ip_forward", value,
			      sizeof(value), NULL) >= 0 &&
	       strcmp(value, "0") != 0;
}

static int plan_want(const struct part_context *context, const struct want *want,
		     struct plan *plan, struct steps *steps, struct err *err)
{
	size_t first = steps->count;
	int result = net_want(want, &plan->have, &plan->took, &plan->wanted, err);

	if (!result)
		result = want_check_addresses(&plan->wanted, err);
	if (result)
		return result;
	note_found_twice(context, plan);
	links_give_back_sysctls(&plan->took, host_forwards(context->root_fd),
				&plan->wanted);
	result = net_read_sysctls(&plan->have, &plan->wanted, context->root_fd, err);
	if (!result)
		result = net_diff(&plan->have, &plan->wanted, steps, err);
	if (!result)
		note_cut_off(context, steps, first);
	if (!result)
		result = note(context, plan, err);
	if (!result && steps->count > first)
		result = hand_over(context, plan, steps, first, err);
	return result;
}

static int look(const struct part_context *context, struct plan *plan, struct err *err)
{
	int result = netlink_open(&plan->nl, NETLINK_ROUTE, err);

	if (!result)
		result = net_read(&plan->have, &plan->nl, context->root_fd, err);
	return result ? result
		      : links_journal_read(context->journal, &plan->took, &plan->have,
					   err);
}

/* A port that goes into its bridge before it has its address gets that where it is of no use. */
static void look_for_awaited(const struct part_context *context, const struct want *want,
			     const struct net *have)
{
	const char *owner, *port;

	port = owner_awaited(context->root_fd, want, have, &owner);
	if (port)
		part_missing(context, "the address that %s gives %s", owner, port);
}

static int plan_files(const struct part_context *context, struct networks *networks,
		      struct plan *plan, struct steps *steps, struct err *err)
{
	_cleanup_want_ struct want want = WANT_INIT;
	int result = look(context, plan, err);

	if (!result)
		result = link_names_apply(networks, &plan->have, err);
	left_out_apply(context->left_out, networks);
	if (!result)
		result = want_resolve(&want, networks, context->guests, &plan->have,
				      context->root_fd, err);
	if (!result)
		look_for_awaited(context, &want, &plan->have);
	return result ? result : plan_want(context, &want, plan, steps, err);
}

static bool is_nothing(const struct part_context *context)
{
	return !json_object_size(context->journal);
}

static int plan_up(const struct part_context *context, struct steps *steps,
		   struct err *err)
{
	_cleanup_networks_ struct networks networks = NETWORKS_INIT;
	struct plan plan = { .nl = NETLINK_INIT };
	int result = networks_read(&networks, context->root_fd, err);

	if (result || (!networks.count && is_nothing(context)))
		return result;
	result = plan_files(context, &networks, &plan, steps, err);
	release_plan(&plan);
	return result;
}

static int plan_down(const struct part_context *context, struct steps *steps,
		     struct err *err)
{
	const struct want none = WANT_INIT;
	struct plan plan = { .nl = NETLINK_INIT };
	int result = look(context, &plan, err);

	if (!result)
		result = plan_want(context, &none, &plan, steps, err);
	release_plan(&plan);
	return result;
}

static const char *const needs[] = { "names", "nat", NULL };

const struct part links_part = {
	.name = "links",
	.group = "network",
	.help = "the networks' bridges, ports, taps, addresses and routes",
	.needs = needs,
	.plan = plan_up,
	.down = plan_down,
	.settle = links_journal_settle,
};

const struct net *links_saved(const struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++)
		if (steps->items[i].run == do_all)
			return &((const struct work *)steps->items[i].data)->saved;
	return NULL;
}
