/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk.c: the command disk: which action, on which disks, and whether the guest has to be off. */
#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/show_json.h"
#include "qemu-launch/action.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/disk_chain.h"
#include "qemu-launch/disk_work.h"
#include "qemu-launch/offline.h"

static const struct action {
	const char *name;
	const char *operand;      /* of a guest's disk; NULL: none */
	const char *file_operand; /* of a file */
	bool all;                 /* without a disk's name it is done with all */
	bool off;                 /* the guest must not run */
	bool reads;               /* a guest may be started meanwhile */
	int (*run)(struct disk_work *work, struct err *err);
} actions[] = {
	{ "create", NULL, "SIZE", true, true, false, disk_create },
	{ "resize", "SIZE", "SIZE", false, false, false, disk_resize },
	{ "info", NULL, NULL, true, false, true, disk_info },
	{ "convert", "FILE", "FILE", false, true, false, disk_convert },
	{ "check", NULL, NULL, true, true, false, disk_check },
	{ "mount", "DIR", "DIR", false, true, false, disk_mount },
};

static const struct action *find_action(const char *word, struct err *err)
{
	int index =
		action_find(word, actions, sizeof(actions[0]), ARRAY_SIZE(actions),
			    "create, resize, info, convert, check, mount or umount", err);

	return index < 0 ? NULL : &actions[index];
}

/* The words behind the guest or file: [DISK] and the action's operand. */
static int read_operands(struct disk_work *work, const struct action *action,
			 const char **disk, struct err *err)
{
	const char *const *words = work->args->operands;
	size_t count = work->args->operand_count - 2;
	bool file = disk_is_file(words[1]);
	const char *want = file ? action->file_operand : action->operand;
	size_t needed = want != NULL;

	*disk = NULL;
	/* What lies over another file is as big as that. */
	if (file && work->args->backing && action->run == disk_create && !count)
		return 0;
	if (count < needed)
		return err_set(err, EINVAL, "%s needs a %s", action->name, want);
	if (count > needed + !file)
		return err_set(err, EINVAL, "%s: \"%.80s\" is too much", action->name,
			       words[2 + needed + !file]);
	if (count > needed)
		*disk = words[2];
	if (needed)
		work->operand = words[1 + count];
	return 0;
}

/* Has the guest stay off, or finds that it runs. */
static int hold(struct disk_work *work, const struct action *action,
		const struct guest *guest, struct err *err)
{
	if (action->reads)
		return 0;
	work->lock_fd = offline_take(work->context.root_fd, guest->name, err);
	if (work->lock_fd >= 0)
		return 0;
	if (work->lock_fd != -EBUSY)
		return work->lock_fd;
	work->lock_fd = -1;
	work->runs = true;
	if (action->off)
		return err_hint(err, "disk %s is for guests that are off", action->name);
	err_clear(err);
	return 0;
}

/* What looks like a file's name, and is nobody's, may have been meant as one. */
static const struct guest *find_guest(const struct disk_work *work, struct err *err)
{
	const char *name = work->args->operands[1];
	const struct guest *guest = context_find(&work->context, name, err);

	if (!guest && err->code == -ENOENT && strchr(name, '.'))
		err_hint(err, "a file has a slash in its name: ./%.80s", name);
	return guest;
}

static int run_guest(struct disk_work *work, const struct action *action,
		     const char *disk, struct err *err)
{
	const struct guest *guest = find_guest(work, err);
	size_t index = 0, end;
	int result;

	if (!guest)
		return -EINVAL;
	result = hold(work, action, guest, err);
	if (!result)
		result = disk_chains_read(&work->chains, work->context.root_fd,
					  guest->name, err);
	end = guest->data->disk.count;
	work->named = disk || !action->all;
	if (!result && work->named) {
		if (!disk_find(guest, disk, &index, err))
			return -EINVAL;
		end = index + 1;
	}
	for (; !result && index < end; index++) {
		disk_target_set(&work->target, guest, index, work->chains);
		result = action->run(work, err);
		if (result)
			err_wrap(err, "%s: disk%zu", guest->name, index);
	}
	return result;
}

static int run_file(struct disk_work *work, const struct action *action, struct err *err)
{
	int result = disk_target_file(
		&work->target, work->args->operands[1],
		action->run == disk_convert ? NULL : work->args->format, err);

	work->named = true;
	return result ? result : action->run(work, err);
}

static int run_action(struct disk_work *work, const struct action *action,
		      struct err *err)
{
	const char *disk;

	if (work->args->operand_count < 2) {
		err_set(err, EINVAL, "which guest?");
		err_hint(err, "a file's name has a slash: ./disk.qcow2");
		return -EINVAL;
	}
	if (read_operands(work, action, &disk, err))
		return -EINVAL;
	if (context_open(&work->context, work->args, err))
		return -EINVAL;
	if (disk_is_file(work->args->operands[1]))
		return run_file(work, action, err);
	return run_guest(work, action, disk, err);
}

static int run_umount(const struct args *args, struct err *err)
{
	_cleanup_close_ int root_fd = file_open_root(args->root, err);

	if (args->operand_count != 2) {
		err_set(err, EINVAL, "umount needs a DIR");
		return EXIT_USAGE;
	}
	return root_fd < 0 || disk_umount(root_fd, args->operands[1], err) ? EXIT_FAILED
									   : EXIT_DONE;
}

int disk_run(const struct args *args, struct err *err)
{
	const char *word = args->operand_count ? args->operands[0] : NULL;
	struct disk_work work = {
		.args = args, .context.root_fd = -1, .lock_fd = -1, .shown = json_array()
	};
	const struct action *action;
	int result;

	if (word && !strcmp(word, "umount"))
		return run_umount(args, err);
	action = find_action(word, err);
	result = action ? run_action(&work, action, err) : -EINVAL;
	if (args->json && json_array_size(work.shown))
		show_json_value(json_incref(work.shown), NULL);
	json_decref(work.shown);
	json_decref(work.chains);
	cleanup_close(&work.lock_fd);
	context_release(&work.context);
	return !result ? EXIT_DONE : result == -EINVAL ? EXIT_USAGE : err_exit_code(err);
}
