/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_part.c: the part that loads the networks' firewall.
 *
 * How it works: the text is made anew each time. What is loaded carries the digest of the
 * text that it came from, and has as many rules: then there is nothing to do, and no process
 * is started to find that out. Otherwise one nft loads the text in one transaction.
 */
#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/nat_table.h"
#include "host-prep/want_all.h"
#include "lib/process.h"

enum { NFT_TIMEOUT_MS = 60000 };

struct load {
	char *text;
	char *before; /* the tables as they were; NULL before run */
	struct nat_tables present;
};

static void release_load(void *data)
{
	struct load *load = data;

	free(load->text);
	free(load->before);
	free(load);
}

/* nft's first complaint rather than its last line, which shows only where it is. */
static int explain(const char *errors, struct err *err)
{
	const char *error = strstr(errors, "Error: ");

	if (error)
		return err_set(err, EINVAL, "nft: %.*s", (int)strcspn(error, "\n"),
			       error);
	return err ? err->code : -EIO;
}

static int nft(const char *const *argv, const char *input, struct strbuf *output,
	       struct err *err)
{
	_cleanup_strbuf_ struct strbuf errors;
	struct process process = { .argv = argv,
				   .input = input,
				   .output = output,
				   .errors = &errors,
				   .timeout_ms = NFT_TIMEOUT_MS,
				   .package = "nftables" };
	int result;

	strbuf_init(&errors, 64 << 10);
	result = process_run_quiet(&process, err);
	return result ? explain(errors.text, err) : 0;
}

static int load_text(const char *text, struct err *err)
{
	static const char *const argv[] = { "nft", "-f", "-", NULL };

	return nft(argv, text, NULL, err);
}

static int list_table(const char *family, struct strbuf *out, struct err *err)
{
	const char *const argv[] = { "nft", "list", "table", family, "bedplate", NULL };

	strbuf_addf(out, "table %s bedplate\ndelete table %s bedplate\n", family, family);
	return nft(argv, NULL, out, err);
}

/* The tables that there are, as a text that makes them again. */
static int list_tables(struct nat_tables present, struct strbuf *out, struct err *err)
{
	int result = 0;

	if (present.inet)
		result = list_table("inet", out, err);
	if (!result && present.bridge)
		result = list_table("bridge", out, err);
	return result;
}

/* What undo goes back to. Nothing is listed where there was nothing. */
static int save(struct load *load, struct err *err)
{
	_cleanup_strbuf_ struct strbuf before;
	int result;

	strbuf_init(&before, 0);
	result = list_tables(load->present, &before, err);
	load->before = result ? NULL : strbuf_steal(&before);
	return result || load->before ? result
				      : err_sys(err, ENOMEM, "saving the firewall");
}

static int run(const struct step *step, struct err *err)
{
	struct load *load = step->data;
	int result = save(load, err);

	return result ? result : load_text(load->text, err);
}

/* Takes away the tables that there are now, and loads those of before. */
static int replace(struct nat_tables now, const char *before, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	for (int i = 0; i < 2; i++)
		if (i ? now.bridge : now.inet)
			strbuf_addf(&text,
				    "table %s bedplate\ndelete table %s bedplate\n",
				    i ? "bridge" : "inet", i ? "bridge" : "inet");
	strbuf_adds(&text, before);
	return text.length ? load_text(text.text, err) : 0;
}

static int undo(const struct step *step, struct err *err)
{
	const struct load *load = step->data;
	const struct nat_tables made = {
		.inet = strstr(load->text, "table inet bedplate {"),
		.bridge = strstr(load->text, "table bridge bedplate {"),
	};

	return replace(made, load->before, err);
}

/* ---- planning ---- */

struct look {
	struct nat_loaded inet, bridge;
};

static int look_at(struct look *look, struct err *err)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	int result = netlink_open(&nl, NETLINK_NETFILTER, err);

	*look = (struct look){ .inet = { .present = false } };
	if (result == -EPROTONOSUPPORT) {
		err_clear(err);
		return 0;
	}
	if (!result)
		result = nat_table_look(&look->inet, &nl, NFPROTO_INET, err);
	return result ? result : nat_table_look(&look->bridge, &nl, NFPROTO_BRIDGE, err);
}

