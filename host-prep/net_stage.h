/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_stage.h: the stages in which net_apply does its work, and what each step does in which. */
#ifndef BEDPLATE_HOST_PREP_NET_STAGE_H
#define BEDPLATE_HOST_PREP_NET_STAGE_H

#include "host-prep/net_step.h"
#include "lib/netlink.h"

enum stage {
	STAGE_UNMAKE,
	STAGE_MAKE,
	STAGE_SET,
	STAGE_SYSCTL_EARLY,
	STAGE_UP,
	STAGE_ROUTE_GOES,
	STAGE_MASTER,
	STAGE_UP_PORT,
	STAGE_PORT,
	STAGE_ADDRESS_GOES_EARLY,
	STAGE_ADDRESS_COMES,
	STAGE_ADDRESS_GOES,
	STAGE_ROUTE_COMES,
	STAGE_ROUTE_VIA_COMES,
	STAGE_SYSCTL_LATE,
	STAGE_DOWN,
	STAGE_DELETE,
	STAGES,
};

struct apply {
	struct netlink *nl;
	int root_fd;
	struct netlink_batch batch;
	enum stage stage;
	bool goes_on;   /* does what can be done, whatever has failed */
	uint32_t group; /* of the links that are deleted */
	const struct step *last_deleted;
	int failed; /* code of the first failure */
	struct err *err;
};

/* Keeps the first failure; the others mostly follow from it. */
void net_apply_fail(struct apply *apply, const struct step *step, struct err *own);

/* The index of a link; 0, and the step has failed, where there is none. A link that is still to
 * be made by what is unsent is made first. */
int net_apply_index(struct apply *apply, const struct step *step, const char *name);

/* Writes a step's requests of the stage, or does what is not netlink's. */
void net_stage_step(struct apply *apply, enum stage stage, const struct step *step);

/* What is left to be said when all steps had their turn. */
void net_stage_end(struct apply *apply, enum stage stage);

#endif
