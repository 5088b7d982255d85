/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/vfio.c host-prep/vfio_want.c lib/vfio_bind.c host-prep/iommu_read.c lib/pci_use.c lib/mount_text.c host-prep/iommu_judge.c host-prep/iommu_words.c host-prep/kmod.c lib/kmod.c host-prep/kmod_load.c host-prep/setting.c host-prep/kmod_need.c host-prep/part.c host-prep/step.c lib/pci.c lib/pci_names.c lib/file_apart.c lib/origin.c lib/format_text.c lib/names.c lib/log.c lib/show_json.c lib/process.c lib/interrupt.c */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/value/units.c lib/value/pci.c lib/value/pci_select.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c */
/* SOURCES: lib/guests.c lib/schema/guest*.c lib/guest_*.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/rule.c lib/kernel_rule.c lib/password_hash.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_vfio.c: devices go to vfio-pci late, stay where they must, and come back. */
#include <errno.h>

#include "host-prep/vfio.h"
#include "lib/cleanup.h"
#include "tests/unit/part_fixture.h"

static const struct {
	const char *promise;
	struct iommu_function function;
	struct pci_id id;
	const char *up;
	enum vfio_decision expected;
	const char *reason;
} decisions[] = {
	{ "a device goes to vfio-pci",
	  { .pci.driver = "nouveau", .pci.group = 1 },
	  { 0, 0 },
	  "",
	  VFIO_BIND,
	  "" },
	{ "... without a driver, too", { .pci.group = 1 }, { 0, 0 }, "", VFIO_BIND, "" },
	{ "one that is there stays",
	  { .pci.driver = "vfio-pci", .pci.group = 1 },
	  { 0, 0 },
	  "",
	  VFIO_THERE,
	  "" },
	{ "another card is left alone",
	  { .pci.group = 1, .pci.id = { 0x10de, 1 } },
	  { 0x10de, 2 },
	  "",
	  VFIO_STAYS,
	  "it is 10de:0001, not 10de:0002" },
	{ "a bridge is",
	  { .pci.group = 1, .pci.is_bridge = true },
	  { 0, 0 },
	  "",
	  VFIO_STAYS,
	  "it is a bridge" },
	{ "what no IOMMU has is",
	  { .pci.group = -1 },
	  { 0, 0 },
	  "",
	  VFIO_STAYS,
	  "no IOMMU is at work for it" },
	{ "what the host stands on is",
	  { .pci.group = 1, .held = "/ (sda2)" },
	  { 0, 0 },
	  "",
	  VFIO_STAYS,
	  "the host stands on it: / (sda2)" },
	{ "what has virtual functions is",
	  { .pci.group = 1, .pci.vfs = 2 },
	  { 0, 0 },
	  "",
	  VFIO_STAYS,
	  "it has virtual functions switched on; write 0 to its sriov_numvfs" },
	{ "an interface in use is",
	  { .pci.group = 1 },
	  { 0, 0 },
	  "eno1",
	  VFIO_STAYS,
	  "its interface eno1 is up; ip link set eno1 down lets it go" },
};

static void decides(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(decisions); i++) {
		struct vfio_wish wish = { .select.id = decisions[i].id };
		char reason[VFIO_REASON] = "";

		is_int(vfio_decide(&decisions[i].function, &wish, decisions[i].up,
				   reason),
		       decisions[i].expected, "%s", decisions[i].promise);
		is_str(reason, decisions[i].reason, "... for this reason");
	}
}

#define PCI "sys/devices/pci0000:00/"

static void make_function(int root, const char *name, const char *class, const char *id,
			  const char *group, const char *driver)
{
	char path[256], text[256];

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s", name);
	snprintf(text, sizeof(text), "../../../devices/pci0000:00/%s", name);
	fake_link(root, path, text);
	snprintf(path, sizeof(path), PCI "%s/class", name);
	fake_file(root, path, class);
	snprintf(path, sizeof(path), PCI "%s/vendor", name);
	fake_file(root, path, "0x8086\n");
	snprintf(path, sizeof(path), PCI "%s/device", name);
	fake_file(root, path, id);
	snprintf(path, sizeof(path), PCI "%s/driver_override", name);
	fake_file(root, path, "(null)\n");
	snprintf(path, sizeof(path), PCI "%s/iommu_group", name);
	snprintf(text, sizeof(text), "../../../kernel/iommu_groups/%s", group);
	fake_link(root, path, text);
	snprintf(path, sizeof(path), PCI "%s/driver", name);
	snprintf(text, sizeof(text), "../../../bus/pci/drivers/%s", driver);
	if (*driver)
		fake_link(root, path, text);
	else
		unlinkat(root, path, 0);
}

