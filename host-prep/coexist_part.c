/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coexist_part.c: the part that gets along with others' firewalls: it names chains that refuse
 * guests' packets, and puts rules into them where a network asks for it.
 *
 * How it works: the journal has the lines that were inserted, and "going" until those that go
 * are gone. They are there as long as there are as many rules with our comment; who reloads
 * his own firewall throws them away.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/coexist_bridge.h"
#include "host-prep/nat_others.h"
#include "host-prep/netfilter.h"
#include "host-prep/want_all.h"
#include "lib/process.h"

enum { NFT_TIMEOUT_MS = 60000 };

static int look(struct nat_others *others, struct err *err)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	int result = nft_open(&nl, err);

	if (!result)
		result = nat_others_read(others, &nl, err);
	return result == -ENOENT ? 0 : result;
}

static struct nat_others *look_anew(struct err *err)
{
	struct nat_others *others = calloc(1, sizeof(*others));

	if (!others) {
		err_sys(err, ENOMEM, "looking at others' firewalls");
		return NULL;
	}
	if (!look(others, err))
		return others;
	free(others);
	return NULL;
}

/* Takes out what there is of ours by now, and inserts the lines, in one transaction. */
static int set_lines(const char *lines, struct err *err)
{
	static const char *const argv[] = { "nft", "-f", "-", NULL };
	struct nat_others *others = look_anew(err);
	_cleanup_strbuf_ struct strbuf text, output;
	struct process process = { .argv = argv,
				   .output = &output,
				   .errors = &output,
				   .timeout_ms = NFT_TIMEOUT_MS };

	strbuf_init(&text, 0);
	strbuf_init(&output, 64 << 10);
	if (!others)
		return err ? err->code : -EIO;
	nat_others_delete(others, &text);
	free(others);
	strbuf_adds(&text, lines);
	process.input = text.text;
	return text.length ? process_run(&process, err) : 0;
}

/* ---- steps ---- */

struct lines {
	char *text, *before;
};

static void release_lines(void *data)
{
	struct lines *lines = data;

	free(lines->text);
	free(lines->before);
	free(lines);
}

static int run(const struct step *step, struct err *err)
{
	return set_lines(((const struct lines *)step->data)->text, err);
}

