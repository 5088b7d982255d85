/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attach.c: the commands attach and detach: devices of a guest that runs, until it stops. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/interrupt.h"
#include "lib/json_text.h"
#include "lib/nearest.h"
#include "lib/value/units.h"
#include "qemu-launch/attach.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/control.h"
#include "qemu-launch/disk_work.h"
#include "qemu-launch/setup_private.h"
#include "qemu-launch/state.h"

enum { PLUG_MS = 30000, DETACH_MS = 30000 };

struct plug {
	const struct args *args;
	struct context context;
	const struct guest *guest;
	enum attach_kind kind;
	const char *what;
	uint64_t patience_ms;
	struct attach_plan plan;
	struct control control;
};

static int tell(struct plug *plug, const char *command, json_t *arguments, json_t **value,
		struct err *err)
{
	return qmp_execute(&plug->control.qmp, command, arguments, PLUG_MS, value, err);
}

static int plug_open(struct plug *plug, const struct args *args, struct err *err)
{
	*plug = (struct plug){ .args = args,
			       .context.root_fd = -1,
			       .control.lock_fd = -1 };
	qmp_init(&plug->control.qmp);
	plug->kind = attach_kind_of(args->operand_count ? args->operands[0] : NULL, err);
	if (plug->kind == ATTACH_KINDS)
		return -EINVAL;
	if (args->operand_count < 2)
		return context_which(err);
	if (args->operand_count < 3)
		return attach_what(plug->kind, err);
	plug->what = args->operands[2];
	attach_id(plug->kind, args->id ? args->id : plug->what, plug->plan.id);
	/* Only a guest that runs has devices to come and go: it needs no file for that. */
	if (context_open_any(&plug->context, args, err))
		return -EINVAL;
	plug->guest = context_find_any(&plug->context, args->operands[1], err);
	return plug->guest ? 0 : -EINVAL;
}

static int plug_close(struct plug *plug, int result)
{
	control_release(&plug->control);
	attach_plan_release(&plug->plan);
	context_release(&plug->context);
	return !result ? EXIT_DONE : result == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
}

static int speak(struct plug *plug, struct err *err)
{
	return control_open(&plug->control, plug->context.root_fd, plug->guest->name,
			    err);
}

/* ---- attach ---- */

