/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_permissions.c: whether those who run guests may open what they need. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host-prep/bridge_helper.h"
#include "host-prep/check.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/guest_user.h"
#include "lib/names.h"
#include "lib/origin.h"
#include "lib/user.h"

/* Fields of /etc/passwd and /etc/group. */
enum { FIELD_NAME = 0, FIELD_ID = 2, FIELD_PRIMARY = 3, FIELD_MEMBERS = 3, FIELDS = 4 };

static bool split(char *line, char *fields[FIELDS])
{
	for (int i = 0; i < FIELDS; i++) {
		fields[i] = strsep(&line, ":");
		if (!fields[i])
			return false;
	}
	return true;
}

static bool has_member(char *members, const char *name)
{
	char *member;

	while ((member = strsep(&members, ",")))
		if (!strcmp(member, name))
			return true;
	return false;
}

/* The user's name and first group. */
static bool find_user(int root_fd, int64_t user, char name[64], int64_t *group)
{
	_cleanup_strbuf_ struct strbuf text;
	char *rest, *line, *fields[FIELDS];

	strbuf_init(&text, 0);
	file_read(root_fd, "etc/passwd", &text, NULL);
	rest = text.text;
	while ((line = strsep(&rest, "\n"))) {
		if (!split(line, fields) || atoll(fields[FIELD_ID]) != user)
			continue;
		snprintf(name, 64, "%s", fields[FIELD_NAME]);
		*group = atoll(fields[FIELD_PRIMARY]);
		return true;
	}
	return false;
}

static bool is_in_group(int root_fd, const char *name, int64_t group, char found[64])
{
	_cleanup_strbuf_ struct strbuf text;
	char *rest, *line, *fields[FIELDS];

	strbuf_init(&text, 0);
	file_read(root_fd, "etc/group", &text, NULL);
	rest = text.text;
	snprintf(found, 64, "%lld", (long long)group);
	while ((line = strsep(&rest, "\n"))) {
		if (!split(line, fields) || atoll(fields[FIELD_ID]) != group)
			continue;
		snprintf(found, 64, "%s", fields[FIELD_NAME]);
		if (has_member(fields[FIELD_MEMBERS], name))
			return true;
	}
	return false;
}

/* `group`: which QEMU runs in beside the user's own; -1 for none. */
static void check_user(const struct check_context *context, int64_t user, int64_t group,
		       const char *origin, struct findings *findings)
{
	char name[64], group_name[64];
	int64_t primary;
	struct stat st;

	if (user <= 0 || fstatat(context->root_fd, "dev/kvm", &st, 0) < 0 ||
	    !find_user(context->root_fd, user, name, &primary) ||
	    (st.st_mode & 0006) == 0006 || st.st_uid == (uid_t)user)
		return;
	if ((st.st_mode & 0060) == 0060 &&
	    (is_in_group(context->root_fd, name, st.st_gid, group_name) ||
	     primary == (int64_t)st.st_gid || group == (int64_t)st.st_gid))
		return;
	finding_add(findings, CHECK_PROBLEM, "%s (%s) may not open /dev/kvm", name,
		    origin);
	if ((st.st_mode & 0060) == 0060 && st.st_gid)
		finding_advise(findings, "`usermod -aG %s %s`", group_name, name);
	else
		finding_advise(findings,
			       "udev's rule gives it to the group kvm (mode 0660); then "
			       "`usermod -aG kvm %s`",
			       name);
}

struct runner {
	int64_t user, group;
	char origin[ORIGIN_MAX];
};

static bool find_runner(const struct check_context *context, const struct guest *guest,
			struct runner *runner, struct findings *findings)
{
	const struct guest_user user = guest_user(guest, context->host);
	struct err err = ERR_INIT;

	if (*guest->data->guest.user)
		origin_text(guest->conf, "Guest", "User", 0, runner->origin,
			    sizeof(runner->origin));
	else
		origin_text(context->conf, "Guests", "User", 0, runner->origin,
			    sizeof(runner->origin));
	if (!user_number(context->root_fd, user.name, &runner->user, &err) &&
	    !group_number(context->root_fd, user.group, &runner->group, &err))
		return true;
	finding_add(findings, CHECK_PROBLEM, "guest %s: %s (%s)", guest->name, err.text,
		    runner->origin);
	finding_advise(findings, "%s", err.hint);
	return false;
}

