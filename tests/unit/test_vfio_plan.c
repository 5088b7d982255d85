/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/vfio_plan.c init/vfio_judge.c init/vfio_ids.c init/framebuffer.c */
/* SOURCES: lib/pci.c lib/file.c lib/file_apart.c lib/value/pci.c lib/value/pci_select.c */
/* SOURCES: lib/strbuf.c lib/err.c */
/* test_vfio_plan.c: from wishes and what there is to what is bound, and the judgement. */
#include <errno.h>

#include "init/vfio_ids.h"
#include "init/vfio_judge.h"
#include "init/vfio_plan.h"
#include "lib/cleanup.h"
#include "tests/unit/tap.h"

/* A machine: two identical cards, a GPU with its sound in one group, a bridge, an SR-IOV
 * card with its functions on. */
static struct pci_function machine[] = {
	{ .name = "0000:00:01.0",
	  .id = { 0x8086, 0x1901 },
	  .is_bridge = true,
	  .group = 1 },
	{ .name = "0000:01:00.0", .id = { 0x10de, 0x1b80 }, .group = 1 },
	{ .name = "0000:01:00.1", .id = { 0x10de, 0x10f0 }, .group = 1 },
	{ .name = "0000:02:00.0",
	  .id = { 0x8086, 0x10d3 },
	  .group = 2,
	  .subsystem = { 0x1028, 0x0001 },
	  .class_code = 0x020000 },
	{ .name = "0000:03:00.0",
	  .id = { 0x8086, 0x10d3 },
	  .group = 3,
	  .subsystem = { 0x1028, 0x0002 },
	  .class_code = 0x020000 },
	{ .name = "0000:04:00.0", .id = { 0x8086, 0x1521 }, .group = 4, .vfs = 2 },
};
static const struct pci_list functions = { machine, ARRAY_SIZE(machine) };
static struct framebuffers no_screens;

static void drivers(const char *const *names)
{
	for (size_t i = 0; i < ARRAY_SIZE(machine); i++)
		strcpy(machine[i].driver, names && names[i] ? names[i] : "");
}

static struct vfio_wish wish(const char *text, enum vfio_policy policy,
			     const char *origin)
{
	struct vfio_wish made = { .policy = policy };

	pci_select_parse(text, &made.select, NULL);
	strcpy(made.origin, origin);
	return made;
}

static void plan_one(struct vfio_plan *plan, const char *text)
{
	struct vfio_wish one = wish(text, VFIO_RESCUE, "t:1");

	vfio_plan_release(plan);
	vfio_plan_make(plan, &one, 1, &functions, &no_screens, NULL);
}

static void places(void)
{
	static const struct {
		const char *wish;
		size_t count;
		enum vfio_result result;
		const char *reason;
	} rows[] = {
		{ "02:00.0", 1, VFIO_TO_BIND, "" },
		{ "8086:10d3@02:00.0", 1, VFIO_TO_BIND, "" },
		{ "8086:10d3", 2, VFIO_TO_BIND, "" },
		{ "01:00.*", 2, VFIO_TO_BIND, "" },
		{ "10de:10f0@01:00.*", 2, VFIO_TO_BIND, "" },
		{ "10de:1b80@02:00.0", 1, VFIO_MISMATCH,
		  "8086:10d3 is there, and 10de:1b80 is expected; 10de:1b80 is now at "
		  "0000:01:00.0" },
		{ "8086:10d3@01:00.0", 1, VFIO_MISMATCH,
		  "10de:1b80 is there, and 8086:10d3 is expected; 8086:10d3 is now at "
		  "0000:02:00.0 and 0000:03:00.0" },
		{ "1234:5678@01:00.*", 2, VFIO_MISMATCH,
		  "10de:1b80 is there, and 1234:5678 is expected; 1234:5678 is nowhere in "
		  "this machine" },
		{ "09:00.0", 1, VFIO_ABSENT, "nothing is at this address" },
		{ "10de:1b80@09:00.0", 1, VFIO_ABSENT,
		  "nothing is at this address; 10de:1b80 is now at 0000:01:00.0" },
		{ "1234:5678", 1, VFIO_ABSENT, "there is no such device" },
		{ "00:01.0", 1, VFIO_REFUSED,
		  "it is a bridge; guests get what is behind it" },
		{ "00:01.*", 0, VFIO_REFUSED, "" },
		{ "04:00.0", 1, VFIO_REFUSED,
		  "2 of its virtual functions are switched on, and vfio-pci refuses such "
		  "a device; pass these on, or have them switched off (sriov_numvfs)" },
	};
	struct vfio_plan plan = VFIO_PLAN_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		plan_one(&plan, rows[i].wish);
		is_int(plan.count, rows[i].count, "%s: so many devices", rows[i].wish);
		if (!plan.count || !rows[i].count)
			continue;
		is_int(plan.devices[0].result, rows[i].result, "... result");
		is_str(plan.devices[0].reason, rows[i].reason, "... reason");
	}
	vfio_plan_release(&plan);
}