static void make_tree(int root)
{
	make_function(root, "0000:00:10.0", "0x020000\n", "0x10d3\n", "4", "e1000e");
	make_function(root, "0000:00:11.0", "0x020000\n", "0x10d3\n", "5", "e1000e");
	make_function(root, "0000:00:12.0", "0x030000\n", "0x1b80\n", "6", "");
	make_function(root, "0000:00:12.1", "0x040300\n", "0x10f0\n", "6", "snd");
	fake_file(root, "sys/kernel/iommu_groups/4/type", "DMA\n");
	fake_file(root, "sys/bus/pci/drivers/e1000e/unbind", "");
	fake_file(root, "sys/bus/pci/drivers/vfio-pci/unbind", "");
	fake_file(root, "sys/bus/pci/drivers_probe", "");
	fake_file(root, "sys/module/vfio_pci/refcnt", "0\n");
	fake_file(root, "sys/module/vfio_iommu_type1/refcnt", "0\n");
	fake_link(root, "sys/class/net/eno2",
		  "../../devices/pci0000:00/0000:00:11.0/net/eno2");
	fake_file(root, PCI "0000:00:11.0/net/eno2/operstate", "up\n");
	fake_file(root, "etc/bedplate/guests/desk.conf",
		  "[Passthrough]\nAddress=00:12.0\n[Passthrough]\nId=1234:5678\n");
}

static void rename_module(int root, const char *from, const char *to)
{
	char old[80], new[80];

	snprintf(old, sizeof(old), "sys/module/%s", from);
	snprintf(new, sizeof(new), "sys/module/%s", to);
	renameat(root, old, root, new);
}

/* Modules that were not there come with the first device, and go with the last. */
static void loads_modules(int root)
{
	_cleanup_strbuf_ struct strbuf missing;
	struct fixture f;

	strbuf_init(&missing, 0);
	make_function(root, "0000:00:10.0", "0x020000\n", "0x10d3\n", "4", "e1000e");
	make_function(root, "0000:00:12.0", "0x030000\n", "0x1b80\n", "6", "");
	rename_module(root, "vfio_pci", "gone_1");
	rename_module(root, "vfio_iommu_type1", "gone_2");
	fixture_init(&f, root, "[Vfio]\nDevices=8086:10d3@00:10.0\n");
	f.context.missing = &missing;
	is_str(fixture_plan(&f, &vfio_part),
	       "+ module vfio_iommu_type1\n"
	       "+ module vfio_pci\n"
	       "~ 0000:00:10.0 Ethernet controller [8086:10d3]: e1000e -> vfio-pci # host.conf:2\n"
	       "~ 0000:00:12.0 VGA compatible controller [8086:1b80]: no driver -> vfio-pci # "
	       "guests/desk.conf:2\n",
	       "modules that are not there are loaded, once");
	is_str(missing.text,
	       "guests/desk.conf:4: there is no 1234:5678 to be passed through\n",
	       "what is not there may still come");
	fake_file(root, "sys/module/vfio_pci/refcnt", "0\n");
	fake_file(root, "sys/module/vfio_iommu_type1/refcnt", "0\n");
	make_function(root, "0000:00:10.0", "0x020000\n", "0x10d3\n", "4", "vfio-pci");
	make_function(root, "0000:00:12.0", "0x030000\n", "0x1b80\n", "6", "vfio-pci");
	fake_link(root, "proc/4711/fd/9", "/dev/vfio/4");
	ok(!strstr(fixture_down(&f, &vfio_part), "module"),
	   "they stay while a guest has a device");
	unlinkat(root, "proc/4711/fd/9", 0);
	is_str(fixture_down(&f, &vfio_part),
	       "~ 0000:00:10.0 Ethernet controller [8086:10d3]: vfio-pci -> e1000e\n"
	       "- module vfio_iommu_type1\n"
	       "- module vfio_pci\n",
	       "and go with the last");
	is_str(fixture_down(&f, &vfio_part), "", "... once");
	fixture_release(&f);
}

