/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lvm_map.c: the device-mapper table of a logical volume, as lvm2 would load it.
 *
 * Targets are those of kernel
 * Documentation/admin-guide/device-mapper/{linear,striped}.rst. One segment of the
 * metadata is one line of the table, in order of start_extent, without a gap.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "lib/cleanup.h"
#include "lib/lvm_config.h"
#include "lib/lvm_name.h"
#include "lib/lvm_vg.h"

struct segment {
	uint64_t start, extents; /* in the volume */
	uint64_t stripes, stripe_size;
	const struct lvm_node *areas; /* "pv0", first extent, "pv1", ... */
};

static int unsupported(struct err *err, const char *volume, const char *why)
{
	return err_set(err, EOPNOTSUPP, "volume %s: %s", volume, why);
}

static const struct lvm_vg_pv *pv_of_key(const struct lvm_vg *vg, const char *key)
{
	for (size_t i = 0; i < vg->pv_count; i++) {
		if (strcmp(vg->pvs[i].key, key) == 0)
			return &vg->pvs[i];
	}
	return NULL;
}

/* Others stand on it, and lvm then puts a layer below it (lv_layer() in lvm2's
 * lib/metadata/metadata.c). A classic snapshot is a hidden volume with a segment that names
 * its origin and its store, a thin volume names what it was made of. */
static bool is_stood_on(const struct lvm_node *volumes, const char *volume)
{
	static const char *const keys[] = { "origin", "external_origin", "cow_store",
					    "merging_store" };
	const struct lvm_node *lv, *segment, *name;

	for (lv = volumes->first; lv; lv = lv->next) {
		for (segment = lv->first; segment; segment = segment->next) {
			for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
				name = lvm_node_find(segment, keys[i]);
				if (name && name->kind == LVM_STRING &&
				    strcmp(name->string, volume) == 0)
					return true;
			}
		}
	}
	return false;
}

/* Flags that change how a volume is activated. A word that is not known here may do so as
 * well. */
static const char *volume_refusal(const struct lvm_node *lv)
{
	static const char *const plain[] = { "READ", "WRITE", "VISIBLE",
					     "ALLOC_CONTIGUOUS" };
	static const char *const lists[] = { "status", "flags" };

	if (!lvm_node_has_word(lv, "status", "VISIBLE"))
		return "it is not a visible volume";
	if (!lvm_node_has_word(lv, "status", "READ"))
		return "it is not readable";
	for (size_t list = 0; list < 2; list++) {
		const struct lvm_node *words = lvm_node_find(lv, lists[list]);
		const struct lvm_node *word = words ? words->first : NULL;

		for (; word; word = word->next) {
			size_t i = 0;

			while (i < 4 &&
			       (!word->string || strcmp(word->string, plain[i]) != 0))
				i++;
			if (i == 4)
				return "it has a flag that only lvm knows";
		}
	}
	return NULL;
}

static int segment_parse(struct segment *segment, const struct lvm_node *node,
			 const char *volume, struct err *err)
{
	const char *type;
	int result = lvm_node_string(node, "type", &type, err);

	if (!result && strcmp(type, "striped") != 0 && strcmp(type, "linear") != 0)
		return unsupported(err, volume, "it is neither linear nor striped");
	if (!result)
		result = lvm_node_number(node, "start_extent", &segment->start, err);
	if (!result)
		result = lvm_node_number(node, "extent_count", &segment->extents, err);
	if (!result)
		result = lvm_node_number(node, "stripe_count", &segment->stripes, err);
	segment->stripe_size = 0;
	if (!result && segment->stripes > 1)
		result = lvm_node_number(node, "stripe_size", &segment->stripe_size, err);
	segment->areas = lvm_node_find(node, "stripes");
	if (!result &&
	    (!segment->areas || segment->areas->kind != LVM_ARRAY || !segment->extents ||
	     !segment->stripes || segment->extents % segment->stripes))
		return err_set(err, EBADMSG, "volume %s: %s makes no sense", volume,
			       node->key);
	return result;
}

/* Adds " MAJOR:MINOR OFFSET" for one area of a segment. */
static int area_add(const struct lvm_vg *vg, const struct lvm_node *area,
		    uint64_t extents, struct lvm_mapping *mapping, struct err *err)
{
	const struct lvm_node *first = area->next;
	const struct lvm_vg_pv *pv;

	if (area->kind != LVM_STRING || !first || first->kind != LVM_NUMBER ||
	    first->number < 0)
		return err_set(err, EBADMSG, "%s: stripes that make no sense",
			       mapping->name);
	pv = pv_of_key(vg, area->string);
	if (!pv)
		return unsupported(err, mapping->name,
				   "a segment stands on another volume");
	if (pv->missing)
		return unsupported(err, mapping->name,
				   "lvm has one of its PVs down as missing");
	if ((uint64_t)first->number > pv->extents ||
	    extents > pv->extents - (uint64_t)first->number)
		return err_set(err, EBADMSG, "%s: a segment ends behind its PV",
			       mapping->name);
	if (!pv->devno)
		return err_set(err, ENXIO, "%s: PV %s (%s) is not there", mapping->name,
			       pv->key, pv->id);
	strbuf_addf(&mapping->table, " %u:%u %llu", major(pv->devno), minor(pv->devno),
		    (unsigned long long)(pv->start +
					 (uint64_t)first->number * vg->extent_size));
	return 0;
}

static int segment_add(const struct lvm_vg *vg, const struct segment *segment,
		       struct lvm_mapping *mapping, struct err *err)
{
	const struct lvm_node *area = segment->areas->first;
	uint64_t stripes = segment->stripes, i;
	int result = 0;

