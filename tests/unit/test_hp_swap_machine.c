/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/swap.c host-prep/swap_step.c host-prep/swap_journal.c host-prep/swap_read.c host-prep/swap_probe.c host-prep/swap_find.c host-prep/swap_look.c host-prep/swap_decide.c host-prep/swap_others.c host-prep/swap_apply.c host-prep/swap_file.c host-prep/swap_zram.c host-prep/kmod.c lib/kmod.c host-prep/kmod_load.c host-prep/kmod_need.c host-prep/setting.c host-prep/part.c host-prep/step.c lib/mount_text.c lib/origin.c lib/format_text.c lib/names.c lib/log.c lib/show_json.c lib/process.c lib/interrupt.c */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/value/units.c lib/value/pci.c lib/value/pci_select.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c */
/* SOURCES: lib/guests.c lib/schema/guest*.c lib/guest_*.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/rule.c lib/kernel_rule.c lib/password_hash.c LIBS: inih jansson blkid */
/* clang-format on */
/* test_hp_swap_machine.c: swap space of a machine: found, refused, made, planned. */
#include <errno.h>
#include <inttypes.h>

#include "host-prep/swap.h"
#include "lib/cleanup.h"
#include "tests/unit/part_fixture.h"

#define MB *(UINT64_C(1) << 20)

/* A command of the system's; $R is the root. */
static void shell(const char *command)
{
	setenv("R", fake_root, 1);
	if (system(command) != 0) {
		printf("# failed: %s\n", command);
		abort();
	}
}

static void make_tree(int root)
{
	fake_file(root, "proc/meminfo",
		  "MemTotal: 2048000 kB\nMemAvailable: 1024000 kB\n");
	fake_file(root, "proc/swaps",
		  "Filename\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
		  "/dev/dm-1                               partition\t8188\t\t0\t\t-2\n"
		  "/my\\040swap                             file\t8188\t\t0\t\t3\n");
	fake_file(root, "dev/sda2", "");
	shell("truncate -s 8M $R/dev/sda2");
	shell("mkswap -L 'my swap' -U 11111111-2222-3333-4444-555555555555 $R/dev/sda2 >/dev/null 2>&1");
	shell("truncate -s 8M $R/dev/sdb1");
	shell("mkfs.ext4 -q -L data $R/dev/sdb1");
	shell("truncate -s 8M $R/dev/sdc1");
	shell("truncate -s 8M $R/dev/sdd");
	shell("echo 'label: gpt' | sfdisk -q $R/dev/sdd >/dev/null 2>&1");
	fake_file(root, "dev/dm-1", "");
	fake_link(root, "dev/vg/swap", "../dm-1");
	fake_file(root, "sys/class/block/sda2/dev", "8:2\n");
	fake_file(root, "sys/class/block/sdb1/dev", "8:17\n");
	fake_file(root, "sys/class/block/sdc1/dev", "8:33\n");
	fake_file(root, "sys/class/block/sdd/holders/dm-0/x", "");
	fake_file(root, "proc/self/mountinfo",
		  "28 1 8:17 / /srv/a\\040b rw shared:1 - ext4 /dev/sdb1 rw\n");
}

static const char *content(int root, const char *path)
{
	static const char *const words[] = { "blank", "swap", "asleep", "other" };
	static char text[512];
	int fd = openat(root, path, O_RDONLY | O_CLOEXEC);
	struct swap_probe probe;
	struct err err = ERR_INIT;

	if (swap_probe(&probe, fd, path, &err))
		snprintf(text, sizeof(text), "failed: %.400s", err.text);
	else
		snprintf(text, sizeof(text), "%s %s", words[probe.content], probe.what);
	close(fd);
	return text;
}

static void probes(int root)
{
	is_str(content(root, "dev/sda2"), "swap swap \"my swap\"", "swap space");
	is_str(content(root, "dev/sdb1"), "other ext4 \"data\"", "a file system");
	is_str(content(root, "dev/sdc1"), "blank ", "nothing");
	is_str(content(root, "dev/sdd"), "other partitions (gpt)", "partitions");
	shell("truncate -s 8M $R/dev/asleep");
	shell("printf S1SUSPEND | dd of=$R/dev/asleep bs=1 seek=4086 conv=notrunc status=none");
	is_str(content(root, "dev/asleep"), "asleep swsuspend", "memory that sleeps");
	unlinkat(root, "dev/asleep", 0);
}

