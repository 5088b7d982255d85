/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugepage_place.h: where a hugetlbfs is mounted, and what steps do there. */
#ifndef BEDPLATE_HOST_PREP_HUGEPAGE_PLACE_H
#define BEDPLATE_HOST_PREP_HUGEPAGE_PLACE_H

#include <sys/types.h>

#include "host-prep/part.h"

extern const char hugepage_fstype[];

struct hugepage_owner {
	uid_t user;
	gid_t group;
	mode_t mode;
};

/* A mount's place: what a step about it has as its data. */
struct hugepage_place {
	int root_fd;
	char *point, *options;
	unsigned made; /* folders of its path that were not there, from the last one up */
	struct hugepage_owner before, after;
};

/* NULL without memory. */
struct hugepage_place *hugepage_place_new(const struct part_context *context,
					  const char *point);
void hugepage_place_free(void *data);

/* A step's run and undo. Folders that are missing are made, and go with the mount. */
int hugepage_run_mount(const struct step *step, struct err *err);
int hugepage_run_unmount(const struct step *step, struct err *err);
int hugepage_run_remove_folders(const struct step *step, struct err *err);
int hugepage_run_owner(const struct step *step, struct err *err);
int hugepage_undo_owner(const struct step *step, struct err *err);

#endif
