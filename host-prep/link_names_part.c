/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link_names_part.c: the part that names the host's interfaces.
 *
 * How it works: the journal has the .link files that were made (own_file.h), and in
 * "renamed" each name that was given, with the one before. udev has to have its file first:
 * it looks at what was renamed.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "host-prep/link_names.h"
#include "host-prep/own_file.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/origin.h"

enum { PATH_SIZE = 96 };

struct rename {
	char from[NET_NAME_SIZE], to[NET_NAME_SIZE];
	bool lenient; /* back to what it was: no reason to fail */
};

/* ---- doing ---- */

static int rename_link(const char *from, const char *to, struct err *err)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_flags = 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", from);
	snprintf(request.ifr_newname, sizeof(request.ifr_newname), "%s", to);
	if (fd >= 0 && ioctl(fd, SIOCSIFNAME, &request) == 0)
		return 0;
	if (errno == EBUSY) {
		err_sys(err, EBUSY, "renaming %s to %s", from, to);
		return err_hint(err,
				"before Linux 6.2 only an interface that is down can "
				"be renamed");
	}
	return err_sys(err, errno, "renaming %s to %s", from, to);
}

static int run(const struct step *step, struct err *err)
{
	const struct rename *data = step->data;
	struct err own = ERR_INIT;

	if (!data->lenient)
		return rename_link(data->from, data->to, err);
	if (rename_link(data->from, data->to, &own))
		log_err(&own);
	return 0;
}

static int undo(const struct step *step, struct err *err)
{
	const struct rename *data = step->data;

	return rename_link(data->to, data->from, err);
}

static int add_rename(struct steps *steps, const char *from, const char *to, bool lenient,
		      const char *origin, struct err *err)
{
	struct rename *data = calloc(1, sizeof(*data));
	const struct step step = { .part = "names",
				   .action = STEP_CHANGE,
				   .before = (char *)from,
				   .after = (char *)to,
				   .origin = (char *)origin,
				   .run = run,
				   .undo = undo,
				   .data = data };

	if (!data)
		return err_sys(err, ENOMEM, "planning names");
	snprintf(data->from, sizeof(data->from), "%s", from);
	snprintf(data->to, sizeof(data->to), "%s", to);
	data->lenient = lenient;
	steps_addf(steps, &step, "link %s: name", from);
	return 0;
}

/* ---- planning ---- */

struct plan {
	struct netlink nl;
	struct net have;
	struct networks networks;
	struct own_file *files; /* with texts and paths of their own */
	size_t count;
	json_t *renamed, *before; /* what was given, now and before */
};

static void release_plan(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		free((char *)plan->files[i].path);
		free((char *)plan->files[i].text);
		free((char *)plan->files[i].origin);
	}
	free(plan->files);
	json_decref(plan->renamed);
	json_decref(plan->before);
	networks_release(&plan->networks);
	net_release(&plan->have);
	netlink_release(&plan->nl);
}

static int add_file(struct plan *plan, const struct network_link *row,
		    const struct net_link *link, const char *origin, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text, path;
	struct own_file *files =
		reallocarray(plan->files, plan->count + 1, sizeof(*files));

	if (!files)
		return err_sys(err, ENOMEM, "planning names");
	strbuf_init(&text, 0);
	strbuf_init(&path, 0);
	link_names_text(row->name, &row->permanent_mac_address, link, origin, &text);
	strbuf_addf(&path, "run/systemd/network/70-bedplate-%s.link", row->name);
	plan->files = files;
	files[plan->count++] = (struct own_file){ .part = "names",
						  .path = strbuf_steal(&path),
						  .text = strbuf_steal(&text),
						  .origin = strdup(origin),
						  .changed = own_file_reload_udev };
	files += plan->count - 1;
	return files->path && files->text && files->origin
		       ? 0
		       : err_sys(err, ENOMEM, "planning names");
}

/* A port is known to the journal by its name. */
static int check_use(const struct part_context *context, const char *name,
		     const char *origin, struct err *err)
{
	const json_t *links = json_object_get(
		json_object_get(json_object_get(context->before, "links"), "took"),
		"links");
	size_t index;
	json_t *link;

	json_array_foreach((json_t *)links, index, link) {
		const char *taken = json_string_value(json_object_get(link, "name"));

		if (!taken || strcmp(taken, name) != 0)
			continue;
		err_set(err, EBUSY, "%s: %s is a port of a bridge by this name", origin,
			name);
		return err_hint(err, "`bedplate host-prep down network` before that");
	}
	return 0;
}

