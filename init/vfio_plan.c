/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio_plan.c: from wishes and PCI functions to what is bound and what is not. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "init/text.h"
#include "init/vfio_plan.h"

static void id_text(const struct pci_id *id, char text[16])
{
	snprintf(text, 16, "%04x:%04x", id->vendor, id->device);
}

static bool is_identity(const struct vfio_wish *wish, const struct pci_function *function)
{
	const struct pci_id *id = &wish->select.id, *sub = &wish->subsystem;

	return (!pci_id_is_set(id) || pci_id_equal(id, &function->id)) &&
	       (!sub->vendor || sub->vendor == function->subsystem.vendor) &&
	       (!sub->device || sub->device == function->subsystem.device) &&
	       ((wish->class_code ^ function->class_code) & wish->class_mask) == 0;
}

/* The same function can be there twice: as what one wish means, and as what another one does
 * not expect at its place. Both are to be told. */
static struct vfio_device *find_device(struct vfio_plan *plan, const char *name,
				       enum vfio_result result, const char *reason)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct vfio_device *device = &plan->devices[i];

		if (device->result == result && !strcmp(device->name, name) &&
		    !strcmp(device->reason, reason))
			return device;
	}
	return NULL;
}

static bool has_origin(const char *origins, const char *origin)
{
	size_t length = strlen(origin);

	for (const char *at = origins; (at = strstr(at, origin)); at += length) {
		if ((at == origins || at[-1] == ' ') &&
		    (!at[length] || at[length] == ','))
			return true;
	}
	return false;
}

static void add_origin(struct vfio_device *device, const char *origin)
{
	size_t used = strlen(device->origin);

	if (*origin && !has_origin(device->origin, origin))
		snprintf(device->origin + used, sizeof(device->origin) - used, "%s%s",
			 used ? ", " : "", origin);
}

static struct vfio_device *add_device(struct vfio_plan *plan,
				      const struct vfio_wish *wish)
{
	struct vfio_device *devices =
		reallocarray(plan->devices, plan->count + 1, sizeof(*plan->devices));

	if (!devices)
		return NULL;
	plan->devices = devices;
	devices[plan->count] = (struct vfio_device){
		.select = wish->select,
		.policy = wish->policy,
		.detach = wish->detach,
		.group = -1,
	};
	add_origin(&devices[plan->count], wish->origin);
	return &devices[plan->count++];
}

static int merge(struct vfio_device *device, const struct vfio_wish *wish)
{
	if (wish->policy > device->policy)
		device->policy = wish->policy;
	device->detach |= wish->detach;
	add_origin(device, wish->origin);
	return 0;
}

static int add_function(struct vfio_plan *plan, const struct vfio_wish *wish,
			const struct pci_function *function, enum vfio_result result,
			const char *reason)
{
	struct vfio_device *device = find_device(plan, function->name, result, reason);

	if (device)
		return merge(device, wish);
	device = add_device(plan, wish);
	if (!device)
		return -ENOMEM;
	device->select.address = function->address;
	device->select.id = function->id;
	device->result = result;
	device->group = function->group;
	text_copy(device->name, sizeof(device->name), function->name);
	text_copy(device->former, sizeof(device->former), function->driver);
	text_copy(device->driver, sizeof(device->driver), function->driver);
	text_copy(device->reason, sizeof(device->reason), reason);
	return 0;
}

static int add_absent(struct vfio_plan *plan, const struct vfio_wish *wish,
		      const char *reason)
{
	struct vfio_device *device = add_device(plan, wish);

	if (!device)
		return -ENOMEM;
	device->result = VFIO_ABSENT;
	text_copy(device->reason, sizeof(device->reason), reason);
	return 0;
}

/* " 10de:1b80 is now at 0000:02:00.0 and 0000:03:00.0", or that it is nowhere. */
static void add_whereabouts(char *text, size_t size, const struct pci_id *id,
			    const struct pci_list *functions)
{
	size_t used = strlen(text);
	const char *between = "is now at";
	char identity[16];

	id_text(id, identity);
	used += (size_t)snprintf(text + used, size - used, "; %s ", identity);
	for (size_t i = 0; i < functions->count && used < size; i++) {
		if (!pci_id_equal(&functions->items[i].id, id))
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s %s", between,
					 functions->items[i].name);
		between = " and";
	}
	if (!strcmp(between, "is now at") && used < size)
		snprintf(text + used, size - used, "is nowhere in this machine");
}

/* Of a slot, one of the functions has the identity; all of them are meant. */
static bool place_is_right(const struct vfio_wish *wish, const struct pci_list *functions)
{
	for (size_t i = 0; i < functions->count; i++) {
		if (pci_select_has_place(&wish->select, &functions->items[i].address) &&
		    is_identity(wish, &functions->items[i]))
			return true;
	}
	return false;
}