	strbuf_addf(&mapping->table, "%llu %llu ",
		    (unsigned long long)(segment->start * vg->extent_size),
		    (unsigned long long)(segment->extents * vg->extent_size));
	if (stripes == 1)
		strbuf_adds(&mapping->table, "linear");
	else
		strbuf_addf(&mapping->table, "striped %llu %llu",
			    (unsigned long long)stripes,
			    (unsigned long long)segment->stripe_size);
	for (i = 0; area && i < stripes && !result; i++) {
		result = area_add(vg, area, segment->extents / stripes, mapping, err);
		area = result ? NULL : area->next->next;
	}
	if (!result && (i < stripes || area))
		result = err_set(err, EBADMSG, "%s: stripe_count and stripes disagree",
				 mapping->name);
	strbuf_addc(&mapping->table, '\n');
	return result;
}

/* The metadata's segments need not stand in order, so the next one is looked for by its
 * start. */
static const struct lvm_node *segment_at(const struct lvm_node *lv, uint64_t start)
{
	const struct lvm_node *node;
	uint64_t number;

	for (node = lv->first; node; node = node->next) {
		if (node->kind == LVM_SECTION && strncmp(node->key, "segment", 7) == 0 &&
		    !lvm_node_number(node, "start_extent", &number, NULL) &&
		    number == start)
			return node;
	}
	return NULL;
}

static int segments_add(const struct lvm_vg *vg, const struct lvm_node *lv,
			struct lvm_mapping *mapping, struct err *err)
{
	uint64_t count = 0, start = 0;
	int result = lvm_node_number(lv, "segment_count", &count, err);

	if (!result && !count)
		return err_set(err, EBADMSG, "volume %s has no segments", lv->key);
	for (uint64_t i = 0; !result && i < count; i++) {
		const struct lvm_node *node = segment_at(lv, start);
		struct segment segment;

		if (!node)
			return err_set(err, EBADMSG,
				       "volume %s has a hole at extent %llu", lv->key,
				       (unsigned long long)start);
		result = segment_parse(&segment, node, lv->key, err);
		if (!result)
			result = segment_add(vg, &segment, mapping, err);
		if (!result && segment.extents > UINT32_MAX)
			result = err_set(err, EBADMSG, "volume %s is impossibly large",
					 lv->key);
		start += result ? 0 : segment.extents;
	}
	return result;
}

static int mapping_name(const struct lvm_vg *vg, const struct lvm_node *lv,
			struct lvm_mapping *mapping, struct err *err)
{
	const char *id;
	char name[4 * DM_NAME_SIZE + 2];
	size_t used = strlen(vg->id) + 4;
	int result = lvm_node_string(lv, "id", &id, err);

	if (result < 0)
		return result;
	if (strlen(vg->name) >= DM_NAME_SIZE || strlen(lv->key) >= DM_NAME_SIZE)
		name[0] = '\0';
	else
		lvm_mapper_name(vg->name, lv->key, name, sizeof(name));
	if (!name[0] || strlen(name) >= sizeof(mapping->name))
		return unsupported(err, lv->key,
				   "its name is longer than device-mapper's may be");
	strcpy(mapping->name, name);
	memcpy(mapping->uuid, "LVM-", 4);
	memcpy(mapping->uuid + 4, vg->id, used - 4);
	for (; *id && used < sizeof(mapping->uuid) - 1; id++) {
		if (*id != '-')
			mapping->uuid[used++] = *id;
	}
	mapping->uuid[used] = '\0';
	if (used != 4 + 2 * LVM_ID_LENGTH)
		return err_set(err, EBADMSG, "volume %s: an id of the wrong length",
			       lv->key);
	return 0;
}

/* lvm writes no read_ahead for "auto", once wrote 0, and -1 for none. */
static int64_t read_ahead_of(const struct lvm_node *lv)
{
	const struct lvm_node *node = lvm_node_find(lv, "read_ahead");

	if (!node || node->kind != LVM_NUMBER || !node->number ||
	    node->number > UINT32_MAX)
		return LVM_READ_AHEAD_AUTO;
	return node->number < 0 ? 0 : node->number;
}

int lvm_vg_map(const struct lvm_vg *vg, const char *volume, struct lvm_mapping *mapping,
	       struct err *err)
{
	const struct lvm_node *section = lvm_node_find(&vg->config->nodes[0], vg->name);
	const struct lvm_node *volumes = lvm_node_find(section, "logical_volumes");
	const struct lvm_node *lv = volumes ? lvm_node_find(volumes, volume) : NULL;
	const char *refused = vg->refused;
	int result;

	if (!lv || lv->kind != LVM_SECTION)
		return err_set(err, ENOENT, "volume group %s has no volume %s", vg->name,
			       volume);
	if (!refused)
		refused = volume_refusal(lv);
	if (!refused && is_stood_on(volumes, volume))
		refused = "it is the origin of a snapshot or of a thin volume";
	if (vg->not_ours)
		return err_set(err, EPERM, "%s", vg->refused);
	if (refused)
		return unsupported(err, volume, refused);
	mapping->read_ahead = read_ahead_of(lv);
	mapping->read_only = vg->read_only || !lvm_node_has_word(lv, "status", "WRITE");
	result = mapping_name(vg, lv, mapping, err);
	if (!result)
		result = segments_add(vg, lv, mapping, err);
	if (!result && mapping->table.overflow)
		result = err_sys(err, ENOMEM, "mapping volume %s", volume);
	return result;
}

void lvm_mapping_init(struct lvm_mapping *mapping)
{
	mapping->name[0] = mapping->uuid[0] = '\0';
	mapping->read_only = false;
	mapping->read_ahead = LVM_READ_AHEAD_AUTO;
	strbuf_init(&mapping->table, 0);
}

void lvm_mapping_release(struct lvm_mapping *mapping)
{
	strbuf_release(&mapping->table);
}
