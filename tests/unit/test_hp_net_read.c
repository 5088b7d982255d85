/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/net.c host-prep/net_text.c host-prep/net_read.c host-prep/net_read_link.c host-prep/net_read_route.c lib/netlink.c lib/netlink_read.c lib/netlink_write.c lib/file.c lib/err.c lib/strbuf.c */
/* test_hp_net_read.c: what a kernel answered (the fuzzer's corpus, taken from a real one) is read
 * as what `ip` had set up there, and hardware is known by its driver and place. */
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "host-prep/net_private.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

static void read_dump(struct net *net, const char *name,
		      void (*read)(struct net *net,
				   const struct netlink_message *message))
{
	_cleanup_strbuf_ struct strbuf bytes;
	struct netlink_message message;
	char path[100];
	size_t offset = 0;

	strbuf_init(&bytes, 0);
	snprintf(path, sizeof(path), "tests/fuzz/corpus/netlink/%s", name);
	if (file_read(AT_FDCWD, path, &bytes, NULL))
		ok(0, "%s is there", path);
	while (netlink_next(bytes.text, bytes.length, &offset, &message))
		read(net, &message);
}

static void test_links(struct net *net)
{
	const struct net_link *link;

	read_dump(net, "links", net_read_link);
	read_dump(net, "links", net_read_relations);
	link = net_find_link(net, "lo");
	ok(link && link->loopback && link->kind == NET_NIC, "lo is the loopback");
	link = net_find_link(net, "br0");
	ok(link && link->kind == NET_BRIDGE && link->up, "br0 is a bridge");
	is_str(link->alias, "bedplate:x", "with its alias");
	ok(net_is_ours(link), "which makes it ours");
	is_int(link->bridge.forward_delay_cs, 1500, "and its forward delay");
	link = net_find_link(net, "v0");
	is_str(link->master, "br0", "v0 is a port of it");
	ok(link->kind == NET_NIC && !strcmp(link->type, "veth"),
	   "and nothing that we make");
	link = net_find_link(net, "t0");
	ok(link && link->kind == NET_TAP, "t0 is a tap");
	is_int(link->tap.owner, 65534, "of nobody");
	is_int(link->tap.group, -1, "and no group");
	ok(link->tap.vnet_header && !link->tap.multi_queue,
	   "with a header and one queue");
	ok(link->port.isolated, "and is isolated");
	is_int(net_find_link(net, "u0")->kind, NET_NIC, "a tun is no tap");
	link = net_find_link(net, "m0");
	ok(link && link->kind == NET_MACVTAP, "m0 is a macvtap");
	is_str(link->parent, "v1", "on v1");
	is_int(link->macvtap_mode, NET_MACVTAP_BRIDGE, "as a bridge");
}

static const char *const addresses[] = {
	"10.0.0.1/24 br0", "10.0.0.2/24 br0", "10.1.1.1 peer 10.1.1.2/32 v1",
	"10.3.0.1/16 v1",  "fd00::1/64 br0",
};

static void test_addresses(struct net *net)
{
	size_t found = 0;

	read_dump(net, "addresses", net_read_address);
	for (size_t i = 0; i < net->address_count; i++) {
		const struct net_address *address = &net->addresses[i];
		char text[NET_ADDRESS_TEXT * 2], whole[NET_ADDRESS_TEXT * 3];

		if (!strcmp(address->link, "lo") || net_is_link_local(address))
			continue;
		snprintf(whole, sizeof(whole), "%s %s",
			 net_address_text(address, text, sizeof(text)), address->link);
		is_str(whole, found < ARRAY_SIZE(addresses) ? addresses[found] : "",
		       "address %zu", found);
		is_int(address->secondary, found == 1, "is it a secondary one?");
		is_int(address->valid_s, found == 4 ? 500 : NET_FOREVER, "how long?");
		found++;
	}
	is_int(found, ARRAY_SIZE(addresses), "all addresses");
}

/* Two lines for the one that goes two ways; 10.3.0.0/16 is missing, as noprefixroute asks;
 * what the kernel made for an address is not read. */
