/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wait_lvm.c: what the wait for the root does about logical volumes. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "init/clock.h"
#include "init/probing.h"
#include "init/wait_lvm.h"

/* Modules that device-mapper's targets may need; all of them are there before lvm runs.
 */
static bool is_for_lvm(const char *name)
{
	return strncmp(name, "dm_", 3) == 0 || strncmp(name, "raid", 4) == 0 ||
	       strncmp(name, "md_", 3) == 0;
}

/* /dev/mapper/control is the kernel's offer to load dm_mod at the first open; without
 * modprobe in the image we are the ones to do it. */
static void need_device_mapper(struct modules *modules)
{
	if (access("/sys/class/misc/device-mapper", F_OK) < 0)
		modules_request(modules, "dm_mod");
	loader_run(&modules->loader);
}

bool wait_holds_lvm(struct boot *boot)
{
	struct lvm *lvm = &boot->lvm;

	if (!lvm_is_waiting(lvm) || !probing_disks(&boot->devices, &boot->modules.loader))
		return false;
	if (!lvm->held_since_us)
		lvm->held_since_us = clock_us();
	return clock_us() - lvm->held_since_us < LVM_HOLD_MS * 1000;
}

void wait_try_lvm(struct boot *boot, int64_t waited_ms)
{
	struct report_step *step;
	int64_t before;

	if (!lvm_is_wanting(&boot->lvm))
		return;
	devices_find_pvs(&boot->devices);
	if (!devices_have_pvs(&boot->devices))
		return;
	need_device_mapper(&boot->modules);
	if (!loader_done_with(&boot->modules.loader, is_for_lvm) || boot->lvm.held)
		return;
	before = clock_us();
	if (!lvm_activate(&boot->lvm, &boot->devices, waited_ms))
		return;
	step = report_begin(&boot->report, "lvm");
	step->start_us = before;
	report_end(step, lvm_is_wanting(&boot->lvm) ? REPORT_FAILED : REPORT_OK,
		   boot->lvm.complaint);
	lvm_tell(&boot->lvm, &boot->report);
}

bool wait_lvm_is_held_up(struct boot *boot, int64_t waited_ms)
{
	return waited_ms < LVM_HELD_UP_MS && lvm_is_waiting(&boot->lvm) &&
	       devices_have_pvs(&boot->devices) &&
	       !loader_done_with(&boot->modules.loader, is_for_lvm);
}

void wait_search_lvm(struct boot *boot, int64_t waited_ms, unsigned *searched_changes,
		     struct err *hopeless)
{
	struct report_step *step;
	struct err err = ERR_INIT;

	if (waited_ms < LVM_SEARCH_AFTER_MS || lvm_is_waiting(&boot->lvm) ||
	    (boot->wanted->kind != SPEC_UUID && boot->wanted->kind != SPEC_LABEL))
		return;
	devices_find_pvs(&boot->devices);
	if (*searched_changes == boot->devices.pv_changes)
		return;
	*searched_changes = boot->devices.pv_changes;
	need_device_mapper(&boot->modules);
	step = report_begin(&boot->report, "lvm");
	if (lvm_search(&boot->lvm, &boot->devices, boot->wanted, &err) == -ENOTUNIQ) {
		*hopeless = err;
		report_warning(&boot->report, "%s; %s", err.text, err.hint);
	}
	report_end(step, err.code ? REPORT_FAILED : REPORT_OK,
		   err.code ? err.text : "searched");
	lvm_tell(&boot->lvm, &boot->report);
}
