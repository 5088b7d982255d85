/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lvm_vg.h: a volume group as plain data, and the device-mapper table of one of its
 * volumes.
 *
 * Only what /init maps by itself is understood: visible volumes that are linear or
 * striped and are nobody's snapshot origin, in a group that belongs to this host. All
 * else is -EOPNOTSUPP with the reason, and is for lvm to activate.
 */
#ifndef BEDPLATE_LIB_LVM_VG_H
#define BEDPLATE_LIB_LVM_VG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"
#include "lib/lvm_label.h"
#include "lib/strbuf.h"

enum { LVM_ID_TEXT_SIZE = 39, DM_NAME_SIZE = 128, DM_UUID_SIZE = 129 };

struct lvm_vg_pv {
	const char *key; /* "pv0", by which segments name it */
	char id[LVM_ID_LENGTH + 1];
	bool missing;   /* lvm has it down as lost */
	uint64_t start; /* first extent, in sectors */
	uint64_t extents;
	uint64_t device_sectors; /* of its device; 0 where the text does not say */
	dev_t devno;             /* 0 until the caller has found the device */
};

struct lvm_vg {
	const char *name; /* the texts point into the metadata text */
	char id[LVM_ID_LENGTH + 1];
	uint64_t seqno;
	uint64_t extent_size; /* sectors */
	const char *refused;  /* why /init maps nothing of this group, or NULL */
	bool not_ours;        /* refused since it is exported, shared or another host's */
	bool read_only;       /* as a whole, whatever its volumes say */
	struct lvm_vg_pv *pvs;
	size_t pv_count;
	struct lvm_config *config;
};

/* Reads a group out of its metadata text, which is parted in place and must outlive the
 * result. */
int lvm_vg_parse(struct lvm_vg *vg, char *text, struct err *err);
void lvm_vg_release(struct lvm_vg *vg);

/* The PV with this id, or NULL. */
struct lvm_vg_pv *lvm_vg_find_pv(struct lvm_vg *vg, const char *id);

/* An id as lvm shows it: with six hyphens. */
void lvm_id_format(const char id[LVM_ID_LENGTH + 1], char text[LVM_ID_TEXT_SIZE]);

/* Whether every PV that the group has was found. */
bool lvm_vg_is_complete(const struct lvm_vg *vg);

/* The visible volume whose name looks most like this one, or NULL. */
const char *lvm_vg_nearest(const struct lvm_vg *vg, const char *volume);

enum { LVM_READ_AHEAD_AUTO = -1 };

/* What device-mapper is told about a volume. */
struct lvm_mapping {
	char name[DM_NAME_SIZE]; /* "vg-root" */
	char uuid[DM_UUID_SIZE]; /* "LVM-" and both ids */
	bool read_only;
	int64_t read_ahead;  /* sectors, or LVM_READ_AHEAD_AUTO for the kernel's choice */
	struct strbuf table; /* lines "START LENGTH TARGET ARGUMENTS", as dmsetup(8) has
				them, in sectors */
};

void lvm_mapping_init(struct lvm_mapping *mapping);
void lvm_mapping_release(struct lvm_mapping *mapping);
#define _cleanup_lvm_mapping_ __attribute__((cleanup(lvm_mapping_release)))

/* Plans the mapping of a volume. -ENOENT: no such volume; -ENXIO: a PV it stands on has
 * no device yet (PVs it does not use may be absent); -EPERM: the group is not this host's
 * to use; -EOPNOTSUPP: lvm's work; -EBADMSG: metadata that makes no sense. */
int lvm_vg_map(const struct lvm_vg *vg, const char *volume, struct lvm_mapping *mapping,
	       struct err *err);

#endif
