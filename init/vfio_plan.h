/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vfio_plan.h: which PCI functions vfio-pci is to get, and what came of it.
 *
 * How it works: the wishes (configuration, vfio-pci.ids=) and the functions that the
 * machine has make a list of devices: to be bound, or not and why (vfio_plan_make). When
 * that was carried out, the functions are read again and each device is judged by what is
 * really there (vfio_judge.h). Nothing in here touches the machine.
 */
#ifndef BEDPLATE_INIT_VFIO_PLAN_H
#define BEDPLATE_INIT_VFIO_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "init/framebuffer.h"
#include "lib/err.h"
#include "lib/pci.h"
#include "lib/value/pci_select.h"

#define VFIO_DRIVER "vfio-pci"

/* From mild to strict: where several wishes mean one device the strictest counts. */
enum vfio_policy { VFIO_CONTINUE, VFIO_RESCUE, VFIO_REBOOT };

enum vfio_result {
	VFIO_TO_BIND,
	VFIO_BOUND,
	VFIO_FAILED,   /* it was tried */
	VFIO_REFUSED,  /* it cannot be, or must not be as things are */
	VFIO_MISMATCH, /* something else is at this place */
	VFIO_ABSENT,
};

/* What the rest of a device's IOMMU group is like. */
enum vfio_group {
	VFIO_GROUP_NONE,
	VFIO_GROUP_WHOLE,
	VFIO_GROUP_OPEN, /* another endpoint has no driver yet, and nobody asked for it */
	VFIO_GROUP_BROKEN, /* another endpoint has a driver of its own */
};

enum { VFIO_ORIGIN_MAX = 160, VFIO_REASON_MAX = 320 };

struct vfio_wish {
	struct pci_select select;
	/* Only of vfio-pci.ids=; all zero: any. */
	struct pci_id subsystem;
	uint32_t class_code, class_mask;
	enum vfio_policy policy;
	bool detach; /* the firmware's screen may be taken away */
	char origin[VFIO_ORIGIN_MAX];
};

struct vfio_device {
	struct pci_select select; /* what it is; of an absent one, what was wished for */
	char name[PCI_NAME_MAX];  /* "" where it is absent */
	enum vfio_result result;
	enum vfio_policy policy;
	bool detach;
	int group;
	enum vfio_group group_state;
	char former[PCI_DRIVER_MAX], driver[PCI_DRIVER_MAX];
	char screen[FRAMEBUFFER_NAME]; /* the firmware's, that lies on it; "": none */
	char reason[VFIO_REASON_MAX];  /* why it is not bound, or its group not whole */
	char origin[VFIO_ORIGIN_MAX];
};

struct vfio_plan {
	struct vfio_device *devices;
	size_t count;
};

#define VFIO_PLAN_INIT          \
	{                       \
		.devices = NULL \
	}

/* Fills an empty plan. */
int vfio_plan_make(struct vfio_plan *plan, const struct vfio_wish *wishes, size_t count,
		   const struct pci_list *functions,
		   const struct framebuffers *framebuffers, struct err *err);

/* Whether this one is as it was wished for. */
bool vfio_device_is_good(const struct vfio_device *device);

/* The strictest policy among devices that are not; *worst is one of them, or NULL. */
enum vfio_policy vfio_plan_policy(const struct vfio_plan *plan,
				  const struct vfio_device **worst);

void vfio_plan_release(struct vfio_plan *plan);
#define _cleanup_vfio_plan_ __attribute__((cleanup(vfio_plan_release)))

#endif