static void merges(void)
{
	struct vfio_wish wishes[] = {
		wish("10de:1b80@02:00.0", VFIO_CONTINUE, "host.conf:2"),
		wish("02:00.0", VFIO_REBOOT, "guests/a.conf:3"),
		wish("8086:10d3", VFIO_CONTINUE, "host.conf:2"),
	};
	_cleanup_vfio_plan_ struct vfio_plan plan = VFIO_PLAN_INIT;

	vfio_plan_make(&plan, wishes, ARRAY_SIZE(wishes), &functions, &no_screens, NULL);
	is_int(plan.count, 3, "one device of several wishes is one");
	is_int(plan.devices[1].result, VFIO_TO_BIND,
	       "... bound if one of them allows it");
	is_int(plan.devices[1].policy, VFIO_REBOOT, "... with the strictest policy");
	is_str(plan.devices[1].origin, "guests/a.conf:3, host.conf:2",
	       "... and all origins");
	is_int(plan.devices[0].result, VFIO_MISMATCH,
	       "the wish for something else at its place is not lost");
	is_str(plan.devices[0].origin, "host.conf:2", "... with its own origin");
	is_int(plan.devices[0].policy, VFIO_CONTINUE, "... and policy");
	drivers((const char *const[ARRAY_SIZE(machine)]){
		[3] = "vfio-pci", [4] = "vfio-pci" });
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	is_int(plan.devices[0].result, VFIO_MISMATCH, "... also when the other is bound");
	is_int(plan.devices[1].result, VFIO_BOUND, "... as it is");
	drivers(NULL);
}

static void origins(void)
{
	struct vfio_wish wishes[] = {
		wish("02:00.0", VFIO_CONTINUE, "guests/a.conf:12"),
		wish("02:00.0", VFIO_CONTINUE, "guests/a.conf:1"),
		wish("02:00.0", VFIO_CONTINUE, "guests/a.conf:12"),
	};
	_cleanup_vfio_plan_ struct vfio_plan plan = VFIO_PLAN_INIT;

	vfio_plan_make(&plan, wishes, ARRAY_SIZE(wishes), &functions, &no_screens, NULL);
	is_str(plan.devices[0].origin, "guests/a.conf:12, guests/a.conf:1",
	       "an origin that begins another one is its own");
}

static void screens(void)
{
	struct framebuffers screen = {
		.screens = { { "efifb", { 0xe0000000, 0xe07fffff } } },
		.screen_count = 1,
	};
	struct vfio_wish gpu = wish("01:00.*", VFIO_CONTINUE, "t:1");
	struct vfio_plan plan = VFIO_PLAN_INIT;

	machine[1].bars[1] = (struct pci_range){ 0xe0000000, 0xefffffff };
	vfio_plan_make(&plan, &gpu, 1, &functions, &screen, NULL);
	is_int(plan.devices[0].result, VFIO_REFUSED, "a card with the screen is kept");
	ok(strstr(plan.devices[0].reason, "efifb") &&
		   strstr(plan.devices[0].reason, "Framebuffer=detach"),
	   "... and said why");
	is_int(plan.devices[1].result, VFIO_TO_BIND, "... its sound is not");
	vfio_plan_release(&plan);
	gpu.detach = true;
	vfio_plan_make(&plan, &gpu, 1, &functions, &screen, NULL);
	is_int(plan.devices[0].result, VFIO_TO_BIND, "it goes where that is asked for");
	is_str(plan.devices[0].screen, "efifb", "... with the screen's name");
	vfio_plan_release(&plan);
	machine[1].bars[1] = (struct pci_range){ 0, 0 };
}

