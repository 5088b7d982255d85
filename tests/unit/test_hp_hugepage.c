/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/hugepage.c host-prep/hugepage_read.c host-prep/hugepage_want.c host-prep/hugepage_reserve.c host-prep/hugepage_mount.c host-prep/hugepage_place.c host-prep/hugepage_journal.c host-prep/setting.c host-prep/part.c host-prep/step.c lib/interrupt.c lib/user.c lib/mounts.c lib/mount_text.c lib/cmdline.c lib/kernel_match.c lib/origin.c lib/format_text.c lib/names.c lib/log.c lib/show_json.c */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/value/units.c lib/value/pci.c lib/value/pci_select.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c */
/* SOURCES: lib/guests.c lib/schema/guest*.c lib/guest_*.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/rule.c lib/kernel_rule.c lib/password_hash.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_hugepage.c: huge pages: added up, spread over nodes, reserved, mounted. */
#include <errno.h>
#include <inttypes.h>

#include "host-prep/hugepage.h"
#include "lib/cleanup.h"
#include "tests/unit/part_fixture.h"

#define MB  *(UINT64_C(1) << 20)
#define NR2 "sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
#define NR1 "sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages"
#define NODE(n) \
	"sys/devices/system/node/node" #n "/hugepages/hugepages-2048kB/nr_hugepages"

static void tries(void)
{
	struct hugepage_try try = { .wanted = 100 };

	is_int(hugepage_next(&try, 40), HUGEPAGE_COMPACT,
	       "too few: the memory is compacted");
	is_int(hugepage_next(&try, 40), HUGEPAGE_COMPACT,
	       "... again, though it brought none");
	is_int(hugepage_next(&try, 60), HUGEPAGE_COMPACT, "... as long as that helps");
	is_int(hugepage_next(&try, 60), HUGEPAGE_COMPACT, "... once");
	is_int(hugepage_next(&try, 50), HUGEPAGE_COMPACT, "... twice");
	is_int(hugepage_next(&try, 60), HUGEPAGE_GIVE_UP, "... three times in vain");
	is_int(try.got, 60, "the most is what is told");
	try = (struct hugepage_try){ .wanted = 100 };
	is_int(hugepage_next(&try, 100), HUGEPAGE_DONE, "enough");
	is_int(hugepage_next(&try, 101), HUGEPAGE_DONE, "... or more");
}

/* Two nodes of the given numbers of pages of 2M. */
static struct hugepages machine(uint64_t first, uint64_t second)
{
	struct hugepages pages = { .count = 1, .node_count = 2, .memory = 65536 MB };

	pages.nodes[1].id = 1;
	pages.pools[0].size = 2 MB;
	pages.pools[0].all.total = first + second;
	pages.pools[0].nodes[0].total = first;
	pages.pools[0].nodes[1].total = second;
	return pages;
}

struct target_row {
	const char *promise;
	uint64_t have[2], any;
	bool exact;
	uint64_t before;
	int64_t nodes[2]; /* -1: no section names it */
	uint64_t all, expected[2];
};

static const struct target_row target_rows[] = {
	{ "a number is a number", { 8, 0 }, 4, true, 8, { -1, -1 }, 4, { 0 } },
	{ "guests' pages are at least so many",
	  { 8, 0 },
	  4,
	  false,
	  8,
	  { -1, -1 },
	  8,
	  { 0 } },
	{ "... but not what was made for others before",
	  { 8, 0 },
	  4,
	  false,
	  0,
	  { -1, -1 },
	  4,
	  { 0 } },
	{ "nodes have their numbers", { 0, 0 }, 0, false, 0, { 3, 5 }, 0, { 3, 5 } },
	{ "the rest is spread evenly", { 0, 0 }, 5, false, 0, { 4, -1 }, 0, { 7, 2 } },
	{ "... unless it is somewhere already",
	  { 4, 5 },
	  5,
	  false,
	  0,
	  { 4, -1 },
	  0,
	  { 4, 5 } },
	{ "... and only so much of it stays",
	  { 9, 5 },
	  5,
	  true,
	  0,
	  { 4, -1 },
	  0,
	  { 9, 0 } },
	{ "what was there before counts as the rest",
	  { 6, 0 },
	  0,
	  false,
	  6,
	  { 4, -1 },
	  0,
	  { 6, 0 } },
};

