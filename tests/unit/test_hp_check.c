/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: lib/findings.c host-prep/check_table.c host-prep/check_files.c host-prep/check_kvm.c host-prep/check_iommu.c host-prep/check_kernel.c host-prep/check_memory.c host-prep/check_bridges.c host-prep/check_addresses.c host-prep/arp.c host-prep/check_forwarding.c host-prep/check_dhcp.c host-prep/dhcp_probe.c host-prep/dhcp_packet.c host-prep/check_clock.c host-prep/check_permissions.c host-prep/bridge_helper.c host-prep/check_owners.c host-prep/own_file.c host-prep/owner.c host-prep/wait.c host-prep/socket_list.c host-prep/netfilter.c host-prep/nft_read.c host-prep/dhcp.c lib/file_apart.c host-prep/vfio_want.c host-prep/check_programs.c lib/program_find.c lib/format_text.c host-prep/nat.c host-prep/nat_filter.c host-prep/nat_forward.c host-prep/nat_guard.c host-prep/nat_word.c host-prep/want_forward.c host-prep/want_net_ip.c host-prep/owner_dhcpcd.c */
/* SOURCES: host-prep/iommu_read.c lib/pci_use.c host-prep/iommu_judge.c host-prep/iommu_words.c host-prep/hugepage.c host-prep/hugepage_read.c host-prep/hugepage_want.c host-prep/hugepage_journal.c host-prep/hugepage_mount.c host-prep/hugepage_place.c host-prep/hugepage_reserve.c host-prep/setting.c host-prep/part.c host-prep/step.c lib/mount_text.c lib/mounts.c lib/pci.c lib/pci_names.c lib/value/pci_select.c lib/netlink.c lib/netlink_read.c lib/netlink_write.c */
/* SOURCES: host-prep/want.c host-prep/want_guest.c lib/user.c host-prep/want_check.c host-prep/want_check_use.c host-prep/net.c host-prep/net_text.c lib/kernel_check.c lib/kernel_match.c lib/kernel_rule.c lib/kernel_facts.c lib/kernel_collect.c lib/kernel_config.c lib/cmdline.c lib/process.c lib/interrupt.c lib/log.c lib/format_text.c */
/* SOURCES: lib/guests.c lib/networks.c lib/names.c lib/show_json.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/rule.c lib/password_hash.c lib/sha512.c lib/sha512_crypt.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_check.c: the doctor names what is wrong on a machine that has it, says what to do,
 * and is silent on one that has not. */
#include "tests/unit/hp_doctor.h"

static void test_kvm(void)
{
	struct doctor doctor;
	int root;

	doctor_init(&doctor);
	root = doctor.machine.root;
	fake_file(root, "proc/cpuinfo", "model\t: x\nflags\t\t: fpu de\n");
	ok(found(&doctor, check_kvm, "problem", "neither vmx nor svm", "firmware"),
	   "a processor that does not show virtualisation");
	fake_file(root, "proc/cpuinfo", "flags\t\t: fpu hypervisor\n");
	ok(found(&doctor, check_kvm, "problem", "virtual machine", "nested"),
	   "a virtual machine without nested virtualisation");
	fake_file(root, "proc/cpuinfo", "flags\t\t: fpu vmx\n");
	ok(found(&doctor, check_kvm, "problem", "kvm_intel is not loaded",
		 "modprobe kvm_intel"),
	   "a module that is not loaded");
	fake_file(root, "proc/cpuinfo", "flags\t\t: svmx svm\n");
	ok(found(&doctor, check_kvm, "problem", "kvm_amd is not loaded", "AMD-V"),
	   "flags are whole words");
	fake_file(root, "dev/kvm", "");
	is_str(ask(&doctor, check_kvm), "", "/dev/kvm that opens is well");
	doctor_release(&doctor);
}

#define NODE "sys/devices/system/node/node"

