/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/net.c host-prep/net_text.c host-prep/net_diff.c host-prep/net_diff_link.c host-prep/net_diff_address.c host-prep/net_saved.c host-prep/step.c lib/interrupt.c lib/err.c lib/strbuf.c lib/log.c lib/show_json.c LIBS: jansson */
/* test_hp_net_diff.c: from each state of the network to the other the right steps lead, and no
 * others; what is not in question is left alone. */
#include "tests/unit/net_words.h"

static void test_nothing(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;

	host(&have);
	net_copy(&want, &have, NULL);
	is_str(diff(&have, &want), "", "the same state takes no steps");
	net_remove_link(&want, "eth1");
	net_remove_address(&want, 0);
	is_str(diff(&have, &want), "", "links that nobody speaks of are left alone");
	for (size_t i = 0; i < want.link_count; i++)
		want.links[i].managed = true;
	net_copy(&want, &have, NULL);
	is_str(diff(&have, &want), "", "and a managed one that is as it should be");
}

static void test_into_bridge(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;

	host(&have);
	bridge_host(&want);
	is_str(diff(&have, &want),
	       "+ bridge br0: mtu 1500, mac 02:00:00:00:00:02, stp off, forward delay 0.00 s, up\n"
	       "~ link eth0: master none -> master br0\n"
	       "- address 192.0.2.10/24 on eth0\n"
	       "- address 2001:db8::10/64 on eth0\n"
	       "+ address 192.0.2.10/24 on br0\n"
	       "+ address 2001:db8::10/64 on br0\n"
	       "- route default via 192.0.2.1 dev eth0\n"
	       "- route 10.0.0.0/8 via 192.0.2.2 dev eth0 metric 50\n"
	       "- route default via fe80::1 dev eth0 metric 1024\n"
	       "+ route default via 192.0.2.1 dev br0\n"
	       "+ route 10.0.0.0/8 via 192.0.2.2 dev br0 metric 50\n"
	       "+ route default via fe80::1 dev br0 metric 1024\n",
	       "a NIC goes into a bridge with its addresses and routes");
	settle(&want);
	bridge_host(&have);
	is_str(diff(&want, &have), "", "the second time there is nothing to do");
}

static void test_out_of_bridge(void)
{
	_cleanup_net_ struct net have = NET_INIT, saved = NET_INIT;

	bridge_host(&have);
	settle(&have);
	host(&saved);
	net_find_link(&saved, "eth0")->managed = true;
	is_str(diff(&have, &saved),
	       "~ link eth0: master br0 -> master none\n"
	       "- address 192.0.2.10/24 on br0\n"
	       "- address 2001:db8::10/64 on br0\n"
	       "+ address 192.0.2.10/24 on eth0\n"
	       "+ address 2001:db8::10/64 on eth0\n"
	       "- route default via 192.0.2.1 dev br0\n"
	       "- route 10.0.0.0/8 via 192.0.2.2 dev br0 metric 50\n"
	       "- route default via fe80::1 dev br0 metric 1024\n"
	       "+ route default via 192.0.2.1 dev eth0\n"
	       "+ route 10.0.0.0/8 via 192.0.2.2 dev eth0 metric 50\n"
	       "+ route default via fe80::1 dev eth0 metric 1024\n"
	       "- bridge br0\n",
	       "and out of it again, and the bridge goes last");
	net_find_link(&have, "br0")->alias[0] = '\0';
	is_str(strstr(diff(&have, &saved), "- bridge"), NULL,
	       "a bridge that does not carry our alias is not deleted");
}

static void test_moved_is_unique(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;
	_cleanup_steps_ struct steps steps = STEPS_INIT;
	int moved = 0, others = 0;

	host(&have);
	bridge_host(&want);
	add_address(&want, "br0", "2001:db8:1::1/64");
	net_diff(&have, &want, &steps, NULL);
	for (size_t i = 0; i < steps.count; i++) {
		const struct net_step *step = net_step_of(&steps.items[i]);

		if (step->op == NET_ADD_ADDRESS)
			*(step->is_moved ? &moved : &others) += 1;
	}
	is_int(moved, 2, "addresses that move need no check for duplicates");
	is_int(others, 1, "a new one does");
}

/* ---- addresses ---- */