static struct hugepage_wish *make_wish(const struct target_row *row)
{
	struct hugepage_wish *wish = calloc(1, sizeof(*wish));

	wish->size = 2 MB;
	wish->any = row->any;
	wish->exact = row->exact;
	for (size_t i = 0; i < 2; i++) {
		if (row->nodes[i] < 0)
			continue;
		wish->has_nodes = true;
		wish->nodes[i] = (uint64_t)row->nodes[i];
		strcpy(wish->node_origins[i], "host.conf:1");
	}
	return wish;
}

static void targets(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(target_rows); i++) {
		const struct target_row *row = &target_rows[i];
		struct hugepages pages = machine(row->have[0], row->have[1]);
		_cleanup_free_ struct hugepage_wish *wish = make_wish(row);
		struct hugepage_target target;

		is_int(hugepage_target(&target, &pages, wish, row->before, NULL), 0, "%s",
		       row->promise);
		if (!wish->has_nodes)
			is_int(target.all, row->all, "... in all");
		else
			ok(target.nodes[0] == row->expected[0] &&
				   target.nodes[1] == row->expected[1],
			   "... %" PRIu64 " and %" PRIu64, target.nodes[0],
			   target.nodes[1]);
	}
}

static void make_tree(int root)
{
	fake_file(root, "proc/meminfo", "MemTotal:       33554432 kB\nMemFree: 1 kB\n");
	fake_file(root, "proc/cmdline", "root=/dev/sda1 hugepagesz=1G hugepages=1\n");
	fake_file(root, NR2, "0\n");
	fake_file(root, NR1, "1\n");
	fake_file(root, "proc/self/mountinfo", "22 1 0:20 / /proc rw - proc proc rw\n");
	fake_file(root, "etc/bedplate/guests/db.conf",
		  "[Memory]\nSize=3G\nHugePages=2M\n");
	fake_file(root, "etc/bedplate/guests/game.conf",
		  "[Memory]\nSize=2561M\nHugePages=1G\n");
	fake_file(root, "etc/bedplate/guests/plain.conf", "[Memory]\nSize=9G\n");
	fake_file(root, "etc/bedplate/guests/web.conf",
		  "[Memory]\nSize=1G\nHugePages=2M\n");
}

static void guests_decide(int root)
{
	struct fixture f;

	fixture_init(&f, root, "");
	is_str(fixture_plan(&f, &hugepage_part),
	       "~ huge pages of 2M: 0 -> 2048 # guests/db.conf:3\n"
	       "~ huge pages of 1G: 1 -> 3 # guests/game.conf:3\n",
	       "guests' files alone say how many, whole pages");
	is_str(f.notes.text,
	       "3 pages of 1G are wanted (guests/game.conf:3), the kernel's command line asks for "
	       "1: a running kernel finds them only while its memory is whole. Give "
	       "hugepagesz=1G hugepages=3\n",
	       "pages of 1G are looked for on the command line");
	is_str(fixture_run(&f), "", "they are reserved");
	is_str(fixture_plan(&f, &hugepage_part), "", "a second plan is empty");
	fake_file(root, "etc/bedplate/guests/db.conf",
		  "[Memory]\nSize=1G\nHugePages=2M\n");
	fixture_configure(&f, "[HugePages]\nSpare=8\n");
	is_str(fixture_plan(&f, &hugepage_part),
	       "~ huge pages of 2M: 2048 -> 1032 # host.conf:2\n",
	       "what no guest needs any more is given back");
	is_str(fixture_run(&f), "", "... by the kernel, too");
	is_str(fixture_down(&f, &hugepage_part),
	       "~ huge pages of 2M: 1032 -> 0\n~ huge pages of 1G: 3 -> 1\n",
	       "down goes back to what was there before");
	fixture_release(&f);
	fake_file(root, "proc/cmdline", "default_hugepagesz=1G hugepages=3\n");
	fake_file(root, NR2, "0\n");
	fixture_init(&f, root, "");
	fixture_plan(&f, &hugepage_part);
	is_str(f.notes.text, "", "a command line that asks for enough is right");
	fake_file(root, NR2, "300\n");
	fixture_down(&f, &hugepage_part);
	ok(strstr(f.text.text, "huge pages of 2M: 300 -> 0"),
	   "what a crash left half done is ours");
	fixture_release(&f);
}

