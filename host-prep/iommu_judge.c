/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu_judge.c: which functions a guest could be given, and what is in the way of others. */
#include <stdio.h>
#include <string.h>

#include "host-prep/iommu.h"
#include "lib/cleanup.h"

/* linux/pci_ids.h */
enum {
	BASE_MEMORY = 0x05,
	BASE_BRIDGE = 0x06,
	BASE_SYSTEM = 0x08,
	BASE_SIGNAL = 0x11, /* thermal sensors */
	BASE_DISPLAY = 0x03,
	CLASS_AUDIO = 0x0403,
	CLASS_SD_HOST = 0x0805,
	CLASS_USB = 0x0c03,
	CLASS_SMBUS = 0x0c05,
	CLASS_SERIAL_OTHER = 0x0c80,
};

static unsigned class_of(const struct iommu_function *function)
{
	return function->pci.class_code >> 8;
}

static unsigned base_of(const struct iommu_function *function)
{
	return function->pci.class_code >> 16;
}

/* kernel drivers/vfio/group.c, vfio_dev_driver_allowed, and the variant drivers of
 * drivers/vfio/pci, whose names end so. */
bool iommu_is_driver_for_guests(const char *driver)
{
	static const char *const ends[] = { "vfio-pci", "vfio_pci" };
	size_t length = strlen(driver);

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t end = strlen(ends[i]);

		if (length >= end && !strcmp(driver + length - end, ends[i]))
			return true;
	}
	return !strcmp(driver, "pci-stub");
}

static bool has_host_driver(const struct iommu_function *function)
{
	return function->pci.driver[0] &&
	       !iommu_is_driver_for_guests(function->pci.driver);
}

/* What is soldered in and only makes sense as a whole: without a driver it does not matter
 * to its group. Behind a bridge the same classes may be a card's own. */
static bool is_chipset(const struct iommu_function *function)
{
	unsigned code = class_of(function);

	if (base_of(function) == BASE_BRIDGE)
		return true;
	return function->on_root_bus && code != CLASS_SD_HOST &&
	       (base_of(function) == BASE_MEMORY || base_of(function) == BASE_SYSTEM ||
		base_of(function) == BASE_SIGNAL || code == CLASS_SMBUS ||
		code == CLASS_SERIAL_OTHER);
}

bool iommu_goes_with(const struct iommu_function *function,
		     const struct iommu_function *other)
{
	return function != other && function->pci.group >= 0 &&
	       other->pci.group == function->pci.group && !other->pci.is_bridge &&
	       !is_chipset(other);
}

static bool is_same_slot(const struct pci_address *a, const struct pci_address *b)
{
	return a->domain == b->domain && a->bus == b->bus && a->device == b->device;
}

/* The maker matters: an APU's slot has the processor's USB ports beside its screen. */
bool iommu_is_same_card(const struct iommu *iommu, const struct iommu_function *function,
			const struct iommu_function *other)
{
	unsigned code = class_of(other);

	if (function == other || base_of(function) != BASE_DISPLAY ||
	    function->is_virtual || other->is_virtual ||
	    iommu_goes_with(function, other) ||
	    !is_same_slot(&function->pci.address, &other->pci.address) ||
	    function->pci.id.vendor != other->pci.id.vendor)
		return false;
	return iommu->count &&
	       (code == CLASS_AUDIO || code == CLASS_USB || code == CLASS_SERIAL_OTHER);
}

/* What keeps the group from a guest, though nobody wants to pass it through. */
static bool is_in_the_way(const struct iommu_function *function,
			  const struct iommu_function *other)
{
	return other->pci.group == function->pci.group && !other->pci.is_bridge &&
	       is_chipset(other) && has_host_driver(other);
}

static bool judge_virtual(struct iommu_function *function,
			  const struct iommu_function *other)
{
	if (!other->pci.vfs)
		return false;
	function->verdict = IOMMU_BLOCKED;
	snprintf(
		function->reason, sizeof(function->reason),
		"%s has virtual functions switched on (%u), so vfio-pci does not take it; "
		"write 0 to its sriov_numvfs",
		other->pci.name, other->pci.vfs);
	return true;
}

static bool judge_held(struct iommu_function *function,
		       const struct iommu_function *other)
{
	if (!other->held[0])
		return false;
	function->verdict = IOMMU_HOST;
	if (function == other)
		snprintf(function->reason, sizeof(function->reason),
			 "the host stands on it: %s", other->held);
	else
		snprintf(function->reason, sizeof(function->reason),
			 "the host stands on %s in its group: %s", other->pci.name,
			 other->held);
	return true;
}

/* The others are looked at in their order, so that the first of them is named. */
static bool judge_obstacles(const struct iommu *iommu, struct iommu_function *function)
{
	if (judge_held(function, function) || judge_virtual(function, function))
		return true;
	for (size_t i = 0; i < iommu->count; i++) {
		const struct iommu_function *other = &iommu->items[i];

		if (iommu_goes_with(function, other) &&
		    (judge_held(function, other) || judge_virtual(function, other)))
			return true;
		if (!is_in_the_way(function, other))
			continue;
		function->verdict = IOMMU_BLOCKED;
		snprintf(function->reason, sizeof(function->reason),
			 "%s in its group, a part of the chipset, has driver %s",
			 other->pci.name, other->pci.driver);
		return true;
	}
	return false;
}

static void judge_group(const struct iommu *iommu, struct iommu_function *function)
{
	bool free = iommu_is_driver_for_guests(function->pci.driver);

	function->verdict = IOMMU_ALONE;
	for (size_t i = 0; i < iommu->count; i++) {
		const struct iommu_function *other = &iommu->items[i];

		if (!iommu_goes_with(function, other))
			continue;
		function->verdict = IOMMU_TOGETHER;
		free = free && !has_host_driver(other);
	}
	if (free)
		function->verdict = IOMMU_READY;
}

void iommu_judge(struct iommu *iommu)
{
	for (size_t i = 0; i < iommu->count; i++) {
		struct iommu_function *function = &iommu->items[i];

		function->reason[0] = '\0';
		if (function->pci.is_bridge || is_chipset(function))
			function->verdict = IOMMU_NONE;
		else if (function->pci.group < 0)
			function->verdict = IOMMU_NO_GROUP;
		else if (!judge_obstacles(iommu, function))
			judge_group(iommu, function);
	}
}
