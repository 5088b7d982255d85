/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/lvm.c init/lvm_native.c init/lvm_seen.c lib/lvm_config.c lib/lvm_label.c */
/* SOURCES: lib/lvm_vg.c lib/lvm_map.c lib/lvm_name.c init/spec.c init/dm.c init/device.c init/pv.c lib/uevent.c */
/* SOURCES: lib/strbuf.c lib/err.c lib/nearest.c lib/file.c lib/log.c */
/* test_lvm_policy.c: when lvm is run and in which mode, what is refused, and what is waited
 * for. lvm itself is played by the functions below. */
#include <errno.h>
#include <string.h>

#include "init/lvm.h"
#include "init/lvm_node.h"
#include "init/lvm_program.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "tests/unit/lvm_machine.h"
#include "tests/unit/tap.h"

static char modes[128]; /* of the runs of lvm so far */
static char announced[256];
static const char *complaint = "no"; /* lvm's */

bool lvm_is_there(int root_fd)
{
	(void)root_fd;
	return true;
}

void lvm_program_activate(struct lvm *lvm, const char *mode)
{
	strcat(modes, mode);
	strcat(modes, " ");
	strcpy(lvm->complaint, complaint);
}

bool lvm_program_is_partial(int root_fd, const struct lvm_volume *volume)
{
	(void)root_fd, (void)volume;
	return false;
}

void lvm_node_announce(int root_fd, const struct device *device)
{
	(void)root_fd;
	strcat(announced, device->dm_name);
	strcat(announced, " ");
}

static const char raid_group[] =
	"vg {\nid = \"VVVVVV-VVVV-VVVV-VVVV-VVVV-VVVV-VVVVVV\"\nseqno = 1\nextent_size = 8\n"
	"physical_volumes {\npv0 {\nid = \"AAAAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAAAA\"\n"
	"pe_start = 8\npe_count = 9\n}\n}\nlogical_volumes {\nroot {\n"
	"id = \"LLLLLL-LLLL-LLLL-LLLL-LLLL-LLLL-LLLLLL\"\n"
	"status = [\"READ\", \"WRITE\", \"VISIBLE\"]\nsegment_count = 1\nsegment1 {\n"
	"start_extent = 0\nextent_count = 2\ntype = \"raid1\"\n}\n}\n}\n}\n";

/* The modes in which lvm is run at 0, 5 s, 10 s and 15 s of waiting. */
static const char *runs_of(enum lvm_degraded policy)
{
	struct machine machine;
	struct lvm lvm = { .degraded = policy, .degraded_after_ms = 10000 };

	machine_init(&machine);
	plug(&machine, 'A', raid_group, 0);
	machine.devices.pv_changes = 1;
	lvm_want(&lvm, "vg", "root");
	modes[0] = '\0';
	for (int64_t now = 0; now <= 15000; now += 5000)
		lvm_activate(&lvm, &machine.devices, now);
	machine_release(&machine);
	free(lvm.volumes);
	return modes;
}

static void follows_the_policy(void)
{
	struct lvm lvm = { .degraded = LVM_DEGRADED_AT_DEADLINE,
			   .degraded_after_ms = 10000 };

	is_str(runs_of(LVM_NEVER_DEGRADED), "complete ",
	       "never: lvm is run once for a physical volume, and never degraded");
	is_str(runs_of(LVM_DEGRADED_AT_DEADLINE), "complete degraded ",
	       "deadline: whole at first, then degraded, once");
	is_str(runs_of(LVM_DEGRADED_NOW), "degraded ", "now: degraded at once");
	is_int(lvm_degraded_due_ms(&lvm), 10000, "the deadline is due at its time");
	lvm.degraded_after_ms = UINT64_MAX;
	is_int(lvm_degraded_due_ms(&lvm), -1, "or never, where it is infinity");
}

