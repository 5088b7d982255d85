/* SPDX-License-Identifier: GPL-2.0-or-later */
/* choose.c: turns a device chain, or the wish to fit any machine, into modules. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/log.h"
#include "mkinitramfs/choose.h"
#include "mkinitramfs/plan.h"

/*
 * Modalias kinds that would only bring in what no boot needs: PCI bridges (what is behind
 * them works without their drivers), and the raw interfaces to keyboards.
 */
static bool is_useless(const char *modalias)
{
	return !strncmp(modalias, "input:", 6) || !strncmp(modalias, "serio:", 6) ||
	       (!strncmp(modalias, "pci:", 4) && strstr(modalias, "bc06"));
}

/*
 * The module that drives the device now tells best, as far as this kernel has it as well.
 * Otherwise (the driver is built into the running kernel, or was renamed since) what is
 * called like the driver and all that claim the device go in.
 */
static int choose_driver(struct module_set *set, const struct chain_device *device,
			 unsigned flags, const char *reason, struct err *err)
{
	int found = 0, more;

	if (device->module)
		found = module_set_add(set, device->module, flags, reason, err);
	if (found)
		return found;
	if (device->driver)
		found = module_set_add(set, device->driver, flags, reason, err);
	if (found < 0 || !device->modalias || is_useless(device->modalias))
		return found;
	more = module_set_add(set, device->modalias, flags, reason, err);
	return more < 0 ? more : found + more;
}

static int choose_for_device(struct module_set *set, const struct chain_device *device,
			     struct err *err)
{
	unsigned flags = device->keyboard ? MODULE_LATE : MODULE_AT_ONCE | MODULE_NEEDED;
	_cleanup_free_ char *reason =
		format_text("driver of %s (%s)", device->path + strlen("sys/devices/"),
			    device->keyboard ? "keyboard" : "root's disk");
	int found = reason ? choose_driver(set, device, flags, reason, err)
			   : err_sys(err, ENOMEM, "choosing modules");

	if (!found && device->module && !device->keyboard)
		log_warning("kernel %s has no driver for %s, which is run by %s now",
			    set->version, device->path, device->module);
	return found < 0 ? found : 0;
}

static int choose_for_module(struct module_set *set, const struct chain_module *module,
			     struct err *err)
{
	int found = module_set_add(set, module->name, MODULE_AT_ONCE | MODULE_NEEDED,
				   module->reason, err);

	if (found < 0)
		return found;
	/* Built-in file systems have no alias of this kind: their names are looked for as
	 * well. */
	if (!found && !strncmp(module->name, "fs-", 3))
		found = module_set_add(set, module->name + 3,
				       MODULE_AT_ONCE | MODULE_NEEDED, module->reason,
				       err);
	if (found < 0)
		return found;
	if (found || !module->must)
		return 0;
	return err_set(err, ENOENT, "kernel %s has no module %s (%s)", set->version,
		       module->name, module->reason);
}

/* From the processor outwards, so that buses are there when drivers look for devices on
 * them. */
static int choose_for_devices(struct module_set *set, const struct chain *chain,
			      bool keyboards, struct err *err)
{
	int result = 0;

	for (size_t i = chain->device_count; !result && i-- > 0;)
		if (chain->devices[i].keyboard == keyboards)
			result = choose_for_device(set, &chain->devices[i], err);
	return result;
}

int choose_for_chain(struct module_set *set, const struct chain *chain, struct err *err)
{
	int result = choose_for_devices(set, chain, false, err);

	for (size_t i = 0; !result && i < chain->module_count; i++)
		result = choose_for_module(set, &chain->modules[i], err);
	/* Nobody types unless a shell is opened. */
	return result ? result : choose_for_devices(set, chain, true, err);
}

/* ---- any machine ---- */

/* What a local root can stand on. Left out: what needs a network, and what no root lies
 * on. */
