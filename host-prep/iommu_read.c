/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu_read.c: takes in PCI functions with their groups. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/iommu.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/value/pci_select.h"

static void read_reset(struct iommu_function *function, int root_fd)
{
	char path[128];

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/reset_method",
		 function->pci.name);
	if (file_read_line(root_fd, path, function->reset, sizeof(function->reset),
			   NULL) < 0)
		function->reset[0] = '\0';
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/reset", function->pci.name);
	function->reset_unnamed = !function->reset[0] && file_exists(root_fd, path);
}

/* Where it hangs: the folder above its own is the root bus ("pci0000:00") or a bridge. */
static void read_place(struct iommu_function *function, int root_fd)
{
	char path[128], target[512], *end;

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/physfn", function->pci.name);
	function->is_virtual =
		file_read_link(root_fd, path, target, sizeof(target), NULL) > 0;
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s", function->pci.name);
	if (file_read_link(root_fd, path, target, sizeof(target), NULL) < 0)
		return;
	end = strrchr(target, '/');
	if (!end)
		return;
	*end = '\0';
	end = strrchr(target, '/');
	function->on_root_bus = !strncmp(end ? end + 1 : target, "pci", 3);
}

static void read_group(struct iommu_function *function, int root_fd)
{
	char path[128];

	if (function->pci.group < 0)
		return;
	snprintf(path, sizeof(path), "sys/kernel/iommu_groups/%d/type",
		 function->pci.group);
	if (file_read_line(root_fd, path, function->group_type,
			   sizeof(function->group_type), NULL) < 0)
		function->group_type[0] = '\0';
}

static void read_names(struct iommu_function *function, const struct pci_names *names)
{
	pci_names_vendor(names, function->pci.id.vendor, function->vendor);
	pci_names_device(names, &function->pci.id, function->device);
	pci_names_class(names, function->pci.class_code, function->class_name);
}

static int by_group(const void *a, const void *b)
{
	const struct iommu_function *left = a, *right = b;
	unsigned left_group = (unsigned)left->pci.group,
		 right_group = (unsigned)right->pci.group; /* none: the highest */

	if (left_group != right_group)
		return left_group < right_group ? -1 : 1;
	return pci_address_compare(&left->pci.address, &right->pci.address);
}

static void fill(struct iommu *iommu, const struct pci_list *list,
		 const struct pci_names *names, int root_fd)
{
	for (size_t i = 0; i < list->count; i++) {
		struct iommu_function *function = &iommu->items[i];

		function->pci = list->items[i];
		read_names(function, names);
		read_reset(function, root_fd);
		read_place(function, root_fd);
		read_group(function, root_fd);
	}
	qsort(iommu->items, iommu->count, sizeof(*iommu->items), by_group);
}

static int read_uses(struct iommu *iommu, int root_fd, struct err *err)
{
	_cleanup_pci_uses_ struct pci_uses uses = PCI_USES_INIT;
	int result = pci_uses_init(&uses, iommu->count, err);

	for (size_t i = 0; !result && i < iommu->count; i++)
		strcpy(uses.items[i].name, iommu->items[i].pci.name);
	if (!result)
		result = pci_uses_read(&uses, root_fd, err);
	for (size_t i = 0; !result && i < iommu->count; i++) {
		strcpy(iommu->items[i].uses, uses.items[i].uses);
		strcpy(iommu->items[i].held, uses.items[i].held);
		strcpy(iommu->items[i].up, uses.items[i].up);
	}
	return result;
}

int iommu_read(struct iommu *iommu, int root_fd, struct err *err)
{
	_cleanup_pci_list_ struct pci_list list = PCI_LIST_INIT;
	_cleanup_pci_names_ struct pci_names names = PCI_NAMES_INIT;
	int result = pci_read(root_fd, &list, err);

	*iommu = (struct iommu)IOMMU_INIT;
	if (!result)
		result = pci_names_read(&names, root_fd, err);
	if (result)
		return result;
	iommu->is_on = pci_has_iommu(root_fd);
	iommu->has_names = names.text;
	if (!list.count)
		return 0;
	iommu->items = calloc(list.count, sizeof(*iommu->items));
	if (!iommu->items)
		return err_sys(err, ENOMEM, "reading the IOMMU groups");
	iommu->count = list.count;
	fill(iommu, &list, &names, root_fd);
	result = read_uses(iommu, root_fd, err);
	if (!result)
		iommu_judge(iommu);
	return result;
}

void iommu_release(struct iommu *iommu)
{
	free(iommu->items);
	*iommu = (struct iommu)IOMMU_INIT;
}
