/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lvm.h: activates the logical volumes that the boot needs, and no others.
 *
 * How it works: a volume is wanted because root= or resume= names it, or rd.lvm.lv=, or
 * the image's [Lvm] Volumes. Each time a physical volume has arrived, every wanted volume
 * that is not active yet is tried: simple ones without lvm (lvm_native.h), the others by
 * one run of lvm, "complete" first: lvm refuses while physical volumes of the volume
 * itself are missing. When the policy says so, redundant volumes may come up without all
 * their legs. Success is judged by the device, not by the exit code. What no further
 * device can mend (a name that a whole group does not have, another host's group, two
 * groups of one name) is refused: it is said at once, and not waited for.
 */
#ifndef BEDPLATE_INIT_LVM_H
#define BEDPLATE_INIT_LVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "init/device.h"
#include "init/report.h"
#include "init/spec.h"
#include "lib/err.h"
#include "lib/strbuf.h"

enum lvm_degraded { LVM_NEVER_DEGRADED, LVM_DEGRADED_AT_DEADLINE, LVM_DEGRADED_NOW };

struct lvm_volume {
	char group[SPEC_NAME_MAX]; /* a name or a UUID */
	char name[SPEC_NAME_MAX];  /* "" for all volumes of the group (rd.lvm.vg=) */
	bool active;
	bool legs_known;
	bool degraded;     /* came up without all its legs */
	char refused[512]; /* why it will not come up with what is there; "" if it may */
	bool refused_told, degraded_told;
};

struct lvm {
	struct lvm_volume *volumes; /* those by UUID first: what a name means follows */
	size_t count;
	enum lvm_degraded degraded;
	uint64_t degraded_after_ms;
	unsigned tried_changes; /* devices->pv_changes at the last try */
	bool tried_degraded;
	bool held; /* for drivers that may show more disks, see wait_holds_lvm */
	int64_t held_since_us;
	bool program_only;      /* rd.lvm.native=0: lvm does all of it */
	const char *path_taken; /* "native" or "lvm" once something was activated */
	char complaint[512]; /* the last reason or lvm's last words when a try failed */
	char trouble[512];   /* lvm itself failed: it was killed, or crashed */
	bool trouble_told;
};

/* Adds a wanted volume unless it is there. -ENOMEM at worst. */
int lvm_want(struct lvm *lvm, const char *group, const char *volume);

/* Whether some wanted volume is not active, and whether one of those may still come. */
bool lvm_is_wanting(const struct lvm *lvm);
bool lvm_is_waiting(const struct lvm *lvm);

/* Why this volume will not come up with the devices that are there, or NULL. */
const char *lvm_refusal(const struct lvm *lvm, const char *group, const char *volume);

/* Tries to activate what is wanted, if physical volumes have come since the last try or
 * the time for degraded activation has come. True when something was tried. */
bool lvm_activate(struct lvm *lvm, struct devices *devices, int64_t waited_ms);

/* When degraded activation is due, in milliseconds of waiting; -1 for never. */
int64_t lvm_degraded_due_ms(const struct lvm *lvm);

/* Looks through what is wanted for devices that are there by now. */
void lvm_judge(struct lvm *lvm, struct devices *devices);

/* Tells, each once: volumes that were refused, that came up degraded (and how to mend
 * that on the running host), and lvm's own failures. */
void lvm_tell(struct lvm *lvm, struct report *report);

/* Looks for a file system's volume where nothing says which one it is: each volume is
 * mapped so that nothing can write to it, looked at, and put away again. The one that
 * has it is activated; where several have it, none is, and *err lists them. 1 when it
 * was activated, 0 when none has it; -ENOTUNIQ for several. */
int lvm_search(struct lvm *lvm, struct devices *devices, const struct spec *spec,
	       struct err *err);

/* Whether the image has the lvm program; taken out of the late archive if need be. */
bool lvm_is_there(int root_fd);

/* Runs lvm with these arguments (ended by NULL) for its output ("" when that failed), for
 * the search and the diagnosis; not again once it hung. */
void lvm_query(int root_fd, const char *const *argv, struct strbuf *output);

#endif
