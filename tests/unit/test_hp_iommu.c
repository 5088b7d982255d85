/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/iommu_read.c lib/pci_use.c lib/mount_text.c host-prep/iommu_judge.c host-prep/iommu_words.c */
/* SOURCES: host-prep/iommu_tree.c host-prep/iommu_svg.c lib/svg.c lib/pci.c lib/pci_names.c lib/names.c lib/file.c */
/* SOURCES: lib/file_apart.c lib/value/pci.c lib/value/pci_select.c lib/strbuf.c lib/err.c */
/* test_hp_iommu.c: what could be passed through, and what stands in the way of the rest. */
#include "host-prep/iommu.h"
#include "lib/cleanup.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

/* One function, in short. */
struct row {
	const char *name;
	int group;
	uint32_t class_code;
	const char *driver;
	const char *held;
	unsigned vfs;
	bool bridge, behind, is_virtual;
	uint16_t vendor;
};

#define VGA   .class_code = 0x030000
#define AUDIO .class_code = 0x040300
#define NIC   .class_code = 0x020000
#define DISK  .class_code = 0x010601
#define ISA   .class_code = 0x060100
#define PORT  .class_code = 0x060400, .bridge = true
#define HOST  .class_code = 0x060000
#define SMBUS .class_code = 0x0c0500
#define USB   .class_code = 0x0c0330
#define UCSI  .class_code = 0x0c8000

enum { ROWS = 5 };

static void make(struct iommu *iommu, struct iommu_function items[ROWS],
		 const struct row rows[ROWS])
{
	*iommu = (struct iommu){ .items = items, .is_on = true };
	memset(items, 0, ROWS * sizeof(*items));
	for (size_t i = 0; i < ROWS && rows[i].name; i++) {
		struct iommu_function *function = &items[iommu->count++];

		strcpy(function->pci.name, rows[i].name);
		pci_address_parse(rows[i].name, &function->pci.address, NULL);
		strcpy(function->pci.driver, rows[i].driver ? rows[i].driver : "");
		strcpy(function->held, rows[i].held ? rows[i].held : "");
		function->pci.class_code = rows[i].class_code;
		function->pci.group = rows[i].group;
		function->pci.is_bridge = rows[i].bridge;
		function->pci.vfs = rows[i].vfs;
		function->pci.id.vendor = rows[i].vendor;
		function->is_virtual = rows[i].is_virtual;
		function->on_root_bus = !rows[i].behind;
		strcpy(function->reset, "flr");
	}
	iommu_judge(iommu);
}