static const char *found(int root, const char *spec)
{
	static char path[PATH_MAX + 200];
	struct err err = ERR_INIT;

	if (swap_find_device(root, spec, path, &err))
		snprintf(path, sizeof(path), "%s", err.text);
	return path;
}

#define LINKS "run/udev/links/\\x2fdisk\\x2fby-label\\x2fmy\\x5cx20swap/"

static void finds(int root)
{
	is_str(found(root, "/dev/vg/swap"), "/dev/dm-1", "a path, with links followed");
	is_str(found(root, "/dev/vg/none"), "there is no /dev/vg/none", "... or not");
	is_str(found(root, "LABEL=my swap"), "/dev/sda2", "a label, without udev");
	is_str(found(root, "UUID=11111111-2222-3333-4444-555555555555"), "/dev/sda2",
	       "a UUID");
	is_str(found(root, "LABEL=data"), "no device has LABEL=data",
	       "... of swap space only");
	is_str(found(root, "PARTUUID=1"), "no device has PARTUUID=1", "a partition's");
	fake_link(root, "dev/disk/by-label/my\\x20swap", "../../dm-1");
	is_str(found(root, "LABEL=my swap"), "/dev/dm-1", "udev's links come first");
	fake_link(root, "sys/dev/block/254:1", "../../devices/virtual/block/dm-1");
	fake_link(root, "sys/dev/block/8:2", "../../devices/pci/block/sda/sda2");
	fake_file(root, LINKS "b254:1", "");
	fake_file(root, LINKS "b8:99", "");
	is_str(found(root, "LABEL=my swap"), "/dev/dm-1",
	       "... of one that has it alone, now");
	fake_file(root, LINKS "b8:2", "");
	is_str(found(root, "LABEL=my swap"), "both sda2 and dm-1 have LABEL=my swap",
	       "... of two that claim it none is meant");
	shell("mv $R/run/udev/links/* $R/run/udev/links/'disk\\x2fby-label\\x2fmy\\x5cx20swap'");
	is_str(found(root, "LABEL=my swap"), "both sda2 and dm-1 have LABEL=my swap",
	       "... with a newer udev, too");
	shell("rm -r $R/run/udev");
	unlinkat(root, "dev/disk/by-label/my\\x20swap", 0);
	shell("cp $R/dev/sda2 $R/dev/sde");
	fake_file(root, "sys/class/block/sde/dev", "8:64\n");
	is_str(found(root, "LABEL=my swap"), "both sda2 and sde have LABEL=my swap",
	       "of two copies none is meant");
	shell("rm -r $R/sys/class/block/sde $R/dev/sde");
}

