/* SPDX-License-Identifier: GPL-2.0-or-later */
/* snapshot_overlay.c: snapshot create and rollback: both put new overlays over images. */
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
#include "qemu-launch/disk_chain.h"
#include "qemu-launch/disk_image.h"
#include "qemu-launch/qemu_img.h"
#include "qemu-launch/snapshot_actions.h"

/* Root's own: in a folder of the guest's user's, that user could have us write to any file by a link. */
static int make_folder(const struct snapshot *snapshot, char *path, size_t size,
		       struct err *err)
{
	const char *root = snapshot->args->root;
	_cleanup_close_ int fd = -1;
	char below[320];

	snprintf(below, sizeof(below), "var/lib/bedplate/overlays/%.255s",
		 snapshot->guest->name);
	snprintf(path, size, "%s/%s", root && strcmp(root, "/") != 0 ? root : "", below);
	fd = file_make_dirs_in_root(snapshot->context.root_fd, below, err);
	if (fd < 0)
		return fd;
	return fchmod(fd, 0711) < 0 ? err_sys(err, errno, "closing %s to others", path)
				    : 0;
}

/* A name that no file has. */
static void choose_path(const char *folder, size_t disk, const char *name, char *path,
			size_t size)
{
	snprintf(path, size, "%s/disk%zu-%s.qcow2", folder, disk, name);
	for (unsigned i = 2; access(path, F_OK) == 0; i++)
		snprintf(path, size, "%s/disk%zu-%s.%u.qcow2", folder, disk, name, i);
}

static int size_below(const json_t *chain, size_t below, uint64_t *size, struct err *err)
{
	json_t *info;
	int result = qemu_img_chain(disk_chain_image(chain, below),
				    disk_chain_format(chain, below), &info, err);

	*size = (uint64_t)json_integer_value(
		json_object_get(json_array_get(info, 0), "virtual-size"));
	json_decref(info);
	return result;
}

/* Makes an overlay over image number `below` of the chain, which has announced it. */
static int make_overlay(struct snapshot *snapshot, const json_t *chain, size_t below,
			const char *path, struct err *err)
{
	struct spawn_user user;
	struct qemu_img call;
	uint64_t size;
	int result = disk_work_user(&snapshot->context, snapshot->guest, &user, err);

	if (!result)
		result = size_below(chain, below, &size, err);
	if (result)
		return result;
	qemu_img_overlay(&call, path, size, disk_chain_image(chain, below),
			 disk_chain_format(chain, below));
	result = qemu_img_run(&call, NULL, err);
	return result ? result : disk_settle(path, path, &user, true, err);
}

/* Announces an overlay for each chosen disk, in one go; paths[] are theirs. */
static int announce(struct snapshot *snapshot, const char *name,
		    char (*paths)[DISK_PATH_MAX], struct err *err)
{
	const struct guest_conf *data = snapshot->guest->data;
	char folder[DISK_PATH_MAX / 2];
	int result = make_folder(snapshot, folder, sizeof(folder), err);

	for (size_t i = 0; !result && i < data->disk.count; i++) {
		const struct guest_disk *disk = &data->disk.items[i];
		json_t *chain;

		if (!snapshot->chosen[i])
			continue;
		chain = disk_chain_get(snapshot->chains, disk->path,
				       disk_image_format(disk));
		choose_path(folder, i, name, paths[i], DISK_PATH_MAX);
		if (!chain || disk_chain_announce(chain, name, paths[i], time(NULL)))
			result = err_sys(err, ENOMEM, "making overlays");
	}
	return result ? result : snapshot_save(snapshot, err);
}

/* Makes the announced overlays, each on top, or where the snapshot is. */
static int make_all(struct snapshot *snapshot, char (*paths)[DISK_PATH_MAX], bool on_top,
		    struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < snapshot->guest->data->disk.count; i++) {
		json_t *chain = snapshot_chosen(snapshot, i);
		size_t below;

		if (!chain)
			continue;
		below = on_top ? disk_chain_count(chain)
			       : (size_t)disk_chain_place(chain, snapshot->name);
		result = make_overlay(snapshot, chain, below, paths[i], err);
	}
	return result;
}

/* What was made for nothing goes with the next sweep; this one, if it can. */
static void give_up(struct snapshot *snapshot)
{
	if (disk_chains_sweep(snapshot->chains))
		snapshot_save(snapshot, NULL);
}

static size_t count_chosen(const struct snapshot *snapshot)
{
	size_t count = 0;

	for (size_t i = 0; i < snapshot->guest->data->disk.count; i++)
		count += snapshot->chosen[i];
	return count;
}

/* ---- create ---- */

