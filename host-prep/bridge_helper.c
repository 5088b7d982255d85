/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge_helper.c: the part that lets users' guests into bridges by qemu-bridge-helper.
 *
 * How it works: the helper takes the bridges that users may plug into from a list,
 * /etc/qemu/bridge.conf, with lines "allow NAME", "deny NAME", "include FILE"; deny goes
 * before allow (QEMU's qemu-bridge-helper.c; there is no manual page). Ours stand in a block
 * between two comments, the other lines stay as they are. The helper itself needs
 * cap_net_admin as a file capability or to be set-user-ID root; that is looked at, and told.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <linux/capability.h>

#include "host-prep/left_out.h"
#include "host-prep/own_file.h"
#include "host-prep/want.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/networks.h"

#define LIST_PATH "etc/qemu/bridge.conf"
#define BEGIN     "# begin: bedplate host-prep\n"
#define END       "# end: bedplate host-prep\n"

static const char *const helpers[] = {
	"usr/lib/qemu/qemu-bridge-helper",      "usr/libexec/qemu-bridge-helper",
	"usr/lib64/qemu/qemu-bridge-helper",    "usr/libexec/qemu/qemu-bridge-helper",
	"usr/local/libexec/qemu-bridge-helper",
};

/* ---- the helper ---- */

static bool has_capability(int fd)
{
	struct vfs_ns_cap_data data = { .magic_etc = 0 };
	ssize_t length = fgetxattr(fd, "security.capability", &data, sizeof(data));

	/* Effective at once: the helper raises nothing by itself unless it is set-user-ID. */
	return length >= (ssize_t)(2 * sizeof(uint32_t)) &&
	       (le32toh(data.magic_etc) & VFS_CAP_FLAGS_EFFECTIVE) &&
	       (le32toh(data.data[0].permitted) & 1u << CAP_NET_ADMIN);
}

static void check_helper(const struct part_context *context)
{
	for (size_t i = 0; i < ARRAY_SIZE(helpers); i++) {
		_cleanup_close_ int fd =
			file_open(context->root_fd, helpers[i], O_RDONLY, NULL);
		struct stat status;

		if (fd < 0 || fstat(fd, &status) < 0)
			continue;
		if ((!status.st_uid && (status.st_mode & S_ISUID)) || has_capability(fd))
			return;
		part_note(context,
			  "/%s may not plug into bridges for users: `setcap "
			  "cap_net_admin+ep /%s` lets it, for all who may run it",
			  helpers[i], helpers[i]);
		return;
	}
	part_note(context, "there is no qemu-bridge-helper: it comes with QEMU");
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

/* Whether a line of the others' keeps users out of the bridge. */
static bool is_denied(const char *others, const char *bridge)
{
	char word[16], name[64];

	for (const char *line = others; *line; line += strcspn(line, "\n")) {
		line += strspn(line, "\n");
		if (sscanf(line, "%15s %63s", word, name) == 2 && !strcmp(word, "deny") &&
		    (!strcmp(name, "all") || !strcmp(name, bridge)))
			return true;
	}
	return false;
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
		if (is_denied(others, bridge))
			part_note(context,
				  "/" LIST_PATH " denies %s, and that goes before "
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
	_cleanup_free_ char *had = own_file_read(context->root_fd, LIST_PATH);
	bool made = json_is_true(json_object_get(context->journal, "made"));
	struct own_file list = { .part = "bridge-helper", .path = LIST_PATH };
	_cleanup_strbuf_ struct strbuf others, text;
	char origin[ORIGIN_MAX] = "";
	size_t count;

	strbuf_init(&others, 0);
	strbuf_init(&text, 0);
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
		return err_sys(err, ENOMEM, "planning /" LIST_PATH);
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
