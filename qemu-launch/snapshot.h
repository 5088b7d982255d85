/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot.h: overlays over a guest's disks, while it is off (qemu-img) and while it runs (QMP).
 *
 * How it works: what is the guest's disk stands in one file (disk_chain.h), and each action changes that in one
 * rename. Before and after it there is nothing in the files that a start would miss:
 *
 *  create    the overlays are made, then the chain has them, then QEMU writes to them. Killed before the
 *            last: they are empty, and the next start reads through them.
 *  commit    their data is copied below; reading through them still gives the same. The chain loses
 *            them, then they are removed. While the guest runs QEMU holds its writes back in between:
 *            the job waits in `pending` until the chain is written (QEMU's docs/interop/live-block-operations,
 *            "auto-finalize").
 *  rollback  a new overlay takes the place of the old ones, which are set aside until they are forgotten.
 *
 * Each command begins with what the one before may have left behind (snapshot_live_settle).
 */
#ifndef BEDPLATE_QEMU_LAUNCH_SNAPSHOT_H
#define BEDPLATE_QEMU_LAUNCH_SNAPSHOT_H

#include "qemu-launch/control.h"
#include "qemu-launch/disk_work.h"

#define SNAPSHOT_JOB "bedplate-commit" /* a commit's, in QEMU */

struct snapshot {
	const struct args *args;
	struct context context;
	const struct guest *guest;
	const char *name; /* the third operand; NULL: none */
	bool *chosen;     /* of each disk: whether it is meant */
	json_t *chains;
	int lock_fd; /* the guest stays off; -1 */
	bool runs;
	char job_error[256];    /* of the job that ended last */
	struct control control; /* connected where it runs */
	json_t *nodes;          /* what QEMU has open then */
};

/* Writes the chains down. */
int snapshot_save(struct snapshot *snapshot, struct err *err);

/* The chain of a disk that is meant; NULL where it is not, or has none. */
json_t *snapshot_chosen(const struct snapshot *snapshot, size_t disk);

/* The chain of a disk that has overlays from place *at on that the action is about: those from the one that
 * `name` names, else the last one. NULL where the disk is not meant or has none. */
json_t *snapshot_chain(const struct snapshot *snapshot, size_t disk, size_t *at);

/* Ends what a command that was killed left running in QEMU, and believes QEMU about what is open. */
int snapshot_live_settle(struct snapshot *snapshot, struct err *err);

/* QEMU writes to the last overlay of each chosen disk from now on; to all at one moment, or to none: -EREMOTEIO or
 * -ESTALE. Another failure leaves open which. */
int snapshot_live_switch(struct snapshot *snapshot, struct err *err);

/* Commits the overlays from place `at` on of one disk, and cuts the chain. */
int snapshot_live_commit(struct snapshot *snapshot, size_t disk, json_t *chain, size_t at,
			 struct err *err);

#endif