static void judges_bound(void)
{
	static const char *const whole[ARRAY_SIZE(machine)] = { "pcieport", "vfio-pci" };
	static const char *const broken[ARRAY_SIZE(machine)] = { "pcieport", "vfio-pci",
								 "snd_hda_intel" };
	static const char *const stub[ARRAY_SIZE(machine)] = { NULL, "vfio-pci",
							       "pci-stub" };
	const struct vfio_device *worst;
	struct vfio_plan plan = VFIO_PLAN_INIT;

	drivers(NULL);
	plan_one(&plan, "01:00.0");
	drivers(whole);
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	is_int(plan.devices[0].result, VFIO_BOUND, "bound is bound");
	is_int(plan.devices[0].group_state, VFIO_GROUP_OPEN,
	       "another endpoint without a driver leaves the group open");
	ok(strstr(plan.devices[0].reason, "0000:01:00.1 (10de:10f0)"),
	   "... and is named");
	ok(vfio_device_is_good(&plan.devices[0]), "... but that is no failure");
	drivers(broken);
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	is_int(plan.devices[0].group_state, VFIO_GROUP_BROKEN,
	       "one with a driver breaks it");
	is_str(plan.devices[0].reason,
	       "IOMMU group 1 is not whole: 0000:01:00.1 (10de:10f0) in it has driver "
	       "snd_hda_intel",
	       "... and is named with it");
	is_int(vfio_plan_policy(&plan, &worst), VFIO_RESCUE, "... and the policy counts");
	drivers(stub);
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	is_int(plan.devices[0].group_state, VFIO_GROUP_WHOLE,
	       "bridges and pci-stub leave a group whole");
	is_str(plan.devices[0].reason, "", "... about which there is nothing to say");
	is_int(vfio_plan_policy(&plan, &worst), VFIO_CONTINUE, "all is good");
	ok(!worst, "nothing is worst");
	vfio_plan_release(&plan);
}

static void judges_failed(void)
{
	static const char *const taken[ARRAY_SIZE(machine)] = { NULL, NULL, NULL,
								"e1000e" };
	struct vfio_plan plan = VFIO_PLAN_INIT;

	drivers(NULL);
	plan_one(&plan, "02:00.0");
	drivers(taken);
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	is_str(plan.devices[0].reason, "driver e1000e has it", "another driver is seen");
	is_str(plan.devices[0].driver, "e1000e", "... and kept for the report");
	drivers(NULL);
	plan_one(&plan, "02:00.0");
	vfio_judge_plan(&plan, &functions, &no_screens, "vfio-pci is missing");
	is_str(plan.devices[0].reason, "vfio-pci is missing", "a driver that is missing");
	is_int(plan.devices[0].result, VFIO_FAILED, "... is a failure");
	plan_one(&plan, "02:00.0");
	machine[3].group = -1;
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	ok(strstr(plan.devices[0].reason, "no IOMMU"), "no group is no IOMMU");
	machine[3].group = 2;
	plan_one(&plan, "02:00.0");
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	ok(strstr(plan.devices[0].reason, "did not take it"),
	   "else the kernel knows why");
	vfio_plan_release(&plan);
}

/* Its driver is gone, and the kernel keeps the memory for it. */
static void judges_screen(void)
{
	static const char *const bound[ARRAY_SIZE(machine)] = {
		[1] = "vfio-pci", [2] = "vfio-pci"
	};
	struct framebuffers screen = {
		.screens = { { "BOOTFB", { 0xe0000000, 0xe07fffff } } },
		.screen_count = 1,
	};
	struct vfio_wish gpu = wish("01:00.*", VFIO_CONTINUE, "t:1");
	_cleanup_vfio_plan_ struct vfio_plan plan = VFIO_PLAN_INIT;

	machine[1].bars[1] = (struct pci_range){ 0xe0000000, 0xefffffff };
	gpu.detach = true;
	drivers(NULL);
	vfio_plan_make(&plan, &gpu, 1, &functions, &screen, NULL);
	drivers(bound);
	vfio_judge_plan(&plan, &functions, &screen, NULL);
	is_int(plan.devices[0].result, VFIO_BOUND, "bound, with a screen in its memory");
	ok(strstr(plan.devices[0].reason, "(BOOTFB) still lies in its memory"),
	   "... is told (%s)", plan.devices[0].reason);
	is_str(plan.devices[1].reason, "", "... and of no other device");
	machine[1].bars[1] = (struct pci_range){ 0, 0 };
}

/* What was not bound at first may be when it is looked at again. */
static void judges_again(void)
{
	static const char *const taken[ARRAY_SIZE(machine)] = { [3] = "e1000e" };
	static const char *const bound[ARRAY_SIZE(machine)] = { [3] = "vfio-pci" };
	struct vfio_plan plan = VFIO_PLAN_INIT;
	const struct vfio_device *worst;

	drivers(NULL);
	plan_one(&plan, "02:00.0");
	drivers(taken);
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	is_int(plan.devices[0].result, VFIO_FAILED, "a device that another driver has");
	drivers(bound);
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	is_int(plan.devices[0].result, VFIO_BOUND, "... is bound when somebody did that");
	is_str(plan.devices[0].reason, "", "... about which there is nothing to say");
	is_int(vfio_plan_policy(&plan, &worst), VFIO_CONTINUE, "... and no failure");
	vfio_plan_release(&plan);
}

