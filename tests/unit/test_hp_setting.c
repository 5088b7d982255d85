/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/setting.c host-prep/sysctl.c host-prep/ksm.c host-prep/cpu.c host-prep/kmod.c host-prep/kmod_need.c lib/kmod.c host-prep/kmod_load.c host-prep/part.c host-prep/step.c lib/origin.c lib/format_text.c lib/names.c lib/log.c lib/show_json.c lib/process.c lib/interrupt.c */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/value/units.c lib/value/pci.c lib/value/pci_select.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c */
/* SOURCES: lib/guests.c lib/schema/guest*.c lib/guest_*.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/rule.c lib/kernel_rule.c lib/password_hash.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_setting.c: sysctls, KSM, the clock and modules: planned, set, given back. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "host-prep/kmod.h"
#include "host-prep/setting.h"
#include "host-prep/sysctl.h"
#include "lib/cleanup.h"
#include "tests/unit/part_fixture.h"

static void compares(void)
{
	ok(setting_same("4096\t87380\t6291456\n", " 4096 87380 6291456"),
	   "blanks are blanks");
	ok(setting_same("Y\n", "1") && setting_same("0", "N"), "switches");
	ok(!setting_same("1", "10") && !setting_same("1 2", "1") &&
		   !setting_same("", "0") && !setting_same("Yes", "1es"),
	   "what differs, differs");
	ok(setting_same("", " \n"), "nothing is nothing");
}

static void names_paths(void)
{
	static const char *const rows[][2] = {
		{ "vm.swappiness", "proc/sys/vm/swappiness" },
		{ "vm/swappiness", "proc/sys/vm/swappiness" },
		{ "net.ipv4.conf.eth0/1.forwarding",
		  "proc/sys/net/ipv4/conf/eth0.1/forwarding" },
		{ "net/ipv4/conf/eth0.1/forwarding",
		  "proc/sys/net/ipv4/conf/eth0.1/forwarding" },
	};
	char path[128], small[12];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		sysctl_path(rows[i][0], strlen(rows[i][0]), path, sizeof(path));
		is_str(path, rows[i][1], "%s", rows[i][0]);
	}
	is_int(sysctl_path("abc", 3, small, sizeof(small)), -ENAMETOOLONG,
	       "... that fit");
}

static void sysctls(int root)
{
	struct fixture f;

	fake_file(root, "proc/sys/vm/swappiness", "60\n");
	fake_file(root, "proc/sys/net/ipv4/tcp_rmem", "4096\t131072\t6291456\n");
	fake_file(root, "proc/sys/net/ipv4/conf/eth0/rp_filter", "1\n");
	fake_file(root, "proc/sys/net/ipv4/conf/br0/rp_filter", "2\n");
	fake_file(root, "proc/sys/net/ipv4/conf/br0/forwarding", "0\n");
	fixture_init(&f, root,
		     "[Sysctl]\nSet=vm.swappiness=10 -vm.none=1\n"
		     "Set=\"net.ipv4.tcp_rmem=4096 131072 6291456\" vm/swappiness=20\n"
		     "Set=net.ipv4.conf.*.rp_filter=2 net.none.*.x=1\n");
	is_str(fixture_plan(&f, &sysctl_part),
	       "~ vm.swappiness: 60 -> 20 # host.conf:3\n"
	       "~ net.ipv4.conf.eth0.rp_filter: 1 -> 2 # host.conf:4\n",
	       "what is not so yet is planned, the later value of two");
	is_str(f.notes.text,
	       "net/none/*/x: there is no such setting (host.conf:4)\n"
	       "vm.none: the kernel does not have it (host.conf:2)\n",
	       "... and what cannot be is noted");
	is_str(fixture_run(&f), "", "it is done");
	is_str(fake_content(root, "proc/sys/vm/swappiness"), "20", "... in the kernel");
	is_str(fixture_plan(&f, &sysctl_part), "", "a second plan is empty");
	fixture_configure(&f, "[Sysctl]\nSet=vm.swappiness=30\n");
	is_str(fixture_plan(&f, &sysctl_part),
	       "~ net.ipv4.conf.eth0.rp_filter: 2 -> 1\n"
	       "~ vm.swappiness: 20 -> 30 # host.conf:2\n",
	       "what is not asked for any more is given back");
	fixture_run(&f);
	is_str(fixture_down(&f, &sysctl_part), "~ vm.swappiness: 30 -> 60\n",
	       "what was there first comes back");
	fixture_run(&f);
	is_str(fixture_down(&f, &sysctl_part), "", "... once");
	fixture_release(&f);
}

