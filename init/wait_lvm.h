/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wait_lvm.h: what the wait for the root does about logical volumes. */
#ifndef BEDPLATE_INIT_WAIT_LVM_H
#define BEDPLATE_INIT_WAIT_LVM_H

#include <stdint.h>

#include "init/boot.h"

enum {
	LVM_SEARCH_AFTER_MS = 3000, /* before volumes that nobody named are looked into */
	LVM_HOLD_MS = 1000,         /* for a driver that may show more disks */
	LVM_HELD_UP_MS = 10000,     /* the root waits no longer than that for modules */
};

/* Whether volumes that are wanted wait, for a moment, because a driver that has shown disks
 * has not shown all of them: only then is it known whether a physical volume or a group's
 * name is there twice. */
bool wait_holds_lvm(struct boot *boot);

/* Activates what is wanted, once device-mapper is there and as soon as there is something
 * new to try with; tells of what will not come. */
void wait_try_lvm(struct boot *boot, int64_t waited_ms);

/* Whether volumes that are wanted could be tried but for modules that are being loaded: then the
 * root, though it is there, is to wait for these, or the volumes would come up on some boots and
 * not on others. */
bool wait_lvm_is_held_up(struct boot *boot, int64_t waited_ms);

/* Looks into the volumes for a root that nothing else has. *searched_changes is the
 * devices' pv_changes at the last search; several volumes that have it are told, and
 * become the reason in *hopeless. */
void wait_search_lvm(struct boot *boot, int64_t waited_ms, unsigned *searched_changes,
		     struct err *hopeless);

#endif
