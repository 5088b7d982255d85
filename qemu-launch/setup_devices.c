/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup_devices.c: which of the host's devices a guest's sections mean, and which ports are
 * free for its displays. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/pci.h"
#include "qemu-launch/setup_private.h"

/* ---- [Passthrough] ---- */

static bool is_meant(const struct guest_passthrough *row,
		     const struct pci_function *function)
{
	const struct pci_address *want = &row->address, *have = &function->address;

	if (want->is_set &&
	    (want->domain != have->domain || want->bus != have->bus ||
	     want->device != have->device ||
	     (want->function != PCI_EVERY_FUNCTION && want->function != have->function)))
		return false;
	/* With the whole slot Id= is what its first function is. */
	if (want->is_set && want->function == PCI_EVERY_FUNCTION && have->function)
		return true;
	return !row->id.vendor || (row->id.vendor == function->id.vendor &&
				   row->id.device == function->id.device);
}

static int add_functions(struct setup_passthrough *passthrough,
			 const struct guest_passthrough *row, const struct pci_list *list)
{
	passthrough->functions = calloc(list->count + 1, sizeof(*passthrough->functions));
	if (!passthrough->functions)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++) {
		const struct pci_function *function = &list->items[i];

		if (!function->is_bridge && is_meant(row, function))
			passthrough->functions[passthrough->count++] =
				(struct setup_function){ .address = function->address,
							 .id = function->id,
							 .class = function->class_code };
	}
	return 0;
}

int setup_resolve_passthrough(struct guest_setup *setup, const struct guest *guest,
			      const struct setup_host *host, struct err *err)
{
	_cleanup_pci_list_ struct pci_list list = PCI_LIST_INIT;
	size_t count = guest->data->passthrough.count;
	int result = 0;

	setup->passthrough = calloc(count + 1, sizeof(*setup->passthrough));
	if (!setup->passthrough)
		return err_sys(err, ENOMEM, "looking for PCI devices");
	setup->passthrough_count = count;
	if (count)
		result = pci_read(host->root_fd, &list, err);
	for (size_t i = 0; !result && i < count; i++)
		if (add_functions(&setup->passthrough[i],
				  &guest->data->passthrough.items[i], &list))
			result = err_sys(err, ENOMEM, "looking for PCI devices");
	return result;
}

/* ---- [Usb] ---- */

static const char usb_folder[] = "sys/bus/usb/devices";

/* What a device of sysfs's is: kernel Documentation/ABI/testing/sysfs-bus-usb. */
struct usb_device {
	char name[SETUP_NAME_MAX]; /* "1-4.2" */
	struct pci_id id;
	char serial[128];
	unsigned bus, address;
};

static unsigned read_number(int root_fd, const char *device, const char *attribute,
			    int base)
{
	char path[SETUP_PATH_MAX], line[32];

	snprintf(path, sizeof(path), "%s/%s/%s", usb_folder, device, attribute);
	if (file_read_line(root_fd, path, line, sizeof(line), NULL))
		return 0;
	return (unsigned)strtoul(line, NULL, base);
}

static void read_usb(struct usb_device *device, int root_fd, const char *name)
{
	char path[SETUP_PATH_MAX];

	*device = (struct usb_device){ .bus = read_number(root_fd, name, "busnum", 10) };
	snprintf(device->name, sizeof(device->name), "%s", name);
	device->address = read_number(root_fd, name, "devnum", 10);
	device->id.vendor = (uint16_t)read_number(root_fd, name, "idVendor", 16);
	device->id.device = (uint16_t)read_number(root_fd, name, "idProduct", 16);
	snprintf(path, sizeof(path), "%s/%s/serial", usb_folder, name);
	file_read_line(root_fd, path, device->serial, sizeof(device->serial), NULL);
}

static bool is_usb_meant(const struct guest_usb *row, const struct usb_device *device)
{
	if (row->id.vendor &&
	    (row->id.vendor != device->id.vendor || row->id.device != device->id.device))
		return false;
	return (!*row->port || !strcmp(row->port, device->name)) &&
	       (!*row->serial || !strcmp(row->serial, device->serial));
}

/* Interfaces have a colon in their names, root hubs no dash. */
static bool is_usb_device(const char *name)
{
	return strlen(name) < SETUP_NAME_MAX && strchr(name, '-') && !strchr(name, ':');
}

static void find_usb(struct setup_usb *usb, const struct guest_usb *row,
		     const struct names *names, int root_fd)
{
	for (size_t i = 0; i < names->count; i++) {
		struct usb_device device;

		if (!is_usb_device(names->items[i]))
			continue;
		read_usb(&device, root_fd, names->items[i]);
		if (!is_usb_meant(row, &device))
			continue;
		usb->present = true;
		usb->bus = device.bus;
		usb->address = device.address;
		snprintf(usb->port, sizeof(usb->port), "%s",
			 strchr(device.name, '-') + 1);
		return;
	}
}

int setup_resolve_usb(struct guest_setup *setup, const struct guest *guest,
		      const struct setup_host *host, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	size_t count = guest->data->usb.count;

	free(setup->usb);
	setup->usb = calloc(count + 1, sizeof(*setup->usb));
	setup->usb_count = 0;
	if (!setup->usb || (count && names_read(&names, host->root_fd, usb_folder)))
		return err_sys(err, ENOMEM, "looking for USB devices");
	setup->usb_count = count;
	for (size_t i = 0; i < count; i++)
		find_usb(&setup->usb[i], &guest->data->usb.items[i], &names,
			 host->root_fd);
	return 0;
}
