/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm_vg.c: a volume group as plain data. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/lvm_config.h"
#include "lib/lvm_vg.h"
#include "lib/nearest.h"

/* Ids stand in the text as "xxxxxx-xxxx-...-xxxxxx", on disk and in device-mapper without
 * hyphens. */
static int id_copy(const struct lvm_node *section, char id[LVM_ID_LENGTH + 1],
		   struct err *err)
{
	const char *text;
	size_t length = 0;
	int result = lvm_node_string(section, "id", &text, err);

	if (result < 0)
		return result;
	for (; *text; text++) {
		if (*text == '-')
			continue;
		if (length == LVM_ID_LENGTH)
			break;
		id[length++] = *text;
	}
	id[length] = '\0';
	if (*text || length != LVM_ID_LENGTH)
		return err_set(err, EBADMSG,
			       "metadata text: %s: an id of the wrong length",
			       section->key);
	return 0;
}

/* Whose groups are left alone: lvmsystemid(7), lvmlockd(8), vgexport(8). lvm has the last
 * word, since it may have been told this host's system id. */
static const char *vg_not_ours(const struct lvm_node *vg)
{
	const struct lvm_node *system_id = lvm_node_find(vg, "system_id");
	const struct lvm_node *lock_type = lvm_node_find(vg, "lock_type");

	if (lvm_node_has_word(vg, "status", "EXPORTED"))
		return "the group is exported; vgimport brings it back";
	if (lvm_node_has_word(vg, "status", "CLUSTERED") ||
	    lvm_node_has_word(vg, "flags", "CLUSTERED"))
		return "the group is clustered";
	if (system_id && (system_id->kind != LVM_STRING || *system_id->string))
		return "the group belongs to another host: it has a system id";
	if (lock_type &&
	    (lock_type->kind != LVM_STRING || strcmp(lock_type->string, "none") != 0))
		return "the group is shared, and its lock manager is not here";
	return NULL;
}

static int pv_parse(struct lvm_vg_pv *pv, const struct lvm_node *section, struct err *err)
{
	int result = id_copy(section, pv->id, err);

	pv->key = section->key;
	pv->missing = lvm_node_has_word(section, "flags", "MISSING") ||
		      lvm_node_has_word(section, "status", "MISSING");
	if (!result)
		result = lvm_node_number(section, "pe_start", &pv->start, err);
	if (!result)
		result = lvm_node_number(section, "pe_count", &pv->extents, err);
	if (lvm_node_number(section, "dev_size", &pv->device_sectors, NULL))
		pv->device_sectors = 0;
	return result;
}

static int pvs_parse(struct lvm_vg *vg, const struct lvm_node *section, struct err *err)
{
	const struct lvm_node *pvs = lvm_node_section(section, "physical_volumes", err);
	const struct lvm_node *node;
	size_t count = 0;

	if (!pvs)
		return -EBADMSG;
	for (node = pvs->first; node; node = node->next)
		count++;
	vg->pvs = calloc(count ? count : 1, sizeof(*vg->pvs));
	if (!vg->pvs)
		return err_sys(err, ENOMEM, "reading a volume group");
	for (node = pvs->first; node; node = node->next) {
		int result = pv_parse(&vg->pvs[vg->pv_count], node, err);

		if (result < 0)
			return result;
		vg->pv_count++;
	}
	return 0;
}

/* The group is the one section at the top; the rest there says who wrote the text. */
static const struct lvm_node *vg_section(const struct lvm_config *config)
{
	const struct lvm_node *node;

	for (node = config->nodes[0].first; node; node = node->next) {
		if (node->kind == LVM_SECTION)
			return node;
	}
	return NULL;
}

static int vg_fill(struct lvm_vg *vg, const struct lvm_node *section, struct err *err)
{
	int result;

	vg->name = section->key;
	vg->refused = vg_not_ours(section);
	vg->not_ours = vg->refused != NULL;
	vg->read_only = !lvm_node_has_word(section, "status", "WRITE");
	if (!vg->refused && lvm_node_has_word(section, "status", "PARTIAL"))
		vg->refused = "the group is marked as partial";
	result = id_copy(section, vg->id, err);
	if (!result)
		result = lvm_node_number(section, "seqno", &vg->seqno, err);
	if (!result)
		result = lvm_node_number(section, "extent_size", &vg->extent_size, err);
	if (!result && (!vg->extent_size || vg->extent_size > UINT32_MAX))
		return err_set(err, EBADMSG,
			       "metadata text: %s: an impossible extent size", vg->name);
	return result ? result : pvs_parse(vg, section, err);
}

int lvm_vg_parse(struct lvm_vg *vg, char *text, struct err *err)
{
	const struct lvm_node *section;
	int result;

	*vg = (struct lvm_vg){ .config = calloc(1, sizeof(*vg->config)) };
	if (!vg->config)
		return err_sys(err, ENOMEM, "reading a volume group");
	result = lvm_config_parse(vg->config, text, err);
	if (!result) {
		section = vg_section(vg->config);
		result = section ? vg_fill(vg, section, err)
				 : err_set(err, EBADMSG,
					   "metadata text: no volume group in it");
	}
	if (result < 0)
		lvm_vg_release(vg);
	return result;
}

void lvm_vg_release(struct lvm_vg *vg)
{
	if (vg->config)
		lvm_config_release(vg->config);
	free(vg->config);
	free(vg->pvs);
	*vg = (struct lvm_vg){ .name = NULL };
}

void lvm_id_format(const char id[LVM_ID_LENGTH + 1], char text[LVM_ID_TEXT_SIZE])
{
	size_t used = 0;

	for (size_t i = 0; id[i] && i < LVM_ID_LENGTH; i++) {
		if (i >= 6 && i % 4 == 2 && i < 30)
			text[used++] = '-';
		text[used++] = id[i];
	}
	text[used] = '\0';
}

bool lvm_vg_is_complete(const struct lvm_vg *vg)
{
	for (size_t i = 0; i < vg->pv_count; i++) {
		if (!vg->pvs[i].devno)
			return false;
	}
	return true;
}

const char *lvm_vg_nearest(const struct lvm_vg *vg, const char *volume)
{
	const struct lvm_node *section = lvm_node_find(&vg->config->nodes[0], vg->name);
	const struct lvm_node *volumes = lvm_node_find(section, "logical_volumes");
	struct nearest nearest = { .word = volume };
	const struct lvm_node *lv = volumes ? volumes->first : NULL;

	for (; lv; lv = lv->next) {
		if (lv->kind == LVM_SECTION && lvm_node_has_word(lv, "status", "VISIBLE"))
			nearest_offer(&nearest, lv->key);
	}
	return nearest.best;
}

struct lvm_vg_pv *lvm_vg_find_pv(struct lvm_vg *vg, const char *id)
{
	for (size_t i = 0; i < vg->pv_count; i++) {
		if (strcmp(vg->pvs[i].id, id) == 0)
			return &vg->pvs[i];
	}
	return NULL;
}