static const struct module_folder generic_folders[] = {
	{ "drivers/ata/", NULL, "SATA and IDE controllers" },
	{ "drivers/block/",
	  "drivers/block/aoe/ drivers/block/drbd/ drivers/block/floppy "
	  "drivers/block/nbd drivers/block/null_blk drivers/block/pktcdvd drivers/block/rbd "
	  "drivers/block/rnbd/ drivers/block/ublk drivers/block/zram/",
	  "block devices" },
	{ "drivers/nvme/host/",
	  "drivers/nvme/host/nvme-fabrics drivers/nvme/host/nvme-fc "
	  "drivers/nvme/host/nvme-rdma drivers/nvme/host/nvme-tcp",
	  "NVMe disks" },
	{ "drivers/scsi/",
	  "drivers/scsi/bnx2fc/ drivers/scsi/bnx2i/ drivers/scsi/csiostor/ drivers/scsi/cxgbi/ drivers/scsi/fcoe/ "
	  "drivers/scsi/fnic/ drivers/scsi/iscsi drivers/scsi/libfc/ drivers/scsi/libiscsi "
	  "drivers/scsi/pcmcia/ drivers/scsi/qedf/ drivers/scsi/qedi/ drivers/scsi/qla4xxx/ "
	  "drivers/scsi/be2iscsi/ drivers/scsi/elx/ drivers/scsi/scsi_debug drivers/scsi/st. drivers/scsi/ch. "
	  "drivers/scsi/ses.",
	  "SCSI disks and controllers" },
	{ "drivers/message/fusion/", NULL, "SCSI controllers" },
	{ "drivers/ufs/", NULL, "UFS disks" },
	{ "drivers/mmc/", NULL, "memory cards" },
	{ "drivers/memstick/", NULL, "memory cards" },
	{ "drivers/usb/host/", NULL, "USB controllers" },
	{ "drivers/usb/storage/", NULL, "USB disks" },
	{ "drivers/firewire/", "drivers/firewire/firewire-net drivers/firewire/nosy",
	  "FireWire disks" },
	{ "drivers/virtio/", NULL, "virtual machines' devices" },
	{ "drivers/pci/controller/", NULL, "PCI hosts that disks may be behind" },
	{ "drivers/hv/", NULL, "Hyper-V's devices" },
	{ "drivers/md/", NULL, "device-mapper and software RAID" },
	{ "drivers/hid/usbhid/", NULL, "keyboards" },
};

struct generic_name {
	const char *name;
	unsigned flags;
	const char *reason;
};

static const struct generic_name generic_names[] = {
	{ "dm-mod", MODULE_AT_ONCE, "logical volumes" },
	{ "fs-ext4", 0, "file systems" },
	{ "fs-xfs", 0, "file systems" },
	{ "fs-btrfs", 0, "file systems" },
	{ "fs-f2fs", 0, "file systems" },
	{ "fs-squashfs", 0, "file systems" },
	{ "fs-erofs", 0, "file systems" },
	{ "fs-overlay", 0, "file systems" },
	{ "fs-isofs", 0, "file systems" },
	{ "fs-vfat", 0, "file systems" },
	{ "xhci-pci", MODULE_KEYBOARD, "USB controllers" },
	{ "ehci-pci", MODULE_KEYBOARD, "USB controllers" },
	{ "ohci-pci", MODULE_KEYBOARD, "USB controllers" },
	{ "uhci-hcd", MODULE_KEYBOARD, "USB controllers" },
	{ "usbhid", MODULE_KEYBOARD, "keyboards" },
	{ "hid-generic", MODULE_KEYBOARD, "keyboards" },
	{ "hid-apple", 0, "keyboards" },
	{ "hid-cherry", 0, "keyboards" },
	{ "hid-lenovo", 0, "keyboards" },
	{ "hid-logitech", 0, "keyboards" },
	{ "hid-logitech-dj", 0, "keyboards" },
	{ "hid-logitech-hidpp", 0, "keyboards" },
	{ "hid-microsoft", 0, "keyboards" },
	{ "hid-roccat", 0, "keyboards" },
	{ "hid-hyperv", 0, "keyboards" },
	{ "hyperv-keyboard", 0, "keyboards" },
	{ "atkbd", MODULE_KEYBOARD, "keyboards" },
	{ "i8042", MODULE_KEYBOARD, "keyboards" },
};

int choose_for_any(struct module_set *set, bool shell, struct err *err)
{
	unsigned dropped = shell ? 0 : MODULE_KEYBOARD;
	int found = 0;

	for (size_t i = 0; found >= 0 && i < ARRAY_SIZE(generic_names); i++)
		found = module_set_add(set, generic_names[i].name,
				       generic_names[i].flags & ~dropped,
				       generic_names[i].reason, err);
	if (found < 0)
		return found;
	return module_set_add_folders(set, generic_folders, ARRAY_SIZE(generic_folders),
				      err);
}

int choose_added(struct module_set *set, char *const *names, size_t count,
		 struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		int found = module_set_add(set, names[i], MODULE_AT_ONCE,
					   "the configuration adds it", err);

		if (found < 0)
			return found;
		if (!found)
			return err_set(
				err, ENOENT,
				"kernel %s has no module %s, which the configuration adds",
				set->version, names[i]);
	}
	return 0;
}