static void tells_what_is_no_setting(int root)
{
	struct fixture f;

	fake_file(root, "proc/sys/vm/drop_caches/folder", "");
	fixture_init(&f, root, "[Sysctl]\nSet=net.bridge.none=0\n");
	fixture_plan(&f, &sysctl_part);
	ok(strstr(f.notes.text, "net.bridge.none: the kernel does not have it now; "
				"[KernelModules] Load= has it load what brings it "
				"(host.conf:2)\n"),
	   "a setting that only a module would bring");
	fixture_configure(&f, "[Sysctl]\nSet=vm.drop_caches=1\n");
	is_str(fixture_plan(&f, &sysctl_part),
	       "failed: host.conf:2: vm.drop_caches: reading proc/sys/vm/drop_caches: "
	       "Is a directory",
	       "what has no value is refused with its line");
	ok(strstr(f.err.hint, "neither compared nor given back"), "... and why");
	fixture_configure(&f, "[Sysctl]\nSet=-vm.drop_caches=1\n");
	is_str(fixture_plan(&f, &sysctl_part), "", "... unless that is no failure");
	is_str(f.notes.text,
	       "vm.drop_caches: the kernel tells no value of it (host.conf:2)\n",
	       "... but a note");
	fixture_release(&f);
}

static void leaves_others_alone(int root)
{
	struct fixture f;

	fake_file(root, "proc/sys/vm/swappiness", "60\n");
	fixture_init(&f, root, "[Sysctl]\nSet=vm.swappiness=10\n");
	fixture_plan(&f, &sysctl_part);
	fixture_run(&f);
	fake_file(root, "proc/sys/vm/swappiness", "1\n");
	is_str(fixture_down(&f, &sysctl_part), "", "what somebody else set stays");
	is_str(f.notes.text,
	       "vm.swappiness is left at 1: somebody has changed it from 10 since\n",
	       "... and that is told");
	fixture_release(&f);
}

/* The journal is written first: the step itself may never have come. */
static void knows_after_a_crash(int root)
{
	struct fixture f;

	fake_file(root, "proc/sys/vm/swappiness", "60\n");
	fixture_init(&f, root, "[Sysctl]\nSet=vm.swappiness=10\n");
	fixture_plan(&f, &sysctl_part);
	is_str(fixture_down(&f, &sysctl_part), "",
	       "what was never set need not come back");
	fixture_plan(&f, &sysctl_part);
	fixture_run(&f);
	fixture_configure(&f, "[Sysctl]\nSet=vm.swappiness=20\n");
	fixture_plan(&f, &sysctl_part);
	is_str(fixture_down(&f, &sysctl_part), "~ vm.swappiness: 10 -> 60\n",
	       "what was set the time before is ours as well");
	fixture_release(&f);
}

static void undoes(int root)
{
	struct fixture f;

	fake_file(root, "proc/sys/vm/swappiness", "60\n");
	fixture_init(&f, root, "[Sysctl]\nSet=vm.swappiness=10 vm.none=1\n");
	is_str(fixture_plan(&f, &sysctl_part),
	       "~ vm.swappiness: 60 -> 10 # host.conf:2\n~ vm.none: -> 1 # host.conf:2\n",
	       "what may come with a module is planned");
	ok(strstr(fixture_run(&f), "host.conf:2: vm.none: "),
	   "... and fails if it is not there");
	ok(strstr(f.err.hint, "[KernelModules]"), "... with a word on modules");
	is_str(fake_content(root, "proc/sys/vm/swappiness"), "60",
	       "what was done is undone");
	fixture_release(&f);
}

/* A folder is what nobody can write to, root neither. */
static void goes_on_without(int root)
{
	struct fixture f;

	fake_file(root, "proc/sys/vm/swappiness", "60\n");
	fixture_init(&f, root, "[Sysctl]\nSet=-vm.fixed=1 vm.swappiness=10\n");
	fake_file(root, "proc/sys/vm/fixed", "0\n");
	fixture_plan(&f, &sysctl_part);
	unlinkat(root, "proc/sys/vm/fixed", 0);
	mkdirat(root, "proc/sys/vm/fixed", 0755);
	is_str(fixture_run(&f), "", "with - in front a refusal is no failure");
	is_str(fake_content(root, "proc/sys/vm/swappiness"), "10", "... of the others");
	fixture_release(&f);
}

