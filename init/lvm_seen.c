/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_seen.c: the physical volumes that are there, and one group out of their metadata. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/lvm_seen.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/nearest.h"

enum { GROUP_LINE_MAX = 256 };

void seen_release(struct seen_pvs *seen)
{
	for (size_t i = 0; i < seen->count; i++)
		lvm_label_release(&seen->items[i].label);
	free(seen->items);
}

/* Said once a device, however often it is looked at. */
static void warn_of(struct device *device, const struct err *err)
{
	if (!device->pv_damage_told)
		log_warning("physical volume /dev/%s: %s", device->node, err->text);
	device->pv_damage_told = true;
}

static int label_of(const struct devices *devices, struct device *device,
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
		warn_of(device, &err);
	else if (label->area_err.code)
		warn_of(device, &label->area_err);
	return result;
}

int seen_read(struct seen_pvs *seen, struct devices *devices, struct err *err)
{
	seen->count = 0;
	seen->items = calloc(devices->count ? devices->count : 1, sizeof(*seen->items));
	if (!seen->items)
		return err_sys(err, ENOMEM, "reading physical volumes");
	for (size_t i = 0; i < devices->count; i++) {
		struct seen_pv *pv = &seen->items[seen->count];

		if (!devices->items[i]->is_pv ||
		    label_of(devices, devices->items[i], &pv->label) < 0)
			continue;
		pv->device = devices->items[i];
		pv->other_size =
			pv->label.device_size != device_size(devices, devices->items[i]);
		seen->count++;
	}
	return 0;
}

/* lvm2 begins its text with "NAME {\nid = \"UUID\"", so a group is told without parsing. */
static bool copy_is_of(const struct lvm_copy *copy, const char *group)
{
	size_t length = strcspn(copy->text, " ");
	char id[SPEC_LVM_ID_SIZE], line[GROUP_LINE_MAX];

	if (strncmp(copy->text + length, " {", 2) != 0)
		return false;
	if (strlen(group) == length && strncmp(copy->text, group, length) == 0)
		return true;
	if (!spec_is_group_uuid(group, id))
		return false;
	snprintf(line, sizeof(line), " {\nid = \"%s\"\n", group);
	return strncmp(copy->text + length, line, strlen(line)) == 0;
}

static int two_of_one_name(const struct lvm_vg *a, const struct lvm_vg *b,
			   struct err *err)
{
	char a_id[LVM_ID_TEXT_SIZE], b_id[LVM_ID_TEXT_SIZE];

	lvm_id_format(a->id, a_id);
	lvm_id_format(b->id, b_id);
	err_set(err, ENOTUNIQ, "there are two volume groups %s, with the UUIDs %s and %s",
		a->name, a_id, b_id);
	return err_hint(err, "rd.lvm.lv=UUID/VOLUME tells which of them is meant");
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
		result = two_of_one_name(vg, &other, err);
	else if (vg->seqno != other.seqno)
		result = err_set(err, EOPNOTSUPP,
				 "volume group %s: its copies differ in age (%llu, %llu)",
				 vg->name, (unsigned long long)vg->seqno,
				 (unsigned long long)other.seqno);
	lvm_vg_release(&other);
	return result;
}

/* The group that is there and is called nearly so. */
static int group_absent(const struct seen_pvs *seen, const char *group, struct err *err)
{
	char names[16][SPEC_NAME_MAX];
	struct nearest nearest = { .word = group };
	size_t count = 0;

	for (size_t i = 0; i < seen->count && count < ARRAY_SIZE(names); i++) {
		const struct lvm_label *label = &seen->items[i].label;

		if (!label->copy_count)
			continue;
		snprintf(names[count], sizeof(names[count]), "%.*s",
			 (int)strcspn(label->copies[0].text, " "), label->copies[0].text);
		nearest_offer(&nearest, names[count++]);
	}
	if (nearest.best)
		return err_set(err, ENXIO,
			       "volume group %s is not there; the nearest is %s", group,
			       nearest.best);
	return err_set(err, ENXIO, "volume group %s is not there", group);
}

/* A PV that was absent when its group was renamed has it under the old name: neither name's
 * copies alone are the newest for certain. */
static int check_names(const struct seen_pvs *seen, const struct lvm_vg *vg,
		       struct err *err)
{
	char id[LVM_ID_TEXT_SIZE];

	lvm_id_format(vg->id, id);
	for (size_t i = 0; i < seen->count; i++) {
		const struct lvm_label *label = &seen->items[i].label;

		for (size_t c = 0; c < label->copy_count; c++) {
			if (copy_is_of(&label->copies[c], id) &&
			    !copy_is_of(&label->copies[c], vg->name))
				return err_set(err, EOPNOTSUPP,
					       "volume group %s: /dev/%s has it under "
					       "another name",
					       vg->name, seen->items[i].device->node);
		}
	}
	return 0;
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
		return group_absent(seen, group, err);
	return result ? result : check_names(seen, vg, err);
}

static const struct seen_pv *seen_before(const struct seen_pvs *seen, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (strcmp(seen->items[i].label.pv_id, seen->items[index].label.pv_id) ==
		    0)
			return &seen->items[i];
	}
	return NULL;
}

static int pv_is_there_twice(const struct lvm_vg *vg, const struct seen_pv *one,
			     const struct seen_pv *other, struct err *err)
{
	err_set(err, ENOTUNIQ,
		"volume group %s: /dev/%s and /dev/%s are the same physical volume "
		"(copies, paths to one disk, or legs of a mirror)",
		vg->name, one->device->node, other->device->node);
	return err_hint(err, "take the copy away, or give it another identity with "
			     "vgimportclone(8)");
}

static int group_find_devices(const struct seen_pvs *seen, struct lvm_vg *vg,
			      struct err *err)
{
	for (size_t i = 0; i < seen->count; i++) {
		const struct seen_pv *item = &seen->items[i];
		struct lvm_vg_pv *pv = lvm_vg_find_pv(vg, item->label.pv_id);

		if (pv && pv->devno)
			return pv_is_there_twice(vg, seen_before(seen, i), item, err);
		if (pv && item->other_size)
			return err_set(err, EOPNOTSUPP,
				       "volume group %s: the physical volume /dev/%s is "
				       "on a device of another size",
				       vg->name, item->device->node);
		if (pv)
			pv->devno = item->device->devno;
	}
	return 0;
}

int seen_group(const struct seen_pvs *seen, const char *group, struct lvm_vg *vg,
	       char **text, struct err *err)
{
	int result;

	*vg = (struct lvm_vg){ .name = NULL };
	result = group_find(seen, group, vg, text, err);
	return result ? result : group_find_devices(seen, vg, err);
}