/* The first function is the one that is judged. */
static const struct {
	const char *promise, *verdict, *words;
	struct row rows[ROWS];
} judgements[] = {
	{ "alone in its group, whatever its driver",
	  "alone",
	  "can be passed through",
	  { { "0000:02:00.0", 7, NIC, .driver = "igb" },
	    { "0000:03:00.0", 8, NIC, .driver = "igb" } } },
	{ "bridges do not count",
	  "alone",
	  "can be passed through",
	  { { "0000:02:00.0", 1, NIC },
	    { "0000:00:01.0", 1, PORT, .driver = "pcieport" } } },
	{ "the others of its group go with it",
	  "together",
	  "can be passed through, but only together with 0000:01:00.1 and 0000:02:00.0",
	  { { "0000:01:00.0", 1, VGA, .driver = "nouveau", .behind = true },
	    { "0000:00:01.0", 1, PORT },
	    { "0000:01:00.1", 1, AUDIO, .driver = "snd_hda_intel", .behind = true },
	    { "0000:02:00.0", 1, NIC, .behind = true } } },
	{ "on vfio-pci it is a guest's",
	  "ready",
	  "a guest can have it now",
	  { { "0000:01:00.0", 1, VGA, .driver = "vfio-pci" } } },
	{ "... with the rest of its group on vfio's drivers, or without any",
	  "ready",
	  "a guest can have it now, together with 0000:01:00.1, 0000:01:00.2 and 0000:01:00.3",
	  { { "0000:01:00.0", 1, VGA, .driver = "vfio-pci" },
	    { "0000:01:00.1", 1, AUDIO, .driver = "pci-stub" },
	    { "0000:01:00.2", 1, USB },
	    { "0000:01:00.3", 1, NIC, .driver = "mlx5_vfio_pci" } } },
	{ "... but not while another has a driver of the host's",
	  "together",
	  "can be passed through, but only together with 0000:01:00.1",
	  { { "0000:01:00.0", 1, VGA, .driver = "vfio-pci" },
	    { "0000:01:00.1", 1, AUDIO, .driver = "snd_hda_intel" } } },
	{ "the host stands on it",
	  "host",
	  "cannot be passed through: the host stands on it: / (sda2)",
	  { { "0000:00:17.0", 3, DISK, .driver = "ahci", .held = "/ (sda2)" } } },
	{ "the host stands on another of its group",
	  "host",
	  "cannot be passed through: the host stands on 0000:00:17.0 in its group: / (sda2)",
	  { { "0000:00:18.0", 3, NIC },
	    { "0000:00:17.0", 3, DISK, .held = "/ (sda2)" } } },
	{ "a chipset's part with a driver is in the way",
	  "blocked",
	  "cannot be passed through: 0000:00:1f.4 in its group, a part of the chipset, has "
	  "driver i801_smbus",
	  { { "0000:00:1f.6", 4, NIC, .driver = "e1000e" },
	    { "0000:00:1f.0", 4, ISA },
	    { "0000:00:1f.4", 4, SMBUS, .driver = "i801_smbus" } } },
	{ "... without one it is not, nor need it go",
	  "alone",
	  "can be passed through",
	  { { "0000:00:1f.6", 4, NIC, .driver = "e1000e" },
	    { "0000:00:1f.0", 4, ISA },
	    { "0000:00:1f.4", 4, SMBUS } } },
	{ "a physical function with virtual ones on is refused by vfio-pci",
	  "blocked",
	  "cannot be passed through: 0000:04:00.0 has virtual functions switched on (2), so "
	  "vfio-pci does not take it; write 0 to its sriov_numvfs",
	  { { "0000:04:00.0", 9, NIC, .vfs = 2 } } },
	{ "no group, no guest",
	  "no-group",
	  "cannot be passed through: no IOMMU is at work for it",
	  { { "0000:02:00.0", -1, NIC }, { "0000:03:00.0", -1, NIC } } },
	{ "nobody passes a bridge through", "none", "", { { "0000:00:01.0", 1, PORT } } },
	{ "... nor a part of the chipset", "none", "", { { "0000:00:1f.4", 1, SMBUS } } },
	{ "a card's UCSI is none of the chipset's",
	  "together",
	  "can be passed through, but only together with 0000:01:00.0",
	  { { "0000:01:00.3", 1, UCSI, .behind = true },
	    { "0000:01:00.0", 1, VGA, .behind = true } } },
};

static void judges(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(judgements); i++) {
		_cleanup_strbuf_ struct strbuf words;
		struct iommu_function items[ROWS];
		struct iommu iommu;

		strbuf_init(&words, 0);
		make(&iommu, items, judgements[i].rows);
		is_str(iommu_verdict_word(items[0].verdict), judgements[i].verdict, "%s",
		       judgements[i].promise);
		iommu_verdict_write(&iommu, &items[0], &words);
		is_str(words.text, judgements[i].words, "... in words");
	}
}

