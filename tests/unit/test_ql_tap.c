/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/guest_tap.c lib/guest*.c lib/networks.c lib/link_message.c lib/tap.c lib/netlink*.c lib/names.c lib/origin.c */
/* SOURCES: lib/schema/guest*.c lib/schema/network*.c lib/conf*.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/[a-z]*.c LIBS: inih */
/* test_ql_tap.c: what the tap of a guest is to be like follows from its file and its network's. */
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "qemu-launch/guest_tap.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

static int root;

static const char guest_text[] = "[Memory]\nSize=64M\n"
				 "[Nic]\nType=user\n"
				 "[Nic]\nNetwork=lan\nQueues=2\n"
				 "[Nic]\nNetwork=trunk\nTap=uplink\n";

static void plan(struct guest_tap *tap, const char *name, size_t index)
{
	_cleanup_networks_ struct networks networks = NETWORKS_INIT;
	_cleanup_guests_ struct guests guests = GUESTS_INIT;
	struct err err = ERR_INIT;
	int failed =
		guests_read(&guests, root, &err) || networks_read(&networks, root, &err);

	*tap = (struct guest_tap){ .mtu = 0 };
	ok(!failed, "%s: the files are read: %s", name, err.text);
	if (!failed)
		guest_tap_plan(tap, &guests.items[0], index,
			       networks_find(&networks, name), 107);
}

static void test_plain(void)
{
	struct guest_tap tap;

	plan(&tap, "lan", 1);
	is_str(tap.name, "tap-web1", "the second card's tap has its number");
	is_str(tap.bridge, "br-lan", "the network's bridge");
	is_str(tap.alias, "bedplate:network/lan.conf", "the mark of what is Bedplate's");
	is_int(tap.tap.owner, 107, "its user");
	is_int(tap.tap.group, -1, "no group");
	ok(tap.tap.multi_queue && tap.tap.vnet_header, "several queues, with headers");
	ok(tap.port.isolated, "the network's guests do not reach one another");
	is_int(tap.mtu, 9000, "the network's MTU");
	is_int((int)tap.vlan_count, 0, "a bridge that does not filter has no VLANs");
}

static void test_vlans(void)
{
	struct guest_tap tap;

	plan(&tap, "trunk", 2);
	is_str(tap.name, "uplink", "Tap= is its name");
	is_str(tap.bridge, "br0", "Bridge= is the bridge's");
	ok(!tap.tap.multi_queue && !tap.port.isolated && !tap.mtu,
	   "nothing that is not asked for");
	is_int((int)tap.vlan_count, 3, "its own VLAN and two of the trunk");
	ok(tap.vlans[0].id == 20 && tap.vlans[0].pvid && tap.vlans[0].untagged,
	   "Pvid= is untagged");
	ok(tap.vlans[1].id == 30 && !tap.vlans[1].pvid && !tap.vlans[1].untagged &&
		   tap.vlans[2].id == 40,
	   "Trunk= is tagged");
	plan(&tap, "other", 2);
	ok(tap.vlan_count == 1 && tap.vlans[0].id == 1 && tap.vlans[0].pvid,
	   "without a [BridgeVlan] of its own it is in the first VLAN");
}

int main(void)
{
	root = fake_tree_open();
	fake_file(root, "etc/bedplate/guests/web.conf", guest_text);
	fake_file(root, "etc/bedplate/network/lan.conf",
		  "[Network]\nMode=isolated\nMtu=9000\n[Firewall]\nIsolate=yes\n");
	fake_file(root, "etc/bedplate/network/trunk.conf",
		  "[Network]\nMode=isolated\nBridge=br0\n[Bridge]\nVlanFiltering=yes\n"
		  "[BridgeVlan]\nPort=other\nPvid=50\n"
		  "[BridgeVlan]\nPort=uplink\nPvid=20\nTrunk=30 40\n");
	fake_file(root, "etc/bedplate/network/other.conf",
		  "[Network]\nMode=isolated\n[Bridge]\nVlanFiltering=yes\n");
	test_plain();
	test_vlans();
	fake_tree_remove();
	return done_testing();
}
