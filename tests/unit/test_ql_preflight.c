/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/program_find.c lib/networks.c lib/schema/network*.c qemu-launch/order.c qemu-launch/disk_chain.c qemu-launch/disk_image.c qemu-launch/spawn.c qemu-launch/process_id.c qemu-launch/state.c qemu-launch/preflight*.c qemu-launch/judge_*.c qemu-launch/qemu_*.c qemu-launch/qmp*.c qemu-launch/context.c lib/user.c */
/* SOURCES: qemu-launch/setup*.c qemu-launch/argv*.c qemu-launch/firmware.c qemu-launch/smbios.c */
/* SOURCES: lib/guest*.c lib/findings.c lib/origin.c lib/schema/guest*.c lib/schema/host*.c lib/schema/rule.c lib/conf*.c lib/settings.c lib/option*.c */
/* SOURCES: lib/nearest.c lib/names.c lib/file*.c lib/strbuf.c lib/err.c lib/log.c lib/pci.c lib/pci_use.c lib/vfio_bind.c lib/kmod.c lib/mount_text.c lib/sha512*.c lib/show_json.c */
/* SOURCES: lib/password_hash.c lib/format_text.c lib/process.c lib/kernel_rule.c lib/kernel_match.c lib/kernel_config.c lib/cmdline.c lib/interrupt.c lib/value/[a-z]*.c LIBS: jansson inih */
/* test_ql_preflight.c: whether guests can start, told by fake machines: each thing that is wrong
 * is found, with its line, and nothing is found where all is well. */
#include <errno.h>
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
	fake_answer();
}

/* ---- the table ---- */