static void test_memory(void)
{
	struct doctor doctor;
	int root;

	doctor_init(&doctor);
	root = doctor.machine.root;
	fake_file(root, "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "100\n");
	machine_guest(&doctor.machine, "a", "[Memory]\nSize=6G\n");
	machine_resolve(&doctor.machine);
	is_str(ask(&doctor, check_hugepages), "", "no guest asks for huge pages");
	ok(!strncmp(ask(&doctor, check_memory), "warning", 7),
	   "6G and 100 huge pages of 8G leave less than a quarter");
	machine_forget(&doctor.machine);
	machine_guest(&doctor.machine, "a", "[Memory]\nSize=5G\n");
	machine_resolve(&doctor.machine);
	is_str(ask(&doctor, check_memory), "", "5G leave enough");
	machine_forget(&doctor.machine);
	machine_guest(&doctor.machine, "b", "[Memory]\nSize=4G\nHugePages=2M\n");
	machine_resolve(&doctor.machine);
	ok(found(&doctor, check_memory, "problem", "0% are left", "25%"),
	   "9G of 8G is a problem");
	ok(found(&doctor, check_hugepages, "problem",
		 "100 huge pages of 2M are reserved, "
		 "2048 are wanted (guests/b.conf:3)",
		 "up hugepages"),
	   "huge pages that are missing, with the guest's line");
	fake_file(root, "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
		  "2048\n");
	is_str(ask(&doctor, check_hugepages), "", "enough of them");
	fake_file(root, NODE "0/meminfo", "Node 0 MemFree: 9 kB\n");
	fake_file(root, NODE "0/hugepages/hugepages-2048kB/nr_hugepages", "2048\n");
	fake_file(root, NODE "1/meminfo", "Node 1 MemFree: 9 kB\n");
	fake_file(root, NODE "1/hugepages/hugepages-2048kB/nr_hugepages", "0\n");
	conf_read_text(doctor.conf, "etc/bedplate/host.conf",
		       "[HugePages]\nPages=8\nNode=1\n[HugePages]\n", NULL);
	doctor.context.host = conf_data(doctor.conf);
	ok(found(&doctor, check_hugepages, "problem",
		 "node 1 has 0 huge pages of 2M, and 8 are wanted there (host.conf:2)",
		 "up hugepages"),
	   "enough of them, but on another node");
	conf_free(doctor.conf);
	doctor.conf = conf_new(&host_schema);
	conf_read_text(doctor.conf, "etc/bedplate/host.conf",
		       "[HugePages]\nPages=2\n[HugePages]\nPages=7\nNode=3\n", NULL);
	doctor.context.host = conf_data(doctor.conf);
	doctor.context.conf = doctor.conf;
	ok(found(&doctor, check_hugepages, "problem",
		 "the guests need 2048 huge pages of 2M, 9 are configured",
		 "leave the number out"),
	   "a number that is too small for the guests");
	ok(found(&doctor, check_hugepages, "problem",
		 "there is no NUMA node 3 here (host.conf:4)",
		 "/sys/devices/system/node"),
	   "a node that is not there");
	doctor_release(&doctor);
}

static void test_too_few_pages(void)
{
	struct doctor doctor;

	doctor_init(&doctor);
	fake_file(doctor.machine.root,
		  "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "10\n");
	machine_guest(&doctor.machine, "a", "[Memory]\nSize=1G\nHugePages=2M\n");
	machine_resolve(&doctor.machine);
	conf_read_text(doctor.conf, "etc/bedplate/host.conf", "[HugePages]\nPages=10\n",
		       NULL);
	doctor.context.host = conf_data(doctor.conf);
	ok(found(&doctor, check_hugepages, "problem",
		 "the guests need 512 huge pages of 2M, 10 are configured (host.conf:2)",
		 "leave the number out"),
	   "fewer are configured than the guests need");
	doctor_release(&doctor);
}

static void test_kernel(void)
{
	struct doctor doctor;
	int root;

	doctor_init(&doctor);
	root = doctor.machine.root;
	conf_read_text(doctor.conf, "etc/bedplate/host.conf",
		       "[KernelArgs]\nRequire=iommu=pt\nAdvise=nohz\n", NULL);
	doctor.context.host = conf_data(doctor.conf);
	ok(found(&doctor, check_kernel, "problem", "host.conf:2", "iommu=pt") ||
		   strstr(doctor.text.text, "boot plan"),
	   "an argument that is required and not given");
	ok(strstr(doctor.text.text, "\nnote ") != NULL, "one that is advised is a note");
	fake_file(root, "proc/cmdline", "quiet iommu=pt nohz\n");
	is_str(ask(&doctor, check_kernel), "", "both are given");
	ok(found(&doctor, check_boot, "note", "not booted by bedplate", "mkinitramfs"),
	   "no report of the boot");
	fake_file(root, "run/bedplate/boot.json",
		  "{\"result\": \"rescue\", \"messages\": [\"root is degraded\"]}");
	ok(found(&doctor, check_boot, "warning", "\"rescue\"", "boot.json") &&
		   strstr(doctor.text.text, "at boot: root is degraded"),
	   "a boot that needed help, and its messages");
	fake_file(root, "run/bedplate/boot.json", "{\"result\"");
	ok(found(&doctor, check_boot, "warning", "no report", ""), "half a report");
	fake_file(root, "run/bedplate/boot.json",
		  "{\"result\": \"ok\", \"messages\": []}");
	is_str(ask(&doctor, check_boot), "", "a boot that went well");
	doctor_release(&doctor);
}

static void test_iommu(void)
{
	struct doctor doctor;

	doctor_init(&doctor);
	ok(found(&doctor, check_iommu, "note", "no IOMMU", "firmware"),
	   "no IOMMU is a note where nobody needs it");
	machine_guest(&doctor.machine, "a", "[Passthrough]\nAddress=01:00.0\n");
	machine_resolve(&doctor.machine);
	fake_file(doctor.machine.root, "proc/cpuinfo", "flags\t\t: fpu hypervisor\n");
	ok(found(&doctor, check_iommu, "problem", "no IOMMU", "its own host"),
	   "a virtual machine has no firmware to switch it on in");
	fake_file(doctor.machine.root, "proc/cpuinfo", "flags\t\t: fpu vmx\n");
	ok(found(&doctor, check_iommu, "problem", "no IOMMU", "intel_iommu=on"),
	   "and a problem where a guest does");
	fake_file(doctor.machine.root, "sys/kernel/iommu_groups/1/type", "DMA\n");
	ok(found(&doctor, check_iommu, "problem",
		 "there is no device 0000:01:00.0 (guests/a.conf:2)", "iommu"),
	   "a device that is not there, with the line that asks for it");
	doctor_release(&doctor);
}

static void test_clock(void)
{
	struct doctor doctor;

	doctor_init(&doctor);
	is_str(ask(&doctor, check_clock), "", "a clock that is kept");
	doctor.context.synchronized = 0;
	ok(found(&doctor, check_clock, "warning", "nothing is there to do it", "chrony"),
	   "nobody keeps it");
	fake_file(doctor.machine.root, "proc/9/comm", "chronyd\n");
	ok(found(&doctor, check_clock, "warning", "(yet)", "tracking"), "not yet");
	doctor_release(&doctor);
}

static void test_files(void)
{
	struct err mistakes[1] = { { .code = -1, .hint = "did you mean b?" } };
	struct doctor doctor;

	doctor_init(&doctor);
	strcpy(mistakes[0].text, "one.conf:1: a\ntwo.conf:2: b");
	doctor.context.mistakes = mistakes;
	doctor.context.mistake_count = 1;
	is_str(ask(&doctor, check_files), "problem a -> did you mean b?\nproblem b -> ",
	       "each mistake is a finding");
	is_str(doctor.findings.items[0].origin, "one.conf:1", "with its place");
	is_str(doctor.findings.items[1].origin, "two.conf:2", "each its own");
	machine_guest(&doctor.machine, "a", "[Memory]\nSize=?\n");
	machine_guest(&doctor.machine, "b", "[Memory]\nSise=1G\n");
	ok(machine_resolve(&doctor.machine) < 0 &&
		   strstr(doctor.machine.err.text, "guests/a.conf:2") &&
		   strstr(doctor.machine.err.text, "guests/b.conf:2"),
	   "mistakes of all guests are found in one go");
	doctor_release(&doctor);
}

int main(void)
{
	test_files();
	test_kvm();
	test_iommu();
	test_kernel();
	test_memory();
	test_too_few_pages();
	test_clock();
	return done_testing();
}
