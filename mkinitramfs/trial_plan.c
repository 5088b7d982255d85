/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trial_plan.c: which controller, and QEMU's arguments. */
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "mkinitramfs/trial.h"

/* The first are the cheapest to emulate. # stands for the disk's number. */
static const struct trial_controller controllers[] = {
	{ "virtio-blk",
	  "virtio_blk",
	  { "virtio_pci", "virtio_blk" },
	  "q35",
	  NULL,
	  "virtio-blk-pci,drive=disk#",
	  20 },
	{ "nvme", "nvme", { "nvme" }, "q35", NULL, "nvme,drive=disk#,serial=disk#", 16 },
	{ "virtio-scsi",
	  "virtio_scsi",
	  { "virtio_pci", "virtio_scsi", "sd_mod" },
	  "q35",
	  "virtio-scsi-pci,id=bus",
	  "scsi-hd,bus=bus.0,drive=disk#",
	  24 },
	{ "ahci",
	  "ahci",
	  { "ahci", "sd_mod" },
	  "q35",
	  "ich9-ahci,id=bus",
	  "ide-hd,bus=bus.#,drive=disk#",
	  6 },
	{ "megasas",
	  "megaraid_sas",
	  { "megaraid_sas", "sd_mod" },
	  "q35",
	  "megasas-gen2,id=bus",
	  "scsi-hd,bus=bus.0,drive=disk#",
	  24 },
	{ "mptsas",
	  "mptsas",
	  { "mptsas", "sd_mod" },
	  "q35",
	  "mptsas1068,id=bus",
	  "scsi-hd,bus=bus.0,drive=disk#",
	  8 },
	{ "pvscsi",
	  "vmw_pvscsi",
	  { "vmw_pvscsi", "sd_mod" },
	  "q35",
	  "pvscsi,id=bus",
	  "scsi-hd,bus=bus.0,drive=disk#",
	  15 },
	{ "ata-piix",
	  "ata_piix",
	  { "ata_piix", "sd_mod" },
	  "pc",
	  NULL,
	  "ide-hd,drive=disk#",
	  4 },
	{ "usb-storage",
	  "usb_storage",
	  { "xhci_pci", "usb_storage", "sd_mod" },
	  "q35",
	  "qemu-xhci,id=bus",
	  "usb-storage,bus=bus.0,drive=disk#",
	  4 },
};

static bool same_name(const char *a, const char *b)
{
	for (; *a && (*a == *b || (*a == '-' && *b == '_')); a++)
		b++;
	return !*a && !*b;
}

static bool is_hosts(const struct trial_controller *controller, const struct chain *chain)
{
	for (size_t i = 0; i < chain->device_count; i++) {
		const struct chain_device *device = &chain->devices[i];

		if (device->keyboard)
			continue;
		if ((device->module && same_name(device->module, controller->driver)) ||
		    (device->driver && same_name(device->driver, controller->driver)))
			return true;
	}
	return false;
}

const char *trial_controller_lacks(const struct trial_controller *controller,
				   const struct image_facts *facts)
{
	for (size_t i = 0; i < ARRAY_SIZE(controller->modules); i++) {
		const char *name = controller->modules[i];

		if (name && !image_module_find(facts, name) &&
		    !image_has_builtin(facts, name))
			return name;
	}
	return NULL;
}

const struct trial_controller *trial_controller_choose(const struct chain *chain,
						       const struct image_facts *facts,
						       size_t disks)
{
	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++)
		if (disks <= controllers[i].most && is_hosts(&controllers[i], chain))
			return &controllers[i];
	for (size_t i = 0; i < ARRAY_SIZE(controllers); i++)
		if (disks <= controllers[i].most &&
		    !trial_controller_lacks(&controllers[i], facts))
			return &controllers[i];
	return NULL;
}

/* A comma would end a value in QEMU's options. The disks' paths have none; the image's, which
 * is a person's, stands alone. */
static void add_disk(const struct trial_plan *plan, size_t number, struct strbuf *out)
{
	strbuf_addf(out,
		    "-drive\nfile=/proc/self/fd/%d,if=none,id=disk%zu,format=raw,"
		    "cache=unsafe\n-device\n",
		    plan->disks[number], number);
	for (const char *c = plan->controller->disk; *c; c++)
		if (*c == '#')
			strbuf_addf(out, "%zu", number);
		else
			strbuf_addc(out, *c);
	strbuf_addc(out, '\n');
}

/* QEMU 7.2 emulates cmpxchg16b so that flags may be wrong afterwards: now and then a sound
 * kernel panics in its allocator, with an address in RFLAGS. Without it kernels use locks. A
 * kernel that is told of fast string instructions (erms, fsrm) clears and copies byte by byte,
 * which is slow to emulate: a quarter of the boot. */
#define TCG_CPU "max,-cx16,-erms,-fsrm"
/* QEMU would keep up to a gigabyte of translated code (tb-size, in MiB, of qemu(1) -accel); what
 * a kernel runs until its root is mounted is less than this. */
#define TCG_ACCEL "tcg,tb-size=128"

void trial_arguments(const struct trial_plan *plan, struct strbuf *out)
{
	strbuf_addf(out,
		    "%s\n-nodefaults\n-no-user-config\n-no-reboot\n-display\nnone\n"
		    "-machine\n%s\n-accel\n%s\n-cpu\n%s\n-smp\n1\n-m\n%lluM\n",
		    plan->qemu, plan->controller->machine, plan->kvm ? "kvm" : TCG_ACCEL,
		    plan->kvm ? "host" : TCG_CPU, (unsigned long long)plan->memory_mib);
	strbuf_addf(out,
		    "-chardev\nstdio,id=console,signal=off\n-serial\nchardev:console\n"
		    "-chardev\nfile,id=report,path=/proc/self/fd/%d\n-serial\n"
		    "chardev:report\n",
		    plan->report_fd);
	if (plan->controller->device)
		strbuf_addf(out, "-device\n%s\n", plan->controller->device);
	for (size_t i = 0; i < plan->disk_count; i++)
		add_disk(plan, i, out);
	strbuf_addf(out, "-kernel\n/proc/self/fd/%d\n-initrd\n%s\n-append\n%s\n",
		    plan->kernel_fd, plan->image, plan->cmdline);
}