/* vfio-pci takes by its own ids= what was refused here. */
static void judges_refused(void)
{
	static const char *const taken[ARRAY_SIZE(machine)] = {
		[1] = "vfio-pci", [2] = "snd_hda_intel"
	};
	struct framebuffers screen = {
		.screens = { { "efifb", { 0xe0000000, 0xe07fffff } } },
		.screen_count = 1,
	};
	struct vfio_wish wishes[] = { wish("10de:1b80", VFIO_CONTINUE, "t:1"),
				      wish("10de:10f0", VFIO_CONTINUE, "t:2") };
	struct vfio_plan plan = VFIO_PLAN_INIT;

	machine[1].bars[1] = (struct pci_range){ 0xe0000000, 0xefffffff };
	drivers(NULL);
	vfio_plan_make(&plan, wishes, 2, &functions, &screen, NULL);
	drivers(taken);
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	is_int(plan.devices[0].result, VFIO_BOUND, "refused, and bound all the same");
	is_int(plan.devices[0].group_state, VFIO_GROUP_BROKEN, "its group counts");
	ok(strstr(plan.devices[0].reason, "snd_hda_intel"), "... and is named");
	vfio_plan_release(&plan);
	drivers(NULL);
	vfio_plan_make(&plan, wishes, 2, &functions, &screen, NULL);
	drivers((const char *const[ARRAY_SIZE(machine)]){
		[1] = "vfio-pci", [2] = "vfio-pci" });
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	is_int(plan.devices[0].group_state, VFIO_GROUP_WHOLE, "a whole group");
	ok(strstr(plan.devices[0].reason, "efifb"), "... leaves the reason (%s)",
	   plan.devices[0].reason);
	vfio_plan_release(&plan);
	drivers(NULL);
	vfio_plan_make(&plan, wishes, 2, &functions, &screen, NULL);
	drivers((const char *const[ARRAY_SIZE(machine)]){ [2] = "vfio-pci" });
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	is_int(plan.devices[1].group_state, VFIO_GROUP_OPEN,
	       "what was refused goes to its own driver, and leaves the group open");
	drivers((const char *const[ARRAY_SIZE(machine)]){ NULL });
	vfio_judge_plan(&plan, &functions, &no_screens, NULL);
	ok(strstr(plan.devices[1].reason, "did not take it"),
	   "one that is lost again does not speak of its group (%s)",
	   plan.devices[1].reason);
	machine[1].bars[1] = (struct pci_range){ 0, 0 };
	vfio_plan_release(&plan);
}

struct found {
	struct vfio_wish wishes[8];
	size_t count;
};

static int keep(const struct vfio_wish *one, void *context)
{
	struct found *found = context;

	found->wishes[found->count++] = *one;
	return 0;
}

static void ids(void)
{
	_cleanup_vfio_plan_ struct vfio_plan plan = VFIO_PLAN_INIT;
	struct found found = { .count = 0 };
	struct err err = ERR_INIT;

	is_int(vfio_ids_parse("8086:10d3:1028:2,10de:1b80", keep, &found, &err), 0,
	       "identities are read");
	is_int(found.count, 2, "... all of them");
	vfio_plan_make(&plan, found.wishes, 1, &functions, &no_screens, NULL);
	is_int(plan.count, 1, "the subsystem counts");
	is_str(plan.devices[0].name, "0000:03:00.0", "... and tells two cards apart");
	found.count = 0;
	is_int(vfio_ids_parse("0:0", keep, &found, &err), -EINVAL,
	       "no identity is not every device");
	is_int(found.count, 0, "... but none");
	is_int(vfio_ids_parse("8086,,10de:1b80:,8086:10d3:ffffffff:ffffffff:20000:ffff00",
			      keep, &found, &err),
	       -EINVAL, "a wrong one is told");
	ok(strstr(err.text, "\"10de:1b80:\""), "... by its text (%s)", err.text);
	is_int(found.count, 1, "... and does not hold up the others");
	vfio_plan_release(&plan);
	vfio_plan_make(&plan, found.wishes, 1, &functions, &no_screens, NULL);
	is_int(plan.count, 2, "any subsystem, and a class under a mask");
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(machine); i++)
		pci_address_parse(machine[i].name, &machine[i].address, NULL);
	places();
	merges();
	origins();
	screens();
	judges_bound();
	judges_failed();
	judges_again();
	judges_screen();
	judges_refused();
	ids();
	return done_testing();
}