static void plans(int root)
{
	struct fixture f;

	fixture_init(&f, root, "[Vfio]\nDevices=8086:10d3@00:10.0 8086:10d3\n");
	is_str(fixture_plan(&f, &vfio_part),
	       "~ 0000:00:10.0 Ethernet controller [8086:10d3]: e1000e -> vfio-pci # host.conf:2\n"
	       "~ 0000:00:12.0 VGA compatible controller [8086:1b80]: no driver -> vfio-pci # "
	       "guests/desk.conf:2\n",
	       "what files pass through goes to vfio-pci");
	is_str(f.notes.text,
	       "there is no 1234:5678 to be passed through (guests/desk.conf:4)\n"
	       "0000:00:11.0 is not passed through: its interface eno2 is up; ip link set eno2 down "
	       "lets it go (host.conf:2)\n"
	       "0000:00:12.0: no guest can have it while 0000:00:12.1 in its IOMMU group has driver "
	       "snd; [Vfio] Devices=0000:00:12.1 has that go with it\n",
	       "... and what does not is told");
	make_function(root, "0000:00:10.0", "0x020000\n", "0x10d3\n", "4", "vfio-pci");
	make_function(root, "0000:00:12.0", "0x030000\n", "0x1b80\n", "6", "vfio-pci");
	is_str(fixture_plan(&f, &vfio_part), "", "a second plan is empty");
	fake_link(root, "proc/4711/fd/9", "/dev/vfio/4");
	fake_link(root, "proc/4711/fd/10", "/dev/vfio/vfio");
	is_str(fixture_down(&f, &vfio_part),
	       "~ 0000:00:12.0 VGA compatible controller [8086:1b80]: vfio-pci -> no driver\n",
	       "what no guest has comes back");
	is_str(f.notes.text,
	       "0000:00:10.0 stays with vfio-pci: process 4711, a guest, has it\n",
	       "... what one has stays");
	unlinkat(root, "proc/4711/fd/9", 0);
	fake_link(root, "proc/4711/fd/9", "/dev/vfio/devices/vfio0");
	fake_file(root, PCI "0000:00:10.0/vfio-dev/vfio0/dev", "1:1\n");
	is_str(fixture_down(&f, &vfio_part), "", "... by iommufd, too");
	unlinkat(root, "proc/4711/fd/9", 0);
	is_str(fixture_down(&f, &vfio_part),
	       "~ 0000:00:10.0 Ethernet controller [8086:10d3]: vfio-pci -> e1000e\n",
	       "... until it is gone");
	is_str(fixture_down(&f, &vfio_part), "", "... once");
	fixture_release(&f);
}

static void comes_back_after_a_crash(int root)
{
	struct fixture f;

	unlinkat(root, "etc/bedplate/guests/desk.conf", 0);
	make_function(root, "0000:00:10.0", "0x020000\n", "0x10d3\n", "4", "e1000e");
	fixture_init(&f, root, "[Vfio]\nDevices=00:10.0\n");
	fixture_plan(&f, &vfio_part);
	make_function(root, "0000:00:10.0", "0x020000\n", "0x10d3\n", "4", "");
	is_str(fixture_down(&f, &vfio_part),
	       "~ 0000:00:10.0 Ethernet controller [8086:10d3]: no driver -> e1000e\n",
	       "what a crash has left without a driver gets the one it had");
	make_function(root, "0000:00:10.0", "0x020000\n", "0x10d3\n", "4", "e1000e");
	fixture_plan(&f, &vfio_part);
	fake_file(root, PCI "0000:00:10.0/driver_override", "vfio-pci\n");
	is_str(fixture_down(&f, &vfio_part),
	       "~ 0000:00:10.0 Ethernet controller [8086:10d3]: meant for vfio-pci -> e1000e\n",
	       "... and what had not left it yet");
	fake_file(root, "sys/bus/pci/drivers/e1000e/unbind", "");
	is_str(fixture_run(&f), "", "... may stay");
	is_str(fake_content(root, PCI "0000:00:10.0/driver_override"), "",
	       "... for good");
	is_str(fake_content(root, "sys/bus/pci/drivers/e1000e/unbind"), "",
	       "... without being taken out of its hands");
	fixture_plan(&f, &vfio_part);
	is_str(fixture_down(&f, &vfio_part), "", "what has not gone is left alone");
	fixture_release(&f);
}

/* The tree's kernel does nothing, so no driver takes anything. */
static void fails(int root)
{
	struct fixture f;

	unlinkat(root, "etc/bedplate/guests/desk.conf", 0);
	make_function(root, "0000:00:10.0", "0x020000\n", "0x10d3\n", "4", "e1000e");
	fixture_init(&f, root, "[Vfio]\nDevices=00:10.0\n");
	fixture_plan(&f, &vfio_part);
	ok(strstr(fixture_run(&f), "vfio-pci did not take it"),
	   "a bind that fails is told (%s)", f.err.text);
	is_str(fake_content(root, "sys/bus/pci/drivers/e1000e/unbind"), "0000:00:10.0",
	       "its driver let go of it");
	is_str(fake_content(root, "sys/bus/pci/drivers_probe"), "0000:00:10.0",
	       "the kernel looked for one");
	is_str(fake_content(root, PCI "0000:00:10.0/driver_override"), "",
	       "and any may take it again");
	fixture_release(&f);
	is_int(vfio_release(root, "0000:00:10.0", "e1000e", NULL), 0, "it is released");
	fake_file(root, "sys/bus/pci/drivers_probe", "");
	is_int(vfio_release(root, "0000:00:10.0", "", NULL), 0, "... or left without");
	is_str(fake_content(root, "sys/bus/pci/drivers_probe"), "", "... a driver");
}

int main(void)
{
	int root = fake_tree_open();

	decides();
	make_tree(root);
	plans(root);
	loads_modules(root);
	fake_file(root, "sys/module/vfio_pci/refcnt", "0\n");
	fake_file(root, "sys/module/vfio_iommu_type1/refcnt", "0\n");
	comes_back_after_a_crash(root);
	fails(root);
	close(root);
	fake_tree_remove();
	return done_testing();
}