static const char *const routes[] = {
	"10.5.0.0/16 dev br0 src 10.0.0.1 table 100 metric 7",
	"default via 10.0.0.7 dev br0 mtu 1400",
	"10.4.0.0/16 via fd00::5 dev br0",
	"10.6.0.0/16 via 192.0.2.1 dev br0 onlink",
	"10.8.0.0/16 dev br0 ...",
	"10.8.0.0/16 dev v1 ...",
	"blackhole 10.99.0.0/16",
	"2001:db8::/32 dev v1 metric 1024",
	"default via fd00::9 dev br0 metric 1024",
};

static void test_routes(struct net *net)
{
	char text[200];

	read_dump(net, "routes4", net_read_route);
	read_dump(net, "routes6", net_read_route);
	is_int(net->route_count, ARRAY_SIZE(routes), "routes, without the kernel's own");
	for (size_t i = 0; i < net->route_count && i < ARRAY_SIZE(routes); i++)
		is_str(net_route_text(&net->routes[i], text, sizeof(text)), routes[i],
		       "route %zu", i);
	ok(net->routes[7].expires_s > 200 && net->routes[7].expires_s <= 300,
	   "one that ends has its seconds");
}

/* NetworkManager gives its routes for addresses with noprefixroute the kernel's name. */
static void test_kernel_routes(const struct net *net)
{
	struct rtmsg fixed = { .rtm_family = AF_INET,
			       .rtm_dst_len = 16,
			       .rtm_type = RTN_UNICAST,
			       .rtm_protocol = RTPROT_KERNEL,
			       .rtm_table = RT_TABLE_MAIN };
	_cleanup_netlink_batch_ struct netlink_batch batch;
	_cleanup_net_ struct net own = NET_INIT;
	struct netlink_message message;
	size_t offset = 0;

	net_copy(&own, net, NULL);
	own.route_count = 0;
	netlink_batch_init(&batch);
	for (int i = 0; i < 2; i++) {
		/* 10.3.0.1/16 has noprefixroute; 10.0.0.1/24 has not. */
		const uint8_t to[4] = { 10, i ? 0 : 3 };

		fixed.rtm_dst_len = i ? 24 : 16;
		netlink_begin(&batch, RTM_NEWROUTE, 0, &fixed, sizeof(fixed), NULL);
		netlink_add(&batch, RTA_DST, to, 4);
		netlink_add_u32(&batch, RTA_OIF,
				(uint32_t)net_find_link(net, i ? "br0" : "v1")->index);
	}
	while (netlink_next(batch.bytes.text, batch.bytes.length, &offset, &message))
		net_read_route(&own, &message);
	is_int(own.route_count, 1, "a prefix route of the kernel's name is one of two");
	is_str(own.routes[0].link, "v1", "where the address asks for none");
}

static void test_vlans(void)
{
	_cleanup_netlink_batch_ struct netlink_batch batch;
	const struct ifinfomsg fixed = { .ifi_family = AF_BRIDGE, .ifi_index = 3 };
	const uint16_t rows[2][2] = { { 6, 10 }, { 0, 20 } }; /* flags, number */
	struct net_link link = { .name = "t0", .index = 3, .master = "br0" };
	struct net_link bridge = { .name = "br0", .index = 4, .kind = NET_BRIDGE };
	_cleanup_net_ struct net net = NET_INIT;
	struct netlink_message message;
	size_t offset = 0;

	net_add_link(&net, &link);
	net_add_link(&net, &bridge);
	netlink_batch_init(&batch);
	netlink_begin(&batch, RTM_NEWLINK, 0, &fixed, sizeof(fixed), NULL);
	netlink_nest(&batch, IFLA_AF_SPEC);
	for (int i = 0; i < 2; i++)
		netlink_add(&batch, 2 /* IFLA_BRIDGE_VLAN_INFO */, rows[i],
			    sizeof(rows[i]));
	netlink_nest_end(&batch);
	netlink_next(batch.bytes.text, batch.bytes.length, &offset, &message);
	net_read_vlans(&net, &message);
	is_int(net.vlan_count, 0, "a bridge that never filtered has its own VLANs");
	net_find_link(&net, "br0")->bridge.no_default_vlan = true;
	net_read_vlans(&net, &message);
	is_int(net.vlan_count, 2, "one that did has ours");
	net.vlan_count = 0;
	net_find_link(&net, "br0")->bridge =
		(struct net_bridge){ .vlan_filtering = true };
	net_read_vlans(&net, &message);
	is_int(net.vlan_count, 2, "a port takes part in two VLANs");
	ok(net.vlans[0].id == 10 && net.vlans[0].pvid && net.vlans[0].untagged,
	   "the first untagged");
	ok(net.vlans[1].id == 20 && !net.vlans[1].pvid && !net.vlans[1].untagged,
	   "the second tagged");
}