static void refuses_what_will_not_come(void)
{
	struct machine machine;
	struct lvm lvm = { .degraded = LVM_NEVER_DEGRADED };

	machine_init(&machine);
	plug(&machine, 'A', raid_group, 0);
	machine.devices.pv_changes = 1;
	lvm_want(&lvm, "vg", "rooot");
	lvm_want(&lvm, "gone", "root");
	modes[0] = '\0';
	lvm_activate(&lvm, &machine.devices, 0);
	is_str(modes, "", "lvm is not run for names that nobody has");
	ok(lvm_refusal(&lvm, "vg", "rooot"), "a name that its group does not have: %s",
	   lvm_refusal(&lvm, "vg", "rooot"));
	ok(!lvm_refusal(&lvm, "gone", "root"), "a group may come yet");
	ok(lvm_is_waiting(&lvm), "and is waited for");
	plug(&machine, 'B', "gone {\nnonsense", 0);
	machine.devices.pv_changes = 2;
	lvm_activate(&lvm, &machine.devices, 0);
	ok(lvm_is_wanting(&lvm), "what makes no sense is still wanted");
	is_str(modes, "complete ", "and is lvm's to look at");
	machine_release(&machine);
	free(lvm.volumes);
}

static void uuids_come_first(void)
{
	static const char uuid[] = "VVVVVV-VVVV-VVVV-VVVV-VVVV-VVVV-VVVVVV";
	struct lvm lvm = { .count = 0 };

	lvm_want(&lvm, "vg", "root");
	lvm_want(&lvm, uuid, "root");
	lvm_want(&lvm, "vg", "root");
	is_int(lvm.count, 2, "a volume is wanted once");
	is_str(lvm.volumes[0].group, uuid, "by UUID before by name");
	free(lvm.volumes);
}

static void put_line(int root_fd, const char *device, const char *file, const char *line)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "sys/class/block/%s/%s", device, file);
	fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (write(fd, line, strlen(line)) < 0)
		abort();
	close(fd);
}

/* A mapped device, the next one of the machine. */
static void map(struct machine *machine, const char *dm_name, const char *uuid)
{
	size_t number = machine->devices.count++;
	struct device *device = &machine->items[number];
	int root_fd = machine->devices.root_fd;
	char path[128];

	machine->pointers[number] = device;
	snprintf(device->name, sizeof(device->name), "dm-%zu", number);
	strcpy(device->dm_name, dm_name);
	snprintf(path, sizeof(path), "sys/class/block/%s", device->name);
	mkdirat(root_fd, path, 0755);
	strcat(path, "/dm");
	mkdirat(root_fd, path, 0755);
	put_line(root_fd, device->name, "size", "8\n");
	put_line(root_fd, device->name, "dm/name", dm_name);
	put_line(root_fd, device->name, "dm/uuid", uuid);
}

#define ID(letter) letter letter letter letter letter letter letter letter
#define DM_UUID(group, volume)                                                          \
	"LVM-" ID(group) ID(group) ID(group) ID(group) ID(volume) ID(volume) ID(volume) \
		ID(volume)

/* What of a group with three mapped devices is announced. */
static const char *announced_of(const char *group)
{
	struct machine machine;
	struct lvm lvm = { .degraded = LVM_NEVER_DEGRADED };

	machine_init(&machine);
	plug(&machine, 'A', raid_group, 0);
	machine.devices.pv_changes = 1;
	map(&machine, "vg-home", DM_UUID("V", "H"));
	map(&machine, "vg-pool_tmeta", DM_UUID("V", "P") "-tmeta");
	map(&machine, "other-home", DM_UUID("W", "H"));
	lvm_want(&lvm, group, "");
	announced[0] = '\0';
	complaint = "";
	lvm_activate(&lvm, &machine.devices, 0);
	ok(!lvm_is_wanting(&lvm), "a group that lvm is content with is there");
	complaint = "no";
	machine_release(&machine);
	free(lvm.volumes);
	return announced;
}

static void announces_groups(void)
{
	is_str(announced_of("vg"), "vg-home ",
	       "every volume of a group is announced to udev, and no part of one");
	is_str(announced_of(UUID("V")), "vg-home ",
	       "also where the UUID names the group");
}

int main(void)
{
	log_set_level(LOG_ERROR);
	follows_the_policy();
	refuses_what_will_not_come();
	uuids_come_first();
	announces_groups();
	return done_testing();
}
