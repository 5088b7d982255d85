/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_native.c: from physical volumes to a mapped volume, without lvm. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/dm.h"
#include "init/lvm_native.h"
#include "init/lvm_vg.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"

struct seen_pv {
	struct lvm_label label;
	dev_t devno;
	bool other_size; /* than the label says: a leg of a mirror shows its content, too */
};

struct seen_pvs {
	struct seen_pv *items;
	size_t count;
};

static void seen_release(struct seen_pvs *seen)
{
	for (size_t i = 0; i < seen->count; i++)
		lvm_label_release(&seen->items[i].label);
	free(seen->items);
}

static int label_of(const struct devices *devices, const struct device *device,
		    struct lvm_label *label)
{
	char path[DEVICE_NAME_MAX + 8];
	struct err err = ERR_INIT;
	_cleanup_close_ int fd = -1;
	int result;

	snprintf(path, sizeof(path), "dev/%s", device->node);
	fd = file_open(devices->root_fd, path, O_RDONLY, &err);
	result = fd < 0 ? fd : lvm_label_read(fd, label, &err);
	if (result < 0)
		log_warning("physical volume /dev/%s: %s", device->node, err.text);
	else if (label->area_err.code)
		log_warning("physical volume /dev/%s: %s", device->node,
			    label->area_err.text);
	return result;
}

static int seen_read(struct devices *devices, struct seen_pvs *seen, struct err *err)
{
	seen->items = calloc(devices->count ? devices->count : 1, sizeof(*seen->items));
	if (!seen->items)
		return err_sys(err, ENOMEM, "reading physical volumes");
	for (size_t i = 0; i < devices->count; i++) {
		struct seen_pv *pv = &seen->items[seen->count];

		if (!devices->items[i]->is_pv ||
		    label_of(devices, devices->items[i], &pv->label) < 0)
			continue;
		pv->devno = devices->items[i]->devno;
		pv->other_size =
			pv->label.device_size != device_size(devices, devices->items[i]);
		seen->count++;
	}
	return 0;
}

/* The group's section opens the text, so its name is told without parsing. */
static bool copy_is_of(const struct lvm_copy *copy, const char *group)
{
	size_t length = strlen(group);

	return strncmp(copy->text, group, length) == 0 &&
	       strncmp(copy->text + length, " {", 2) == 0;
}

/* The first copy becomes the group; each further one must be of the same age and id. */
static int copy_take(const struct lvm_copy *copy, struct lvm_vg *vg, char **text,
		     struct err *err)
{
	_cleanup_free_ char *again = strdup(copy->text);
	struct lvm_vg other;
	int result;

	if (!again)
		return err_sys(err, ENOMEM, "reading a volume group");
	if (!vg->name) {
		result = lvm_vg_parse(vg, again, err);
		if (!result)
			*text = steal_pointer(again);
		return result;
	}
	result = lvm_vg_parse(&other, again, err);
	if (result < 0)
		return result;
	if (strcmp(vg->id, other.id) != 0)
		result = err_set(err, EOPNOTSUPP, "there are two volume groups %s",
				 vg->name);
	else if (vg->seqno != other.seqno)
		result = err_set(err, EOPNOTSUPP,
				 "volume group %s: its copies differ in age (%llu, %llu)",
				 vg->name, (unsigned long long)vg->seqno,
				 (unsigned long long)other.seqno);
	lvm_vg_release(&other);
	return result;
}

/* Copies that are the same to the letter, as those of one group mostly are, are parsed
 * once. */
static int group_find(const struct seen_pvs *seen, const char *group, struct lvm_vg *vg,
		      char **text, struct err *err)
{
	const struct lvm_copy *taken = NULL;
	int result = 0;

	for (size_t i = 0; i < seen->count && !result; i++) {
		const struct lvm_label *label = &seen->items[i].label;

		for (size_t c = 0; c < label->copy_count && !result; c++) {
			const struct lvm_copy *copy = &label->copies[c];

			if (!copy_is_of(copy, group) ||
			    (taken && strcmp(taken->text, copy->text) == 0))
				continue;
			result = copy_take(copy, vg, text, err);
			taken = copy;
		}
	}
	if (!result && !vg->name)
		return err_set(err, ENXIO, "volume group %s is not there", group);
	return result;
}

static int group_find_devices(const struct seen_pvs *seen, struct lvm_vg *vg,
			      struct err *err)
{
	for (size_t i = 0; i < seen->count; i++) {
		struct lvm_vg_pv *pv = lvm_vg_find_pv(vg, seen->items[i].label.pv_id);

		if (pv && pv->devno)
			return err_set(err, EOPNOTSUPP,
				       "volume group %s: PV %s is there more than once",
				       vg->name, pv->id);
		if (pv && seen->items[i].other_size)
			return err_set(
				err, EOPNOTSUPP,
				"volume group %s: PV %s is on a device of another size",
				vg->name, pv->id);
		if (pv)
			pv->devno = seen->items[i].devno;
	}
	return 0;
}

static int group_activate(const struct lvm_vg *vg, const char *volume, struct err *err)
{
	_cleanup_lvm_mapping_ struct lvm_mapping mapping;
	_cleanup_close_ int dm_fd = -1;
	dev_t devno;
	int result;

	lvm_mapping_init(&mapping);
	result = lvm_vg_map(vg, volume, &mapping, err);
	if (result < 0)
		return result;
	dm_fd = dm_open(err);
	if (dm_fd < 0)
		return dm_fd;
	return dm_create(dm_fd, mapping.name, mapping.uuid, mapping.table.text,
			 mapping.read_only, &devno, err);
}

int lvm_native_activate(struct devices *devices, const char *group, const char *volume,
			struct err *err)
{
	__attribute__((cleanup(seen_release))) struct seen_pvs seen = { .count = 0 };
	__attribute__((cleanup(lvm_vg_release))) struct lvm_vg vg = { .name = NULL };
	_cleanup_free_ char *text = NULL;
	int result = seen_read(devices, &seen, err);

	if (!result)
		result = group_find(&seen, group, &vg, &text, err);
	if (!result)
		result = group_find_devices(&seen, &vg, err);
	return result ? result : group_activate(&vg, volume, err);
}
