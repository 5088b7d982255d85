/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prepare_networks.c: up --keep-going, where one network is to cost no other.
 *
 * How it works: networks are planned and done together, and which of them is to blame when that
 * fails shows where each is tried without the others. One that is left out is taken as though
 * it had no file: a plan without it takes away what was begun of it. Hence those that are up
 * already are never left out: where one of these is to blame all stays as it is.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/journal.h"
#include "host-prep/prepare.h"
#include "lib/interrupt.h"
#include "lib/link_message.h"

static bool is_network(const struct outcome *outcome)
{
	return part_is_of(outcome->part, "network");
}

/* The first of the networks' parts that failed; NULL. */
static const struct outcome *find_failed(const struct prepare *prepare)
{
	for (size_t i = 0; i < prepare->outcomes.count; i++)
		if (is_network(&prepare->outcomes.items[i]) &&
		    prepare->outcomes.items[i].failed)
			return &prepare->outcomes.items[i];
	return NULL;
}

static bool changes_networks(const struct prepare *prepare)
{
	for (size_t i = 0; i < prepare->outcomes.count; i++)
		if (is_network(&prepare->outcomes.items[i]) &&
		    prepare->outcomes.items[i].first < prepare->outcomes.items[i].end)
			return true;
	return false;
}

static bool is_up(const struct net *have, const char *name)
{
	char alias[NET_ALIAS_SIZE];

	snprintf(alias, sizeof(alias), LINK_ALIAS_PREFIX "network/%s.conf", name);
	for (size_t i = 0; i < have->link_count; i++)
		if (strcmp(have->links[i].alias, alias) == 0)
			return true;
	return false;
}

static void find_candidates(struct prepare *prepare)
{
	_cleanup_networks_ struct networks networks = NETWORKS_INIT;
	_cleanup_net_ struct net have = NET_INIT;
	struct netlink nl = NETLINK_INIT;
	int result = networks_read(&networks, prepare->root_fd, NULL);

	if (!result)
		result = netlink_open(&nl, NETLINK_ROUTE, NULL);
	if (!result)
		result = net_read(&have, &nl, prepare->root_fd, NULL);
	for (size_t i = 0; !result && i < networks.count; i++)
		if (!is_up(&have, networks.items[i].name))
			result = left_out_add(&prepare->left_out, networks.items[i].name);
	netlink_release(&nl);
	if (result)
		left_out_release(&prepare->left_out);
}

static void set_out(struct left_out *left, bool out)
{
	for (size_t i = 0; i < left->count; i++)
		left->items[i].out = out;
}

/* Before anything is done: afterwards all are up. */
void prepare_find_networks(struct prepare *prepare)
{
	if (!changes_networks(prepare) && !find_failed(prepare))
		return;
	find_candidates(prepare);
	set_out(&prepare->left_out, false);
}

/* ---- what cannot be planned ---- */

/* What may still come for those that are left out is waited for, too. */
static void try_to_plan(struct prepare *prepare, const struct args *args,
			struct left_network *network, struct strbuf *missing)
{
	const struct outcome *failed;

	network->out = false;
	prepare_plan_again(prepare, args);
	network->out = true;
	failed = find_failed(prepare);
	if (!failed)
		return;
	network->why = failed->why;
	strbuf_adds(missing, prepare->missing.text);
}

static void plan_apart(struct prepare *prepare, const struct args *args,
		       struct strbuf *missing)
{
	struct left_out *left = &prepare->left_out;

	prepare->only_networks = true;
	prepare_plan_again(prepare, args);
	if (!find_failed(prepare))
		for (size_t i = 0; i < left->count; i++)
			try_to_plan(prepare, args, &left->items[i], missing);
	for (size_t i = 0; i < left->count; i++)
		left->items[i].out = left->items[i].why.code != 0;
	prepare->only_networks = false;
}

void prepare_leave_out(struct prepare *prepare, const struct args *args)
{
	_cleanup_strbuf_ struct strbuf missing;

	strbuf_init(&missing, 0);
	if (!find_failed(prepare))
		return;
	set_out(&prepare->left_out, true);
	plan_apart(prepare, args, &missing);
	prepare_plan_again(prepare, args);
	strbuf_adds(&prepare->missing, missing.text);
}

/* ---- what cannot be done ---- */

static int do_networks(struct prepare *prepare, struct err *err)
{
	int result = 0;

	json_decref(prepare->meanwhile);
	prepare->meanwhile = prepare_meanwhile(prepare);
	if (!prepare->meanwhile)
		return err_sys(err, ENOMEM, "writing the journal");
	if (!json_equal(prepare->before, prepare->meanwhile))
		result = journal_write(prepare->meanwhile, prepare->root_fd, err);
	if (!result) {
		prepare_do_parts(prepare);
		result = prepare_settle(prepare, err);
	}
	json_decref(prepare->before);
	prepare->before = json_deep_copy(prepare->after);
	return result;
}

static int plan_and_do(struct prepare *prepare, const struct args *args, struct err *err)
{
	prepare_plan_again(prepare, args);
	return find_failed(prepare) ? 0 : do_networks(prepare, err);
}

static int bring_up(struct prepare *prepare, const struct args *args,
		    struct left_network *network, struct err *err)
{
	const struct outcome *failed;
	int result;

	network->out = false;
	result = plan_and_do(prepare, args, err);
	failed = find_failed(prepare);
	if (result || !failed)
		return result;
	network->out = true;
	network->why = failed->why;
	return plan_and_do(prepare, args, err);
}

/* Those that could not be planned stay out. */
static int bring_up_all(struct prepare *prepare, const struct args *args, struct err *err)
{
	struct left_out *left = &prepare->left_out;
	int result;

	set_out(left, true);
	result = plan_and_do(prepare, args, err);
	for (size_t i = 0; !result && i < left->count && !find_failed(prepare); i++)
		if (!interrupted && !left->items[i].why.code)
			result = bring_up(prepare, args, &left->items[i], err);
	/* Where it is for none of these, the part that failed says why. */
	for (size_t i = 0; i < left->count; i++)
		if (left->items[i].out && !left->items[i].why.code)
			err_set(&left->items[i].why, ECANCELED, "it was not tried");
	return result;
}

int prepare_one_by_one(struct prepare *prepare, const struct args *args, struct err *err)
{
	struct outcomes others = prepare->outcomes;
	struct outcomes networks;
	int result;

	if (!find_failed(prepare) || interrupted)
		return 0;
	outcomes_drop_group(&others, "network");
	prepare->outcomes.count = 0;
	prepare->only_networks = true;
	json_decref(prepare->before);
	prepare->before = json_deep_copy(prepare->after);
	result = bring_up_all(prepare, args, err);
	networks = prepare->outcomes;
	prepare->outcomes = others;
	for (size_t i = 0; i < networks.count; i++)
		*outcomes_add(&prepare->outcomes, networks.items[i].part) =
			networks.items[i];
	return result;
}