static void plans(int root)
{
	struct fixture f;

	fixture_init(&f, root,
		     "[Swap]\nDevice=LABEL=my swap\nPriority=5\n"
		     "[Swap]\nDevice=/dev/sdc1\nFormat=yes\nLabel=more\nDiscard=pages\n"
		     "[Swap]\nDevice=/dev/vg/swap\n[Swap]\n");
	is_str(fixture_plan(&f, &swap_part),
	       "+ swap /dev/sda2: priority 5 # host.conf:2\n"
	       "+ swap space on /dev/sdc1: more # host.conf:5\n"
	       "+ swap /dev/sdc1: any priority, discard pages # host.conf:5\n",
	       "what is not in use yet");
	fake_file(root, "proc/swaps",
		  "Filename Type Size Used Priority\n/dev/dm-1 partition 8188 0 -2\n"
		  "/dev/sda2 partition 8188 0 5\n/dev/sdc1 partition 8188 0 -3\n");
	is_str(fixture_plan(&f, &swap_part), "", "a second plan is empty");
	fixture_configure(&f, "[Swap]\nDevice=LABEL=my swap\nPriority=5\n"
			      "[Swap]\nDevice=/dev/sdc1\nDiscard=once\n");
	is_str(fixture_plan(&f, &swap_part),
	       "~ swap /dev/sdc1: any priority, discard pages -> any priority, discard once # host.conf:5\n",
	       "another way to discard");
	fixture_configure(&f, "[Swap]\nDevice=/dev/sda2\nPriority=7\n");
	is_str(fixture_plan(&f, &swap_part),
	       "~ swap /dev/sda2: priority 5 -> priority 7 # host.conf:2\n"
	       "- swap /dev/sdc1: any priority, discard once\n",
	       "another priority; what is not asked for goes, what was there before stays");
	is_str(fixture_down(&f, &swap_part), "- swap /dev/sda2: priority 5\n",
	       "down takes away what we brought");
	json_object_clear(f.context.journal);
	fixture_configure(&f, "[Swap]\nDevice=/dev/vg/swap\nPriority=9\n");
	fixture_plan(&f, &swap_part);
	fake_file(root, "proc/swaps",
		  "Filename Type Size Used Priority\n/dev/dm-1 partition 8188 0 9\n");
	is_str(fixture_down(&f, &swap_part),
	       "~ swap /dev/dm-1: priority 9 -> any priority\n",
	       "... and gives back what was");
	fake_file(root, "proc/swaps",
		  "Filename Type Size Used Priority\n/dev/sda2 partition 8188 0 1\n");
	fixture_configure(&f, "[Swap]\nDevice=/dev/sda2\nPriority=9\n");
	fixture_plan(&f, &swap_part);
	fake_file(root, "proc/swaps", "Filename Type Size Used Priority\n");
	is_str(fixture_down(&f, &swap_part), "+ swap /dev/sda2: priority 1\n",
	       "... also after a crash between one priority and the other");
	fixture_release(&f);
}

static void refuses(int root)
{
	static const char *const cases[][2] = {
		{ "[Swap]\nDevice=/dev/sda2\n[Swap]\nDevice=LABEL=my swap\n",
		  "failed: host.conf:4: /dev/sda2 is in another section already" },
		{ "[Swap]\nDevice=/dev/sdb1\nFormat=yes\n",
		  "failed: host.conf:2: /dev/sdb1 is not taken: it is mounted on /srv/a b" },
		{ "[Swap]\nDevice=/dev/sdd\nFormat=yes\n",
		  "failed: host.conf:2: /dev/sdd is not taken: dm-0 stands on it" },
		{ "[Swap]\nDevice=/dev/sdx\n",
		  "failed: host.conf:2: there is no /dev/sdx" },
	};
	struct fixture f;

	fixture_init(&f, root, "");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fixture_configure(&f, cases[i][0]);
		is_str(fixture_plan(&f, &swap_part), cases[i][1], "refused: %zu", i);
		is_int(json_object_size(f.context.journal), i == 0,
		       "... and nothing noted of it");
		json_object_clear(f.context.journal);
	}
	fixture_release(&f);
}

static void makes_files(int root)
{
	struct swap_job job = { .root_fd = root,
				.is_file = true,
				.size = 4 MB,
				.path = "/swap/a",
				.label = "made",
				.uuid = "99999999-2222-3333-4444-555555555555" };
	struct swap_seen seen = { .path = "/swap/a" };
	struct err err = ERR_INIT;
	struct stat st;

	swap_file_check(&seen, root);
	is_str(seen.unfit, "its folder is not there", "a file needs a folder");
	mkdirat(root, "swap", 0755);
	fake_file(root, "swap/.a.bedplate-new", "of one that did not come to its end");
	is_int(swap_file_make(&job, &err), 0, "a file is made (%s)", err.text);
	fstatat(root, "swap/a", &st, 0);
	ok((st.st_mode & 07777) == 0600 && st.st_size == 4 MB && st.st_blocks >= 8192,
	   "... closed to others, whole, without holes");
	is_str(content(root, "swap/a"), "swap swap \"made\"",
	       "... with swap space in it");
	ok(faccessat(root, "swap/.a.bedplate-new", F_OK, 0) < 0, "... and nothing else");
	job.size = UINT64_C(1) << 60;
	ok(swap_file_make(&job, &err) < 0 &&
		   faccessat(root, "swap/.a.bedplate-new", F_OK, 0) < 0,
	   "one that is too large leaves nothing behind");
	is_str(content(root, "swap/a"), "swap swap \"made\"",
	       "... but the one that was there");
	is_int(swap_file_remove(&job, NULL), 0, "it is removed");
	ok(faccessat(root, "swap/a", F_OK, 0) < 0, "... really");
}