/* The kernel takes no notice of a write of nothing. */
static void empties(int root)
{
	struct fixture f;

	fake_file(root, "proc/sys/kernel/domainname", "x\n");
	fake_file(root, "proc/sys/kernel/modprobe", "\n");
	fixture_init(&f, root, "[Sysctl]\nSet=kernel.domainname= kernel.modprobe=y\n");
	fixture_plan(&f, &sysctl_part);
	is_str(fixture_run(&f), "", "a value is made empty");
	is_str(fixture_plan(&f, &sysctl_part), "", "... and is so then");
	is_str(fake_content(root, "proc/sys/kernel/modprobe"), "y", "one that was");
	fixture_down(&f, &sysctl_part);
	fixture_run(&f);
	is_str(fake_content(root, "proc/sys/kernel/modprobe"), "", "... is so again");
	fixture_release(&f);
}

static void ksm(int root)
{
	struct fixture f;

	fake_file(root, "sys/kernel/mm/ksm/run", "0\n");
	fake_file(root, "sys/kernel/mm/ksm/pages_to_scan", "100\n");
	fake_file(root, "sys/kernel/mm/ksm/merge_across_nodes", "1\n");
	fake_file(root, "sys/kernel/mm/ksm/use_zero_pages", "0\n");
	fixture_init(&f, root, "[Ksm]\nRun=yes\nPagesToScan=500\nMergeAcrossNodes=no\n");
	is_str(fixture_plan(&f, &ksm_part),
	       "~ ksm pages_to_scan: 100 -> 500 # host.conf:3\n"
	       "~ ksm merge_across_nodes: 1 -> 0 # host.conf:4\n"
	       "~ ksm run: 0 -> 1 # host.conf:2\n",
	       "KSM runs once the rest is set");
	is_str(fixture_run(&f), "", "... and so it is");
	fixture_configure(&f, "[Ksm]\nRun=unmerge\n");
	is_str(fixture_plan(&f, &ksm_part),
	       "~ ksm pages_to_scan: 500 -> 100\n~ ksm merge_across_nodes: 0 -> 1\n"
	       "~ ksm run: 1 -> 2 # host.conf:2\n",
	       "other words are other numbers");
	fixture_configure(&f, "[Ksm]\nMergeAcrossNodes=no\nPagesToScan=500\n");
	json_object_clear(f.context.journal);
	fake_file(root, "sys/kernel/mm/ksm/merge_across_nodes", "1\n");
	fake_file(root, "sys/kernel/mm/ksm/pages_to_scan", "100\n");
	fixture_plan(&f, &ksm_part);
	fixture_run(&f);
	fake_file(root, "sys/kernel/mm/ksm/pages_shared", "7\n");
	is_str(fixture_down(&f, &ksm_part), "~ ksm pages_to_scan: 500 -> 100\n",
	       "what the kernel would refuse is not given back");
	is_str(f.notes.text,
	       "ksm merge_across_nodes is left at 0: the kernel changes it only while no page is "
	       "merged\n",
	       "... which is told");
	unlinkat(root, "sys/kernel/mm/ksm/pages_shared", 0);
	fixture_release(&f);
}

#define POLICY "sys/devices/system/cpu/cpufreq/policy"