static int add_row(const struct part_context *context, const struct network *network,
		   size_t index, struct plan *plan, struct steps *renames,
		   struct err *err)
{
	const struct network_link *row = &network->data->link.items[index];
	const struct net_link *link = net_find_link(&plan->have, row->name);
	const char *first = json_string_value(json_object_get(plan->before, row->name));
	char origin[ORIGIN_MAX];
	int result;

	origin_text(network->conf, "Link", "Name", index, origin, sizeof(origin));
	result = add_file(plan, row, link, origin, err);
	if (!link)
		part_note(context, "there is no interface for the name %s yet (%s)",
			  row->name, origin);
	if (result || !link)
		return result;
	if (*link->was_name) {
		result = check_use(context, link->was_name, origin, err);
		if (!result)
			result = add_rename(renames, link->was_name, row->name, false,
					    origin, err);
	}
	if (first || *link->was_name)
		json_object_set_new(plan->renamed, row->name,
				    json_string(first ? first : link->was_name));
	return result;
}

/* Names that nobody wants any more go back to what they were. */
static int give_back(const struct part_context *context, const struct plan *plan,
		     struct steps *renames, struct err *err)
{
	const char *name;
	json_t *value;
	int result = 0;

	json_object_foreach(plan->before, name, value) {
		const char *first = json_string_value(value);

		if (result || !first || json_object_get(plan->renamed, name) ||
		    !net_find_link(&plan->have, name))
			continue;
		if (net_find_link(&plan->have, first))
			part_note(context, "%s keeps its name: another interface is %s",
				  name, first);
		else
			result = add_rename(renames, name, first, true, "", err);
	}
	return result;
}

/* Files first, then names. */
static int plan_steps(const struct part_context *context, struct plan *plan,
		      struct steps *steps, struct err *err)
{
	_cleanup_steps_ struct steps renames = STEPS_INIT;
	int result = 0;

	for (size_t i = 0; i < plan->networks.count; i++)
		for (size_t j = 0;
		     !result && j < plan->networks.items[i].data->link.count; j++)
			result = add_row(context, &plan->networks.items[i], j, plan,
					 &renames, err);
	if (!result)
		result = give_back(context, plan, &renames, err);
	if (!result)
		result = own_files_plan(context, "names", plan->files, plan->count,
					own_file_reload_udev, steps, err);
	for (size_t i = 0; !result && i < renames.count; i++) {
		steps_add(steps, &renames.items[i]);
		renames.items[i].data = NULL; /* it is theirs now */
	}
	if (!result && json_object_size(plan->renamed))
		json_object_set(context->journal, "renamed", plan->renamed);
	return result ? result : steps_check_memory(&renames, err);
}

static int look(const struct part_context *context, struct plan *plan, struct err *err)
{
	int result = netlink_open(&plan->nl, NETLINK_ROUTE, err);

	if (!result)
		result = net_read(&plan->have, &plan->nl, context->root_fd, err);
	return result ? result : link_names_apply(&plan->networks, &plan->have, err);
}

static int plan_networks(const struct part_context *context, bool up, struct steps *steps,
			 struct err *err)
{
	struct plan plan = { .nl = NETLINK_INIT };
	bool any = json_object_size(context->journal) > 0;
	int result = up ? networks_read(&plan.networks, context->root_fd, err) : 0;

	plan.renamed = json_object();
	plan.before = json_deep_copy(json_object_get(context->journal, "renamed"));
	for (size_t i = 0; i < plan.networks.count; i++)
		any |= plan.networks.items[i].data->link.count > 0;
	if (!result && any)
		result = look(context, &plan, err);
	if (!result && any)
		result = plan_steps(context, &plan, steps, err);
	release_plan(&plan);
	return result;
}

static int plan_up(const struct part_context *context, struct steps *steps,
		   struct err *err)
{
	return plan_networks(context, true, steps, err);
}

static int plan_down(const struct part_context *context, struct steps *steps,
		     struct err *err)
{
	return plan_networks(context, false, steps, err);
}

const struct part names_part = {
	.name = "names",
	.group = "network",
	.help = "names of the host's interfaces, by their hardware addresses",
	.plan = plan_up,
	.down = plan_down,
	.drops_entries = true,
};