static void plans_files(int root)
{
	struct fixture f;

	fixture_init(&f, root, "[Swap]\nFile=/swap/b\nSize=4M\nPriority=2\n");
	is_str(fixture_plan(&f, &swap_part),
	       "+ swap file /swap/b: 4M # host.conf:2\n+ swap /swap/b: priority 2 # host.conf:2\n",
	       "a file is made, then used");
	shell("truncate -s 4M $R/swap/b");
	shell("mkswap $R/swap/b >/dev/null 2>&1");
	fake_file(root, "proc/swaps",
		  "Filename Type Size Used Priority\n/swap/b file 4092 0 2\n");
	is_str(fixture_plan(&f, &swap_part),
	       "- swap /swap/b: priority 2\n~ swap file /swap/b: 4M -> 4M # host.conf:2\n"
	       "+ swap /swap/b: priority 2 # host.conf:2\n",
	       "one with holes is made anew");
	fake_file(root, "proc/swaps",
		  "Filename Type Size Used Priority\n/swap/b file 4092 1000000 2\n");
	is_str(fixture_down(&f, &swap_part), "",
	       "what the memory has no room for stays in use");
	ok(strstr(f.notes.text,
		  "swap /swap/b stays in use: it holds 976M, for which the memory has no "
		  "room (1000M are free)"),
	   "... which is told");
	fake_file(root, "proc/swaps",
		  "Filename Type Size Used Priority\n/swap/b file 4092 0 2\n");
	is_str(fixture_down(&f, &swap_part),
	       "- swap /swap/b: priority 2\n- swap file /swap/b\n",
	       "what was made is removed");
	fixture_plan(&f, &swap_part);
	fake_file(root, "proc/swaps", "Filename Type Size Used Priority\n");
	shell("mv $R/swap/b $R/swap/.b.bedplate-new");
	is_str(fixture_down(&f, &swap_part),
	       "- rest of an unfinished swap file /swap/b\n",
	       "... also one that did not come to its end");
	is_str(fixture_run(&f), "", "... really");
	ok(faccessat(root, "swap/.b.bedplate-new", F_OK, 0) < 0, "... that is, gone");
	fixture_release(&f);
}

static void tells_of_fstab(int root)
{
	struct fixture f;

	fake_file(root, "proc/swaps", "Filename Type Size Used Priority\n");
	fake_file(root, "etc/fstab",
		  "# /dev/sdc1 none swap sw 0 0\n/dev/sda1 / ext4 rw 0 1\n"
		  "UUID=11111111-2222-3333-4444-555555555555 none swap sw 0 0\n");
	fixture_init(&f, root,
		     "[Swap]\nDevice=LABEL=my swap\n"
		     "[Swap]\nDevice=/dev/sdc1\nFormat=yes\n");
	fixture_plan(&f, &swap_part);
	is_str(f.notes.text,
	       "/dev/sda2 is in /etc/fstab, too, which brings it into use as that says: take it "
	       "out of one of them (host.conf:2)\n",
	       "what fstab brings into use as well is told, by whatever name");
	unlinkat(root, "etc/fstab", 0);
	fixture_release(&f);
}

static void spares_guests(int root)
{
	struct fixture f;

	fake_link(root, "dev/vg/web", "../sdc1");
	fake_file(root, "etc/bedplate/guests/web.conf", "[Disk]\nPath=/dev/vg/web\n");
	fixture_init(&f, root, "[Swap]\nDevice=/dev/sdc1\nFormat=yes\n");
	is_str(fixture_plan(&f, &swap_part),
	       "failed: host.conf:2: /dev/sdc1 is not taken: it is a disk of the guest web "
	       "(guests/web.conf:2)",
	       "a guest's disk is not taken, though it holds nothing yet");
	is_int(err_exit_code(&f.err), EXIT_USAGE, "... which is a mistake of the files");
	fixture_release(&f);
	unlinkat(root, "etc/bedplate/guests/web.conf", 0);
}

