/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/lvm_native.c init/lvm_seen.c lib/lvm_config.c lib/lvm_label.c lib/lvm_vg.c */
/* SOURCES: lib/lvm_map.c lib/lvm_name.c init/spec.c init/dm.c init/device.c init/pv.c lib/uevent.c lib/strbuf.c */
/* SOURCES: lib/err.c lib/nearest.c lib/file.c lib/log.c */
/* test_lvm_native.c: what /init makes of the physical volumes that are there: one group out of
 * many, duplicates, two groups of one name, and names that nobody has. */
#include <errno.h>
#include <stdio.h>

#include "init/lvm_native.h"
#include "lib/cleanup.h"
#include "tests/unit/lvm_machine.h"
#include "tests/unit/tap.h"

enum { TABLE_MAX = 512 };

/* Plans a volume; the words go to `err`, the table's first line to `table`. */
static int plan(struct machine *machine, const char *group, const char *volume,
		char *table, struct err *err)
{
	_cleanup_lvm_mapping_ struct lvm_mapping mapping;
	int result;

	*err = (struct err)ERR_INIT;
	lvm_mapping_init(&mapping);
	result = lvm_native_plan(&machine->devices, group, volume, &mapping, err);
	if (!result)
		snprintf(table, TABLE_MAX, "%s %lld %s", mapping.uuid,
			 (long long)mapping.read_ahead, mapping.table.text);
	return result;
}

static void finds_one_group(void)
{
	struct machine machine;
	struct err err;
	char table[TABLE_MAX];

	machine_init(&machine);
	plug(&machine, 'A', GROUP("vg", "V", "3", PV("pv0", "A")), 0);
	plug(&machine, 'B', GROUP("other", "W", "3", PV("pv0", "B")), 0);
	is_int(plan(&machine, "vg", "root", table, &err), 0, "a group among others (%s)",
	       err.text);
	is_str(table,
	       "LVM-VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLL 512 "
	       "0 16 linear 254:0 16\n",
	       "its UUID, its read-ahead and its table");
	is_int(plan(&machine, UUID("W"), "root", table, &err), 0, "a group by its UUID");
	ok(strstr(table, "254:16 16"), "is the right one");
	is_int(plan(&machine, "vg", "rot", table, &err), -ENOENT,
	       "a volume that a whole group does not have");
	ok(strstr(err.text, "the nearest is root"), "and its neighbour: %s", err.text);
	is_int(plan(&machine, "othre", "root", table, &err), -ENXIO, "no such group yet");
	ok(strstr(err.text, "the nearest is other"), "and its neighbour: %s", err.text);
	is_int(plan(&machine, UUID("X"), "root", table, &err), -ENXIO, "no such UUID");
	machine_release(&machine);
}

static void waits_for_what_is_missing(void)
{
	static const char text[] = GROUP("vg", "V", "3", PV("pv0", "A") PV("pv1", "B"));
	struct machine machine;
	struct err err;
	char table[TABLE_MAX];

	machine_init(&machine);
	plug(&machine, 'B', text, 0);
	is_int(plan(&machine, "vg", "root", table, &err), -ENXIO, "its PV is missing: %s",
	       err.text);
	is_int(plan(&machine, "vg", "none", table, &err), -ENXIO,
	       "a name that is unknown to half a group may come: %s", err.text);
	plug(&machine, 'A', text, 0);
	is_int(plan(&machine, "vg", "root", table, &err), 0, "then it is there");
	is_int(plan(&machine, "vg", "none", table, &err), -ENOENT,
	       "and the unknown name is an error");
	machine_release(&machine);
	machine_init(&machine);
	plug(&machine, 'A', text, 0);
	is_int(plan(&machine, "vg", "root", table, &err), 0,
	       "a PV that the volume does not use may be missing");
	machine_release(&machine);
}

