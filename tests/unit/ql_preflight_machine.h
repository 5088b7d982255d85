/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ql_preflight_machine.h: a fake machine, and whether its guests can start. */
#ifndef BEDPLATE_TESTS_QL_PREFLIGHT_MACHINE_H
#define BEDPLATE_TESTS_QL_PREFLIGHT_MACHINE_H

#include <sys/stat.h>

#include "lib/cleanup.h"
#include "qemu-launch/context.h"
#include "qemu-launch/preflight.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

#define BINARY "[Qemu]\nBinary=/bin/sh\n"
#define PLAIN                                                                    \
	"[Machine]\nType=q35\nAccel=tcg\n[Cpu]\nModel=max\n[Memory]\nSize=64M\n" \
	"[Firmware]\nType=bios\n" BINARY

static int root;

/* What a QEMU by the name of /bin/sh is said to know, kept as of now. */
static void fake_answer(void)
{
	char text[600];
	struct stat st;

	stat("/bin/sh", &st);
	snprintf(
		text, sizeof(text),
		"{\"version\":2,\"qemu\":70200,\"path\":\"/bin/sh\",\"size\":%lld,\"mtime\":%lld,"
		"\"mtime_ns\":%ld,\"machines\":{\"q35\":false,\"pc-q35-2.4\":true},"
		"\"cpus\":{\"max\":false,\"Haswell\":false},\"types\":{"
		"\"virtio-blk-pci\":true,\"virtio-net-pci\":true,\"virtio-rng-pci\":true,"
		"\"pcie-root-port\":true,\"vfio-pci\":true,\"rng-random\":true,"
		"\"vhost-vsock-pci\":true,\"qemu-xhci\":true,\"usb-host\":true,"
		"\"memory-backend-ram\":true,\"memory-backend-memfd\":true,"
		"\"memory-backend-file\":true}}",
		(long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	fake_file(root, "var/cache/bedplate/qemu-bin-sh.json", text);
}

static void fake_function(const char *name, const char *driver, int group)
{
	static const struct {
		const char *file, *text;
	} files[] = {
		{ "vendor", "0x10de\n" },           { "device", "0x1b80\n" },
		{ "class", "0x030000\n" },          { "subsystem_vendor", "0x0000\n" },
		{ "subsystem_device", "0x0000\n" }, { "resource", "" }
	};
	char path[200], target[100];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/%s", name,
			 files[i].file);
		fake_file(root, path, files[i].text);
	}
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/driver", name);
	snprintf(target, sizeof(target), "../../../../bus/pci/drivers/%s", driver);
	if (*driver)
		fake_link(root, path, target);
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/iommu_group", name);
	snprintf(target, sizeof(target), "../../../kernel/iommu_groups/%d", group);
	if (group >= 0)
		fake_link(root, path, target);
}