static void test_addresses(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;
	_cleanup_steps_ struct steps steps = STEPS_INIT;

	host(&have);
	net_find_link(&have, "eth0")->managed = true;
	net_copy(&want, &have, NULL);
	want.addresses[1].prefix = 16;
	is_str(diff(&have, &want),
	       "- address 192.0.2.10/24 on eth0\n+ address 192.0.2.10/16 on eth0\n",
	       "another prefix is another address");
	net_diff(&have, &want, &steps, NULL);
	ok(net_step_of(&steps.items[0])->early,
	   "and the old one goes before the new one comes");

	net_copy(&want, &have, NULL);
	want.addresses[1].valid_s = 600;
	ok(strstr(diff(&have, &want), "+ address 192.0.2.10/24"),
	   "an address that is to end differs from one that is not");
	net_copy(&have, &want, NULL);
	want.addresses[1].valid_s = 590;
	is_str(diff(&have, &want), "", "but not by the seconds that are left");

	host(&have);
	net_copy(&want, &have, NULL);
	net_find_link(&want, "eth0")->managed = true;
	net_remove_address(&want, 3);
	is_str(diff(&have, &want), "", "link-local addresses are the kernel's");
	host(&have);
	net_copy(&want, &have, NULL);
	net_find_link(&want, "eth0")->managed = true;
	add_address(&want, "eth0", "fe80::1/64");
	is_str(diff(&have, &want), "+ address fe80::1/64 on eth0\n",
	       "but one can be asked for");
}

static void test_secondary(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;
	_cleanup_steps_ struct steps steps = STEPS_INIT;

	host(&have);
	add_address(&have, "eth0", "192.0.2.11/24")->secondary = true;
	add_address(&have, "eth0", "192.0.3.11/24");
	net_copy(&want, &have, NULL);
	net_find_link(&want, "eth0")->managed = true;
	net_remove_address(&want, 1);
	is_str(diff(&have, &want),
	       "- address 192.0.2.10/24 on eth0\n"
	       "~ address 192.0.2.11/24 on eth0: secondary -> primary\n",
	       "a secondary address that stays is added again when its primary goes");
	net_diff(&have, &want, &steps, NULL);
	ok(net_step_of(&steps.items[0])->early, "behind that");
}

/* ---- routes ---- */

static void test_routes(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;
	struct net_route *route;

	host(&have);
	net_find_link(&have, "eth0")->managed = true;
	net_copy(&want, &have, NULL);
	want.routes[2].metric = 0;
	is_str(diff(&have, &want), "", "an IPv6 route without a metric has the kernel's");
	want.routes[0].protocol = RTPROT_DHCP;
	want.routes[0].table = RT_TABLE_MAIN;
	want.routes[0].type = RTN_UNICAST;
	want.routes[0].via_family = AF_INET;
	is_str(diff(&have, &want), "",
	       "who made a route does not count, and defaults are filled in");
	want.routes[0].via[3] = 9;
	is_str(diff(&have, &want),
	       "- route default via 192.0.2.1 dev eth0\n"
	       "+ route default via 192.0.2.9 dev eth0\n",
	       "another gateway is another route");

	net_copy(&want, &have, NULL);
	route = add_route(&want, "eth0", "10.7.0.0/16", NULL);
	route->table = 100;
	route->onlink = true;
	is_str(diff(&have, &want), "+ route 10.7.0.0/16 dev eth0 table 100 onlink\n",
	       "a table of its own");

	net_copy(&want, &have, NULL);
	want.routes[1].complex = true;
	net_remove_route(&want, 1);
	have.routes[1].complex = true;
	is_str(diff(&have, &want), "", "a route that is not understood is left alone");
}

static void test_move(void)
{
	_cleanup_net_ struct net net = NET_INIT;
	struct err err = ERR_INIT;

	host(&net);
	add_link(&net, NET_BRIDGE, "br0");
	add_route(&net, "eth0", "10.9.0.0/16", NULL)->complex = true;
	is_int(net_move(&net, "eth0", "br0", &err), -EOPNOTSUPP,
	       "a route of several hops is not moved");
	is_str(err.text, "the route \"10.9.0.0/16 dev eth0 ...\" of eth0 cannot be moved",
	       "and named");
	is_str(net.addresses[1].link, "eth0", "nothing was moved then");
	net_remove_route(&net, net.route_count - 1);
	is_int(net_move(&net, "eth0", "br0", &err), 0, "without it all is moved");
	is_str(net.addresses[1].link, "br0", "addresses");
	is_str(net.addresses[3].link, "eth0", "but none that is link-local");
	is_str(net.routes[0].link, "br0", "routes");
	is_str(net.addresses[4].link, "eth1", "and no other link's");
}

/* ---- VLANs and sysctls ---- */

static void add_vlan(struct net *net, const char *link, unsigned id, bool pvid)
{
	struct net_vlan vlan = { .id = id, .pvid = pvid, .untagged = pvid };

	strcpy(vlan.link, link);
	net_add_vlan(net, &vlan);
}

