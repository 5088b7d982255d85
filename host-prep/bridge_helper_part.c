/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge_helper_part.c: the part that lets users' guests into bridges by qemu-bridge-helper.
 *
 * How it works: ours stand in the helper's list in a block between two comments, the other lines
 * stay as they are. Whether the helper itself may plug is looked at, and told.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/bridge_helper.h"
#include "host-prep/left_out.h"
#include "host-prep/own_file.h"
#include "host-prep/want.h"
#include "lib/cleanup.h"
#include "lib/networks.h"

#define BEGIN "# begin: bedplate host-prep\n"
#define END   "# end: bedplate host-prep\n"

static void check_helper(const struct part_context *context)
{
	bool may_plug;
	const char *path = bridge_helper_find(context->root_fd, &may_plug);

	if (!path)
		part_note(context, "there is no qemu-bridge-helper: it comes with QEMU");
	else if (!may_plug)
		part_note(context,
			  "/%s may not plug into bridges for users: `setcap "
			  "cap_net_admin+ep /%s` lets it, for all who may run it",
			  path, path);
}

/* ---- the list ---- */

/* Adds the list without our block. */
static void add_others(const char *text, struct strbuf *out)
{
	const char *begin = strstr(text, BEGIN);
	const char *end = begin ? strstr(begin, END) : NULL;

	if (!end) {
		strbuf_adds(out, text);
		return;
	}
	strbuf_add(out, text, (size_t)(begin - text));
	strbuf_adds(out, end + strlen(END));
}

/* Adds the list: the others' lines and our block. Returns how many bridges are in it; `origin` is that of the first. */
static size_t add_list(const struct part_context *context,
		       const struct networks *networks, const char *others,
		       struct strbuf *out, char origin[ORIGIN_MAX])
{
	size_t count = 0, length = strlen(others);

	strbuf_adds(out, others);
	for (size_t i = 0; i < networks->count; i++) {
		const struct network *network = &networks->items[i];
		char bridge[NET_NAME_SIZE];

		network_bridge_name(network, bridge);
		if (!network->data->bridge.helper || !*bridge || network->left_out)
			continue;
		if (!count++) {
			if (length && others[length - 1] != '\n')
				strbuf_addc(out, '\n');
			strbuf_adds(out, BEGIN);
			origin_text(network->conf, "Bridge", "Helper", 0, origin,
				    ORIGIN_MAX);
		}
		strbuf_addf(out, "allow %s\n", bridge);
		if (bridge_helper_says(others, "deny", bridge))
			part_note(context,
				  "/" BRIDGE_HELPER_LIST
				  " denies %s, and that goes before "
				  "what is allowed",
				  bridge);
	}
	if (count)
		strbuf_adds(out, END);
	return count;
}

static int plan_list(const struct part_context *context, const struct networks *networks,
		     struct steps *steps, struct err *err)
{
	_cleanup_free_ char *had = NULL;
	int result = own_file_read(context->root_fd, BRIDGE_HELPER_LIST, &had, err);
	bool made = json_is_true(json_object_get(context->journal, "made"));
	struct own_file list = { .part = "bridge-helper", .path = BRIDGE_HELPER_LIST };
	_cleanup_strbuf_ struct strbuf others, text;
	char origin[ORIGIN_MAX] = "";
	size_t count;

	strbuf_init(&others, 0);
	strbuf_init(&text, 0);
	if (result)
		return result;
	add_others(had ? had : "", &others);
	count = add_list(context, networks, others.text, &text, origin);
	if (count)
		check_helper(context);
	json_object_clear(context->journal);
	if (count)
		json_object_set_new(context->journal, "made", json_boolean(made || !had));
	/* An empty file that was there before we came stays. */
	list.text = count || text.length || (had && !made) ? text.text : NULL;
	list.origin = origin;
	if (text.overflow || others.overflow)
		return err_sys(err, ENOMEM, "planning /" BRIDGE_HELPER_LIST);
	return own_file_plan(context, &list, steps, err);
}

static int plan_up(const struct part_context *context, struct steps *steps,
		   struct err *err)
{
	_cleanup_networks_ struct networks networks = NETWORKS_INIT;
	int result = networks_read(&networks, context->root_fd, err);

	left_out_apply(context->left_out, &networks);
	return result ? result : plan_list(context, &networks, steps, err);
}

static int plan_down(const struct part_context *context, struct steps *steps,
		     struct err *err)
{
	const struct networks none = NETWORKS_INIT;

	return plan_list(context, &none, steps, err);
}

static const char *const needs[] = { "links", NULL };

const struct part bridge_helper_part = {
	.name = "bridge-helper",
	.group = "network",
	.help = "the bridges that users may plug their guests into",
	.needs = needs,
	.plan = plan_up,
	.down = plan_down,
	.drops_entries = true,
};