static void fake_machine(void)
{
	fake_file(root, "proc/meminfo",
		  "MemTotal: 3145728 kB\nMemAvailable: 2097152 kB\n");
	fake_file(root, "proc/self/mountinfo",
		  "20 1 8:1 / /srv/with\\040blank rw - ext4 /dev/sda1 rw\n"
		  "21 1 253:0 / / rw - xfs /dev/mapper/vg-root rw\n");
	fake_file(root, "proc/swaps",
		  "Filename Type Size Used Priority\n/srv/swap file 1 0 -2\n");
	fake_file(root, "proc/net/tcp",
		  "  sl  local_address rem_address   st\n"
		  "   0: 0100007F:1770 00000000:0000 0A 00000000:00000000\n"
		  "   1: 0100007F:1771 0100007F:1772 01 00000000:00000000\n");
	fake_file(root, "proc/net/udp",
		  "   sl  local_address rem_address   st\n"
		  "  10: 00000000:1773 00000000:0000 07 00000000:00000000\n");
	/* sda1 is mounted; so is dm-0, which is made of nvme0n1. */
	fake_link(root, "sys/dev/block/8:1",
		  "../../devices/pci0000:00/0000:05:00.0/ata1/block/sda/sda1");
	fake_link(root, "sys/class/block/sda1",
		  "../../devices/pci0000:00/0000:05:00.0/ata1/block/sda/sda1");
	fake_link(root, "sys/dev/block/253:0", "../../devices/virtual/block/dm-0");
	fake_file(root, "sys/devices/virtual/block/dm-0/slaves/nvme0n1/dev", "259:0\n");
	fake_link(root, "sys/class/block/dm-0", "../../devices/virtual/block/dm-0");
	fake_link(root, "sys/class/block/nvme0n1",
		  "../../devices/pci0000:00/0000:06:00.0/nvme/nvme0/nvme0n1");
	fake_file(root, "sys/devices/system/cpu/online", "0-3\n");
	fake_file(root, "sys/devices/system/node/online", "0\n");
	fake_file(root, "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "64\n");
	fake_file(root, "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages",
		  "40\n");
	fake_file(root, "sys/kernel/mm/hugepages/hugepages-2048kB/resv_hugepages", "8\n");
	fake_file(root, "sys/class/net/lo/ifindex", "1\n");
	fake_file(root, "sys/class/net/br0/ifindex", "2\n");
	fake_file(root, "etc/bedplate/network/home.conf",
		  "[Network]\nMode=isolated\nBridge=br0\n");
	fake_file(root, "etc/bedplate/network/away.conf", "[Network]\nMode=isolated\n");
	fake_file(root, "dev/urandom", "");
	fake_file(root, "srv/a.img", "a");
	fake_file(root, "srv/b.img", "b");
	fake_file(root, "srv/swap", "s");
	fake_file(root, "etc/passwd",
		  "root:x:0:0::/:/bin/sh\nown-user:x:65002:65002::/:/bin/false\n");
	fake_function("0000:01:00.0", "vfio-pci", 1);
	fake_function("0000:01:00.1", "snd_hda_intel", 1);
	fake_function("0000:02:00.0", "", 2);
	fake_function("0000:03:00.0", "", -1);
	fake_function("0000:04:00.0", "e1000e", 4);
	fake_file(root, "sys/devices/pci0000:00/0000:04:00.0/net/eth9/operstate", "up\n");
	fake_link(root, "sys/class/net/eth9",
		  "../../devices/pci0000:00/0000:04:00.0/net/eth9");
	fake_function("0000:05:00.0", "ahci", 5);
	fake_function("0000:06:00.0", "nvme", 6);
	fake_function("0000:07:00.0", "nvme", 7);
	fake_function("0000:08:00.0", "e1000e", 8);
	fake_link(root, "sys/bus/pci/devices/0000:08:00.0/virtfn0", "../0000:08:10.0");
	fake_answer();
}

/* ---- what is found of it ---- */

/* Two guests' files (b may be NULL), and the finding that there has to be. */
struct row {
	const char *name, *a, *b;
	const char *origin, *what; /* of a finding; NULL: there is none */
	enum check_severity severity;
};

static bool has(const struct findings *findings, const struct row *row)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (finding->severity == row->severity &&
		    !strcmp(finding->origin, row->origin) &&
		    strstr(finding->what, row->what))
			return true;
	}
	return false;
}

static void show(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		printf("# %s %s: %s\n", check_severity_word(findings->items[i].severity),
		       findings->items[i].origin, findings->items[i].what);
}

static void put_guests(const char *a, const char *b)
{
	unlinkat(root, "etc/bedplate/guests/b.conf", 0);
	fake_file(root, "etc/bedplate/guests/a.conf", a);
	if (b)
		fake_file(root, "etc/bedplate/guests/b.conf", b);
}

static void judge(const struct row *row)
{
	const struct args args = { .root = fake_root };
	_cleanup_host_findings_ struct findings findings = FINDINGS_INIT;
	_cleanup_preflight_ struct preflight preflight = { .machine_fd = -1 };
	_cleanup_context_ struct context context;
	struct err err = ERR_INIT;
	bool good;

	put_guests(row->a, row->b);
	if (context_open(&context, &args, &err) ||
	    preflight_open(&preflight, &context, NULL, 0, &err)) {
		ok(false, "%s: %s", row->name, err.text);
		return;
	}
	preflight_judge(&preflight, &findings);
	good = row->what ? has(&findings, row) : !findings.count;
	if (!ok(good, "%s", row->name))
		show(&findings);
}

/* Opens the machine, for judge. */
static void machine_open(void)
{
	root = fake_tree_open();
	fake_machine();
	fake_link(root, "srv/link.img", "a.img");
}

static void machine_close(void)
{
	close(root);
	fake_tree_remove();
}

#endif