static int add_mismatch(struct vfio_plan *plan, const struct vfio_wish *wish,
			const struct pci_function *function,
			const struct pci_list *functions)
{
	char there[16], expected[16], reason[VFIO_REASON_MAX];

	id_text(&function->id, there);
	id_text(&wish->select.id, expected);
	snprintf(reason, sizeof(reason), "%s is there, and %s is expected", there,
		 expected);
	add_whereabouts(reason, sizeof(reason), &wish->select.id, functions);
	return add_function(plan, wish, function, VFIO_MISMATCH, reason);
}

static int add_bridge(struct vfio_plan *plan, const struct vfio_wish *wish,
		      const struct pci_function *function)
{
	/* Of a slot or of all that have an identity, bridges are not meant. */
	if (!wish->select.address.is_set ||
	    wish->select.address.function == PCI_EVERY_FUNCTION)
		return 0;
	return add_function(plan, wish, function, VFIO_REFUSED,
			    "it is a bridge; guests get what is behind it");
}

static int add_endpoint(struct vfio_plan *plan, const struct vfio_wish *wish,
			const struct pci_function *function)
{
	char reason[VFIO_REASON_MAX];

	if (!function->vfs)
		return add_function(plan, wish, function, VFIO_TO_BIND, "");
	snprintf(
		reason, sizeof(reason),
		"%u of its virtual functions are switched on, and vfio-pci refuses such a "
		"device; pass these on, or have them switched off (sriov_numvfs)",
		function->vfs);
	return add_function(plan, wish, function, VFIO_REFUSED, reason);
}

static int add_nothing_there(struct vfio_plan *plan, const struct vfio_wish *wish,
			     const struct pci_list *functions)
{
	char reason[VFIO_REASON_MAX];

	snprintf(reason, sizeof(reason), "%s",
		 wish->select.address.is_set ? "nothing is at this address"
					     : "there is no such device");
	if (wish->select.address.is_set && pci_id_is_set(&wish->select.id))
		add_whereabouts(reason, sizeof(reason), &wish->select.id, functions);
	return add_absent(plan, wish, reason);
}

static int plan_wish(struct vfio_plan *plan, const struct vfio_wish *wish,
		     const struct pci_list *functions)
{
	bool by_place = wish->select.address.is_set;
	bool right = by_place && place_is_right(wish, functions);
	size_t before = plan->count;
	bool any = false;
	int result = 0;

	for (size_t i = 0; !result && i < functions->count; i++) {
		const struct pci_function *function = &functions->items[i];

		if (by_place ? !pci_select_has_place(&wish->select, &function->address)
			     : !is_identity(wish, function))
			continue;
		any = true;
		if (by_place && !right)
			result = add_mismatch(plan, wish, function, functions);
		else if (function->is_bridge)
			result = add_bridge(plan, wish, function);
		else
			result = add_endpoint(plan, wish, function);
	}
	if (!any && !result && plan->count == before)
		result = add_nothing_there(plan, wish, functions);
	return result;
}

static void plan_screens(struct vfio_plan *plan, const struct pci_list *functions,
			 const struct framebuffers *framebuffers)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct vfio_device *device = &plan->devices[i];
		const struct pci_function *function =
			pci_find(functions, &device->select.address);
		const char *screen = function && device->result == VFIO_TO_BIND
					     ? framebuffers_on(framebuffers, function)
					     : NULL;

		if (!screen)
			continue;
		text_copy(device->screen, sizeof(device->screen), screen);
		if (device->detach || !strcmp(device->driver, VFIO_DRIVER))
			continue;
		device->result = VFIO_REFUSED;
		snprintf(device->reason, sizeof(device->reason),
			 "the firmware's screen (%s) lies in its memory; "
			 "Framebuffer=detach takes the screen away",
			 screen);
	}
}

int vfio_plan_make(struct vfio_plan *plan, const struct vfio_wish *wishes, size_t count,
		   const struct pci_list *functions,
		   const struct framebuffers *framebuffers, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (plan_wish(plan, &wishes[i], functions) < 0)
			return err_sys(err, ENOMEM, "planning what vfio-pci gets");
	}
	plan_screens(plan, functions, framebuffers);
	return 0;
}

bool vfio_device_is_good(const struct vfio_device *device)
{
	return device->result == VFIO_BOUND && device->group_state != VFIO_GROUP_BROKEN;
}

enum vfio_policy vfio_plan_policy(const struct vfio_plan *plan,
				  const struct vfio_device **worst)
{
	*worst = NULL;
	for (size_t i = 0; i < plan->count; i++) {
		const struct vfio_device *device = &plan->devices[i];

		if (!vfio_device_is_good(device) &&
		    (!*worst || device->policy > (*worst)->policy))
			*worst = device;
	}
	return *worst ? (*worst)->policy : VFIO_CONTINUE;
}

void vfio_plan_release(struct vfio_plan *plan)
{
	free(plan->devices);
	*plan = (struct vfio_plan)VFIO_PLAN_INIT;
}