static void test_vlans(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;

	guests_host(&have);
	net_find_link(&have, "br0")->bridge.vlan_filtering = true;
	add_vlan(&have, "t0", 10, true);
	add_vlan(&have, "t0", 20, false);
	add_vlan(&have, "eth1", 1, true);
	net_copy(&want, &have, NULL);
	want.vlan_count = 0;
	add_vlan(&want, "t0", 10, false);
	add_vlan(&want, "t0", 30, true);
	is_str(diff(&have, &want),
	       "- vlan 20 of t0\n+ vlan 10 of t0\n+ vlan 30 of t0, pvid, untagged\n",
	       "VLANs of a port come, change and go");
	add_vlan(&have, "t0", 30, true);
	strcpy(net_find_link(&have, "t0")->master, "br8");
	ok(strstr(diff(&have, &want), "+ vlan 30 of t0, pvid, untagged\n") != NULL,
	   "a port that goes to another bridge gets all of its VLANs there");
	strcpy(net_find_link(&want, "t0")->master, "");
	ok(strstr(diff(&have, &want), "vlan") == NULL, "one that goes to none has none");
	strcpy(net_find_link(&want, "t0")->master, "br0");
	strcpy(net_find_link(&have, "t0")->master, "br0");
	have.vlan_count--;
	net_find_link(&have, "br0")->bridge.vlan_filtering = false;
	is_str(diff(&have, &want),
	       "~ bridge br0: vlan filtering off -> vlan filtering on\n"
	       "- vlan 20 of t0\n+ vlan 10 of t0\n+ vlan 30 of t0, pvid, untagged\n",
	       "those of a bridge that no longer filters as well");
	net_find_link(&want, "br0")->bridge.vlan_filtering = false;
	want.vlan_count = 0;
	is_str(diff(&have, &want), "", "but not where it is not to");
}

static void test_sysctls(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;
	_cleanup_steps_ struct steps steps = STEPS_INIT;

	host(&have);
	bridge_host(&want);
	net_set_sysctl(&have, "net/ipv6/conf/eth0/disable_ipv6", "0", NULL);
	net_set_sysctl(&have, "net/ipv4/ip_forward", "1", NULL);
	net_set_sysctl(&want, "net/ipv6/conf/eth0/disable_ipv6", "1", "network/a.conf:3");
	net_set_sysctl(&want, "net/ipv6/conf/br0/disable_ipv6", "1", NULL);
	net_set_sysctl(&want, "net/ipv4/ip_forward", "1", NULL);
	net_diff(&have, &want, &steps, NULL);
	is_int(steps.count, 14, "a value that is as it should be is no step");
	is_str(steps.items[12].what, "sysctl net/ipv6/conf/eth0/disable_ipv6",
	       "one that differs is");
	is_str(steps.items[12].before, "0", "with what stood there");
	is_str(steps.items[12].origin, "network/a.conf:3", "and who asks for it");
	ok(!net_step_of(&steps.items[12])->early,
	   "IPv6 goes when its addresses have moved on");
	ok(net_step_of(&steps.items[13])->early,
	   "a new link's are set before it goes up");
	steps_release(&steps);
	strcpy(have.sysctls[0].value, "1");
	strcpy(want.sysctls[0].value, "0");
	net_diff(&have, &want, &steps, NULL);
	ok(net_step_of(&steps.items[12])->early, "IPv6 comes before its addresses do");
}

/* What the kernel does to all interfaces when ip_forward changes is mended. */
static void test_ip_forward(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;
	_cleanup_steps_ struct steps steps = STEPS_INIT;

	host(&have);
	host(&want);
	net_set_sysctl(&have, "net/ipv4/conf/eth0/forwarding", "1", NULL);
	net_set_sysctl(&have, "net/ipv4/ip_forward", "1", NULL);
	net_set_sysctl(&want, "net/ipv4/conf/eth0/forwarding", "1", NULL);
	net_set_sysctl(&want, "net/ipv4/ip_forward", "0", NULL);
	net_diff(&have, &want, &steps, NULL);
	is_int(steps.count, 2, "both are set");
	is_str(steps.items[0].what, "sysctl net/ipv4/ip_forward",
	       "the host's switch first");
	ok(net_step_of(&steps.items[0])->early, "before new links have theirs");
	is_str(steps.items[1].what, "sysctl net/ipv4/conf/eth0/forwarding",
	       "then an interface's again");
	steps_release(&steps);
	strcpy(want.sysctls[1].value, "1");
	net_diff(&have, &want, &steps, NULL);
	is_int(steps.count, 0, "neither when the switch stays");
}

int main(void)
{
	test_nothing();
	test_into_bridge();
	test_out_of_bridge();
	test_moved_is_unique();
	test_addresses();
	test_secondary();
	test_routes();
	test_move();
	test_vlans();
	test_sysctls();
	test_ip_forward();
	return done_testing();
}
