/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: qemu-launch/attach_plan.c qemu-launch/disk_image.c lib/guest_nic.c lib/nearest.c lib/value/pci.c lib/value/net.c lib/strbuf.c lib/err.c LIBS: jansson */
/* clang-format on */
/* test_ql_attach.c: what QEMU is told in order to plug a device in. */
#include <errno.h>

#include "lib/cleanup.h"
#include "qemu-launch/attach.h"
#include "tap.h"

static void test_ids(void)
{
	static const struct {
		enum attach_kind kind;
		const char *what, *id, *promise;
	} rows[] = {
		{ ATTACH_DISK, "/d/data.qcow2", "disk-data.qcow2", "a file is its name" },
		{ ATTACH_USB, "046d:c077", "usb-046d-c077", "a colon is a dash" },
		{ ATTACH_USB, "1-4.2", "usb-1-4.2", "a port is itself" },
		{ ATTACH_NIC, "tap7", "nic-tap7", "a tap is its name" },
		{ ATTACH_DISK, "/d/a b,c=d", "disk-a-b-c-d", "nothing else is in it" },
		{ ATTACH_DISK, "/d/123456789012345678901234567890",
		  "disk-12345678901234567890123456", "nodes have short names" },
	};
	struct err err = ERR_INIT;
	char id[ATTACH_ID_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		attach_id(rows[i].kind, rows[i].what, id);
		is_str(id, rows[i].id, "%s", rows[i].promise);
	}
	is_int(attach_kind_of("nic", &err), ATTACH_NIC, "a kind is known");
	is_int(attach_kind_of("nix", &err), ATTACH_KINDS, "another is not");
	is_str(err.hint, "did you mean nic?", "and the nearest is named");
}

static void test_usb_words(void)
{
	struct guest_usb row;

	is_int(attach_usb_row("046d:c077", &row, NULL), 0, "an identity");
	is_int(row.id.vendor, 0x046d, "its vendor");
	is_int(attach_usb_row("1-4.2", &row, NULL), 0, "a port");
	is_str(row.port, "1-4.2", "as it is");
	is_int(attach_usb_row("1-", &row, NULL), -EINVAL, "half a port is none");
	is_int(attach_usb_row("1-4/..", &row, NULL), -EINVAL, "nor is a path");
	is_int(attach_usb_row("mouse", &row, NULL), -EINVAL, "nor a word");
}

/* The plan as one text. */
static const char *show(const struct attach_plan *plan)
{
	static char text[1024];
	char *back = plan->back ? json_dumps(plan->back, JSON_SORT_KEYS) : NULL;
	char *device = json_dumps(plan->device, JSON_SORT_KEYS);

	snprintf(text, sizeof(text), "%s %s; %s",
		 plan->back_command ? plan->back_command : "", back ? back : "", device);
	free(back);
	free(device);
	return text;
}

static void test_plans(void)
{
	struct attach_plan plan = { .id = "usb-x" };
	struct guest_usb row;
	struct args args = { .root = NULL };
	struct err err = ERR_INIT;

	attach_usb_row("2-1.4", &row, NULL);
	is_int(attach_plan_usb(&plan, &row, &err), 0, "a USB device");
	is_str(show(&plan),
	       " ; {\"driver\": \"usb-host\", \"hostbus\": 2, \"hostport\": \"1.4\", \"id\": \"usb-x\"}",
	       "by its port");
	attach_plan_release(&plan);
	plan = (struct attach_plan){ .id = "disk-x" };
	is_int(attach_plan_disk(&plan, &args, "/dev/vg/x", "raw", "hotplug0", &err), 0,
	       "a logical volume");
	is_str(show(&plan),
	       "blockdev-add {\"cache\": {\"direct\": true}, \"driver\": \"raw\", \"file\": {\"driver\": "
	       "\"host_device\", \"filename\": \"/dev/vg/x\"}, \"node-name\": \"disk-x\", \"read-only\": "
	       "false}; {\"bus\": \"hotplug0\", \"drive\": \"disk-x\", \"driver\": \"virtio-blk-pci\", "
	       "\"id\": \"disk-x\"}",
	       "on a root port, around the host's cache");
	attach_plan_release(&plan);
	args.bus = "usb";
	ok(!attach_needs_pci(ATTACH_DISK, &args), "by USB it needs none");
	args = (struct args){ .mac = "52:54:00:00:00:01", .model = "e1000" };
	plan = (struct attach_plan){ .id = "nic-x" };
	ok(attach_needs_pci(ATTACH_NIC, &args), "a card needs one");
	is_int(attach_plan_nic(&plan, &args, "web", "x", NULL, &err), 0, "a card");
	is_str(show(&plan),
	       "netdev_add {\"downscript\": \"no\", \"id\": \"nic-x\", \"ifname\": \"x\", \"script\": \"no\", "
	       "\"type\": \"tap\"}; {\"driver\": \"e1000\", \"id\": \"nic-x\", \"mac\": "
	       "\"52:54:00:00:00:01\", \"netdev\": \"nic-x\"}",
	       "on a tap");
	attach_plan_release(&plan);
	args.mac = "52:54";
	plan = (struct attach_plan){ .id = "nic-x" };
	is_int(attach_plan_nic(&plan, &args, "web", "x", NULL, &err), -EINVAL,
	       "half an address is none");
	attach_plan_release(&plan);
}

static void test_ports(void)
{
	json_t *pci = json_loads(
		"[{\"bus\": 0, \"devices\": ["
		"{\"qdev_id\": \"port0\", \"pci_bridge\": {\"bus\": {}}},"
		"{\"qdev_id\": \"hotplug0\", \"pci_bridge\": {\"devices\": [{\"qdev_id\": \"x\"}]}},"
		"{\"qdev_id\": \"hotplug1\", \"pci_bridge\": {\"bus\": {}}},"
		"{\"qdev_id\": \"disk0\"}]}]",
		0, NULL);
	json_t *none = json_loads("[{\"bus\": 0, \"devices\": []}]", 0, NULL);

	is_str(attach_free_port(pci), "hotplug1", "a root port that waits, and is free");
	ok(!attach_free_port(none), "or there is none");
	json_decref(pci);
	json_decref(none);
}

int main(void)
{
	test_ids();
	test_usb_words();
	test_plans();
	test_ports();
	return done_testing();
}
