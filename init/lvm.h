/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lvm.h: activates the logical volumes that the boot needs, and no others.
 *
 * How it works: a volume is wanted because root= or resume= names it, or rd.lvm.lv=, or
 * the image's [Lvm] Volumes. Each time a physical volume has arrived, every wanted volume
 * that is not active yet is tried: simple ones without lvm (lvm_native.h), the others by
 * one run of lvm, "complete" first: lvm refuses while physical volumes of the volume
 * itself are missing. Past LVM_DEGRADED_AFTER_MS redundant volumes may come up without
 * all their legs. Success is judged by the device, not by the exit code.
 */
#ifndef BEDPLATE_INIT_LVM_H
#define BEDPLATE_INIT_LVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "init/device.h"
#include "init/spec.h"
#include "lib/err.h"
#include "lib/strbuf.h"

enum { LVM_DEGRADED_AFTER_MS = 10000, LVM_TIMEOUT_MS = 60000 };

struct lvm_volume {
	char group[SPEC_NAME_MAX];
	char name[SPEC_NAME_MAX]; /* "" for all volumes of the group (rd.lvm.vg=) */
	bool active;
};

struct lvm {
	struct lvm_volume *volumes;
	size_t count;
	unsigned tried_changes; /* devices->pv_changes at the last try */
	bool tried_degraded;
	const char *path_taken; /* "native" or "lvm" once something was activated */
	char complaint[256];    /* lvm's last words when a try failed */
};

/* Adds a wanted volume unless it is there. -ENOMEM at worst. */
int lvm_want(struct lvm *lvm, const char *group, const char *volume);

/* Whether some wanted volume is not active. */
bool lvm_is_wanting(const struct lvm *lvm);

/* Tries to activate what is wanted, if physical volumes have come since the last try or
 * the time for degraded activation has come. True when lvm was run. */
bool lvm_activate(struct lvm *lvm, struct devices *devices, int64_t waited_ms);

/* Looks for a file system's volume where nothing says which one it is: each visible
 * volume is activated read-only, looked at, and put away again if it is another. True
 * when it was found and activated. */
bool lvm_search(struct lvm *lvm, struct devices *devices, const struct spec *spec);

/* Whether the image has the lvm program; taken out of the late archive if need be. */
bool lvm_is_there(int root_fd);

/* Runs lvm with these arguments (ended by NULL) for its output; "" when that failed. For
 * the diagnosis. */
void lvm_query(int root_fd, const char *const *argv, struct strbuf *output);

#endif
