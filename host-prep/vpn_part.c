/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpn_part.c: the part that gives WireGuard interfaces their keys and peers.
 *
 * How it works: wg syncconf takes the whole configuration and leaves connections of peers
 * alone that stay as they are. The journal has the digest of what each interface got, with a
 * ~ in front until it has; one that is not there yet (the links' part makes it) has got
 * nothing. Where that is as it was, the interface itself is asked, and told again where somebody
 * has changed it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/vpn.h"
#include "host-prep/want_all.h"
#include "lib/digest.h"
#include "lib/process.h"
#include "lib/secret.h"

enum { WG_TIMEOUT_MS = 60000, WORDS_SIZE = 128 };

struct tune {
	int root_fd;
	char link[NET_NAME_SIZE];
	/* Hold keys. What it had before run; NULL: nothing that anybody could ask for. */
	char *text, *before;
	/* Of a private key that is new, and its place; "". */
	char key[VPN_KEY_SIZE], path[VPN_PATH_SIZE];
};

static void forget(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

static void release_tune(void *data)
{
	struct tune *tune = data;

	forget(tune->text);
	forget(tune->before);
	explicit_bzero(tune->key, sizeof(tune->key));
	free(tune);
}

static int wg(const char *const *argv, const char *input, struct strbuf *output,
	      struct err *err)
{
	struct process process = { .argv = argv,
				   .input = input,
				   .output = output,
				   .timeout_ms = WG_TIMEOUT_MS,
				   .package = "wireguard-tools" };

	return process_run_quiet(&process, err);
}

static int sync_peers(const char *link, const char *text, struct err *err)
{
	const char *const argv[] = { "wg", "syncconf", link, "/dev/stdin", NULL };

	return wg(argv, text, NULL, err);
}

/* What the interface has, on the heap; NULL where it cannot be asked. */
static char *read_interface(const char *link)
{
	const char *const argv[] = { "wg", "showconf", link, NULL };
	_cleanup_strbuf_ struct strbuf text;
	char *copy;

	strbuf_init(&text, 0);
	copy = wg(argv, NULL, &text, NULL) ? NULL : strdup(text.text);
	explicit_bzero(text.text, text.length);
	return copy;
}

static int run(const struct step *step, struct err *err)
{
	struct tune *tune = step->data;
	int result = 0;

	/* What was made just now has nothing to go back to. */
	if (step->action == STEP_CHANGE)
		tune->before = read_interface(tune->link);

	if (*tune->key)
		result = vpn_write_key(tune->root_fd, tune->path, tune->key, err);
	return result ? result : sync_peers(tune->link, tune->text, err);
}

/* A peer that was let in goes again. A new private key stays in its file. */
static int undo(const struct step *step, struct err *err)
{
	const struct tune *tune = step->data;

	return tune->before ? sync_peers(tune->link, tune->before, err) : 0;
}

/* Reads the private key, or makes one that run has to keep. */
static int find_key(const struct want_network *network, struct tune *tune,
		    char key[VPN_KEY_SIZE], struct err *err)
{
	char origin[ORIGIN_MAX];
	int result =
		vpn_read_key(tune->root_fd, vpn_key_path(network, tune->path), key, err);

	if (result == -ENOENT) {
		err_clear(err);
		result = vpn_make_key(key, err);
		memcpy(tune->key, key, VPN_KEY_SIZE);
	}
	return result ? err_wrap(err, "%s",
				 want_origin(network, "WireGuard", "PrivateKeyFile", 0,
					     origin))
		      : 0;
}

static int make_text(const struct want_network *network, struct tune *tune,
		     struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	char key[VPN_KEY_SIZE];
	int result;

	strbuf_init(&text, 0);
	secret_hold();
	result = find_key(network, tune, key, err);
	if (!result)
		result = vpn_text(network, key, tune->root_fd, &text, err);
	explicit_bzero(key, sizeof(key));
	if (!result && !(tune->text = strdup(text.text)))
		result = err_sys(err, ENOMEM, "planning the VPN");
	explicit_bzero(text.text, text.length);
	return result;
}

/* Why it has to be told again though it was; "" where it has all of it. */
static void find_drift(const struct want_network *network, const struct tune *tune,
		       char words[WORDS_SIZE])
{
	char *there = read_interface(tune->link);
	const char *difference = NULL;
	int index;

	if (there)
		difference = vpn_difference(tune->text, there, &index);
	if (difference)
		snprintf(words, WORDS_SIZE, "%s%s%s", difference, index < 0 ? "" : " ",
			 index < 0 ? "" : network->data->peer.items[index].name);
	forget(there);
}

/* Takes the tune over. `drift` is "" where it is for another reason. */
static void add_step(const struct want_network *network, struct tune *tune, bool change,
		     const char *drift, struct steps *steps)
{
	char after[64];
	struct step step = { .part = "vpn",
			     .action = change ? STEP_CHANGE : STEP_ADD,
			     .before = (char *)(*drift   ? drift
						: change ? "another configuration"
							 : ""),
			     .after = after,
			     .origin = (char *)network->origin,
			     .run = run,
			     .undo = undo,
			     .data = tune,
			     .release_data = release_tune };

	snprintf(after, sizeof(after), "%zu peers%s", network->data->peer.count,
		 *tune->key ? ", a new private key" : "");
	steps_addf(steps, &step, "WireGuard keys of %s", network->vpn);
}

static int plan_network(const struct part_context *context, const json_t *before,
			const struct want_all *all, const struct want_network *network,
			struct steps *steps, struct err *err)
{
	const char *had = json_string_value(json_object_get(before, network->vpn));
	bool there = net_find_link(&all->have, network->vpn);
	struct tune *tune = calloc(1, sizeof(*tune));
	char digest[DIGEST_TEXT_SIZE], drift[WORDS_SIZE] = "";
	bool changes;
	int result;

	if (!tune)
		return err_sys(err, ENOMEM, "planning the VPN");
	tune->root_fd = context->root_fd;
	snprintf(tune->link, sizeof(tune->link), "%s", network->vpn);
	result = make_text(network, tune, err);
	if (result) {
		release_tune(tune);
		return result;
	}
	digest_write(digest_add(DIGEST_INIT, tune->text, strlen(tune->text)), digest);
	changes = !there || !had || strcmp(had, digest) != 0;
	if (!changes)
		find_drift(network, tune, drift);
	changes |= *drift != '\0';
	json_object_set_new(context->journal, network->vpn,
			    json_sprintf("%s%s", changes ? "~" : "", digest));
	if (changes)
		add_step(network, tune, there && had, drift, steps);
	else
		release_tune(tune);
	return 0;
}

static int plan_up(const struct part_context *context, struct steps *steps,
		   struct err *err)
{
	const struct want_all *all = NULL;
	json_t *before = json_deep_copy(context->journal);
	int result = want_all_get(&all, context, err);

	json_object_clear(context->journal);
	for (size_t i = 0; !result && i < all->want.count; i++)
		if (*all->want.items[i].vpn)
			result = plan_network(context, before, all, &all->want.items[i],
					      steps, err);
	json_decref(before);
	return result;
}

/* The interface goes with the links, and its keys and peers with it. */
static int plan_down(const struct part_context *context, struct steps *steps,
		     struct err *err)
{
	(void)steps;
	(void)err;
	json_object_clear(context->journal);
	return 0;
}

static void settle(json_t *section)
{
	void *next;
	const char *link;
	json_t *value;

	json_object_foreach_safe(section, next, link, value)
	{
		const char *digest = json_string_value(value);

		if (digest && *digest == '~')
			json_object_set_new(section, link, json_string(digest + 1));
	}
}

/* With the keys, which root can ask the kernel for as well: the file is root's, in memory. */
static int save_interfaces(const struct part_context *context, json_t **saved,
			   struct err *err)
{
	const char *link;
	json_t *value;

	*saved = json_object();
	json_object_foreach(context->journal, link, value) {
		char *text = read_interface(link);

		/* An interface that somebody has taken away has nothing to keep. */
		if (text)
			json_object_set_new(*saved, link, json_string(text));
		forget(text);
	}
	return *saved ? 0 : err_sys(err, ENOMEM, "saving the VPN");
}

static int restore_interfaces(const struct part_context *context, const json_t *saved,
			      struct err *err)
{
	const char *link;
	json_t *value;
	int first = 0;

	(void)context;
	json_object_foreach((json_t *)saved, link, value) {
		int result =
			sync_peers(link, json_string_value(value), first ? NULL : err);

		first = first ? first : result;
	}
	return first;
}

static const char *const needs[] = { "links", NULL };

const struct part vpn_part = {
	.name = "vpn",
	.group = "network",
	.help = "WireGuard's keys and peers",
	.needs = needs,
	.plan = plan_up,
	.down = plan_down,
	.settle = settle,
	.save = save_interfaces,
	.restore = restore_interfaces,
};
