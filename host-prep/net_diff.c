/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_diff.c: from one state of the network to another. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/net_diff.h"
#include "host-prep/net_step.h"
#include "lib/cleanup.h"

const char net_part[] = "links";

const struct net_step *net_step_of(const struct step *step)
{
	return step->part == net_part ? step->data : NULL;
}

void net_compare_add(struct net_compare *compare, const struct net_step *net_step,
		     enum step_action action, const char *before, const char *after,
		     const char *what)
{
	struct net_step *own = malloc(sizeof(*own));
	struct step step = { .part = net_part,
			     .action = action,
			     .what = (char *)what,
			     .before = (char *)before,
			     .after = (char *)after,
			     .data = own };

	if (!own) {
		compare->steps->overflow = true;
		return;
	}
	*own = *net_step;
	step.origin = own->link.origin;
	if (own->op == NET_ADD_ADDRESS && *own->address.origin)
		step.origin = own->address.origin;
	else if (own->op == NET_ADD_ROUTE && *own->route.origin)
		step.origin = own->route.origin;
	else if (own->op == NET_ADD_VLAN && *own->vlan.origin)
		step.origin = own->vlan.origin;
	else if (own->op == NET_SET_SYSCTL && *own->sysctl.origin)
		step.origin = own->sysctl.origin;
	steps_add(compare->steps, &step);
}

/* A link that is to be deleted: ours, and nobody wants it. */
static bool is_dropped(const struct net_link *had, const struct net *want)
{
	return net_is_ours(had) && !net_find_link(want, had->name);
}

bool net_compare_covers(const struct net_compare *compare, const char *name)
{
	const struct net_link *wanted = net_find_link(compare->want, name), *had;

	if (wanted)
		return wanted->managed;
	had = net_find_link(compare->have, name);
	return had && is_dropped(had, compare->want);
}

/* ---- is the wanted state one that can be? ---- */

static int check_relation(const struct net *want, const struct net_link *link,
			  const char *other, const char *relation, struct err *err)
{
	if (!*other || net_find_link(want, other))
		return 0;
	return err_set(err, EINVAL, "%s%s%s: there is no link %s to be its %s",
		       link->origin, *link->origin ? ": " : "", link->name, other,
		       relation);
}

static int check_nic(const struct net *have, const struct net_link *link, struct err *err)
{
	if (link->kind != NET_NIC || net_find_link(have, link->name))
		return 0;
	err_set(err, ENODEV, "%s%sthere is no network interface %s", link->origin,
		*link->origin ? ": " : "", link->name);
	return err_hint(err, "`ip link` lists those that are there");
}

static int check_want(const struct net *have, const struct net *want, struct err *err)
{
	for (size_t i = 0; i < want->link_count; i++) {
		const struct net_link *link = &want->links[i];
		int result;

		if (!link->managed)
			continue;
		result = check_nic(have, link, err);
		if (!result)
			result = check_relation(want, link, link->master, "bridge", err);
		if (!result && link->kind != NET_NIC)
			result = check_relation(want, link, link->parent, "parent", err);
		if (result)
			return result;
	}
	return 0;
}

/* ---- links that cannot become what they should be, and are made anew ---- */

static const char *why_anew(const struct net_link *had, const struct net_link *wanted)
{
	if (had->kind != wanted->kind)
		return net_kind_word(had->kind);
	if (wanted->kind == NET_TAP) {
		if (had->tap.multi_queue != wanted->tap.multi_queue)
			return had->tap.multi_queue ? "multi-queue" : "single-queue";
		/* An owner can be set and changed, not taken away. */
		if ((had->tap.owner >= 0 && wanted->tap.owner < 0) ||
		    (had->tap.group >= 0 && wanted->tap.group < 0))
			return "owned";
	}
	if ((wanted->kind == NET_VLAN || wanted->kind == NET_MACVTAP) &&
	    strcmp(had->parent, wanted->parent))
		return had->parent;
	if (wanted->kind == NET_VLAN && had->vlan_id != wanted->vlan_id)
		return "another VLAN";
	/* The kernel sets and leaves this mode only where a macvtap is made. */
	if (wanted->kind == NET_MACVTAP && had->macvtap_mode != wanted->macvtap_mode &&
	    (had->macvtap_mode == NET_MACVTAP_PASSTHRU ||
	     wanted->macvtap_mode == NET_MACVTAP_PASSTHRU))
		return "another mode";
	return NULL;
}

/* Takes links that are made anew out of `base`, which is a copy of what is there. */
static int unmake_links(struct net_compare *compare, struct net *base, struct err *err)
{
	for (size_t i = 0; i < compare->want->link_count; i++) {
		const struct net_link *wanted = &compare->want->links[i];
		const struct net_link *had = net_find_link(base, wanted->name);
		const char *why = had && wanted->managed ? why_anew(had, wanted) : NULL;
		struct net_step step = { .op = NET_UNMAKE };
		char what[NET_WORD_SIZE];

		if (!why)
			continue;
		if (!net_is_ours(had)) {
			err_set(err, EEXIST, "%s%sthere is a %s already that is %s",
				wanted->origin, *wanted->origin ? ": " : "", wanted->name,
				why);
			return err_hint(err,
					"bedplate has not made it: delete it, or choose "
					"another name");
		}
		step.link = *had;
		net_compare_add(compare, &step, STEP_REMOVE, why, NULL,
				net_link_text(had, what, sizeof(what)));
		net_remove_link(base, wanted->name);
	}
	return 0;
}

/* ---- ---- */

/* What others are made on comes first. */
static const enum net_kind making_order[] = { NET_BRIDGE,    NET_NIC,  NET_TAP,
					      NET_WIREGUARD, NET_VLAN, NET_MACVTAP };

static void compare_links(struct net_compare *compare)
{
	for (size_t k = 0; k < ARRAY_SIZE(making_order); k++) {
		for (size_t i = 0; i < compare->want->link_count; i++) {
			const struct net_link *wanted = &compare->want->links[i];

			if (wanted->managed && wanted->kind == making_order[k])
				net_compare_link(
					compare,
					net_find_link(compare->have, wanted->name),
					wanted);
		}
	}
}

static void delete_links(struct net_compare *compare)
{
	char what[NET_WORD_SIZE];

	for (size_t k = ARRAY_SIZE(making_order); k-- > 0;) {
		for (size_t i = 0; i < compare->have->link_count; i++) {
			const struct net_link *had = &compare->have->links[i];
			const struct net_step step = { .op = NET_DELETE, .link = *had };

			/* What is made elsewhere is not deleted even with our alias. */
			if (had->kind == making_order[k] && had->kind != NET_NIC &&
			    is_dropped(had, compare->want))
				net_compare_add(compare, &step, STEP_REMOVE, NULL, NULL,
						net_link_text(had, what, sizeof(what)));
		}
	}
}

int net_diff(const struct net *have, const struct net *want, struct steps *steps,
	     struct err *err)
{
	_cleanup_net_ struct net base = NET_INIT;
	struct net_compare compare = { .have = &base, .want = want, .steps = steps };
	int result = net_copy(&base, have, err);

	if (!result)
		result = check_want(have, want, err);
	if (!result)
		result = unmake_links(&compare, &base, err);
	if (result)
		return result;
	compare_links(&compare);
	net_compare_vlans(&compare);
	net_compare_addresses(&compare);
	net_compare_routes(&compare);
	net_compare_sysctls(&compare);
	delete_links(&compare);
	return steps_check_memory(steps, err);
}