static void sections_decide(int root)
{
	struct fixture f;

	unlinkat(root, "etc/bedplate/guests/game.conf", 0);
	fake_file(root, NR2, "0\n");
	fake_file(root, NR1, "0\n");
	fixture_init(&f, root, "[HugePages]\nPages=700\n");
	is_str(fixture_plan(&f, &hugepage_part),
	       "~ huge pages of 2M: 0 -> 700 # host.conf:2\n",
	       "a number is taken as it is");
	is_str(f.notes.text,
	       "guests' files need 1024 pages of 2M, and 700 are configured (host.conf:2)\n",
	       "... and told where guests need more");
	fake_file(root, NODE(0), "0\n");
	fake_file(root, NODE(1), "0\n");
	json_object_clear(f.context.journal);
	fixture_configure(&f, "[HugePages]\nPages=600\nNode=1\n[HugePages]\n");
	is_str(fixture_plan(&f, &hugepage_part),
	       "~ huge pages of 2M on node 0: 0 -> 212 # guests/db.conf:3\n"
	       "~ huge pages of 2M on node 1: 0 -> 812 # host.conf:2\n",
	       "a node's number, and the rest for guests");
	is_str(fixture_run(&f), "", "... are reserved");
	is_str(fixture_plan(&f, &hugepage_part), "", "... once");
	fake_file(root, NR2, "1024\n");
	fixture_configure(&f, "[HugePages]\nPages=1024\n");
	is_str(fixture_plan(&f, &hugepage_part), "",
	       "the same pages are no longer counted by node");
	is_str(fixture_down(&f, &hugepage_part), "~ huge pages of 2M: 1024 -> 0\n",
	       "... and given back as one pool");
	fixture_configure(&f, "[HugePages]\nPages=1024\n");
	fake_file(root, NR2, "0\n");
	fixture_plan(&f, &hugepage_part);
	fixture_configure(&f, "[HugePages]\nPages=300\nNode=0\n[HugePages]\n");
	is_str(fixture_plan(&f, &hugepage_part),
	       "~ huge pages of 2M on node 0: 212 -> 300 # host.conf:2\n"
	       "~ huge pages of 2M on node 1: 812 -> 724 # guests/db.conf:3\n",
	       "now they are counted by node again");
	is_str(fixture_run(&f), "", "... and changed so");
	is_str(fixture_down(&f, &hugepage_part),
	       "~ huge pages of 2M on node 0: 300 -> 0\n"
	       "~ huge pages of 2M on node 1: 724 -> 0\n",
	       "... and given back so");
	json_object_clear(f.context.journal);
	fixture_configure(&f, "[HugePages]\nPages=6\nNode=2\n");
	is_str(fixture_plan(&f, &hugepage_part),
	       "failed: host.conf:2: there is no NUMA node 2 here; there are 2",
	       "a node that is not there");
	fixture_configure(&f, "[HugePages]\nSize=16M\nPages=1\n");
	is_str(fixture_plan(&f, &hugepage_part),
	       "failed: host.conf:3: this machine has no huge pages of 16M",
	       "nor such pages");
	is_str(f.err.hint, "it has: 2M, 1G", "... but others");
	fixture_configure(&f, "[HugePages]\nPages=17000\n");
	is_str(fixture_plan(&f, &hugepage_part),
	       "failed: host.conf:2: 17000 pages of 2M are more than this machine's memory "
	       "(32768M)",
	       "more than there is");
	fixture_release(&f);
}

#define NODE1G(number)                                       \
	"sys/devices/system/node/node" #number "/hugepages/" \
	"hugepages-1048576kB/nr_hugepages"

