/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_image_actions.c: disk create, resize, info, convert and check: by qemu-img, and QMP where the guest runs. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/json_text.h"
#include "lib/value/units.h"
#include "qemu-launch/block_nodes.h"
#include "qemu-launch/disk_chain.h"
#include "qemu-launch/disk_image.h"
#include "qemu-launch/disk_work.h"
#include "qemu-launch/qemu_img.h"

static bool is_device(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? S_ISBLK(st.st_mode) : disk_image_is_device(path);
}

/* ---- create ---- */

static int make(const struct disk_target *target, uint64_t size, const char *backing,
		const char *backing_format, const struct spawn_user *user,
		struct err *err)
{
	char beside[DISK_PATH_MAX];
	struct qemu_img call;
	int result = disk_beside(beside, sizeof(beside), target->path, err);

	if (result)
		return result;
	qemu_img_create(&call, beside, target->format, size, backing, backing_format);
	result = qemu_img_run(&call, NULL, err);
	if (result) {
		unlink(beside);
		return result;
	}
	return disk_settle(beside, target->path, user, false, err);
}

static int create_for_guest(struct disk_work *work, struct err *err)
{
	const struct guest_disk *disk = work->target.disk;
	struct spawn_user user;
	int result;

	if (disk_image_is_device(disk->path)) {
		err_set(err, ENOENT, "%s is not there", disk->path);
		return err_hint(err, "logical volumes are made by lvcreate(8)");
	}
	if (!disk->size && !*disk->backing) {
		err_set(err, EINVAL,
			"%s is not there, and its section has no Size=", disk->path);
		return -EINVAL;
	}
	result = disk_work_user(&work->context, work->target.guest, &user, err);
	if (result)
		return result;
	return make(&work->target, disk->size, *disk->backing ? disk->backing : NULL,
		    disk_image_backing_format(disk), &user, err);
}

static int create_file(struct disk_work *work, struct err *err)
{
	struct disk_target below;
	uint64_t size = 0;
	int result;

	if (!work->operand && !work->args->backing)
		return err_set(err, EINVAL, "of which size?");
	if (work->operand && disk_size(work->operand, 0, &size, err))
		return -EINVAL;
	if (!work->args->backing)
		return make(&work->target, size, NULL, NULL, NULL, err);
	result = disk_target_file(&below, work->args->backing, NULL, err);
	if (!result && !work->args->format)
		work->target.format = "qcow2";
	return result ? result
		      : make(&work->target, size, below.path, below.format, NULL, err);
}

int disk_create(struct disk_work *work, struct err *err)
{
	int result;

	if (access(work->target.path, F_OK) == 0) {
		if (!work->named)
			return 0;
		return err_set(err, EEXIST, "%s is there already", work->target.path);
	}
	result =
		work->target.guest ? create_for_guest(work, err) : create_file(work, err);
	if (!result && !work->args->json)
		printf("%s: made\n", work->target.path);
	return result;
}

/* ---- info ---- */

static uint64_t size_of(const json_t *image, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(image, key));
}

static void print_image(const json_t *image, size_t depth)
{
	_cleanup_strbuf_ struct strbuf size, used;

	strbuf_init(&size, 64);
	strbuf_init(&used, 64);
	size_format(size_of(image, "virtual-size"), &size);
	size_format((size_of(image, "actual-size") + 1023) / 1024 * 1024, &used);
	printf("%*s%s%s\n%*s%s, %s, takes %s\n", (int)depth * 2, "", depth ? "over " : "",
	       json_text(image, "filename"), (int)depth * 2 + 2, "",
	       json_text(image, "format"), size.text, used.text);
}

int disk_info(struct disk_work *work, struct err *err)
{
	json_t *info, *image;
	size_t i;
	int result = qemu_img_chain(work->target.path, work->target.format, &info, err);

	if (!result && work->args->json)
		json_array_append_new(work->shown,
				      json_pack("{s:s, s:O}", "path", work->target.path,
						"images", info));
	else if (!result)
		json_array_foreach(info, i, image)
			print_image(image, i);
	json_decref(info);
	return result;
}

/* ---- resize ---- */