static void knows_cards(void)
{
	static const struct row rows[ROWS] = {
		{ "0000:05:00.0", 11, VGA, .vendor = 0x1002, .behind = true },
		{ "0000:05:00.1", 12, AUDIO, .vendor = 0x1002, .behind = true },
		{ "0000:05:00.3", 13, USB, .vendor = 0x1022, .behind = true },
		{ "0000:06:00.1", 14, AUDIO, .vendor = 0x1002, .behind = true },
		{ "0000:05:00.2", 11, USB, .vendor = 0x1002, .behind = true },
	};
	_cleanup_strbuf_ struct strbuf words;
	struct iommu_function items[ROWS];
	struct iommu iommu;

	strbuf_init(&words, 0);
	make(&iommu, items, rows);
	ok(iommu_is_same_card(&iommu, &items[0], &items[1]), "a card's sound");
	ok(!iommu_is_same_card(&iommu, &items[1], &items[0]), "... has no card");
	ok(!iommu_is_same_card(&iommu, &items[0], &items[2]), "another maker's is none");
	ok(!iommu_is_same_card(&iommu, &items[0], &items[3]), "nor another slot's");
	ok(!iommu_is_same_card(&iommu, &items[0], &items[4]),
	   "what goes with it anyway is not told twice");
	items[0].reset[0] = '\0';
	iommu_remarks_write(&iommu, &items[0], "- ", &words);
	is_str(words.text,
	       "- the kernel knows no way to reset it: it may work only once until the host is "
	       "switched off\n"
	       "- 0000:05:00.1 is a part of the same card: take it, too\n",
	       "both are said of it");
	items[0].reset_unnamed = true;
	items[0].verdict = IOMMU_BLOCKED;
	strbuf_truncate(&words, 0);
	iommu_remarks_write(&iommu, &items[0], "", &words);
	is_str(words.text, "", "nothing of what cannot be passed through");
}

#define SYSFS "sys/bus/pci/devices/"
#define ROOT  "../../../devices/pci0000:00/"

static void make_function(int root, const char *name, const char *place, const char *code,
			  const char *driver, const char *group)
{
	char path[256], target[256];

	snprintf(path, sizeof(path), SYSFS "%s", name);
	snprintf(target, sizeof(target), ROOT "%s", place);
	fake_link(root, path, target);
	snprintf(path, sizeof(path), "sys/devices/pci0000:00/%s/class", place);
	fake_file(root, path, code);
	snprintf(path, sizeof(path), "sys/devices/pci0000:00/%s/driver", place);
	if (driver)
		fake_link(root, path, driver);
	snprintf(path, sizeof(path), "sys/devices/pci0000:00/%s/iommu_group", place);
	snprintf(target, sizeof(target), "../../../../kernel/iommu_groups/%s", group);
	if (group)
		fake_link(root, path, target);
}

static void make_tree(int root)
{
	make_function(root, "0000:00:17.0", "0000:00:17.0", "0x010601\n", "d/ahci", "3");
	make_function(root, "0000:00:1c.0", "0000:00:1c.0", "0x060400\n", "d/pcieport",
		      "10");
	make_function(root, "0000:02:00.0", "0000:00:1c.0/0000:02:00.0", "0x020000\n",
		      "d/igb", "2");
	make_function(root, "10000:e1:00.0", "10000:e1:00.0", "0x010802\n", NULL, NULL);
	fake_file(root, "sys/kernel/iommu_groups/3/type", "DMA-FQ\n");
	fake_file(root, "sys/devices/pci0000:00/0000:00:17.0/reset", "");
	fake_file(root, "sys/devices/pci0000:00/0000:00:1c.0/0000:02:00.0/reset_method",
		  "flr bus\n");
	fake_link(root, "sys/class/net/eno1",
		  "../../devices/pci0000:00/0000:00:1c.0/0000:02:00.0/net/eno1");
	fake_link(root, "sys/class/net/br0", "../../devices/virtual/net/br0");
	fake_link(root, "sys/class/block/sda",
		  "../../devices/pci0000:00/0000:00:17.0/ata1/block/sda");
	fake_link(root, "sys/class/block/sda2",
		  "../../devices/pci0000:00/0000:00:17.0/ata1/block/sda/sda2");
	fake_file(root,
		  "sys/devices/pci0000:00/0000:00:17.0/ata1/block/sda/sda2/partition",
		  "2\n");
	fake_link(root, "sys/class/block/dm-0", "../../devices/virtual/block/dm-0");
	fake_link(root, "sys/devices/virtual/block/dm-0/slaves/sda2", "../sda2");
	fake_link(root, "sys/dev/block/254:0", "../../devices/virtual/block/dm-0");
	fake_link(root, "dev/mapper/vg-swap", "../dm-0");
	fake_file(root, "proc/self/mountinfo",
		  "22 1 0:20 / /proc rw - proc proc rw\n"
		  "28 1 254:0 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw\n"
		  "29 1 0:44 /@ /srv/with\\040blank rw - btrfs /dev/sda2 rw\n");
	fake_file(root, "proc/swaps",
		  "Filename\tType\tSize\tUsed\tPriority\n"
		  "/dev/mapper/vg-swap partition\t1\t0\t-2\n"
		  "/swapfile file\t1\t0\t-3\n");
}

