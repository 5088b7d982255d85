/* SPDX-License-Identifier: GPL-2.0-or-later */
/* snapshot.c: the command snapshot: create, commit, rollback, forget, list. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "qemu-launch/action.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/disk_chain.h"
#include "qemu-launch/offline.h"
#include "qemu-launch/snapshot_actions.h"

static const struct action {
	const char *name;
	bool named; /* it needs a snapshot's name, but for --undo */
	bool off;   /* the guest must not run */
	bool reads; /* a guest may be started meanwhile */
	int (*run)(struct snapshot *snapshot, struct err *err);
} actions[] = {
	{ "create", true, false, false, snapshot_create },
	{ "commit", false, false, false, snapshot_commit },
	{ "rollback", true, true, false, snapshot_rollback },
	{ "forget", false, false, false, snapshot_forget },
	{ "list", false, false, true, snapshot_list },
};

static const struct action *find_action(const char *word, struct err *err)
{
	int index = action_find(word, actions, sizeof(actions[0]), ARRAY_SIZE(actions),
				"create, commit, rollback, forget or list", err);

	return index < 0 ? NULL : &actions[index];
}

int snapshot_save(struct snapshot *snapshot, struct err *err)
{
	return disk_chains_write(snapshot->chains, snapshot->context.root_fd,
				 snapshot->guest->name, err);
}

/* Letters, digits, dots, dashes and underscores: it becomes a part of files' names. */
static int check_name(const char *name, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t length = strlen(name);

	if (length && length <= 64 && strspn(name, letters) == length && *name != '.' &&
	    *name != '-')
		return 0;
	err_set(err, EINVAL, "\"%.80s\" is no name for a snapshot", name);
	return err_hint(err, "up to 64 letters, digits, dots, dashes and underscores");
}

/* Why a disk has no snapshots; NULL: it can have them. */
static const char *unfit(const struct guest_disk *disk)
{
	if (disk->read_only)
		return "the guest does not write to it";
	if (disk->volatile_)
		return "what the guest writes to it is forgotten anyway";
	if (disk->shareable)
		return "other guests write to it, too";
	return NULL;
}

static int choose(struct snapshot *snapshot, struct err *err)
{
	const struct guest_conf *data = snapshot->guest->data;
	size_t index;

	snapshot->chosen = calloc(data->disk.count + 1, sizeof(bool));
	if (!snapshot->chosen)
		return err_sys(err, ENOMEM, "looking for disks");
	for (size_t i = 0; i < data->disk.count; i++)
		snapshot->chosen[i] =
			!snapshot->args->disk && !unfit(&data->disk.items[i]);
	if (!snapshot->args->disk)
		return 0;
	if (!disk_find(snapshot->guest, snapshot->args->disk, &index, err))
		return -EINVAL;
	snapshot->chosen[index] = true;
	if (!unfit(&data->disk.items[index]))
		return 0;
	return err_set(err, EINVAL, "disk%zu has no snapshots: %s", index,
		       unfit(&data->disk.items[index]));
}

/* Finds the guest off and keeps it off, or speaks with its QEMU. */
static int hold(struct snapshot *snapshot, const struct action *action, struct err *err)
{
	const char *guest = snapshot->guest->name;
	int root_fd = snapshot->context.root_fd;
	int result = action->reads ? offline_look(root_fd, guest, err)
				   : offline_take(root_fd, guest, err);

	if (result >= 0 && !action->reads)
		snapshot->lock_fd = result;
	if (result < 0 && result != -EBUSY)
		return result;
	snapshot->runs = result == -EBUSY;
	if (snapshot->runs && action->off)
		return err_hint(err, "%s is for guests that are off", action->name);
	if (snapshot->runs) {
		err_clear(err);
		result = control_open(&snapshot->control, root_fd, guest, err);
		if (result)
			return result;
	}
	result = disk_chains_read(&snapshot->chains, root_fd, guest, err);
	return !result && snapshot->runs ? snapshot_live_settle(snapshot, err) : result;
}

static int run_action(struct snapshot *snapshot, const struct action *action,
		      struct err *err)
{
	const struct args *args = snapshot->args;
	int result;

	if (context_open(&snapshot->context, args, err))
		return -EINVAL;
	snapshot->guest =
		context_find(&snapshot->context,
			     args->operand_count > 1 ? args->operands[1] : NULL, err);
	if (!snapshot->guest)
		return -EINVAL;
	snapshot->name = args->operand_count > 2 ? args->operands[2] : NULL;
	if (action->named && !snapshot->name && !args->undo)
		return err_set(err, EINVAL, "%s needs a snapshot's name", action->name);
	if (snapshot->name && check_name(snapshot->name, err))
		return -EINVAL;
	result = choose(snapshot, err);
	if (!result)
		result = hold(snapshot, action, err);
	if (!result)
		result = action->run(snapshot, err);
	/* Files that are gone are removed when nothing names them any more. */
	if (snapshot->chains && !result && !(action->reads && !snapshot->runs) &&
	    disk_chains_sweep(snapshot->chains))
		result = snapshot_save(snapshot, err);
	return result ? (err_wrap(err, "%s", snapshot->guest->name), result) : 0;
}

int snapshot_run(const struct args *args, struct err *err)
{
	const struct action *action =
		find_action(args->operand_count ? args->operands[0] : NULL, err);
	struct snapshot snapshot = {
		.args = args, .context.root_fd = -1, .control.lock_fd = -1, .lock_fd = -1
	};
	int result;

	qmp_init(&snapshot.control.qmp);
	result = action ? run_action(&snapshot, action, err) : -EINVAL;
	control_release(&snapshot.control);
	cleanup_close(&snapshot.lock_fd);
	json_decref(snapshot.chains);
	json_decref(snapshot.nodes);
	free(snapshot.chosen);
	context_release(&snapshot.context);
	return !result ? EXIT_DONE : result == -EINVAL ? EXIT_USAGE : err_exit_code(err);
}
