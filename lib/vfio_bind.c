/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfio_bind.c: brings PCI functions from driver to driver on the running host. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/kmod.h"
#include "lib/names.h"
#include "lib/process.h"
#include "lib/vfio_bind.h"

/* A driver that lets go of a card takes its time; one that hangs does for ever. */
enum { SYSFS_MS = 30000, MODPROBE_MS = 60000 };

void vfio_read_driver(int root_fd, const char *name, char driver[PCI_DRIVER_MAX])
{
	char path[128], target[512];
	const char *slash;

	*driver = '\0';
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%.24s/driver", name);
	if (file_read_link(root_fd, path, target, sizeof(target), NULL) < 0)
		return;
	slash = strrchr(target, '/');
	snprintf(driver, PCI_DRIVER_MAX, "%.63s", slash ? slash + 1 : target);
}

static int load_module(int root_fd, struct err *err)
{
	static const char *const argv[] = { "modprobe", "-a", VFIO_DRIVER,
					    "vfio_iommu_type1", NULL };
	struct process process = { .argv = argv, .timeout_ms = MODPROBE_MS };

	if (kmod_is_there(root_fd, VFIO_DRIVER) &&
	    kmod_is_there(root_fd, "vfio_iommu_type1"))
		return 0;
	return process_run_quiet(&process, err);
}

bool vfio_is_overridden(int root_fd, const char *name)
{
	char path[128], driver[PCI_DRIVER_MAX];

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%.24s/driver_override", name);
	return file_read_line(root_fd, path, driver, sizeof(driver), NULL) >= 0 &&
	       !strcmp(driver, VFIO_DRIVER);
}

/* Out of the hands of the driver that has it. */
static int take_away(int root_fd, const char *name, const char *override, struct err *err)
{
	char driver[PCI_DRIVER_MAX];
	int result = pci_set_override(root_fd, name, override, SYSFS_MS, err);

	vfio_read_driver(root_fd, name, driver);
	if (!result && *driver)
		result = pci_unbind(root_fd, name, SYSFS_MS, err);
	return result;
}

int vfio_bind(int root_fd, const char *name, struct err *err)
{
	char driver[PCI_DRIVER_MAX];
	int result = load_module(root_fd, err);

	if (!result)
		result = take_away(root_fd, name, VFIO_DRIVER, err);
	if (!result)
		result = pci_probe(root_fd, name, SYSFS_MS, err);
	if (result)
		return result;
	vfio_read_driver(root_fd, name, driver);
	if (!strcmp(driver, VFIO_DRIVER))
		return 0;
	err_set(err, EIO, "vfio-pci did not take it");
	return err_hint(err, "the kernel's log says why");
}

int vfio_release(int root_fd, const char *name, const char *driver, struct err *err)
{
	char now[PCI_DRIVER_MAX];
	int result;

	/* It never was out of its driver's hands. */
	vfio_read_driver(root_fd, name, now);
	if (*driver && !strcmp(now, driver))
		return pci_set_override(root_fd, name, "", SYSFS_MS, err);
	result = take_away(root_fd, name, "", err);
	/* One that had no driver is not given one. */
	if (!result && *driver)
		result = pci_probe(root_fd, name, SYSFS_MS, err);
	if (result || !*driver)
		return result;
	vfio_read_driver(root_fd, name, now);
	if (!strcmp(now, driver))
		return 0;
	err_set(err, EIO, "%s did not take it back", driver);
	return err_hint(err,
			"a device that cannot be reset may need the host to be switched "
			"off and on");
}

/* ---- who has it open ---- */

/* "/dev/vfio/GROUP", or the device's own node of newer kernels (iommufd). */
static bool is_node_of(int root_fd, const char *target,
		       const struct pci_function *function)
{
	static const char folder[] = "/dev/vfio/", devices[] = "devices/";
	char path[160];

	if (strncmp(target, folder, strlen(folder)) != 0)
		return false;
	target += strlen(folder);
	if (strncmp(target, devices, strlen(devices)) != 0)
		return function->group >= 0 && atoi(target) == function->group &&
		       *target >= '0' && *target <= '9';
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/vfio-dev/%.64s",
		 function->name, target + strlen(devices));
	return file_exists(root_fd, path);
}

static bool has_open(int root_fd, const char *process,
		     const struct pci_function *function)
{
	_cleanup_names_ struct names fds = NAMES_INIT;
	char folder[64], path[340], target[512];

	snprintf(folder, sizeof(folder), "proc/%.16s/fd", process);
	if (names_read(&fds, root_fd, folder))
		return false;
	for (size_t i = 0; i < fds.count; i++) {
		snprintf(path, sizeof(path), "%s/%.255s", folder, fds.items[i]);
		if (file_read_link(root_fd, path, target, sizeof(target), NULL) > 0 &&
		    is_node_of(root_fd, target, function))
			return true;
	}
	return false;
}

unsigned vfio_user(int root_fd, const struct pci_function *function)
{
	_cleanup_names_ struct names processes = NAMES_INIT;

	if (names_read(&processes, root_fd, "proc"))
		return 0;
	for (size_t i = 0; i < processes.count; i++) {
		const char *name = processes.items[i];

		if (*name >= '0' && *name <= '9' && has_open(root_fd, name, function))
			return (unsigned)atoi(name);
	}
	return 0;
}