/* ---- hardware ---- */

static const struct {
	const char *name, *path, *driver;
	bool wireless;
	const char *bus_path, *known_driver;
} nics[] = {
	{ "eth0", "../../devices/pci0000:00/0000:00:1f.6/net/eth0", "e1000e", false,
	  "pci-0000:00:1f.6", "e1000e" },
	{ "enp1s0",
	  "../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/virtio0/net/enp1s0",
	  "virtio_net", false, "pci-0000:01:00.0", "virtio_net" },
	{ "usb0",
	  "../../devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4.2/1-4.2:1.0/net/usb0",
	  "cdc_ether", false, "pci-0000:00:14.0-usb-0:4.2:1.0", "cdc_ether" },
	{ "wlan0", "../../devices/pci0000:00/0000:00:14.3/net/wlan0", "iwlwifi", true,
	  "pci-0000:00:14.3", "iwlwifi" },
	{ "none", "../../devices/virtual/net/none", NULL, false, "", "" },
};

static void test_hardware(int root)
{
	for (size_t i = 0; i < ARRAY_SIZE(nics); i++) {
		struct net_link link = { .index = 1 };
		char path[200], target[200];

		strcpy(link.name, nics[i].name);
		/* The folder stands where its link points to. */
		snprintf(path, sizeof(path), "sys/class/net/%s", nics[i].name);
		fake_link(root, path, nics[i].path);
		snprintf(path, sizeof(path), "sys/%s", nics[i].path + strlen("../../"));
		if (nics[i].driver) {
			snprintf(target, sizeof(target), "../bus/x/drivers/%s",
				 nics[i].driver);
			strcat(path, "/device/driver");
			fake_link(root, path, target);
		}
		if (nics[i].wireless) {
			snprintf(path, sizeof(path), "sys/%s/phy80211",
				 nics[i].path + strlen("../../"));
			fake_link(root, path, ".");
		}
		net_read_hardware(&link, root);
		is_str(link.driver, nics[i].known_driver, "%s: its driver", link.name);
		is_str(link.bus_path, nics[i].bus_path, "%s: its place", link.name);
		is_int(link.wireless, nics[i].wireless, "%s: is it Wi-Fi?", link.name);
	}
}

static void test_sysctls(int root)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;

	fake_file(root, "proc/sys/net/ipv4/ip_forward", "0\n");
	net_set_sysctl(&want, "net/ipv4/ip_forward", "1", NULL);
	net_set_sysctl(&want, "net/ipv4/conf/not-there/forwarding", "1", NULL);
	is_int(net_read_sysctls(&have, &want, root, NULL), 0, "sysctls are read");
	is_int(have.sysctl_count, 1, "those of links that are not there are left out");
	is_str(have.sysctls[0].value, "0", "with their values");
}

int main(void)
{
	_cleanup_net_ struct net net = NET_INIT;
	int root = fake_tree_open();

	test_links(&net);
	test_addresses(&net);
	test_routes(&net);
	test_kernel_routes(&net);
	test_vlans();
	test_hardware(root);
	test_sysctls(root);
	close(root);
	fake_tree_remove();
	return done_testing();
}
