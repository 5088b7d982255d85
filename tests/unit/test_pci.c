/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/pci.c lib/file_apart.c lib/file.c lib/value/pci.c lib/value/pci_select.c */
/* SOURCES: lib/strbuf.c lib/err.c init/framebuffer.c */
/* test_pci.c: PCI functions and the firmware's screens as sysfs and /proc/iomem show them. */
#include <errno.h>
#include <sys/wait.h>
#include <time.h>

#include "init/framebuffer.h"
#include "lib/file_apart.h"
#include "lib/pci.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

#define GPU    "sys/bus/pci/devices/0000:01:00.0/"
#define BRIDGE "sys/bus/pci/devices/0000:00:1c.0/"

static void make_tree(int root)
{
	char header[16] = "0123456789abcd\x81";

	fake_file(root, GPU "vendor", "0x10de\n");
	fake_file(root, GPU "device", "0x1b80\n");
	fake_file(root, GPU "subsystem_vendor", "0x1043\n");
	fake_file(root, GPU "subsystem_device", "0x8591\n");
	fake_file(root, GPU "class", "0x030000\n");
	fake_file(root, GPU "boot_vga", "1\n");
	fake_link(root, GPU "virtfn0", "../0000:01:00.4");
	fake_link(root, GPU "virtfn1", "../0000:01:00.5");
	fake_link(root, GPU "virtfn2", "../0000:01:00.6");
	/* Pipes that nobody writes to: whoever reads what takes a device's lock hangs. */
	mkfifoat(root, GPU "sriov_numvfs", 0600);
	mkfifoat(root, GPU "driver_override", 0600);
	fake_file(root, GPU "resource",
		  "0x00000000f6000000 0x00000000f6ffffff 0x0000000000040200\n"
		  "0x00000000e0000000 0x00000000efffffff 0x000000000014220c\n"
		  "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		  "0x000000000000e000 0x000000000000e07f 0x0000000000040101\n");
	fake_link(root, GPU "driver", "../../../../bus/pci/drivers/nouveau");
	fake_link(root, GPU "iommu_group", "../../../../kernel/iommu_groups/12");
	fake_file(root, BRIDGE "class", "0x060400\n");
	/* The configuration space's header type, with the mark of several functions. */
	fake_file(root, BRIDGE "config", header);
	fake_file(root, BRIDGE "driver_override", "");
	fake_file(root, "sys/bus/pci/devices/10000:e1:00.0/class", "0x010802\n");
	fake_file(root, "sys/bus/pci/devices/odd/class", "0x010802\n");
	fake_file(root, "sys/bus/pci/drivers_probe", "");
}

static void reads(int root)
{
	_cleanup_pci_list_ struct pci_list list = PCI_LIST_INIT;
	struct pci_address address;
	const struct pci_function *gpu;

	alarm(20);
	is_int(pci_read(root, &list, NULL), 0, "functions are read, without a wait");
	alarm(0);
	is_int(list.count, 3, "... those that are some");
	is_str(list.items[0].name, "0000:00:1c.0", "... by address");
	is_str(list.items[2].name, "10000:e1:00.0", "... wide domains last");
	ok(list.items[0].is_bridge && !list.items[2].is_bridge,
	   "a bridge is known by its header");
	pci_address_parse("01:00.0", &address, NULL);
	gpu = pci_find(&list, &address);
	ok(gpu && gpu->id.vendor == 0x10de && gpu->id.device == 0x1b80, "an identity");
	ok(gpu->subsystem.vendor == 0x1043 && gpu->subsystem.device == 0x8591,
	   "a subsystem");
	ok(gpu->class_code == 0x30000 && gpu->boot_vga && gpu->vfs == 3,
	   "class, boot VGA, virtual functions");
	is_str(gpu->driver, "nouveau", "its driver");
	is_int(gpu->group, 12, "its IOMMU group");
	is_int(list.items[2].group, -1, "... or none");
	ok(gpu->bars[1].start == 0xe0000000 && gpu->bars[1].end == 0xefffffff,
	   "its memory");
	is_int(gpu->bars[3].end, 0, "ports are no memory");
}

static void writes(int root)
{
	is_int(pci_set_override(root, "0000:00:1c.0", "vfio-pci", 5000, NULL), 0,
	       "an override is set");
	is_str(fake_content(root, BRIDGE "driver_override"), "vfio-pci", "... to this");
	is_int(pci_probe(root, "0000:01:00.0", 5000, NULL), 0, "a driver is looked for");
	is_str(fake_content(root, "sys/bus/pci/drivers_probe"), "0000:01:00.0",
	       "... for this one");
	ok(pci_unbind(root, "0000:00:1c.0", 5000, NULL) == -ENOENT,
	   "what has no driver cannot be taken from it");
	ok(!pci_has_iommu(root), "no IOMMU");
	fake_file(root, "sys/kernel/iommu_groups/12/type", "DMA\n");
	ok(pci_has_iommu(root), "an IOMMU");
}

/* A pipe that nobody reads from stands for a driver that hangs. */
static void hangs(int root)
{
	struct timespec start, end;
	struct err err = ERR_INIT;

	mkfifoat(root, "hangs", 0600);
	clock_gettime(CLOCK_MONOTONIC, &start);
	is_int(file_write_apart(root, "/hangs", "x", 200, &err), -ETIMEDOUT,
	       "a write that hangs is left to itself");
	clock_gettime(CLOCK_MONOTONIC, &end);
	ok(end.tv_sec - start.tv_sec < 5, "... at the deadline");
	ok(strstr(err.text, "hangs"), "... and named (%s)", err.text);
	alarm(20);
	is_int(pci_set_override(root, "0000:01:00.0", "vfio-pci", 200, NULL), -ETIMEDOUT,
	       "... and so is an override of a device whose driver hangs");
	alarm(0);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void screens(int root)
{
	_cleanup_pci_list_ struct pci_list list = PCI_LIST_INIT;
	struct framebuffers screens;
	const struct pci_function *gpu;

	fake_file(root, "proc/iomem",
		  "00001000-0009fbff : System RAM\n"
		  "e0000000-f7ffffff : PCI Bus 0000:00\n"
		  "  e0000000-efffffff : 0000:01:00.0\n"
		  "    e1000000-e17e8fff : BOOTFB\n"
		  "      e1000000-e17e8fff : efifb\n");
	pci_read(root, &list, NULL);
	gpu = &list.items[1];
	framebuffers_read(root, &screens);
	is_str(framebuffers_on(&screens, gpu), "BOOTFB", "a screen in a card's memory");
	fake_file(root, "proc/iomem", "  e1000000-e17e8fff : efidrm\n");
	framebuffers_read(root, &screens);
	is_str(framebuffers_on(&screens, gpu), "efidrm", "... and one of a newer kernel");
	ok(!framebuffers_on(&screens, &list.items[2]), "... is on no other card");
	fake_file(root, "proc/iomem", "00001000-0009fbff : System RAM\n");
	framebuffers_read(root, &screens);
	ok(!framebuffers_on(&screens, gpu), "no screen");
	fake_link(root, "sys/bus/platform/devices/efi-framebuffer.0/driver", "../efifb");
	fake_file(root, "sys/bus/platform/devices/efifb/unbind", "");
	fake_file(root, "sys/bus/platform/devices/pcspkr/driver/unbind", "");
	framebuffers_read(root, &screens);
	is_str(framebuffers_on(&screens, gpu), "efi-framebuffer.0",
	       "a screen that reserved nothing is the boot VGA's");
	is_int(framebuffers_detach(root, &screens, 5000, NULL), 0, "it is taken away");
	is_str(fake_content(root, "sys/bus/platform/devices/efifb/unbind"),
	       "efi-framebuffer.0", "... from its driver");
	is_str(fake_content(root, "sys/bus/platform/devices/pcspkr/driver/unbind"), "",
	       "... and nothing else");
}

static void consoles(int root)
{
	static const struct {
		const char *active;
		bool other;
	} rows[] = {
		{ "tty0\n", false }, { "tty0 ttyS0\n", true },
		{ "hvc0\n", true },  { "tty12\n", false },
		{ "\n", false },     { "ttynull tty0\n", false },
	};

	ok(!framebuffers_has_other_console(root), "no console at all");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_file(root, "sys/class/tty/console/active", rows[i].active);
		is_int(framebuffers_has_other_console(root), rows[i].other,
		       "consoles: %zu", i);
	}
}

int main(void)
{
	int root = fake_tree_open();

	make_tree(root);
	reads(root);
	writes(root);
	hangs(root);
	screens(root);
	consoles(root);
	close(root);
	fake_tree_remove();
	return done_testing();
}
