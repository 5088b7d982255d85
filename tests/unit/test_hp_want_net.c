/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/want.c host-prep/want_guest.c lib/user.c host-prep/want_check.c host-prep/want_check_use.c host-prep/want_net.c host-prep/want_net_ip.c host-prep/want_forward.c host-prep/net.c host-prep/net_text.c host-prep/net_diff.c host-prep/net_diff_link.c host-prep/net_diff_address.c host-prep/step.c lib/interrupt.c lib/log.c lib/show_json.c */
/* SOURCES: lib/guests.c lib/networks.c lib/names.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_want_net.c: what becomes of a host's links, addresses and routes. */
#include <errno.h>

#include "host-prep/net_diff.h"
#include "host-prep/want_net.h"
#include "tests/unit/has.h"
#include "tests/unit/hp_machine.h"

#define NAT "[Address]\nAddress=10.10.20.1/24\n"

/* The wanted state, and the steps that lead there as text. */
static void wanted(struct machine *machine, const struct net *took, struct net *net,
		   struct strbuf *text)
{
	_cleanup_steps_ struct steps steps = STEPS_INIT;

	if (!ok(machine_resolve(machine) == 0, "the files are good") ||
	    !ok(net_want(&machine->want, &machine->have, took, net, &machine->err) == 0,
		"the wanted state is known") ||
	    !ok(net_diff(&machine->have, net, &steps, &machine->err) == 0,
		"there is a way to it"))
		printf("# %s\n", machine->err.text);
	strbuf_truncate(text, 0);
	steps_write_text(&steps, text);
}

/* The host is now as it was wanted to be; sysctls are read anew each time. */
static void become(struct machine *machine, struct net *net)
{
	net_copy(&machine->have, net, NULL);
	for (size_t i = 0; i < machine->have.link_count; i++)
		machine->have.links[i].managed = false;
	machine_forget(machine);
	net_release(net);
}

static void check_settled(struct machine *machine, const struct net *took)
{
	_cleanup_net_ struct net net = NET_INIT;
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	wanted(machine, took, &net, &text);
	is_str(text.text, "", "a second time there is nothing to do");
	become(machine, &net);
}

static const struct net_address *address_on(const struct net *net, const char *link,
					    const char *text)
{
	char own[NET_ADDRESS_TEXT];

	for (size_t i = 0; i < net->address_count; i++)
		if (strcmp(net->addresses[i].link, link) == 0 &&
		    strcmp(net_address_text(&net->addresses[i], own, sizeof(own)),
			   text) == 0)
			return &net->addresses[i];
	return NULL;
}

static void check_nat_network(void)
{
	_cleanup_net_ struct net net = NET_INIT, nothing = NET_INIT;
	_cleanup_strbuf_ struct strbuf text;
	struct machine machine;
	const struct net_link *bridge, *tap;

	strbuf_init(&text, 0);
	machine_init(&machine);
	machine_network(&machine, "lan",
			"[Network]\nMtu=9000\n" NAT
			"[Tap]\nName=t0\nUser=qemu\nMultiQueue=yes\n"
			"[Firewall]\nIsolate=yes\n"
			"[Route]\nTo=10.99.0.0/16\nVia=10.10.20.254\nMetric=7\n");
	wanted(&machine, NULL, &net, &text);
	bridge = net_find_link(&net, "br-lan");
	tap = net_find_link(&net, "t0");
	ok(bridge && bridge->kind == NET_BRIDGE && bridge->managed && bridge->up,
	   "the bridge is wanted");
	is_str(bridge->alias, "bedplate:network/lan.conf", "it is ours");
	is_int(bridge->mtu, 9000, "with its MTU");
	ok(bridge->has_mac && bridge->mac[0] == 0x02, "and an address of its own");
	ok(tap && tap->kind == NET_TAP && tap->tap.owner == 107 && tap->tap.multi_queue &&
		   tap->tap.vnet_header && tap->port.isolated,
	   "so is the tap");
	is_str(tap->master, "br-lan", "in the bridge");
	ok(address_on(&net, "br-lan", "10.10.20.1/24"), "the host's address");
	has(&text, "10.99.0.0/16");
	has(&text, "network/lan.conf:4");
	is_str(net_find_sysctl(&net, "net/ipv4/conf/br-lan/forwarding")->value, "1",
	       "guests' packets are forwarded");
	ok(net_find_sysctl(&net, "net/ipv4/conf/eth0/forwarding"), "and the answers");
	ok(!net_find_sysctl(&net, "net/ipv4/ip_forward"), "but not the whole host's");
	ok(!net_find_sysctl(&net, "net/ipv4/conf/eth1/forwarding"), "nor eth1's");
	ok(!net_find_sysctl(&net, "net/ipv6/conf/all/forwarding"), "nor IPv6");
	ok(!net_find_link(&net, "eth0")->managed, "eth0 is left alone");
	become(&machine, &net);
	check_settled(&machine, &nothing);
	machine_network(&machine, "lan",
			"[Network]\nMtu=9000\n[Address]\nAddress=10.10.21.1/24\n");
	wanted(&machine, &nothing, &net, &text);
	ok(!net_find_link(&net, "t0"), "a tap that is wanted no more goes");
	ok(!address_on(&net, "br-lan", "10.10.20.1/24") &&
		   address_on(&net, "br-lan", "10.10.21.1/24"),
	   "an address that was changed is changed");
	has_not(&text, "+ route 10.99");
	become(&machine, &net);
	check_settled(&machine, &nothing);
	machine_release(&machine);
}

