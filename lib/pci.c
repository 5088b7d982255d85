/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pci.c: reads and writes /sys/bus/pci. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/file_apart.h"
#include "lib/pci.h"
#include "lib/value/pci_select.h"

enum {
	CONFIG_HEADER_TYPE = 14, /* linux/pci_regs.h, PCI_HEADER_TYPE */
	HEADER_TYPE_MASK = 0x7f,
	RESOURCE_MEMORY = 0x200, /* linux/ioport.h, IORESOURCE_MEM */
	CLASS_PCI_BRIDGE = 0x0604,
	CLASS_CARDBUS_BRIDGE = 0x0607,
};

static uint64_t read_number(int dir_fd, const char *name)
{
	uint64_t value = 0;

	file_read_u64(dir_fd, name, &value, NULL);
	return value;
}

/* The last part of a link's target; "" where there is none. */
static void read_link_name(int dir_fd, const char *name, char *text, size_t size)
{
	char target[512];
	const char *slash;

	text[0] = '\0';
	if (file_read_link(dir_fd, name, target, sizeof(target), NULL) < 0)
		return;
	slash = strrchr(target, '/');
	snprintf(text, size, "%.*s", (int)size - 1, slash ? slash + 1 : target);
}

/* Lines of "START END FLAGS" (kernel drivers/pci/pci-sysfs.c, resource_show). */
static void read_bars(int dir_fd, struct pci_function *function)
{
	_cleanup_strbuf_ struct strbuf text;
	const char *line;

	strbuf_init(&text, 8192);
	file_read(dir_fd, "resource", &text, NULL);
	line = text.text;
	for (size_t i = 0; i < PCI_BAR_COUNT && *line; i++) {
		unsigned long long start, end, flags;

		if (sscanf(line, "%llx %llx %llx", &start, &end, &flags) == 3 &&
		    flags & RESOURCE_MEMORY)
			function->bars[i] = (struct pci_range){ start, end };
		line = strchrnul(line, '\n');
		line += *line == '\n';
	}
}

/* vfio exempts by the header's type (kernel drivers/vfio/group.c); the class says the same
 * where the configuration space cannot be read. */
static bool read_is_bridge(int dir_fd, uint32_t class_code)
{
	_cleanup_close_ int fd = openat(dir_fd, "config", O_RDONLY | O_CLOEXEC);
	uint8_t type;

	if (fd >= 0 && pread(fd, &type, 1, CONFIG_HEADER_TYPE) == 1)
		return (type & HEADER_TYPE_MASK) != 0;
	return class_code >> 8 == CLASS_PCI_BRIDGE ||
	       class_code >> 8 == CLASS_CARDBUS_BRIDGE;
}

static int read_group(int dir_fd)
{
	char group[32];

	read_link_name(dir_fd, "iommu_group", group, sizeof(group));
	return group[0] ? atoi(group) : -1;
}

/* By the links to them: reading sriov_numvfs takes the device's lock (kernel
 * drivers/pci/iov.c), which a driver that hangs while it lets go of the device never gives
 * back; whoever reads would hang with it. */
static unsigned count_vfs(int dir_fd)
{
	unsigned count = 0;

	for (;; count++) {
		char link[24], target[64];

		snprintf(link, sizeof(link), "virtfn%u", count);
		if (file_read_link(dir_fd, link, target, sizeof(target), NULL) < 0)
			return count;
	}
}

static void read_function(int dir_fd, struct pci_function *function)
{
	function->id.vendor = (uint16_t)read_number(dir_fd, "vendor");
	function->id.device = (uint16_t)read_number(dir_fd, "device");
	function->subsystem.vendor = (uint16_t)read_number(dir_fd, "subsystem_vendor");
	function->subsystem.device = (uint16_t)read_number(dir_fd, "subsystem_device");
	function->class_code = (uint32_t)read_number(dir_fd, "class");
	function->boot_vga = read_number(dir_fd, "boot_vga") == 1;
	function->vfs = count_vfs(dir_fd);
	function->is_bridge = read_is_bridge(dir_fd, function->class_code);
	function->group = read_group(dir_fd);
	read_link_name(dir_fd, "driver", function->driver, sizeof(function->driver));
	read_bars(dir_fd, function);
}

static int add_function(struct pci_list *list, int devices_fd, const char *name,
			struct err *err)
{
	struct pci_function function = { .group = -1 };
	struct pci_function *items;
	_cleanup_close_ int dir_fd = -1;

	if (strlen(name) >= sizeof(function.name) ||
	    pci_address_parse(name, &function.address, NULL) < 0)
		return 0;
	strcpy(function.name, name);
	dir_fd = openat(devices_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0) /* gone again */
		return 0;
	read_function(dir_fd, &function);
	items = reallocarray(list->items, list->count + 1, sizeof(*items));
	if (!items)
		return err_sys(err, ENOMEM, "reading PCI devices");
	list->items = items;
	items[list->count++] = function;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct pci_function *left = a, *right = b;

	return pci_address_compare(&left->address, &right->address);
}

int pci_read(int root_fd, struct pci_list *list, struct err *err)
{
	int fd = file_open(root_fd, "sys/bus/pci/devices", O_RDONLY | O_DIRECTORY, NULL);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int result = 0;

	*list = (struct pci_list)PCI_LIST_INIT;
	while (!result && dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			result = add_function(list, dirfd(dir), entry->d_name, err);
	}
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare);
	return result;
}

void pci_list_release(struct pci_list *list)
{
	free(list->items);
	*list = (struct pci_list)PCI_LIST_INIT;
}

const struct pci_function *pci_find(const struct pci_list *list,
				    const struct pci_address *address)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!pci_address_compare(&list->items[i].address, address))
			return &list->items[i];
	}
	return NULL;
}

bool pci_has_iommu(int root_fd)
{
	int fd = file_open(root_fd, "sys/kernel/iommu_groups", O_RDONLY | O_DIRECTORY,
			   NULL);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			return true;
	}
	return false;
}

int pci_set_override(int root_fd, const char *name, const char *driver, int timeout_ms,
		     struct err *err)
{
	char path[128], line[PCI_DRIVER_MAX + 1];

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/driver_override", name);
	snprintf(line, sizeof(line), "%s\n", driver);
	return file_write_apart(root_fd, path, line, timeout_ms, err);
}

int pci_unbind(int root_fd, const char *name, int timeout_ms, struct err *err)
{
	char path[128];

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/driver/unbind", name);
	return file_write_apart(root_fd, path, name, timeout_ms, err);
}

int pci_probe(int root_fd, const char *name, int timeout_ms, struct err *err)
{
	return file_write_apart(root_fd, "sys/bus/pci/drivers_probe", name, timeout_ms,
				err);
}