static const struct row {
	const char *name, *a, *b;
	const char *origin, *what; /* of a finding; NULL: there is none */
	enum check_severity severity;
} rows[] = {
	{ "all is well", PLAIN "[Disk]\nPath=/srv/a.img\n",
	  PLAIN "[Disk]\nPath=/srv/b.img\n", NULL, NULL, CHECK_OK },
	{ "KVM is wanted and not there", BINARY, NULL, "guests/a.conf",
	  "/dev/kvm cannot be opened", CHECK_PROBLEM },
	{ "the machine is unknown", PLAIN "[Machine]\nType=q36\n", NULL,
	  "guests/a.conf:13", "knows no machine q36", CHECK_PROBLEM },
	{ "the machine is old", PLAIN "[Machine]\nType=pc-q35-2.4\n", NULL,
	  "guests/a.conf:13", "is to go", CHECK_NOTE },
	{ "the CPU is unknown", PLAIN "[Cpu]\nModel=Hasswell\n", NULL, "guests/a.conf:13",
	  "knows no CPU model Hasswell", CHECK_PROBLEM },
	{ "one thread cannot be on two CPUs",
	  PLAIN "[Cpu]\nCpus=2\nPin=1 2\n[Qemu]\nArgs=-accel tcg,thread=single\n", NULL,
	  "guests/a.conf:14", "TCG runs all 2 virtual CPUs in one thread",
	  CHECK_PROBLEM },
	{ "nor one that counts instructions",
	  PLAIN "[Cpu]\nCpus=2\nPin=1 2\n[Qemu]\nArgs=-icount shift=auto\n", NULL,
	  "guests/a.conf:14", "TCG runs all 2 virtual CPUs in one thread",
	  CHECK_PROBLEM },
	{ "TCG with a thread for each may be pinned", PLAIN "[Cpu]\nCpus=2\nPin=1 2\n",
	  NULL, NULL, NULL, CHECK_OK },
	{ "there is no QEMU", PLAIN "[Qemu]\nBinary=/no/qemu\n", NULL, "guests/a.conf:13",
	  "/no/qemu: No such file", CHECK_PROBLEM },
	{ "the disk is missing", PLAIN "[Disk]\nPath=/srv/none.img\n", NULL,
	  "guests/a.conf:13", "/srv/none.img: No such file", CHECK_PROBLEM },
	{ "a disk that is made need not be there",
	  PLAIN "[Disk]\nPath=/srv/none.img\nSize=1G\n", NULL, NULL, NULL, CHECK_OK },
	{ "the disk is a folder", PLAIN "[Disk]\nPath=/srv\n", NULL, "guests/a.conf:13",
	  "is a folder", CHECK_PROBLEM },
	{ "the disk is swapped to", PLAIN "[Disk]\nPath=/srv/swap\n", NULL,
	  "guests/a.conf:13", "is swapped to", CHECK_PROBLEM },
	{ "the kernel is missing", PLAIN "[Kernel]\nKernel=/srv/vmlinuz\n", NULL,
	  "guests/a.conf:13", "/srv/vmlinuz: No such file", CHECK_PROBLEM },
	{ "two guests take turns on a disk", PLAIN "[Disk]\nPath=/srv/a.img\n",
	  PLAIN "[Disk]\nPath=/srv/a.img\n", "guests/b.conf:13",
	  "the guest a's (guests/a.conf:13)", CHECK_WARNING },
	{ "two guests that start together have one disk",
	  PLAIN "[Guest]\nAutostart=yes\n[Disk]\nPath=/srv/a.img\n",
	  PLAIN "[Guest]\nAutostart=yes\n[Disk]\nPath=/srv/a.img\n", "guests/b.conf:15",
	  "the guest a's", CHECK_PROBLEM },
	{ "a link to the same disk is the same", PLAIN "[Disk]\nPath=/srv/link.img\n",
	  PLAIN "[Guest]\nRequires=a\n[Disk]\nPath=/srv/a.img\n", "guests/b.conf:15",
	  "the guest a's", CHECK_PROBLEM },
	{ "two guests read one disk", PLAIN "[Disk]\nPath=/srv/a.img\nReadOnly=yes\n",
	  PLAIN "[Disk]\nPath=/srv/a.img\nReadOnly=yes\n", NULL, NULL, CHECK_OK },
	{ "two guests share a disk", PLAIN "[Disk]\nPath=/srv/a.img\nShareable=yes\n",
	  PLAIN "[Disk]\nPath=/srv/a.img\nShareable=yes\n", NULL, NULL, CHECK_OK },
	{ "a CPU is not online", PLAIN "[Cpu]\nPin=4\n", NULL, "guests/a.conf:13",
	  "Pin: CPU 4 not online", CHECK_PROBLEM },
	{ "a node is not online", PLAIN "[Memory]\nHostNodes=1\nPolicy=bind\n", NULL,
	  "guests/a.conf:13", "NUMA node 1 not online", CHECK_PROBLEM },
	{ "two guests are pinned on one CPU", PLAIN "[Cpu]\nPin=1-2\n",
	  PLAIN "[Guest]\nRequires=a\n[Cpu]\nPin=2\n", "guests/b.conf:15",
	  "the guest a is pinned on CPU 2", CHECK_PROBLEM },
	{ "they may be where both say so", PLAIN "[Cpu]\nPin=2\nPinShared=yes\n",
	  PLAIN "[Guest]\nRequires=a\n[Cpu]\nPin=2\nPinShared=yes\n", NULL, NULL,
	  CHECK_OK },
	{ "QEMUs' own threads may share a CPU", PLAIN "[Cpu]\nPin=1\nEmulatorPin=0\n",
	  PLAIN "[Guest]\nRequires=a\n[Cpu]\nPin=2\nEmulatorPin=0\n", NULL, NULL,
	  CHECK_OK },
	{ "there is not enough memory", PLAIN "[Memory]\nSize=1900M\n", NULL,
	  "guests/a.conf:13", "needs 1900 MiB of memory, 2048 MiB are free",
	  CHECK_PROBLEM },
	{ "there is not enough for those that start together",
	  PLAIN "[Guest]\nAutostart=yes\n[Memory]\nSize=1700M\n",
	  PLAIN "[Guest]\nAutostart=yes\n[Memory]\nSize=1700M\n", "guests/b.conf:15",
	  "run together need 3400 MiB", CHECK_WARNING },
	{ "huge pages are free", PLAIN "[Memory]\nSize=64M\nHugePages=2M\n", NULL, NULL,
	  NULL, CHECK_OK },
	{ "huge pages cannot be made", PLAIN "[Memory]\nSize=2000M\nHugePages=2M\n", NULL,
	  "guests/a.conf:14", "1000 huge pages of 2 MiB, 32 are free", CHECK_PROBLEM },
	{ "all guests together want more huge pages",
	  PLAIN "[Guest]\nAutostart=yes\n[Memory]\nSize=64M\nHugePages=2M\n",
	  PLAIN "[Guest]\nAutostart=yes\n[Memory]\nSize=100M\nHugePages=2M\n",
	  "guests/b.conf:16", "need 82 huge pages of 2 MiB, 64 are reserved",
	  CHECK_WARNING },
	{ "the kernel has no such pages", PLAIN "[Memory]\nSize=1G\nHugePages=1G\n", NULL,
	  "guests/a.conf:14", "no huge pages of 1024 MiB", CHECK_PROBLEM },
	{ "the group is not whole", PLAIN "[Passthrough]\nAddress=01:00.0\n", NULL,
	  "guests/a.conf:13", "IOMMU group 1 of 0000:01:00.0: 0000:01:00.1 (",
	  CHECK_PROBLEM },
	{ "the group is whole", PLAIN "[Passthrough]\nAddress=01:00.*\nBind=start\n",
	  NULL, NULL, NULL, CHECK_OK },
	{ "a driver of the host's has it since the boot",
	  PLAIN "[Passthrough]\nAddress=01:00.*\n", NULL, "guests/a.conf:13",
	  "snd_hda_intel has 0000:01:00.1, not vfio-pci", CHECK_PROBLEM },
	{ "its interface is up", PLAIN "[Passthrough]\nAddress=04:00.0\nBind=start\n",
	  NULL, "guests/a.conf:13", "0000:04:00.0 is the host's interface eth9",
	  CHECK_PROBLEM },
	{ "the host has mounted what is on it",
	  PLAIN "[Passthrough]\nAddress=05:00.0\nBind=start\n", NULL, "guests/a.conf:13",
	  "the host itself needs 0000:05:00.0: sda1", CHECK_PROBLEM },
	{ "there is no IOMMU", PLAIN "[Passthrough]\nAddress=03:00.0\n", NULL,
	  "guests/a.conf:13", "in no IOMMU group", CHECK_PROBLEM },
	{ "there is no such device", PLAIN "[Passthrough]\nAddress=09:00.0\n", NULL,
	  "guests/a.conf:13", "no such PCI device", CHECK_PROBLEM },
	{ "two guests have one device",
	  PLAIN "[Passthrough]\nAddress=02:00.0\nBind=start\n",
	  PLAIN "[Passthrough]\nAddress=02:00.0\nBind=start\n", "guests/b.conf:13",
	  "the guest a's", CHECK_WARNING },
	{ "a USB device is needed and not there",
	  PLAIN "[Usb]\nId=046d:c52b\nRequired=yes\n", NULL, "guests/a.conf:13",
	  "not plugged in", CHECK_PROBLEM },
	{ "a USB device comes later", PLAIN "[Usb]\nId=046d:c52b\n", NULL,
	  "guests/a.conf:13", "not plugged in", CHECK_NOTE },
	{ "the bridge is missing", PLAIN "[Nic]\nType=bridge\nBridge=br7\n", NULL,
	  "guests/a.conf:14", "no interface br7", CHECK_PROBLEM },
	{ "the bridge is there", PLAIN "[Nic]\nType=bridge\nBridge=br0\nVhost=off\n",
	  NULL, NULL, NULL, CHECK_OK },
	{ "the network is missing", PLAIN "[Nic]\nNetwork=lan\nVhost=off\n", NULL,
	  "guests/a.conf:13", "no network lan", CHECK_PROBLEM },
	{ "a network's tap is made at the start",
	  PLAIN "[Nic]\nNetwork=home\nVhost=off\n", NULL, NULL, NULL, CHECK_OK },
	{ "a network's bridge is missing", PLAIN "[Nic]\nNetwork=away\nVhost=off\n", NULL,
	  "guests/a.conf:13", "no bridge br-away of the network away", CHECK_PROBLEM },
	{ "two cards have one address", PLAIN "[Nic]\nMac=52:54:00:00:00:01\n",
	  PLAIN "[Nic]\nMac=52:54:00:00:00:01\n", "guests/b.conf:13", "52:54:00:00:00:01",
	  CHECK_WARNING },
	{ "two guests have one vsock number", PLAIN "[Vsock]\nCid=7\n",
	  PLAIN "[Vsock]\nCid=7\n", "guests/b.conf:13", "the vsock number 7",
	  CHECK_WARNING },
	{ "there is no vsock", PLAIN "[Vsock]\nCid=7\n", NULL, "guests/a.conf:13",
	  "/dev/vhost-vsock", CHECK_PROBLEM },
	{ "somebody listens on the port", PLAIN "[Nic]\nForward=tcp:127.0.0.1:6000-:22\n",
	  NULL, "guests/a.conf:13", "TCP port 6000 already", CHECK_PROBLEM },
	{ "QEMU answers at a forwarded port",
	  PLAIN "[Guest]\nReady=port\nReadyAddress=127.0.0.1\nReadyPort=2222\n"
		"[Nic]\nForward=tcp:127.0.0.1:2222-:22\n",
	  NULL, "guests/a.conf:15", "QEMU itself answers at port 2222", CHECK_WARNING },
	{ "a port that leads elsewhere says nothing of it",
	  PLAIN "[Guest]\nReady=port\nReadyAddress=127.0.0.1\nReadyPort=2223\n"
		"[Nic]\nForward=tcp:127.0.0.1:2222-:22\n",
	  NULL, NULL, NULL, CHECK_OK },
	{ "a port that is only connected is free",
	  PLAIN "[Nic]\nForward=tcp:127.0.0.1:6001-:22\n", NULL, NULL, NULL, CHECK_OK },
	{ "somebody has the UDP port", PLAIN "[Nic]\nForward=udp::6003-:53\n", NULL,
	  "guests/a.conf:13", "listens on the UDP port 6003 already", CHECK_PROBLEM },
	{ "TCP's of the same number is another", PLAIN "[Nic]\nForward=tcp::6003-:53\n",
	  NULL, NULL, NULL, CHECK_OK },
	{ "two guests forward one port of UDP", PLAIN "[Nic]\nForward=udp::53-:53\n",
	  PLAIN "[Nic]\nForward=udp::53-:53\n", "guests/b.conf:13", "the UDP port 53",
	  CHECK_WARNING },
	{ "the host stands on the controller's disk",
	  PLAIN "[Passthrough]\nAddress=05:00.0\n", NULL, "guests/a.conf:13",
	  "needs 0000:05:00.0: sda1, behind it, is mounted on /srv/with blank",
	  CHECK_PROBLEM },
	{ "the host's volume stands on it",
	  PLAIN "[Passthrough]\nAddress=06:00.0\nBind=start\n", NULL, "guests/a.conf:13",
	  "needs 0000:06:00.0: nvme0n1, behind it, is mounted on /", CHECK_PROBLEM },
	{ "another controller may go",
	  PLAIN "[Passthrough]\nAddress=07:00.0\nBind=start\n", NULL, NULL, NULL,
	  CHECK_OK },
	{ "QEMU's user is not there", PLAIN "[Guest]\nUser=no-such-user\n", NULL,
	  "guests/a.conf:13", "there is no user no-such-user", CHECK_PROBLEM },
	{ "two guests forward one port", PLAIN "[Nic]\nForward=tcp::2222-:22\n",
	  PLAIN "[Nic]\nForward=tcp::2222-:22\n", "guests/b.conf:13", "the TCP port 2222",
	  CHECK_WARNING },
	{ "two guests have one UUID",
	  PLAIN "[Guest]\nUuid=6a1f7b9c-2f31-4c5e-9d57-0d8f5e2b6a10\n",
	  PLAIN "[Guest]\nUuid=6a1f7b9c-2f31-4c5e-9d57-0d8f5e2b6a10\n",
	  "guests/b.conf:13", "the UUID", CHECK_WARNING },
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

/* ---- what needs more than files ---- */

/* Opens it for guest a with one disk, /srv/a.img. */
static void open_one(struct preflight *preflight, struct context *context)
{
	const struct args args = { .root = fake_root };

	put_guests(PLAIN "[Disk]\nPath=/srv/a.img\n", NULL);
	if (context_open(context, &args, NULL) ||
	    preflight_open(preflight, context, NULL, 0, NULL))
		abort();
}

static void expect(const struct preflight *preflight, const char *what, const char *name)
{
	_cleanup_host_findings_ struct findings findings = FINDINGS_INIT;

	preflight_judge(preflight, &findings);
	if (!ok(what ? findings.count == 1 && strstr(findings.items[0].what, what)
		     : !findings.count,
		"%s", name))
		show(&findings);
}

static void devices(void)
{
	_cleanup_preflight_ struct preflight preflight = { .machine_fd = -1 };
	_cleanup_context_ struct context context;
	struct preflight_file *file;

	open_one(&preflight, &context);
	file = &preflight.facts.files[0];
	snprintf(file->used, sizeof(file->used), "mounted on /srv");
	expect(&preflight, "is mounted on /srv", "a mounted volume is not given");
	*file->used = '\0';
	snprintf(file->holder, sizeof(file->holder), "dm-3 (vg0-web)");
	expect(&preflight, "has dm-3 (vg0-web) on it", "a physical volume is not given");
	*file->holder = '\0';
	file->busy = true;
	expect(&preflight, "in use by the kernel", "nor what the kernel has open");
	preflight.guests[0].is_running = true;
	expect(&preflight, NULL, "a running guest has it itself");
}

static void lock_byte(int fd, off_t byte)
{
	struct flock lock = {
		.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1
	};

	if (fcntl(fd, F_OFD_SETLK, &lock))
		abort();
}

static void locks(void)
{
	_cleanup_close_ int fd = openat(root, "srv/a.img", O_RDONLY | O_CLOEXEC);

	for (int writes = 0; writes < 2; writes++) {
		_cleanup_preflight_ struct preflight preflight = { .machine_fd = -1 };
		_cleanup_context_ struct context context;

		lock_byte(fd, writes ? 101 : 100);
		open_one(&preflight, &context);
		expect(&preflight, writes ? "in use by a QEMU" : NULL,
		       writes ? "an image that a QEMU writes to is told by its lock"
			      : "one that it reads is free");
	}
}

/* The one finding for a guest whose QEMU is nobody's; NULL: there is none. */
static void expect_access_of(const char *text, const char *what, const char *name)
{
	const struct row row = {
		name, text, NULL, "guests/a.conf:15", what, CHECK_PROBLEM
	};

	judge(&row);
}

static void expect_access(const char *what, const char *name)
{
	expect_access_of(PLAIN "[Guest]\nUser=65534\n[Disk]\nPath=/srv/a.img\n", what,
			 name);
}

/* The machine's own users: a name that no other machine has, and one of its groups. */
static void access_of_named_user(void)
{
	static const char text[] =
		PLAIN "[Guest]\nUser=own-user\n[Disk]\nPath=/srv/a.img\n";

	fchownat(root, "srv/a.img", 0, 65001, 0);
	fchmodat(root, "srv/a.img", 0660, 0);
	fake_file(root, "etc/group", "own-group:x:65001:other\n");
	expect_access_of(text, "QEMU's user own-user may not read and write it",
			 "a user of the machine's is known by name");
	fake_file(root, "etc/group", "own-group:x:65001:other,own-user\n");
	expect_access_of(text, NULL, "and has the groups that it has there");
}

static void access_of_user(void)
{
	if (geteuid() != 0)
		return;
	fchmodat(root, ".", 0755, 0);
	fchmodat(root, "srv", 0755, 0);
	fchmodat(root, "srv/a.img", 0644, 0);
	expect_access("/srv/a.img: QEMU's user 65534 may not read and write it: Perm",
		      "a disk that its QEMU may not write to is told");
	fchmodat(root, "srv/a.img", 0600, 0);
	fchownat(root, "srv/a.img", 65534, 65534, 0);
	expect_access(NULL, "one that belongs to it is fine");
	fchmodat(root, "srv", 0700, 0);
	expect_access("may not read and write it", "unless the folder is closed to it");
	fchmodat(root, "srv", 0755, 0);
	access_of_named_user();
	fchownat(root, "srv/a.img", 0, 0, 0);
}

static void parts(void)
{
	_cleanup_preflight_ struct preflight preflight = { .machine_fd = -1 };
	_cleanup_context_ struct context context;
	const struct preflight_stand *stand;

	open_one(&preflight, &context);
	stand = preflight_find_stand(&preflight.facts, "sda");
	ok(stand && !strcmp(stand->name, "sda1"), "a partition is below its disk");
	ok(!preflight_find_stand(&preflight.facts, "sda1"), "and not below itself");
	ok(!preflight_find_stand(&preflight.facts, "da"), "names count whole");
	ok(!preflight_find_stand(&preflight.facts, ""), "and no name is none");
}

static void start(void)
{
	const struct args args = { .root = fake_root };
	_cleanup_context_ struct context context;
	struct err err = ERR_INIT;
	unsigned version = 0;

	put_guests(PLAIN "[Disk]\nPath=/srv/none.img\n[Cpu]\nPin=9\n", PLAIN);
	if (context_open(&context, &args, NULL))
		abort();
	is_int(preflight_start(&context, "a", &version, &err), -EINVAL,
	       "a start is refused");
	ok(strstr(err.text, "guests/a.conf:13: /srv/none.img") &&
		   strstr(err.text, "guests/a.conf:15: Pin: CPU 9"),
	   "with all problems, and their lines");
	is_int(preflight_start(&context, "b", &version, NULL), 0,
	       "the other one may start");
	is_int(version, 70200, "and knows its QEMU's version");
	is_int(preflight_start(&context, "c", &version, &err), -ENOENT,
	       "one that is not there not");
}

int main(void)
{
	root = fake_tree_open();
	fake_machine();
	fake_link(root, "srv/link.img", "a.img");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		judge(&rows[i]);
	devices();
	locks();
	access_of_user();
	parts();
	start();
	close(root);
	fake_tree_remove();
	return done_testing();
}