/* What the boot has reserved of 1G is not to be had again. */
static void nodes_keep_theirs(int root)
{
	struct fixture f;

	fake_file(root, "proc/cmdline", "hugepagesz=1G hugepages=1\n");
	fake_file(root, NR1, "1\n");
	fake_file(root, NODE1G(0), "0\n");
	fake_file(root, NODE1G(1), "1\n");
	fixture_init(&f, root, "[HugePages]\nSize=1G\nPages=1\nNode=0\n");
	fixture_plan(&f, &hugepage_part);
	ok(strstr(f.text.text, "~ huge pages of 1G on node 0: 0 -> 1 # host.conf:3\n") &&
		   !strstr(f.text.text, "1G on node 1"),
	   "a node without a number keeps what it had");
	ok(strstr(f.notes.text,
		  "the kernel's command line asks for 1: a running kernel finds "
		  "them only while its memory is whole. Give hugepagesz=1G "
		  "hugepages=0:1,1:1\n"),
	   "... and the command line has a number for each node");
	fake_file(root, NODE1G(0), "1\n");
	fixture_plan(&f, &hugepage_part);
	ok(!strstr(f.text.text, "of 1G"), "... once");
	fixture_release(&f);
	fake_file(root, NR1, "0\n");
	fake_file(root, NODE1G(0), "0\n");
	fake_file(root, NODE1G(1), "0\n");
}

/* /proc/self/coredump_filter takes a number and keeps only its low bits, as a kernel that
 * finds no page for what it was told. */
static void falls_short(int root)
{
	struct err err = ERR_INIT;

	fake_file(root, "sys/devices/system/node/node0/meminfo",
		  "Node 0 MemTotal: 1 kB\nNode 0 MemFree:  1258292 kB\n");
	fake_file(root, "sys/devices/system/node/node1/meminfo",
		  "Node 1 MemFree: 204800 kB\n");
	fake_file(root, "proc/sys/vm/compact_memory", "");
	fake_link(root, NR2, "/proc/self/coredump_filter");
	is_int(hugepage_reserve(root, NR2, "512", &err), -ENOMEM, "too few pages");
	is_str(err.text,
	       "512 pages of 2M are wanted, and the kernel finds 0; free memory: node 0 1.2G, "
	       "node 1 200.0M",
	       "... are told with what is free");
	ok(strstr(err.hint, "hugepagesz=2M hugepages=512"), "... and with a way out");
	is_str(fake_content(root, "proc/sys/vm/compact_memory"), "1",
	       "the memory was compacted");
	ok(strcmp(fake_content(root, "/proc/self/coredump_filter"), "00000000") != 0,
	   "what was there is put back");
	fake_link(root, NODE(0), "/proc/self/coredump_filter");
	fake_file(root, "sys/devices/system/node/node0/compact", "");
	fake_file(root, "proc/sys/vm/compact_memory", "");
	hugepage_reserve(root, NODE(0), "512", &err);
	ok(strstr(err.hint, "hugepagesz=2M hugepages=0:512"),
	   "a node's number has the node in front");
	is_str(fake_content(root, "sys/devices/system/node/node0/compact"), "1",
	       "of a node only its own is");
	is_str(fake_content(root, "proc/sys/vm/compact_memory"), "", "... not all of it");
}

/* Folders that were made for a mount that a crash has kept from coming about. */
static void broken_off(struct fixture *f, int root)
{
	json_object_clear(f->context.journal);
	fixture_configure(f, "[HugePages]\nMount=/srv/a/huge\n");
	mkdirat(root, "srv", 0755);
	fixture_plan(f, &hugepage_part);
	mkdirat(root, "srv/a", 0755);
	mkdirat(root, "srv/a/huge", 0755);
	is_str(fixture_down(f, &hugepage_part), "- folder /srv/a/huge\n",
	       "the folder of a mount that a crash has kept from coming about");
	is_str(fixture_run(f), "", "... goes");
	ok(faccessat(root, "srv/a", F_OK, 0) < 0 && faccessat(root, "srv", F_OK, 0) == 0,
	   "... with those that were made above it");
}