static void reads(int root)
{
	_cleanup_iommu_ struct iommu iommu = IOMMU_INIT;
	const struct iommu_function *nic, *disk;

	make_tree(root);
	is_int(iommu_read(&iommu, root, NULL), 0, "functions are read");
	ok(iommu.is_on && !iommu.has_names && iommu.count == 4, "... all of them");
	nic = &iommu.items[0];
	disk = &iommu.items[1];
	is_str(nic->pci.name, "0000:02:00.0", "... by group");
	is_str(iommu.items[3].pci.name, "10000:e1:00.0", "... those without one last");
	is_str(nic->reset, "flr bus", "how it is reset");
	ok(!nic->reset_unnamed && disk->reset_unnamed, "... or that it can be");
	ok(disk->on_root_bus && !nic->on_root_bus, "where it hangs");
	is_str(disk->group_type, "DMA-FQ", "its group's type");
	is_str(nic->uses, "eno1", "its interface");
	is_str(disk->uses, "sda", "its disk, without partitions");
	is_str(disk->held, "/ (sda2), /srv/with blank (sda2), swap (sda2)",
	       "what the host has on it, through LVM and btrfs, too");
	is_str(disk->class_name, "SATA controller", "a common class has a name");
	is_str(iommu_verdict_word(disk->verdict), "host", "it is judged");
}

static void shows(int root)
{
	_cleanup_iommu_ struct iommu iommu = IOMMU_INIT;
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	fake_file(root, "usr/share/misc/pci.ids",
		  "0000  <Maker> & \"Sons\" \xc3\xa9 \xe0\x80\xaf \x01\n");
	iommu_read(&iommu, root, NULL);
	iommu_write_tree(&iommu, false, &text);
	is_int((int)strspn(text.text, "IOMMU: 3 groups, 4 PCI functions\n"), 33,
	       "the tree's head");
	ok(strstr(text.text, "+- group 2\n|  `- 0000:02:00.0 Ethernet"), "... a group");
	ok(strstr(text.text, "`- without a group\n   `- 10000:e1:00.0 "), "... the rest");
	strbuf_truncate(&text, 0);
	iommu_write_svg(&iommu, &text);
	ok(strstr(text.text, "&lt;Maker&gt; &amp; &quot;Sons&quot; \xc3\xa9 ??? ?"),
	   "what XML has no place for is told otherwise");
}

static void without_iommu(int root)
{
	_cleanup_iommu_ struct iommu iommu = IOMMU_INIT;
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	is_int(iommu_read(&iommu, root, NULL), 0, "no PCI is no error");
	iommu_write_tree(&iommu, true, &text);
	is_str(text.text, "no PCI devices\n", "... and said");
	strbuf_truncate(&text, 0);
	iommu_release(&iommu);
	make_function(root, "0000:02:00.0", "0000:02:00.0", "0x020000\n", NULL, NULL);
	iommu_read(&iommu, root, NULL);
	iommu_write_tree(&iommu, true, &text);
	ok(strstr(text.text, "no IOMMU is at work") &&
		   strstr(text.text, "intel_iommu=on"),
	   "without an IOMMU there is a word on how to get one");
}

int main(void)
{
	int root = fake_tree_open();

	judges();
	knows_cards();
	without_iommu(root);
	reads(root);
	shows(root);
	close(root);
	fake_tree_remove();
	return done_testing();
}