static int check_new(const struct snapshot *snapshot, struct err *err)
{
	if (!count_chosen(snapshot))
		return err_set(err, EINVAL, "it has no disk that can have snapshots");
	for (size_t i = 0; i < snapshot->guest->data->disk.count; i++) {
		const json_t *chain = snapshot_chosen(snapshot, i);

		if (chain && disk_chain_place(chain, snapshot->name) >= 0)
			return err_set(err, EEXIST, "disk%zu has a snapshot %s already",
				       i, snapshot->name);
	}
	return 0;
}

/* Puts the new overlays on top in the file, or takes them off again. */
static int put(struct snapshot *snapshot, char (*paths)[DISK_PATH_MAX], bool on,
	       struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < snapshot->guest->data->disk.count; i++) {
		json_t *chain = snapshot_chosen(snapshot, i);

		if (!chain)
			continue;
		result = on ? disk_chain_push(chain, paths[i])
			    : disk_chain_cut(chain, disk_chain_count(chain) - 1);
	}
	if (result)
		return err_sys(err, -result, "putting overlays on disks");
	return snapshot_save(snapshot, err);
}

int snapshot_create(struct snapshot *snapshot, struct err *err)
{
	_cleanup_free_ char(*paths)[DISK_PATH_MAX] =
		calloc(snapshot->guest->data->disk.count + 1, sizeof(*paths));
	int result = paths ? check_new(snapshot, err)
			   : err_sys(err, ENOMEM, "making overlays");

	if (!result)
		result = announce(snapshot, snapshot->name, paths, err);
	if (!result)
		result = make_all(snapshot, paths, true, err);
	if (!result)
		result = put(snapshot, paths, true, err);
	if (!result && snapshot->runs) {
		result = snapshot_live_switch(snapshot, err);
		/* One that QEMU may write to stays: where it does not, it is empty and reads through. */
		if (result && result != -EREMOTEIO && result != -ESTALE)
			return result;
		if (result)
			put(snapshot, paths, false, NULL);
	}
	if (result && snapshot->chains)
		give_up(snapshot);
	return result;
}

/* ---- rollback ---- */

/* Of the chosen disks those that have the snapshot. */
static int narrow(struct snapshot *snapshot, struct err *err)
{
	for (size_t i = 0; i < snapshot->guest->data->disk.count; i++) {
		const json_t *chain = snapshot_chosen(snapshot, i);

		snapshot->chosen[i] =
			chain && (snapshot->args->undo
					  ? json_object_get(chain, "aside") != NULL
					  : disk_chain_place(chain, snapshot->name) >= 0);
		if (!snapshot->chosen[i] || snapshot->args->undo ||
		    !json_object_get(chain, "aside"))
			continue;
		err_set(err, EEXIST, "disk%zu has been rolled back before", i);
		return err_hint(err,
				"rollback --undo takes that back, forget removes what "
				"it took away");
	}
	if (count_chosen(snapshot))
		return 0;
	if (snapshot->args->undo)
		return err_set(err, ENOENT, "no disk was rolled back");
	return err_set(err, ENOENT, "no disk has a snapshot %s", snapshot->name);
}

static int undo(struct snapshot *snapshot, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < snapshot->guest->data->disk.count; i++)
		if (snapshot->chosen[i])
			result = disk_chain_undo(snapshot_chosen(snapshot, i));
	return result ? err_sys(err, -result, "taking the rollback back")
		      : snapshot_save(snapshot, err);
}

static int set_aside(struct snapshot *snapshot, char (*paths)[DISK_PATH_MAX],
		     struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < snapshot->guest->data->disk.count; i++) {
		json_t *chain = snapshot_chosen(snapshot, i);

		if (chain)
			result = disk_chain_roll_back(
				chain, (size_t)disk_chain_place(chain, snapshot->name),
				paths[i]);
	}
	return result ? err_sys(err, -result, "setting overlays aside")
		      : snapshot_save(snapshot, err);
}

int snapshot_rollback(struct snapshot *snapshot, struct err *err)
{
	_cleanup_free_ char(*paths)[DISK_PATH_MAX] =
		calloc(snapshot->guest->data->disk.count + 1, sizeof(*paths));
	int result =
		paths ? narrow(snapshot, err) : err_sys(err, ENOMEM, "making overlays");

	if (!result && snapshot->args->undo)
		return undo(snapshot, err);
	if (!result)
		result = announce(snapshot, snapshot->name, paths, err);
	if (!result)
		result = make_all(snapshot, paths, false, err);
	if (!result)
		result = set_aside(snapshot, paths, err);
	if (result)
		give_up(snapshot);
	return result;
}