/* Whether it is the first time that the two are asked for. */
static bool is_new(struct names *seen, int64_t user, int64_t group)
{
	char text[48];

	snprintf(text, sizeof(text), "%lld:%lld", (long long)user, (long long)group);
	return !names_have(seen, text) && !names_add(seen, text);
}

static void check_runners(const struct check_context *context, struct names *users,
			  struct findings *findings)
{
	_cleanup_names_ struct names seen = NAMES_INIT;
	struct runner runner;

	for (size_t i = 0; i < context->guests->count; i++) {
		if (!find_runner(context, &context->guests->items[i], &runner, findings))
			continue;
		if (is_new(&seen, runner.user, runner.group))
			check_user(context, runner.user, runner.group, runner.origin,
				   findings);
		is_new(users, runner.user, -1);
	}
}

/* Those that taps belong to run guests, too, be it without us. */
static void check_owners_of_taps(const struct check_context *context, struct names *users,
				 struct findings *findings)
{
	for (size_t i = 0; i < context->want->count; i++)
		for (size_t j = 0; j < context->want->items[i].guest_count; j++) {
			const struct want_guest *guest =
				&context->want->items[i].guests[j];

			if (is_new(users, guest->owner, -1))
				check_user(context, guest->owner, -1, guest->origin,
					   findings);
		}
}

/* ---- devices ---- */

static bool has_taps(const struct check_context *context)
{
	for (size_t i = 0; i < context->want->count; i++)
		for (size_t j = 0; j < context->want->items[i].guest_count; j++)
			if (context->want->items[i].guests[j].tap[0])
				return true;
	return false;
}

static void check_devices(const struct check_context *context, struct findings *findings)
{
	bool vfio = context->host->vfio.count > 0;

	for (size_t i = 0; i < context->guests->count; i++)
		vfio |= context->guests->items[i].data->passthrough.count > 0;
	if (vfio && !file_exists(context->root_fd, "dev/vfio/vfio")) {
		finding_add(findings, CHECK_PROBLEM, "there is no /dev/vfio/vfio");
		finding_advise(findings, "`modprobe vfio-pci`; [KernelModules] "
					 "Load=vfio-pci of host.conf loads it");
	}
	if (!has_taps(context))
		return;
	if (!file_exists(context->root_fd, "dev/net/tun")) {
		finding_add(findings, CHECK_PROBLEM, "there is no /dev/net/tun");
		finding_advise(findings,
			       "`modprobe tun`; in a container it has to be given");
	}
	if (!file_exists(context->root_fd, "dev/vhost-net")) {
		finding_add(findings, CHECK_NOTE,
			    "there is no /dev/vhost-net: guests' networks are slower "
			    "than they could be");
		finding_advise(findings, "`modprobe vhost_net`; [KernelModules] "
					 "Load=vhost-net of host.conf loads it");
	}
}

/* ---- qemu-bridge-helper ---- */

static void check_helper(const struct check_context *context, struct findings *findings)
{
	bool may_plug;
	const char *path = bridge_helper_find(context->root_fd, &may_plug);
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	file_read(context->root_fd, BRIDGE_HELPER_LIST, &text, NULL);
	if (!path || !text.length)
		return; /* nobody means to use it */
	if (!may_plug) {
		finding_add(findings, CHECK_WARNING,
			    "/%s has no capability: only root's guests plug into bridges "
			    "by it",
			    path);
		finding_advise(findings, "`setcap cap_net_admin+ep /%s`", path);
	}
	for (size_t i = 0; i < context->want->count; i++) {
		const char *bridge = context->want->items[i].bridge;

		if (!bridge[0] || (bridge_helper_says(text.text, "allow", bridge) &&
				   !bridge_helper_says(text.text, "deny", bridge)))
			continue;
		finding_add(findings, CHECK_NOTE,
			    "/" BRIDGE_HELPER_LIST " does not let guests plug into %s",
			    bridge);
		finding_advise(findings, "add \"allow %s\", unless taps are used only",
			       bridge);
	}
}

void check_permissions(const struct check_context *context, struct findings *findings)
{
	_cleanup_names_ struct names users = NAMES_INIT;

	check_runners(context, &users, findings);
	check_owners_of_taps(context, &users, findings);
	check_devices(context, findings);
	check_helper(context, findings);
}