static void check_public_network(void)
{
	_cleanup_net_ struct net net = NET_INIT, took = NET_INIT;
	_cleanup_strbuf_ struct strbuf text;
	struct machine machine;

	strbuf_init(&text, 0);
	machine_init(&machine);
	net_copy(&took, &machine.have, NULL);
	net_remove_link(&took, "lo");
	net_remove_link(&took, "eth1");
	machine_network(&machine, "lan",
			"[Network]\nMode=public\n[Bridge]\nPorts=eth0\n");
	wanted(&machine, NULL, &net, &text);
	ok(address_on(&net, "br-lan", "192.0.2.10/24"), "the NIC's address moves");
	ok(!address_on(&net, "eth0", "192.0.2.10/24"), "away from it");
	is_str(net.routes[0].link, "br-lan", "and its default route");
	is_str(net_find_link(&net, "eth0")->master, "br-lan", "it is a port");
	ok(memcmp(net_find_link(&net, "br-lan")->mac,
		  net_find_link(&machine.have, "eth0")->mac, 6) == 0,
	   "the bridge has its hardware address");
	become(&machine, &net);
	check_settled(&machine, &took);
	/* the journal is lost: nothing that is there may go */
	check_settled(&machine, NULL);
	machine_network(&machine, "lan",
			"[Network]\nMode=public\n[Bridge]\nPorts=eth0\n"
			"[Address]\nAddress=192.0.2.10/24\n");
	wanted(&machine, &took, &net, &text);
	ok(address_on(&net, "br-lan", "192.0.2.10/24"), "what was taken stays");
	become(&machine, &net);
	/* another bridge: what came with the port goes on with it */
	machine_network(&machine, "lan",
			"[Network]\nMode=public\nBridge=br9\n[Bridge]\nPorts=eth0\n");
	wanted(&machine, &took, &net, &text);
	ok(!net_find_link(&net, "br-lan"), "a bridge that has another name now is gone");
	ok(address_on(&net, "br9", "192.0.2.10/24"), "the new one has the address");
	is_str(net.routes[0].link, "br9", "and the default route");
	become(&machine, &net);
	check_settled(&machine, &took);
	/* another port instead: eth0 gets back what it had */
	machine_network(&machine, "lan",
			"[Network]\nMode=public\n[Bridge]\nPorts=eth1\n");
	wanted(&machine, &took, &net, &text);
	ok(address_on(&net, "eth0", "192.0.2.10/24"), "a port that leaves gets its own");
	is_str(net.routes[0].link, "eth0", "and its route");
	is_str(net_find_link(&net, "eth0")->master, "", "and no bridge");
	become(&machine, &net);
	/* no network at all */
	net_release(&net);
	machine_release(&machine);
}

static const struct net_route *default_route(const struct net *net)
{
	const struct net_route *found = NULL;
	size_t count = 0;

	for (size_t i = 0; i < net->route_count; i++)
		if (!net->routes[i].prefix) {
			found = &net->routes[i];
			count++;
		}
	is_int((long)count, 1, "there is one default route");
	return found;
}