/* Of chains that are gone since, too: then without. */
static int undo(const struct step *step, struct err *err)
{
	const struct lines *lines = step->data;

	return set_lines(lines->before, NULL) ? set_lines("", err) : 0;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static int add_step(const char *text, const char *before, size_t there,
		    struct steps *steps, struct err *err)
{
	struct lines *lines = calloc(1, sizeof(*lines));
	char now[32] = "", then[32] = "";
	struct step step = { .part = "coexist",
			     .action = !*text  ? STEP_REMOVE
				       : there ? STEP_CHANGE
					       : STEP_ADD,
			     .what = (char *)"rules in others' firewalls",
			     .before = now,
			     .after = then,
			     .run = run,
			     .undo = undo,
			     .data = lines,
			     .release_data = release_lines };

	if (lines) {
		lines->text = strdup(text);
		lines->before = strdup(before);
	}
	if (!lines || !lines->text || !lines->before) {
		if (lines)
			release_lines(lines);
		return err_sys(err, ENOMEM, "planning the firewall");
	}
	if (there)
		snprintf(now, sizeof(now), "%zu rules", there);
	if (*text)
		snprintf(then, sizeof(then), "%zu rules", count_lines(text));
	steps_add(steps, &step);
	return 0;
}

/* ---- telling ---- */

/* Networks that need what the chain refuses. */
static bool is_refused(const struct want_network *network, const struct nat_chain *chain)
{
	enum network_network_mode mode = network->data->network.mode;

	if (network->data->firewall.coexist || !*network->bridge ||
	    mode == network_network_mode_isolated)
		return false;
	return chain->forward ? mode == network_network_mode_nat
			      : mode == network_network_mode_nat ||
					mode == network_network_mode_host_only;
}

static void tell_chains(const struct part_context *context, const struct want *want,
			const struct nat_others *others)
{
	char text[NAT_CHAIN_TEXT];

	for (size_t i = 0; i < others->chain_count; i++)
		for (size_t j = 0; j < want->count; j++)
			if (is_refused(&want->items[j], &others->chains[i]))
				part_note(context,
					  "%s: the chain %s refuses what it does not "
					  "know, %s; Coexist=yes in [Firewall] puts %s",
					  want->items[j].origin,
					  nat_chain_text(&others->chains[i], text),
					  others->chains[i].forward
						  ? "and guests' packets to the outside"
						  : "and what guests ask of the host",
					  nat_chain_is_firewalld(&others->chains[i])
						  ? "the network into a zone of its own"
						  : "rules into it");
}

/* Others may have their reasons: theirs stay where they are. */
static void tell_before(const struct part_context *context,
			const struct nat_others *others)
{
	char text[NAT_CHAIN_TEXT];

	for (size_t i = 0; i < others->before_count; i++) {
		const struct nat_before *before = &others->before[i];

		part_note(
			context,
			"%zu rule%s of others stand%s before bedplate's in the chain %s "
			"and decide%s first",
			before->count, before->count == 1 ? "" : "s",
			before->count == 1 ? "s" : "", nat_before_text(before, text),
			before->count == 1 ? "s" : "");
	}
}

/* What nft neither sees nor changes. Who only asks for iptables-legacy's rules makes a table without
 * any (Docker does), of which there is nothing to tell. */
static void tell_legacy(const struct part_context *context)
{
	_cleanup_netfilter_ struct netfilter legacy = NETFILTER_INIT;

	if (netfilter_read_legacy(&legacy, context->root_fd, NULL))
		return;
	for (size_t i = 0; i < legacy.count; i++)
		if (legacy.items[i].forwards && legacy.items[i].drops)
			part_note(context,
				  "iptables-legacy's FORWARD refuses what it does "
				  "not know, and guests' packets to the outside; "
				  "nft neither sees nor changes that: `bedplate "
				  "host-prep check` says what lets them through");
		else if (legacy.items[i].forwards && legacy.items[i].has_rules)
			part_note(context,
				  "iptables-legacy has rules of its own, which "
				  "nft does not see; if guests get nowhere, look "
				  "at iptables-legacy -S FORWARD");
}

/* ---- planning ---- */

static int plan_lines(const struct part_context *context, const struct want *want,
		      struct steps *steps, struct err *err)
{
	const char *before =
		json_string_value(json_object_get(context->journal, "lines"));
	struct nat_others *others = look_anew(err);
	_cleanup_strbuf_ struct strbuf text;
	int result = 0;

	strbuf_init(&text, 0);
	if (!others)
		return err ? err->code : -EIO;
	nat_others_insert(others, want, &text);
	tell_chains(context, want, others);
	if (want->count)
		coexist_tell_bridges(context, want, others);
	if (strcmp(text.text, before ? before : "") != 0 ||
	    others->own_count != count_lines(text.text))
		result = add_step(text.text, before ? before : "", others->own_count,
				  steps, err);
	else
		tell_before(context, others);
	json_object_clear(context->journal);
	if (text.length)
		json_object_set_new(context->journal, "lines", json_string(text.text));
	else if (others->own_count)
		json_object_set_new(context->journal, "going", json_true());
	free(others);
	return result;
}

static void settle(json_t *section)
{
	json_object_del(section, "going");
}

static int plan_up(const struct part_context *context, struct steps *steps,
		   struct err *err)
{
	const struct want_all *all = NULL;
	int result = want_all_get(&all, context, err);

	if (result || (!all->networks.count && !json_object_size(context->journal)))
		return result;
	tell_legacy(context);
	return plan_lines(context, &all->want, steps, err);
}

static int plan_down(const struct part_context *context, struct steps *steps,
		     struct err *err)
{
	const struct want none = WANT_INIT;

	if (!json_object_size(context->journal))
		return 0;
	return plan_lines(context, &none, steps, err);
}

/* ---- for up --confirm ---- */

static int save(const struct part_context *context, json_t **saved, struct err *err)
{
	const char *lines = json_string_value(json_object_get(context->journal, "lines"));

	*saved = json_string(lines ? lines : "");
	return *saved ? 0 : err_sys(err, ENOMEM, "saving the firewall");
}

static int restore(const struct part_context *context, const json_t *saved,
		   struct err *err)
{
	(void)context;
	return json_is_string(saved) ? set_lines(json_string_value(saved), err) : 0;
}

static const char *const needs[] = { "nat", NULL };

const struct part coexist_part = {
	.name = "coexist",
	.group = "network",
	.help = "rules in the firewalls of others",
	.needs = needs,
	.plan = plan_up,
	.down = plan_down,
	.settle = settle,
	.save = save,
	.restore = restore,
};