/* QEMU is to open the device's node: as the user whose its folder is. */
static int give_usb(const struct plug *plug, const struct setup_usb *usb, struct err *err)
{
	int root_fd = plug->context.root_fd;
	char path[STATE_PATH_MAX];
	struct stat folder;

	snprintf(path, sizeof(path), STATE_FOLDER "/%.255s", plug->guest->name);
	if (fstatat(root_fd, path, &folder, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, errno, "looking at /%s", path);
	if (folder.st_uid == geteuid())
		return 0;
	snprintf(path, sizeof(path), "dev/bus/usb/%03u/%03u", usb->bus, usb->address);
	return fchownat(root_fd, path, folder.st_uid, folder.st_gid, 0) < 0
		       ? err_sys(err, errno, "giving /%s to QEMU's user", path)
		       : 0;
}

static int plan_usb(struct plug *plug, const char *port, struct err *err)
{
	struct guest_usb row;
	struct guest_conf data = { .usb = { .items = &row, .count = 1 } };
	const struct guest guest = { .name = plug->guest->name, .data = &data };
	_cleanup_setup_ struct guest_setup setup = SETUP_INIT;
	int result = attach_usb_row(plug->what, &row, err);

	(void)port;
	if (!result)
		result = setup_resolve_usb(&setup, &guest, &plug->context.host, err);
	if (!result && !setup.usb[0].present)
		result = err_set(err, ENODEV, "no USB device %s is plugged in",
				 plug->what);
	if (!result)
		result = give_usb(plug, &setup.usb[0], err);
	return result ? result : attach_plan_usb(&plug->plan, &row, err);
}

static int plan_disk(struct plug *plug, const char *port, struct err *err)
{
	_cleanup_free_ char *path = realpath(plug->what, NULL);
	struct disk_target target;
	int result;

	/* What a link leads to is another thing tomorrow, but /dev/vg/lv is what the disk is called. */
	if (!path)
		return err_sys(err, errno, "%s", plug->what);
	result = disk_target_file(&target, *plug->what == '/' ? plug->what : path,
				  plug->args->format, err);
	if (!result && !plug->args->read_only)
		result = disk_device_check(target.path, err);
	if (result)
		return result;
	return attach_plan_disk(&plug->plan, plug->args, target.path, target.format, port,
				err);
}

static int plan_nic(struct plug *plug, const char *port, struct err *err)
{
	/* QEMU would make a tap that is not there, which nobody has plugged into anything. */
	if (strcmp(plug->what, "user") != 0 && !if_nametoindex(plug->what)) {
		err_set(err, ENODEV, "there is no tap %s", plug->what);
		return err_hint(err,
				"host-prep makes those of guests' networks; or \"user\"");
	}
	return attach_plan_nic(&plug->plan, plug->args, plug->guest->name, plug->what,
			       port, err);
}

/* PCI Express has room where a root port waits. Returns a text that is the caller's, or NULL. */
static int find_port(struct plug *plug, char **port, struct err *err)
{
	static const char root_bus[] = "pcie.0";
	json_t *pci = NULL;
	const char *found;
	int result;

	*port = NULL;
	if (!attach_needs_pci(plug->kind, plug->args))
		return 0;
	if (tell(plug, "qom-get",
		 json_pack("{s:s, s:s}", "path", root_bus, "property", "realized"), NULL,
		 NULL))
		return 0;
	result = tell(plug, "query-pci", NULL, &pci, err);
	if (result)
		return result;
	found = attach_free_port(pci);
	if (found)
		*port = strdup(found);
	json_decref(pci);
	if (*port)
		return 0;
	err_set(err, ENOSPC, "the guest has no root port left");
	return err_hint(err, "HotplugPorts= of [Machine] makes some at its next start; "
			     "--bus=usb or --model=usb-net need none");
}

static int plug_in(struct plug *plug, struct err *err)
{
	struct attach_plan *plan = &plug->plan;
	const char *key, *removal = attach_back_removal(plug->kind, &key);
	int result = 0;

	if (plan->back_command)
		result = tell(plug, plan->back_command, json_incref(plan->back), NULL,
			      err);
	if (result)
		return result;
	result = tell(plug, "device_add", json_incref(plan->device), NULL, err);
	if (result && removal)
		tell(plug, removal, json_pack("{s:s}", key, plan->id), NULL, NULL);
	return result;
}

/* What is plugged in stands there by its name, until the guest has let go of it. */
static int look_for_name(struct plug *plug, struct err *err)
{
	char path[128];

	snprintf(path, sizeof(path), "/machine/peripheral/%.80s", plug->plan.id);
	if (tell(plug, "qom-get",
		 json_pack("{s:s, s:s}", "path", path, "property", "type"), NULL, NULL))
		return 0;
	err_set(err, EEXIST, "something of this name is attached already");
	return err_hint(
		err, "--id gives it a name of its own; `detach` takes out what is there");
}

static int attach(struct plug *plug, struct err *err)
{
	static int (*const planners[])(struct plug * plug, const char *port,
				       struct err *err) = {
		[ATTACH_USB] = plan_usb,
		[ATTACH_DISK] = plan_disk,
		[ATTACH_NIC] = plan_nic,
	};
	_cleanup_free_ char *port = NULL;
	int result = speak(plug, err);

	if (!result)
		result = look_for_name(plug, err);
	if (!result)
		result = find_port(plug, &port, err);
	if (!result)
		result = planners[plug->kind](plug, port, err);
	if (!result)
		result = plug_in(plug, err);
	if (!result)
		printf("%s\n", plug->plan.id);
	return result;
}

int attach_run(const struct args *args, struct err *err)
{
	struct plug plug;
	int result = plug_open(&plug, args, err);

	if (!result) {
		result = attach(&plug, err);
		if (result)
			err_wrap(err, "%s: %s", plug.guest->name, plug.plan.id);
	}
	return plug_close(&plug, result);
}

/* ---- detach ---- */

/* Whether the guest has it; `near` is offered what else there is. */
static int find_device(struct plug *plug, bool *is, struct err *err)
{
	struct nearest near = { .word = plug->plan.id };
	json_t *list = NULL, *item;
	size_t i;
	int result = tell(plug, "qom-list",
			  json_pack("{s:s}", "path", "/machine/peripheral"), &list, err);

	*is = false;
	json_array_foreach(list, i, item) {
		const char *name = json_text(item, "name");

		*is |= !strcmp(name, plug->plan.id);
		nearest_offer(&near, name);
	}
	if (!result && !*is && near.best)
		err_hint(err, "did you mean %s?", near.best);
	json_decref(list);
	return result;
}

/* 1: it is gone; 0: not yet; -EREMOTEIO: the guest keeps it. */
static int take_events(struct plug *plug, struct err *err)
{
	json_t *event;
	int result = 0;

	while (!result && (event = qmp_take_event(&plug->control.qmp))) {
		const char *name = json_text(event, "event");
		const char *id = json_text(json_object_get(event, "data"), "device");

		if (!strcmp(id, plug->plan.id) && !strcmp(name, "DEVICE_DELETED"))
			result = 1;
		else if (!strcmp(id, plug->plan.id) &&
			 !strcmp(name, "DEVICE_UNPLUG_GUEST_ERROR"))
			result = err_set(err, EREMOTEIO, "the guest keeps it");
		json_decref(event);
	}
	return result;
}

static int not_gone(const struct plug *plug, struct err *err)
{
	_cleanup_strbuf_ struct strbuf span;

	strbuf_init(&span, 0);
	span_format(plug->patience_ms, &span);
	err_set(err, ETIMEDOUT, "the guest has not let go of it for %s", span.text);
	return err_hint(err,
			"it may do so yet; detach it again then, for what is behind it");
}

static int await_gone(struct plug *plug, struct err *err)
{
	int64_t end = clock_ms() + (int64_t)plug->patience_ms;
	struct qmp *qmp = &plug->control.qmp;

	for (;;) {
		struct pollfd polled = { .fd = qmp->fd, .events = qmp_poll_events(qmp) };
		int result = take_events(plug, err);

		if (result)
			return result < 0 ? result : 0;
		if (interrupted)
			return err_set(err, EINTR, "interrupted");
		if (clock_ms() >= end)
			break;
		poll(&polled, 1, clock_timeout(end));
		result = qmp_pump(qmp, err);
		if (result)
			return result;
	}
	return not_gone(plug, err);
}

/* What lay behind a device that has gone; 1: there was nothing. */
static int remove_back(struct plug *plug, struct err *err)
{
	const char *key, *removal = attach_back_removal(plug->kind, &key);
	struct err ours = ERR_INIT;
	int result = removal ? tell(plug, removal, json_pack("{s:s}", key, plug->plan.id),
				    NULL, &ours)
			     : 1;

	if (result == -EREMOTEIO &&
	    (strstr(ours.text, "not found") || strstr(ours.text, "Failed to find node")))
		return 1;
	if (result < 0)
		*err = ours;
	return result;
}

static int detach(struct plug *plug, struct err *err)
{
	struct err hints = ERR_INIT;
	bool is;
	int result = speak(plug, err);

	if (result)
		return result;
	result = find_device(plug, &is, &hints);
	if (result)
		return *err = hints, result;
	if (is)
		result = tell(plug, "device_del", json_pack("{s:s}", "id", plug->plan.id),
			      NULL, err);
	if (is && !result)
		result = await_gone(plug, err);
	if (result)
		return result;
	result = remove_back(plug, err);
	if (result < 0 || is || !result)
		return result < 0 ? result : 0;
	err_set(err, ENOENT, "nothing of this name is attached");
	return *hints.hint ? err_hint(err, "%s", hints.hint) : -ENOENT;
}

static int read_patience(struct plug *plug, struct err *err)
{
	const char *timeout = plug->args->timeout;
	int result = 0;

	plug->patience_ms = DETACH_MS;
	if (timeout)
		result = span_parse(timeout, &plug->patience_ms, err);
	if (!result && (!plug->patience_ms || plug->patience_ms > INT32_MAX))
		result = err_set(err, EINVAL, "\"%s\" is no time to wait", timeout);
	return result ? err_wrap(err, "--timeout") : 0;
}

int detach_run(const struct args *args, struct err *err)
{
	struct plug plug;
	int result = plug_open(&plug, args, err);

	if (!result)
		result = read_patience(&plug, err);
	if (!result) {
		result = detach(&plug, err);
		if (result)
			err_wrap(err, "%s: %s", plug.guest->name, plug.plan.id);
	}
	return plug_close(&plug, result);
}