static void refuses_what_is_ambiguous(void)
{
	static const char text[] = GROUP("vg", "V", "3", PV("pv0", "A"));
	struct machine machine;
	struct err err;
	char table[TABLE_MAX];

	machine_init(&machine);
	plug(&machine, 'A', text, 0);
	plug(&machine, 'A', text, 0);
	is_int(plan(&machine, "vg", "root", table, &err), -ENOTUNIQ, "a PV twice: %s",
	       err.text);
	ok(strstr(err.text, "/dev/vda") && strstr(err.text, "/dev/vdb"),
	   "both are named");
	machine_release(&machine);

	machine_init(&machine);
	plug(&machine, 'A', text, 0);
	plug(&machine, 'B', GROUP("vg", "W", "9", PV("pv0", "B")), 0);
	is_int(plan(&machine, "vg", "root", table, &err), -ENOTUNIQ,
	       "two groups of one name: %s", err.text);
	ok(strstr(err.text, UUID("V")) && strstr(err.text, UUID("W")),
	   "both UUIDs are told");
	ok(strstr(err.hint, "rd.lvm.lv="), "and how to choose: %s", err.hint);
	is_int(plan(&machine, UUID("W"), "root", table, &err), 0,
	       "the UUID tells which is meant (%s)", err.text);
	machine_release(&machine);
}

static void leaves_the_unusual_to_lvm(void)
{
	static const char text[] = GROUP("vg", "V", "3", PV("pv0", "A"));
	struct machine machine;
	struct err err;
	char table[TABLE_MAX];

	machine_init(&machine);
	plug(&machine, 'A', text, 128);
	is_int(plan(&machine, "vg", "root", table, &err), -EOPNOTSUPP,
	       "a device larger than its PV, as the leg of an md mirror is: %s",
	       err.text);
	machine_release(&machine);
	machine_init(&machine);
	plug(&machine, 'A', text, 0);
	plug(&machine, 'B', GROUP("vg", "V", "4", PV("pv0", "A") PV("pv1", "B")), 0);
	is_int(plan(&machine, "vg", "root", table, &err), -EOPNOTSUPP,
	       "copies that differ in age: %s", err.text);
	machine_release(&machine);
	machine_init(&machine);
	plug(&machine, 'A', GROUP("new", "V", "9", PV("pv0", "A") PV("pv1", "B")), 0);
	plug(&machine, 'B', GROUP("old", "V", "4", PV("pv0", "A") PV("pv1", "B")), 0);
	is_int(plan(&machine, "old", "root", table, &err), -EOPNOTSUPP,
	       "a group that was renamed while a PV was absent: %s", err.text);
	is_int(plan(&machine, "new", "root", table, &err), -EOPNOTSUPP,
	       "... under its new name, too: %s", err.text);
	is_int(plan(&machine, UUID("V"), "root", table, &err), -EOPNOTSUPP,
	       "... and by its UUID: %s", err.text);
	machine_release(&machine);
}

static void leaves_old_labels_alone(void)
{
	struct machine machine;

	machine_init(&machine);
	plug(&machine, 'A', GROUP("vg", "V", "3", PV("pv0", "A")), 0);
	machine.items[0].pv_known = machine.items[0].is_pv = false;
	devices_find_pvs(&machine.devices);
	ok(devices_have_pvs(&machine.devices), "a whole disk may be a PV");
	mkdirat(machine.devices.root_fd, "sys/class/block/vda/queue", 0755);
	mkdirat(machine.devices.root_fd, "sys/class/block/vda/vda1", 0755);
	close(openat(machine.devices.root_fd, "sys/class/block/vda/vda1/partition",
		     O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	machine.items[0].pv_known = machine.items[0].is_pv = false;
	devices_find_pvs(&machine.devices);
	ok(!devices_have_pvs(&machine.devices),
	   "one with partitions is none, whatever label was left on it");
	machine_release(&machine);
}

int main(void)
{
	finds_one_group();
	waits_for_what_is_missing();
	refuses_what_is_ambiguous();
	leaves_the_unusual_to_lvm();
	leaves_old_labels_alone();
	return done_testing();
}