/* Why the table is not as it should be; NULL where it is. */
static const char *difference(const struct nat_loaded *loaded, bool needed,
			      const char *digest, const char *text, const char *family)
{
	if (!needed || !loaded->present)
		return needed == loaded->present ? NULL : "";
	if (strcmp(loaded->digest, digest) != 0)
		return "rules of another configuration";
	if (loaded->rules != nat_table_rules(text, family))
		return "rules that somebody else changed";
	return NULL;
}

static int add_step(struct steps *steps, const char *text, struct nat_tables present,
		    struct nat_tables needs, const char *before, struct err *err)
{
	struct load *load = calloc(1, sizeof(*load));
	char after[48] = "";
	struct step step = { .part = "nat",
			     .action = STEP_CHANGE,
			     .what = (char *)"firewall table inet bedplate",
			     .before = (char *)before,
			     .after = after,
			     .run = run,
			     .undo = undo,
			     .data = load,
			     .release_data = release_load };

	if (!load)
		return err_sys(err, ENOMEM, "planning the firewall");
	load->text = strdup(text);
	load->present = present;
	if (!load->text) {
		release_load(load);
		return err_sys(err, ENOMEM, "planning the firewall");
	}
	if (needs.bridge || (!needs.inet && present.bridge))
		step.what = (char *)"firewall tables inet bedplate, bridge bedplate";
	if (needs.inet || needs.bridge)
		snprintf(after, sizeof(after), "%u rules",
			 nat_table_rules(text, "inet") + nat_table_rules(text, "bridge"));
	if (!needs.inet && !needs.bridge)
		step.action = STEP_REMOVE;
	else if (!present.inet && !present.bridge)
		step.action = STEP_ADD;
	steps_add(steps, &step);
	return 0;
}

static int plan_want(const struct part_context *context, const struct want *want,
		     const struct net *net, struct steps *steps, struct err *err)
{
	struct nat_tables needs = nat_needs(want), present;
	const char *inet, *bridge;
	_cleanup_strbuf_ struct strbuf text;
	char digest[DIGEST_TEXT_SIZE];
	struct look look;
	int result;

	strbuf_init(&text, 0);
	result = look_at(&look, err);
	if (result)
		return result;
	present = (struct nat_tables){ look.inet.present, look.bridge.present };
	nat_digest(want, net, digest);
	nat_text(want, net, present, &text);
	json_object_clear(context->journal);
	if (needs.inet || needs.bridge)
		json_object_set_new(context->journal, "digest", json_string(digest));
	inet = difference(&look.inet, needs.inet, digest, text.text, "inet");
	bridge = difference(&look.bridge, needs.bridge, digest, text.text, "bridge");
	if (!inet && !bridge)
		return 0;
	return add_step(steps, text.text, present, needs, inet && *inet ? inet : bridge,
			err);
}

static int plan_up(const struct part_context *context, struct steps *steps,
		   struct err *err)
{
	const struct want_all *all = NULL;
	int result = want_all_get(&all, context, err);

	if (result || (!all->networks.count && !json_object_size(context->journal)))
		return result;
	return plan_want(context, &all->want, &all->wanted, steps, err);
}

static int plan_down(const struct part_context *context, struct steps *steps,
		     struct err *err)
{
	const struct want none = WANT_INIT;
	const struct net nothing = NET_INIT;

	if (!json_object_size(context->journal))
		return 0;
	return plan_want(context, &none, &nothing, steps, err);
}

static int save_tables(const struct part_context *context, json_t **saved,
		       struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	struct look look;
	int result = look_at(&look, err);

	(void)context;
	strbuf_init(&text, 0);
	if (!result)
		result = list_tables(
			(struct nat_tables){ look.inet.present, look.bridge.present },
			&text, err);
	if (!result)
		*saved = json_string(text.text);
	return result;
}

static int restore_tables(const struct part_context *context, const json_t *saved,
			  struct err *err)
{
	struct look look;
	int result = look_at(&look, err);

	(void)context;
	if (result || !json_is_string(saved))
		return result;
	return replace((struct nat_tables){ look.inet.present, look.bridge.present },
		       json_string_value(saved), err);
}

static const char *const needs[] = { "names", NULL };

const struct part nat_part = {
	.name = "nat",
	.group = "network",
	.help = "the networks' firewall, NAT and port forwards",
	.needs = needs,
	.plan = plan_up,
	.down = plan_down,
	.save = save_tables,
	.restore = restore_tables,
};