static void cpu(int root)
{
	struct fixture f;

	fixture_init(&f, root, "[Cpu]\nGovernor=performance\nBoost=no\n");
	is_str(fixture_plan(&f, &cpu_part), "", "no clock to govern is no failure");
	ok(strstr(f.notes.text, "governed: a virtual machine's host does that") &&
		   strstr(f.notes.text, "is missing (host.conf:2)") &&
		   strstr(f.notes.text, "cpufreq boost"),
	   "... but said, with the line and what may be the reason");
	fake_file(root, POLICY "0/scaling_governor", "powersave\n");
	fake_file(root, POLICY "0/scaling_available_governors",
		  "performance powersave \n");
	fake_file(root, POLICY "0/energy_performance_preference", "balance_power\n");
	fake_file(root, POLICY "0/related_cpus", "0 1\n");
	fake_file(root, POLICY "10/scaling_governor", "powersave\n");
	fake_file(root, POLICY "10/related_cpus", "10 11\n");
	fake_file(root, "sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
	is_str(fixture_plan(&f, &cpu_part),
	       "~ policy0 scaling_governor: powersave -> performance # host.conf:2\n"
	       "~ policy10 scaling_governor: powersave -> performance # host.conf:2\n"
	       "~ intel_pstate no_turbo: 0 -> 1 # host.conf:3\n",
	       "governors, and Intel's switch, which is the other way round");
	json_object_clear(f.context.journal);
	fixture_configure(&f, "[Cpu]\nEnergyPreference=performance\nCpus=1-3\n"
			      "Governor=performance\n");
	is_str(fixture_plan(&f, &cpu_part),
	       "~ policy0 scaling_governor: powersave -> performance # host.conf:4\n"
	       "~ policy0 energy_performance_preference: balance_power -> performance # "
	       "host.conf:2\n",
	       "of these CPUs, and the governor first");
	fixture_configure(&f, "[Cpu]\nGovernor=performance\nCpus=64\n");
	is_str(fixture_plan(&f, &cpu_part), "", "a CPU that is not there");
	is_str(f.notes.text, "no CPU of Cpus= has a clock here (host.conf:3)\n",
	       "... is told");
	fixture_configure(&f, "[Cpu]\nGovernor=ondemand\n");
	is_str(fixture_plan(&f, &cpu_part),
	       "failed: host.conf:2: policy0 does not know \"ondemand\"", "a wrong word");
	is_str(f.err.hint, "it knows: performance powersave ", "... and the right ones");
	fixture_release(&f);
}

/* Those that the kernel has as modules are not among what it knows until they are loaded. */
static void governor_modules(int root)
{
	struct fixture f;
	struct utsname kernel;
	char path[200];

	uname(&kernel);
	snprintf(path, sizeof(path), "lib/modules/%s/modules.dep", kernel.release);
	fake_file(root, path,
		  "kernel/a.ko: kernel/drivers/cpufreq/cpufreq_rocket.ko\n"
		  "kernel/drivers/cpufreq/cpufreq_ondemand.ko.xz:\n");
	fake_file(root, POLICY "0/scaling_driver", "acpi-cpufreq\n");
	fixture_init(&f, root, "[Cpu]\nGovernor=ondemand\nCpus=0\n");
	is_str(fixture_plan(&f, &cpu_part),
	       "+ module cpufreq_ondemand\n"
	       "~ policy0 scaling_governor: powersave -> ondemand # host.conf:2\n",
	       "a governor's module is loaded first");
	fake_file(root, "sys/module/cpufreq_ondemand/refcnt", "0\n");
	fixture_configure(&f, "[Cpu]\nBoost=keep\n");
	is_str(fixture_plan(&f, &cpu_part), "- module cpufreq_ondemand\n",
	       "... and goes when it is not asked for any more");
	fixture_configure(&f, "[Cpu]\nGovernor=rocket\n");
	is_str(fixture_plan(&f, &cpu_part),
	       "failed: host.conf:2: policy0 does not know \"rocket\"",
	       "one that no module is called after");
	fake_file(root, POLICY "0/scaling_driver", "intel_pstate\n");
	fixture_configure(&f, "[Cpu]\nGovernor=ondemand\n");
	is_str(fixture_plan(&f, &cpu_part),
	       "failed: host.conf:2: policy0 does not know \"ondemand\"",
	       "a driver that governs by itself has no use for a module");
	fixture_release(&f);
}

/* What is loaded then, and who uses whom. */
static void load_modules(int root)
{
	fake_file(root, "sys/module/vhost_net/refcnt", "2\n");
	fake_file(root, "sys/module/zram/refcnt", "0\n");
	fake_file(root, "sys/module/vhost_iotlb/refcnt", "1\n");
	fake_link(root, "sys/module/vhost_iotlb/holders/zram", "../../zram");
	fake_file(root, "sys/module/vhost/refcnt", "1\n");
	fake_link(root, "sys/module/vhost/holders/vhost_net", "../../vhost_net");
}

static void modules(int root)
{
	struct fixture f;
	struct utsname kernel;
	char path[200];

	uname(&kernel);
	snprintf(path, sizeof(path), "lib/modules/%s/modules.builtin", kernel.release);
	fake_file(root, path, "kernel/net/a-b.ko\nkernel/drivers/net/tun.ko\n");
	fake_file(root, "sys/module/kvm_intel/parameters/nested", "N\n");
	fake_file(root, "sys/module/kvm_intel/parameters/ept", "Y\n");
	fake_file(root, "sys/module/kvm/parameters/halt_poll_ns", "200000\n");
	snprintf(path, sizeof(path), "%s/sys/module/kvm_intel/parameters/nested",
		 fake_root);
	chmod(path, 0444);
	snprintf(path, sizeof(path), "%s/sys/module/kvm_intel/parameters/ept", fake_root);
	chmod(path, 0444);
	ok(kmod_is_there(root, "a_b") && kmod_is_there(root, "tun"), "built in");
	ok(kmod_is_there(root, "kvm-intel") && !kmod_is_there(root, "b"),
	   "loaded, or not");
	snprintf(path, sizeof(path), "lib/modules/%s/modules.dep", kernel.release);
	fake_file(root, path,
		  "kernel/x/vhost.ko: kernel/x/tap.ko\n"
		  "kernel/drivers/vhost/vhost_net.ko.xz: kernel/x/vhost.ko.xz "
		  "kernel/x/kvm.ko.xz\n"
		  "kernel/x/zram.ko: kernel/x/vhost_iotlb.ko\n");
	fixture_init(
		&f, root,
		"[KernelModules]\nLoad=kvm-intel tun\nLoad=vhost-net zram vhost_net\n"
		"Options=kvm-intel.nested=1 kvm_intel.ept=1 kvm.halt_poll_ns=0\n"
		"Options=zram.num_devices=2\n");
	is_str(fixture_plan(&f, &kmod_part),
	       "+ module vhost_net # host.conf:3\n"
	       "+ module zram: num_devices=2 # host.conf:3\n"
	       "~ kvm.halt_poll_ns: 200000 -> 0 # host.conf:4\n",
	       "what is not loaded, and what can still be set");
	is_str(f.notes.text,
	       "kvm-intel.nested=1: it is N, and can only be set when the module is loaded anew "
	       "(host.conf:4)\n",
	       "... and what cannot");
	load_modules(root);
	fixture_configure(&f, "[KernelModules]\nLoad=vhost-net\n");
	is_str(fixture_plan(&f, &kmod_part), "- module zram\n- module vhost_iotlb\n",
	       "what is not asked for any more goes, and then what only that used");
	is_str(fixture_down(&f, &kmod_part), "", "what is in use stays");
	is_str(f.notes.text,
	       "module vhost_net stays: it is in use\nmodule vhost stays: it is in use\n",
	       "... with what it stands on, which is told");
	fake_file(root, "sys/module/vhost_net/refcnt", "0\n");
	json_object_set_new(json_object_get(f.context.journal, "loaded"), "vhost_net",
			    json_object());
	json_object_set_new(json_object_get(f.context.journal, "loaded"), "vhost",
			    json_object());
	is_str(fixture_down(&f, &kmod_part), "- module vhost_net\n- module vhost\n",
	       "... and goes once nothing uses it, whatever the order it was asked for in");
	is_str(fixture_down(&f, &kmod_part), "", "... once");
	fixture_release(&f);
}

static void program(int root, const char *path, const char *text)
{
	fake_file(root, path, text);
	fchmodat(root, path, 0755, 0);
}

/* Programs that do it in the tree. */
static void make_programs(int root)
{
	char path[4096];

	program(root, "bin/modprobe",
		"#!/bin/sh\n[ $1 != bad ] || { mkdir $FAKE/sys/module/deep; exit 1; }\n"
		"mkdir -p $FAKE/sys/module/$1 $FAKE/sys/module/low\n");
	program(root, "bin/rmmod", "#!/bin/sh\nrmdir $FAKE/sys/module/$1\n");
	snprintf(path, sizeof(path), "%s/bin:%.3900s", fake_root, getenv("PATH"));
	setenv("PATH", path, 1);
	setenv("FAKE", fake_root, 1);
}

static void unloads_what_came_with_it(int root)
{
	struct fixture f;
	struct utsname kernel;
	char path[200];

	uname(&kernel);
	snprintf(path, sizeof(path), "lib/modules/%s/modules.dep", kernel.release);
	fake_file(root, path,
		  "kernel/high.ko: kernel/low.ko\nkernel/bad.ko: kernel/deep.ko\n");
	make_programs(root);
	fixture_init(&f, root, "[KernelModules]\nLoad=high bad\n");
	fixture_plan(&f, &kmod_part);
	ok(strstr(fixture_run(&f), "module bad"), "a module that does not load");
	ok(!kmod_is_there(root, "deep"), "what came before it goes");
	ok(!kmod_is_there(root, "high"), "those loaded before it go");
	ok(!kmod_is_there(root, "low"), "... and what came with them");
	fixture_release(&f);
}

int main(void)
{
	int root = fake_tree_open();

	compares();
	names_paths();
	sysctls(root);
	tells_what_is_no_setting(root);
	leaves_others_alone(root);
	knows_after_a_crash(root);
	undoes(root);
	goes_on_without(root);
	empties(root);
	ksm(root);
	cpu(root);
	governor_modules(root);
	modules(root);
	unloads_what_came_with_it(root);
	close(root);
	fake_tree_remove();
	return done_testing();
}