/* The kernel has the path without links, and so has the journal. */
static void follows_links(int root)
{
	struct fixture f;

	fake_file(root, "proc/swaps", "Filename Type Size Used Priority\n");
	shell("ln -s swap $R/elsewhere; ln -s /swap/nothing $R/swap/astray");
	fixture_init(&f, root, "[Swap]\nFile=/elsewhere/c\nSize=4M\n");
	is_str(fixture_plan(&f, &swap_part),
	       "+ swap file /swap/c: 4M # host.conf:2\n"
	       "+ swap /swap/c: any priority # host.conf:2\n",
	       "a file below a link is known by its own path before it is there");
	fake_file(root, "swap/c", "");
	shell("fallocate -l 4M $R/swap/c; mkswap $R/swap/c >/dev/null 2>&1; chmod 600 $R/swap/c");
	fake_file(root, "proc/swaps",
		  "Filename Type Size Used Priority\n/swap/c file 4092 0 -2\n");
	is_str(fixture_plan(&f, &swap_part), "", "... and when it is there");
	is_str(fixture_down(&f, &swap_part),
	       "- swap /swap/c: any priority\n- swap file /swap/c\n",
	       "... and when it goes");
	fixture_configure(&f, "[Swap]\nFile=/swap/astray\nSize=4M\n");
	is_str(fixture_plan(&f, &swap_part),
	       "failed: host.conf:2: /swap/astray is not taken: it is a link that leads nowhere",
	       "a link to nothing is not written over");
	fixture_release(&f);
}

static void plans_zram(int root)
{
	struct fixture f;

	fake_file(root, "proc/swaps", "Filename Type Size Used Priority\n");
	fixture_init(&f, root, "[Swap]\nZram=yes\nSize=50%\nAlgorithm=zstd\n");
	is_str(fixture_plan(&f, &swap_part),
	       "+ module zram: num_devices=0\n"
	       "+ zram swap bedplate-zram0: 1000M zstd, priority 100 # host.conf:2\n",
	       "a share of the memory");
	fake_file(root, "sys/class/zram-control/hot_add", "0\n");
	fake_file(root, "sys/module/zram/refcnt", "1\n");
	fake_file(root, "sys/block/zram3/disksize", "1048576000\n");
	fake_file(root, "sys/block/zram3/comp_algorithm", "lzo lz4 [zstd]\n");
	fake_file(root, "sys/block/zram3/mm_stat", "4096 74 12288 0 12288 0 0 0 0\n");
	fake_file(root, "sys/block/zram7/disksize", "0\n");
	shell("truncate -s 8M $R/dev/zram3");
	shell("mkswap -L bedplate-zram0 $R/dev/zram3 >/dev/null 2>&1");
	fake_file(
		root, "proc/swaps",
		"Filename Type Size Used Priority\n/dev/zram3 partition 1023996 0 100\n");
	is_str(fixture_plan(&f, &swap_part), "", "it is known by its label");
	fixture_configure(
		&f,
		"[Swap]\nZram=yes\nSize=50%\nAlgorithm=lz4\nMemoryLimit=1G\nPriority=3\n");
	is_str(fixture_plan(&f, &swap_part),
	       "- zram swap bedplate-zram0\n"
	       "+ zram swap bedplate-zram0: 1000M lz4, priority 3 # host.conf:2\n",
	       "another algorithm needs another device");
	fake_file(
		root, "proc/swaps",
		"Filename Type Size Used Priority\n/dev/zram3 partition 1023996 1000000 "
		"100\n");
	is_str(fixture_down(&f, &swap_part), "", "a full one stays, and its module");
	fake_file(
		root, "proc/swaps",
		"Filename Type Size Used Priority\n/dev/zram3 partition 1023996 0 100\n");
	is_str(fixture_down(&f, &swap_part),
	       "- zram swap bedplate-zram0\n"
	       "- module zram\n",
	       "it is taken away");
	is_str(fixture_down(&f, &swap_part), "", "... once");
	fixture_release(&f);
}

int main(void)
{
	int root = fake_tree_open();
	char path[4096];

	snprintf(path, sizeof(path), "%.3900s:/usr/sbin:/sbin", getenv("PATH"));
	setenv("PATH", path, 1);
	make_tree(root);
	probes(root);
	finds(root);
	refuses(root);
	plans(root);
	makes_files(root);
	plans_files(root);
	tells_of_fstab(root);
	spares_guests(root);
	follows_links(root);
	plans_zram(root);
	close(root);
	fake_tree_remove();
	return done_testing();
}