/* [Route] in the place of a route that the port brought; routes[0] is the default one. */
static void check_displaced(void)
{
	_cleanup_net_ struct net net = NET_INIT, took = NET_INIT;
	_cleanup_strbuf_ struct strbuf text;
	struct machine machine;
	char path[100];

	strbuf_init(&text, 0);
	machine_init(&machine);
	machine.have.routes[0].onlink = true;
	net_copy(&took, &machine.have, NULL);
	net_remove_link(&took, "lo");
	net_remove_link(&took, "eth1");
	machine_network(
		&machine, "lan",
		"[Network]\nMode=public\n[Bridge]\nPorts=eth0\n"
		"[Address]\nAddress=192.0.2.10/24\n[Route]\nTo=default\nVia=192.0.2.254\n");
	wanted(&machine, NULL, &net, &text);
	is_int(default_route(&net)->via[3], 254, "the file's");
	has(&text, "- route default via 192.0.2.1 dev eth0");
	become(&machine, &net);
	check_settled(&machine, &took);
	machine_network(
		&machine, "lan",
		"[Network]\nMode=public\n[Bridge]\nPorts=eth0\n"
		"[Address]\nAddress=192.0.2.10/24\n[Route]\nTo=default\nVia=192.0.2.1\n");
	wanted(&machine, &took, &net, &text);
	ok(!default_route(&net)->onlink, "it counts to the last word");
	become(&machine, &net);
	machine_network(&machine, "lan",
			"[Network]\nMode=public\n[Bridge]\nPorts=eth0\n");
	wanted(&machine, &took, &net, &text);
	ok(default_route(&net)->onlink, "without it the port's is there again");
	is_str(default_route(&net)->link, "br-lan", "on the bridge");
	net_release(&net);
	machine_forget(&machine);
	snprintf(path, sizeof(path), "%s/etc/bedplate/network/lan.conf", fake_root);
	unlink(path);
	wanted(&machine, &took, &net, &text);
	ok(default_route(&net)->onlink, "and when the file goes");
	is_str(default_route(&net)->link, "eth0", "it is on the port again");
	net_release(&net);
	machine_release(&machine);
}

static void check_gone(void)
{
	_cleanup_net_ struct net net = NET_INIT, took = NET_INIT;
	_cleanup_strbuf_ struct strbuf text;
	struct machine machine;
	char path[100];

	strbuf_init(&text, 0);
	machine_init(&machine);
	net_copy(&took, &machine.have, NULL);
	machine_network(&machine, "lan",
			"[Network]\nMode=public\n[Bridge]\nPorts=eth0\n");
	wanted(&machine, NULL, &net, &text);
	become(&machine, &net);
	snprintf(path, sizeof(path), "%s/etc/bedplate/network/lan.conf", fake_root);
	unlink(path);
	wanted(&machine, &took, &net, &text);
	ok(!net_find_link(&net, "br-lan"), "a network whose file is gone goes");
	ok(address_on(&net, "eth0", "192.0.2.10/24"), "and gives back what it took");
	is_str(net.routes[0].link, "eth0", "its route, too");
	net_release(&net);
	machine_release(&machine);
}

static void check_dynamic(void)
{
	_cleanup_net_ struct net net = NET_INIT, nothing = NET_INIT;
	_cleanup_strbuf_ struct strbuf text;
	struct machine machine;

	strbuf_init(&text, 0);
	machine_init(&machine);
	machine.have.addresses[1].valid_s = 3600;
	machine_address(&machine, "eth0", "2001:db8::5/64");
	machine_address(&machine, "eth0", "fe80::5/64");
	machine_default_route(&machine, "eth0", "fe80::1");
	machine.have.routes[1].protocol = RTPROT_RA;
	machine_network(&machine, "lan",
			"[Network]\nMode=public\n[Bridge]\nPorts=eth0\n");
	wanted(&machine, NULL, &net, &text);
	ok(address_on(&net, "br-lan", "192.0.2.10/24") &&
		   address_on(&net, "br-lan", "2001:db8::5/64"),
	   "addresses of both families move, those of DHCP, too");
	ok(address_on(&net, "eth0", "fe80::5/64"), "link-local ones do not");
	is_str(net.routes[1].link, "br-lan", "the router that was advertised moves");
	become(&machine, &net);
	wanted(&machine, &nothing, &net, &text);
	ok(address_on(&net, "br-lan", "192.0.2.10/24"),
	   "an address that DHCP gave the bridge stays");
	ok(!address_on(&net, "br-lan", "2001:db8::5/64"),
	   "others are the files' business");
	net_release(&net);
	machine_release(&machine);
}

static void check_leased(void)
{
	_cleanup_net_ struct net net = NET_INIT, nothing = NET_INIT;
	_cleanup_strbuf_ struct strbuf text;
	struct machine machine;

	strbuf_init(&text, 0);
	machine_init(&machine);
	machine_network(&machine, "lan",
			"[Network]\nMode=public\n[Bridge]\nPorts=eth1\n"
			"[Address]\nDhcp=ipv4\n");
	wanted(&machine, NULL, &net, &text);
	become(&machine, &net);
	machine_address(&machine, "br-lan", "192.0.2.50/24");
	machine.have.addresses[machine.have.address_count - 1].metric = 1024;
	machine_address(&machine, "br-lan", "192.0.2.60/24");
	wanted(&machine, &nothing, &net, &text);
	ok(address_on(&net, "br-lan", "192.0.2.50/24"),
	   "a lease that networkd keeps stays");
	ok(!address_on(&net, "br-lan", "192.0.2.60/24"),
	   "what a file gave the bridge before goes");
	become(&machine, &net);
	machine_network(&machine, "lan",
			"[Network]\nMode=public\n[Bridge]\nPorts=eth1\n");
	wanted(&machine, &nothing, &net, &text);
	ok(!address_on(&net, "br-lan", "192.0.2.50/24"),
	   "so does a lease that none asks for");
	net_release(&net);
	machine_release(&machine);
}