static void refused_points(struct fixture *f, int root)
{
	json_object_clear(f->context.journal);
	fake_file(root, "srv/full/letter", "");
	fixture_configure(f, "[HugePages]\nMount=/srv/full\n");
	fixture_plan(f, &hugepage_part);
	is_str(f->notes.text,
	       "/srv/full is not empty: what is in it (letter) is out of sight while the pages "
	       "are mounted there (host.conf:2)\n",
	       "what a mount hides is told");
	json_object_clear(f->context.journal);
	fixture_configure(f, "[HugePages]\nMount=/srv/full/letter\n");
	is_str(fixture_plan(f, &hugepage_part),
	       "failed: host.conf:2: /srv/full/letter is no folder, nothing can be mounted there",
	       "a file is no place for a mount");
	unlinkat(root, "srv/full/letter", 0);
	unlinkat(root, "srv/full", AT_REMOVEDIR);
	unlinkat(root, "srv", AT_REMOVEDIR);
}

static void mounts(int root)
{
	struct fixture f;
	char plan[300];

	unlinkat(root, "etc/bedplate/guests/web.conf", 0);
	unlinkat(root, "etc/bedplate/guests/db.conf", 0);
	fake_file(root, "etc/passwd",
		  "root:x:0:0::/:/bin/sh\nqemu:x:107:108::/:/bin/false\n");
	fake_file(root, "etc/group", "root:x:0:\nkvm:x:109:qemu\n");
	fixture_init(
		&f, root,
		"[HugePages]\nSize=1G\nMount=/dev/huge\nMountSize=4G\nOwner=qemu\nGroup=kvm\n"
		"Mode=0770\n");
	is_str(fixture_plan(&f, &hugepage_part),
	       "+ hugetlbfs /dev/huge: pagesize=1073741824,uid=107,gid=109,mode=0770,size=4294967296 "
	       "# host.conf:3\n",
	       "a mount with size and owner");
	fixture_configure(&f, "[HugePages]\nMount=/dev/huge\nOwner=nobody\n");
	is_str(fixture_plan(&f, &hugepage_part),
	       "failed: host.conf:2: there is no user nobody in /etc/passwd", "a user");
	fake_file(
		root, "proc/self/mountinfo",
		"35 25 0:31 / /dev/huge rw shared:16 - hugetlbfs hugetlbfs rw,pagesize=2M\n"
		"36 25 0:32 / /mnt rw shared:17 - tmpfs tmpfs rw\n");
	mkdirat(root, "dev", 0755);
	mkdirat(root, "dev/huge", 0700);
	fchmodat(root, "dev/huge", 0700, 0);
	json_object_clear(f.context.journal);
	snprintf(plan, sizeof(plan),
		 "[HugePages]\nMount=/dev/huge\nMode=0750\nOwner=%u\nGroup=%u\n",
		 (unsigned)getuid(), (unsigned)getgid());
	fixture_configure(&f, plan);
	snprintf(plan, sizeof(plan),
		 "~ owner of /dev/huge: %u:%u 0700 -> %u:%u 0750 # host.conf:2\n",
		 (unsigned)getuid(), (unsigned)getgid(), (unsigned)getuid(),
		 (unsigned)getgid());
	is_str(fixture_plan(&f, &hugepage_part), plan,
	       "one that is there gets its owner");
	is_str(fixture_run(&f), "", "... really");
	is_str(fixture_plan(&f, &hugepage_part), "", "... once");
	fixture_down(&f, &hugepage_part);
	is_int(f.steps.count, 1, "... and back");
	fixture_configure(&f, "[HugePages]\nSize=1G\nMount=/dev/huge\n");
	is_str(fixture_plan(&f, &hugepage_part),
	       "failed: host.conf:3: /dev/huge is a mount of pages of 2M",
	       "of another size");
	fixture_configure(&f, "[HugePages]\nMount=/mnt\n");
	is_str(fixture_plan(&f, &hugepage_part),
	       "failed: host.conf:2: tmpfs is mounted on /mnt", "of another kind");
	refused_points(&f, root);
	broken_off(&f, root);
	fixture_release(&f);
}

int main(void)
{
	int root = fake_tree_open();

	tries();
	targets();
	make_tree(root);
	guests_decide(root);
	sections_decide(root);
	nodes_keep_theirs(root);
	mounts(root);
	falls_short(root);
	close(root);
	fake_tree_remove();
	return done_testing();
}
