/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h: what an image holds besides modules: our programs, the rescue set, folders,
 * device nodes and small files.
 */
#ifndef BEDPLATE_MKINITRAMFS_PARTS_H
#define BEDPLATE_MKINITRAMFS_PARTS_H

#include <stdbool.h>

#include "mkinitramfs/chain.h"
#include "mkinitramfs/plan.h"

/* Where the programs come from: found once, then the plan names them. */
struct parts {
	char *init, *lvm, *busybox, *e2fsck; /* paths; NULL where not wanted */
	struct strbuf applets;               /* of busybox, one a line: bin/sh */
	bool lvm_at_once; /* every boot needs lvm; otherwise it is for the late archive */
	bool busybox_at_once; /* the same for busybox: a feature has a script */
};

/* Finds init, and the others if wanted, in the folder of installed programs or a build
 * folder. */
int parts_find(struct parts *parts, const char *dir, bool lvm, bool busybox, bool e2fsck,
	       struct err *err);

/* Finds init-probe, which goes into no image but onto the disk that one is tried with; a
 * heap string. */
int parts_find_probe(char **path, const char *dir, struct err *err);

void parts_release(struct parts *parts);
#define _cleanup_parts_ __attribute__((cleanup(parts_release)))

/* Adds programs, links, folders, nodes and /etc files. The rescue set goes into the late
 * archive, and lvm where /init gets along without. */
void parts_add(struct plan *plan, const struct parts *parts, const char *version);

#endif
