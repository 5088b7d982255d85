/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat_part.c: the part that loads the networks' firewall.
 *
 * How it works: the text is made anew each time. What is loaded carries the digest of the
 * text that it came from, and is in the state (nat_table.h) that the journal noted when
 * it was loaded: then there is nothing to do, and no process is started to find that out.
 * Otherwise one nft loads the text in one transaction.
 *
 *	{ "digest": "...", "loaded": { "inet": "...", "bridge": "..." },
 *	  "unsettled": { "intact": true } }	until the steps are done: whether the tables
 *						before were as noted
 */
#include <errno.h>
#include <linux/netfilter.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/nat_table.h"
#include "host-prep/nft_read.h"
#include "host-prep/want_all.h"
#include "lib/cleanup.h"
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

	return nft(argv, NULL, out, err);
}

/* The tables that there are, as a text that makes them. */
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
	nat_add_delete(now, &text);
	strbuf_adds(&text, before);
	return text.length ? load_text(text.text, err) : 0;
}

static int undo(const struct step *step, struct err *err)
{
	const struct load *load = step->data;
	const struct nat_tables tables = {
		.inet = load->present.inet || strstr(load->text, "table inet bedplate {"),
		.bridge = load->present.bridge ||
			  strstr(load->text, "table bridge bedplate {"),
	};

	return replace(tables, load->before, err);
}

/* ---- what is loaded ---- */

struct look {
	struct nat_loaded inet, bridge;
};

static int look_at(struct look *look, struct err *err)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	int result = nft_open(&nl, err);

	*look = (struct look){ .inet = { .present = false } };
	if (!result)
		result = nat_table_look(&look->inet, &nl, NFPROTO_INET, err);
	if (!result)
		result = nat_table_look(&look->bridge, &nl, NFPROTO_BRIDGE, err);
	return result == -ENOENT ? 0 : result;
}

/* ---- what is noted of it ---- */

static const struct {
	const char *word;
	size_t offset;
} families[] = { { "inet", offsetof(struct look, inet) },
		 { "bridge", offsetof(struct look, bridge) } };

static const struct nat_loaded *loaded_of(const struct look *look, size_t family)
{
	return (const void *)((const char *)look + families[family].offset);
}

static bool is_as_noted(const struct nat_loaded *loaded, const json_t *section,
			const char *family)
{
	const char *noted = json_string_value(
		json_object_get(json_object_get(section, "loaded"), family));

	return strcmp(noted ? noted : "", loaded->state) == 0;
}

static bool are_as_noted(const struct look *look, const json_t *section)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (!is_as_noted(loaded_of(look, i), section, families[i].word))
			return false;
	return true;
}

/* What cannot be looked at is not noted, and so loaded anew the next time. */
static void note_loaded(json_t *section)
{
	json_t *loaded = json_object();
	struct look look;

	json_object_del(section, "loaded");
	if (look_at(&look, NULL)) {
		json_decref(loaded);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (loaded_of(&look, i)->present)
			json_object_set_new(loaded, families[i].word,
					    json_string(loaded_of(&look, i)->state));
	json_object_set_new(section, "loaded", loaded);
}

static void settle(json_t *section)
{
	json_object_del(section, "unsettled");
	if (json_object_get(section, "digest") && !json_object_get(section, "loaded"))
		note_loaded(section);
}

/* The same tables are in another state by that. One that somebody had changed stays changed. */
static void made_anew(json_t *section, const json_t *hint)
{
	const json_t *unsettled = json_object_get(hint, "unsettled");

	if (json_object_get(section, "digest") &&
	    json_is_true(json_object_get(unsettled ? unsettled : hint, "intact")))
		note_loaded(section);
}

/* Why the table is not as it should be; NULL where it is. */
static const char *difference(const struct nat_loaded *loaded, bool needed,
			      const char *digest, const json_t *section,
			      const char *family)
{
	if (!needed || !loaded->present)
		return needed == loaded->present ? NULL : "";
	if (strcmp(loaded->digest, digest) != 0)
		return "rules of another configuration";
	if (!json_object_get(section, "loaded"))
		return "rules of which nothing is noted";
	if (!is_as_noted(loaded, section, family))
		return "rules that somebody else changed";
	return NULL;
}

/* ---- planning ---- */

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

/* To what holds once the steps are done; `digest` is NULL where there are to be no tables. */
static void change_journal(json_t *section, const char *digest, bool changes, bool intact)
{
	if (changes || !digest)
		json_object_clear(section);
	if (digest)
		json_object_set_new(section, "digest", json_string(digest));
	if (changes)
		json_object_set_new(section, "unsettled",
				    json_pack("{s:b}", "intact", intact));
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
	inet = difference(&look.inet, needs.inet, digest, context->journal, "inet");
	bridge = difference(&look.bridge, needs.bridge, digest, context->journal,
			    "bridge");
	change_journal(context->journal, needs.inet || needs.bridge ? digest : NULL,
		       inet || bridge, are_as_noted(&look, context->journal));
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

	strbuf_init(&text, 0);
	if (!result)
		result = list_tables(
			(struct nat_tables){ look.inet.present, look.bridge.present },
			&text, err);
	if (!result)
		*saved = json_pack("{s:s, s:b}", "text", text.text, "intact",
				   are_as_noted(&look, context->journal));
	return result;
}

static int restore_tables(const struct part_context *context, const json_t *saved,
			  struct err *err)
{
	const char *text = json_string_value(json_object_get(saved, "text"));
	struct look look;
	int result = look_at(&look, err);

	(void)context;
	if (result || !text)
		return result;
	return replace((struct nat_tables){ look.inet.present, look.bridge.present },
		       text, err);
}

static const char *const needs[] = { "names", NULL };

const struct part nat_part = {
	.name = "nat",
	.group = "network",
	.help = "the networks' firewall, NAT and port forwards",
	.needs = needs,
	.plan = plan_up,
	.down = plan_down,
	.settle = settle,
	.save = save_tables,
	.restore = restore_tables,
	.made_anew = made_anew,
};
