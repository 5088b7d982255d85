/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio_judge.c: what came of a plan for vfio-pci, by what the machine shows. */
#include <stdio.h>
#include <string.h>

#include "init/text.h"
#include "init/vfio_judge.h"

static void id_text(const struct pci_id *id, char text[16])
{
	snprintf(text, 16, "%04x:%04x", id->vendor, id->device);
}

static bool is_fit_for_guests(const struct pci_function *function)
{
	/* kernel drivers/vfio/group.c, vfio_dev_driver_allowed */
	return !strcmp(function->driver, VFIO_DRIVER) ||
	       !strcmp(function->driver, "pci-stub");
}

/* Whether no other driver can take it: what was refused, or is something else than was
 * expected, goes to its own. */
static bool is_kept(const struct vfio_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct vfio_device *device = &plan->devices[i];

		if (!strcmp(device->name, name) && device->result != VFIO_REFUSED &&
		    device->result != VFIO_MISMATCH)
			return true;
	}
	return false;
}

static void judge_group(const struct vfio_plan *plan, struct vfio_device *device,
			const struct pci_list *functions)
{
	char id[16];

	device->group_state = VFIO_GROUP_WHOLE;
	for (size_t i = 0; i < functions->count; i++) {
		const struct pci_function *other = &functions->items[i];
		bool has_driver = other->driver[0];

		if (other->group != device->group || other->is_bridge ||
		    is_fit_for_guests(other) || !strcmp(other->name, device->name) ||
		    (!has_driver && is_kept(plan, other->name)) ||
		    (!has_driver && device->group_state != VFIO_GROUP_WHOLE))
			continue;
		id_text(&other->id, id);
		device->group_state = has_driver ? VFIO_GROUP_BROKEN : VFIO_GROUP_OPEN;
		snprintf(device->reason, sizeof(device->reason),
			 has_driver
				 ? "IOMMU group %d is not whole: %s (%s) in it has "
				   "driver %s"
				 : "IOMMU group %d also holds %s (%s), which nobody "
				   "passes through: a driver%s that takes it makes the "
				   "group unusable for guests",
			 device->group, other->name, id, other->driver);
		if (has_driver)
			return;
	}
}

static void judge_failure(struct vfio_device *device, const char *missing)
{
	/* Of one that was bound, the reason is about its group. */
	if (device->result == VFIO_BOUND)
		device->reason[0] = '\0';
	device->result = VFIO_FAILED;
	if (missing)
		text_copy(device->reason, sizeof(device->reason), missing);
	else if (device->driver[0])
		snprintf(device->reason, sizeof(device->reason), "driver %s has it",
			 device->driver);
	else if (device->group < 0)
		text_copy(device->reason, sizeof(device->reason),
			  "no IOMMU is at work, so vfio-pci takes nothing");
	else if (!device->reason[0])
		text_copy(device->reason, sizeof(device->reason),
			  "vfio-pci did not take it; the kernel's lines above say why");
}

/* Where the kernel keeps the memory reserved for a screen whose driver is gone (BOOTFB, of a
 * card that is no VGA device to vfio-pci) the first guest would be told that it cannot have
 * it ("can't reserve"). */
static void judge_screen(struct vfio_device *device, const struct pci_function *now,
			 const struct framebuffers *framebuffers)
{
	const char *screen = framebuffers_on(framebuffers, now);

	if (screen && !device->reason[0])
		snprintf(device->reason, sizeof(device->reason),
			 "the firmware's screen (%s) still lies in its memory, which no "
			 "guest can have: give initcall_blacklist=sysfb_init",
			 screen);
}

/* It may have been bound in spite of everything: by vfio-pci's own ids= where it was refused
 * here, which the reason still says then; by somebody in the rescue shell. */
static void judge_bound(const struct vfio_plan *plan, struct vfio_device *device,
			const struct pci_list *functions)
{
	if (device->result != VFIO_REFUSED &&
	    (device->result != VFIO_BOUND || device->group_state != VFIO_GROUP_WHOLE))
		device->reason[0] = '\0';
	device->result = VFIO_BOUND;
	judge_group(plan, device, functions);
}

void vfio_judge_plan(struct vfio_plan *plan, const struct pci_list *functions,
		     const struct framebuffers *framebuffers, const char *missing)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct vfio_device *device = &plan->devices[i];
		const struct pci_function *now =
			pci_find(functions, &device->select.address);

		if (!now || !device->name[0])
			continue;
		text_copy(device->driver, sizeof(device->driver), now->driver);
		device->group = now->group;
		if (device->result == VFIO_MISMATCH)
			continue;
		if (!strcmp(now->driver, VFIO_DRIVER)) {
			judge_bound(plan, device, functions);
			judge_screen(device, now, framebuffers);
		} else if (device->result == VFIO_TO_BIND ||
			   device->result == VFIO_BOUND) {
			judge_failure(device, missing);
		}
	}
}