static void check_vlans(void)
{
	_cleanup_net_ struct net net = NET_INIT;
	_cleanup_strbuf_ struct strbuf text;
	struct machine machine;
	const struct net_link *vlan;

	strbuf_init(&text, 0);
	machine_init(&machine);
	machine_network(&machine, "lan",
			"[Network]\nMode=public\n[Vlan]\nId=20\nParent=eth1\n"
			"[Bridge]\nPorts=eth1.20\n"
			"[Macvtap]\nName=m0\nParent=eth1\nMode=private\n"
			"Mac=52:54:00:00:00:77\n");
	machine_network(&machine, "trunk",
			"[Network]\nMode=isolated\n[Bridge]\nVlanFiltering=yes\n"
			"[Tap]\nName=t0\nVlan=20\n[Tap]\nName=t1\nTrunk=20 30\n"
			"[BridgeVlan]\nTrunk=20\n");
	wanted(&machine, NULL, &net, &text);
	vlan = net_find_link(&net, "eth1.20");
	ok(vlan && vlan->kind == NET_VLAN && vlan->vlan_id == 20, "a VLAN is made");
	is_str(vlan->parent, "eth1", "on its parent");
	is_str(vlan->master, "br-lan", "and plugged into the bridge");
	ok(net_find_link(&net, "eth1")->up, "whose parent goes up");
	ok(memcmp(net_find_link(&net, "br-lan")->mac,
		  net_find_link(&machine.have, "eth1")->mac, 6) == 0,
	   "with the address that the VLAN will have");
	is_int(net_find_link(&net, "m0")->macvtap_mode, NET_MACVTAP_PRIVATE,
	       "a macvtap is made");
	is_int(net_find_link(&net, "m0")->mac[5], 0x77, "with its address");
	has(&text, "20");
	is_int(net.vlan_count, 6, "each port has its VLANs");
	is_str(net_find_sysctl(&net, "net/ipv6/conf/br-trunk/disable_ipv6")->value, "1",
	       "an isolated bridge has no IPv6");
	become(&machine, &net);
	check_settled(&machine, NULL);
	machine_release(&machine);
}

static void check_forwarding(void)
{
	_cleanup_net_ struct net net = NET_INIT;
	_cleanup_strbuf_ struct strbuf text;
	struct machine machine;

	strbuf_init(&text, 0);
	machine_init(&machine);
	machine_default_route(&machine, "eth0", "fe80::1");
	machine.have.routes[1].protocol = RTPROT_RA;
	machine_network(&machine, "lan",
			NAT
			"[Address]\nAddress=fd00:20::1/64\n[Nat]\nOut=wlan0\n"
			"[WireGuard]\nAddress=10.10.99.1/24\n"
			"[Peer]\nPublicKey=xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg"
			"=\nAllowedIPs=10.10.99.2 172.16.0.0/24\n");
	wanted(&machine, NULL, &net, &text);
	ok(net_find_sysctl(&net, "net/ipv4/ip_forward"),
	   "where the way out is not there yet the whole host forwards");
	ok(net_find_sysctl(&net, "net/ipv6/conf/all/forwarding"), "and IPv6 always so");
	is_str(net_find_sysctl(&net, "net/ipv6/conf/eth0/accept_ra")->value, "2",
	       "routers are listened to all the same");
	ok(net_find_link(&net, "wg-lan")->kind == NET_WIREGUARD, "the VPN is wanted");
	ok(address_on(&net, "wg-lan", "10.10.99.1/24"), "with its address");
	has(&text, "172.16.0.0/24");
	has_not(&text, "10.10.99.2/32");
	become(&machine, &net);
	check_settled(&machine, NULL);
	machine_release(&machine);
}

static void check_complex_route(void)
{
	_cleanup_net_ struct net net = NET_INIT;
	struct machine machine;

	machine_init(&machine);
	machine.have.routes[0].complex = true;
	machine_network(&machine, "lan",
			"[Network]\nMode=public\n[Bridge]\nPorts=eth0\n");
	is_int(machine_resolve(&machine), 0, "a port with a route of several hops");
	ok(net_want(&machine.want, &machine.have, NULL, &net, &machine.err) < 0,
	   "cannot be taken");
	ok(strstr(machine.err.text, "network/lan.conf:4"), "with its line: %s",
	   machine.err.text);
	machine_release(&machine);
}

int main(void)
{
	check_nat_network();
	check_public_network();
	check_displaced();
	check_gone();
	check_dynamic();
	check_leased();
	check_vlans();
	check_forwarding();
	check_complex_route();
	return done_testing();
}