/* Limits stand in front of the image: a resize of that alone would not reach the guest. */
static int tell_guest(struct disk_work *work, uint64_t size, struct err *err)
{
	_cleanup_control_ struct control control;
	json_t *nodes = NULL;
	char limit[32];
	const char *node;
	int result = control_open(&control, work->context.root_fd,
				  work->target.guest->name, err);

	if (!result)
		result = block_nodes_query(&control.qmp, &nodes, err);
	if (result)
		return result;
	snprintf(limit, sizeof(limit), "disk%zu-limit", work->target.index);
	node = block_nodes_have(nodes, limit)
		       ? limit
		       : block_nodes_name(nodes, work->target.path);
	if (node)
		result = qmp_execute(&control.qmp, "block_resize",
				     json_pack("{s:s, s:I}", "node-name", node, "size",
					       (json_int_t)size),
				     BLOCK_NODES_MS, NULL, err);
	else
		result = err_set(err, ESTALE, "QEMU does not have %s open",
				 work->target.path);
	json_decref(nodes);
	return result;
}

/* A device grows by its own tools; the guest is told of what it has become. */
static int check_device(const struct disk_target *target, uint64_t now, uint64_t size,
			bool runs, struct err *err)
{
	if (!is_device(target->path))
		return 0;
	if (size > now) {
		err_set(err, ENOSPC, "%s has %" PRIu64 " bytes, not %" PRIu64,
			target->path, now, size);
		return err_hint(err, "lvextend(8) first, then this again");
	}
	if (size == now && runs)
		return 0;
	return err_set(err, EINVAL, "%s is a device: there is nothing to be done here",
		       target->path);
}

int disk_resize(struct disk_work *work, struct err *err)
{
	json_t *info;
	struct qemu_img call;
	uint64_t now, size;
	int result = qemu_img_chain(work->target.path, work->target.format, &info, err);

	if (result)
		return result;
	now = size_of(json_array_get(info, 0), "virtual-size");
	json_decref(info);
	result = disk_size(work->operand, now, &size, err);
	if (!result)
		result = check_device(&work->target, now, size, work->runs, err);
	if (!result && size < now && (work->runs || !work->args->shrink)) {
		err_set(err, EINVAL, "%s is larger: %" PRIu64 " bytes", work->target.path,
			now);
		return err_hint(err, work->runs ? "a disk is not made smaller under a "
						  "guest that runs"
						: "--shrink cuts off what is behind");
	}
	if (result)
		return result;
	if (work->runs)
		return tell_guest(work, size, err);
	qemu_img_resize(&call, work->target.path, work->target.format, size,
			work->args->shrink);
	result = qemu_img_run(&call, NULL, err);
	return result ? result : qemu_img_sync(work->target.path, err);
}

/* ---- convert ---- */

static int check_chain(const struct disk_work *work, struct err *err)
{
	const json_t *chain =
		work->target.guest
			? disk_chain_find(work->chains, work->target.disk->path)
			: NULL;

	return chain && disk_chain_count(chain) ? disk_check_chain(chain, err) : 0;
}

static int convert_into_device(struct disk_work *work, const struct disk_target *to,
			       struct err *err)
{
	struct qemu_img call;
	int result = disk_device_check(to->path, err);

	if (result)
		return result;
	qemu_img_convert(&call, work->target.path, work->target.format, to->path,
			 to->format, false, true);
	result = qemu_img_run(&call, NULL, err);
	return result ? result : qemu_img_sync(to->path, err);
}

int disk_convert(struct disk_work *work, struct err *err)
{
	char beside[DISK_PATH_MAX];
	struct disk_target to;
	struct qemu_img call;
	int result = disk_target_file(&to, work->operand, work->args->format, err);

	if (!result && !work->args->replace && access(to.path, F_OK) == 0) {
		err_set(err, EEXIST, "%s is there already", to.path);
		return err_hint(err, "--replace writes over it");
	}
	if (!result)
		result = check_chain(work, err);
	if (result)
		return result;
	if (is_device(to.path))
		return convert_into_device(work, &to, err);
	result = disk_beside(beside, sizeof(beside), to.path, err);
	if (result)
		return result;
	qemu_img_convert(&call, work->target.path, work->target.format, beside, to.format,
			 work->args->compress, false);
	result = qemu_img_run(&call, NULL, err);
	if (result) {
		unlink(beside);
		return result;
	}
	return disk_settle(beside, to.path, NULL, work->args->replace, err);
}
