/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/net.c host-prep/net_text.c host-prep/net_diff.c host-prep/net_diff_link.c host-prep/net_diff_address.c host-prep/net_saved.c host-prep/step.c lib/interrupt.c lib/err.c lib/strbuf.c lib/log.c lib/show_json.c LIBS: jansson */
/* test_hp_net_diff_link.c: a link that is not as it should be is changed where that can be
 * done, made anew where it can only be so, and left alone where it is not ours. */
#include "tests/unit/net_words.h"

static void set_mtu(struct net_link *link)
{
	link->mtu = 9000;
}

static void set_any(struct net_link *link)
{
	link->mtu = 0;
	link->has_mac = false;
}

static void set_mac(struct net_link *link)
{
	link->mac[5] = 0xaa;
}

static void set_stp(struct net_link *link)
{
	link->bridge.stp = true;
	link->bridge.forward_delay_cs = 1500;
}

static void set_filtering(struct net_link *link)
{
	link->bridge.vlan_filtering = true;
}

static void set_down(struct net_link *link)
{
	link->up = false;
}

static void set_alias(struct net_link *link)
{
	strcpy(link->alias, "bedplate:network/b.conf");
}

static void set_owner(struct net_link *link)
{
	link->tap.owner = 1000;
	link->tap.group = 36;
}

static void set_header(struct net_link *link)
{
	link->tap.vnet_header = true;
}

static void set_queues(struct net_link *link)
{
	link->tap.multi_queue = true;
}

static void set_isolated(struct net_link *link)
{
	link->port.isolated = true;
}

static void set_no_master(struct net_link *link)
{
	link->master[0] = '\0';
}

static void set_facts(struct net_link *link)
{
	link->index = 77;
	link->carrier = link->wireless = true;
	strcpy(link->driver, "e1000e");
}

static void set_vlan(struct net_link *link)
{
	link->vlan_id = 30;
}

static void set_mode(struct net_link *link)
{
	link->macvtap_mode = NET_MACVTAP_PRIVATE;
}

static void set_passthru(struct net_link *link)
{
	link->macvtap_mode = NET_MACVTAP_PASSTHRU;
}

/* One attribute of one link differs. */
static const struct {
	const char *link;
	void (*set)(struct net_link *link);
	const char *steps;
} attribute_cases[] = {
	{ "br0", set_facts, "" },
	{ "br0", set_any, "" },
	{ "br0", set_mtu, "~ bridge br0: mtu 1500 -> mtu 9000\n" },
	{ "br0", set_mac,
	  "~ bridge br0: mac 02:00:00:00:00:02 -> mac 02:00:00:00:00:aa\n" },
	{ "br0", set_stp,
	  "~ bridge br0: stp off, forward delay 0.00 s -> stp on, forward delay 15.00 s\n" },
	{ "br0", set_filtering,
	  "~ bridge br0: vlan filtering off -> vlan filtering on\n" },
	{ "br0", set_down, "~ bridge br0: up -> down\n" },
	{ "br0", set_alias,
	  "~ bridge br0: alias \"bedplate:network/lan.conf\" -> alias \"bedplate:network/b.conf\"\n" },
	{ "br0", set_queues, "" },
	{ "eth0", set_mtu, "~ link eth0: mtu 1500 -> mtu 9000\n" },
	{ "eth0", set_isolated, "~ link eth0: port not isolated -> port isolated\n" },
	{ "t0", set_owner,
	  "~ tap t0: single-queue -> user 1000, group 36, single-queue\n" },
	{ "t0", set_header, "~ tap t0: single-queue -> single-queue, vnet header\n" },
	{ "t0", set_queues,
	  "- tap t0: single-queue\n"
	  "+ tap t0: master br0, mtu 1500, mac 02:00:00:00:00:05, multi-queue, up\n" },
	{ "t0", set_no_master, "~ tap t0: master br0 -> master none\n" },
	{ "v0", set_vlan,
	  "- vlan v0: another VLAN\n"
	  "+ vlan v0: on eth1, vlan 30, mtu 1500, mac 02:00:00:00:00:06, up\n" },
	{ "m0", set_mode, "~ macvtap m0: mode bridge -> mode private\n" },
	{ "m0", set_passthru,
	  "- macvtap m0: another mode\n"
	  "+ macvtap m0: on eth1, mtu 1500, mac 02:00:00:00:00:07, mode passthru, up\n" },
};

static void test_attributes(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;

	guests_host(&have);
	for (size_t i = 0; i < ARRAY_SIZE(attribute_cases); i++) {
		net_copy(&want, &have, NULL);
		attribute_cases[i].set(net_find_link(&want, attribute_cases[i].link));
		is_str(diff(&have, &want), attribute_cases[i].steps, "case %zu: %s", i,
		       attribute_cases[i].link);
	}
}

static void test_busy_tap(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;

	guests_host(&have);
	net_copy(&want, &have, NULL);
	net_find_link(&have, "t0")->carrier = true;
	set_header(net_find_link(&want, "t0"));
	is_str(diff(&have, &want), "",
	       "a guest that has its tap open sets the header as it likes");
}

static void test_made_anew(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;

	guests_host(&have);
	add_address(&have, "t0", "10.1.1.1/24");
	net_set_sysctl(&have, "net/ipv6/conf/t0/disable_ipv6", "1", NULL);
	net_copy(&want, &have, NULL);
	set_queues(net_find_link(&want, "t0"));
	diff(&have, &want);
	ok(strstr(steps_text, "+ address 10.1.1.1/24 on t0\n"),
	   "a link that is made anew gets its addresses again");
	ok(strstr(steps_text, "+ sysctl net/ipv6/conf/t0/disable_ipv6: 1\n"),
	   "and its sysctls");
	net_find_link(&have, "t0")->alias[0] = '\0';
	is_str(diff(&have, &want), "there is a t0 already that is single-queue",
	       "somebody else's is not made anew");
}

static void test_contradictions(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT;
	struct net_link *link;

	host(&have);
	net_copy(&want, &have, NULL);
	link = add_link(&want, NET_NIC, "eth7");
	link->managed = true;
	strcpy(link->origin, "network/lan.conf:9");
	is_str(diff(&have, &want),
	       "network/lan.conf:9: there is no network interface eth7",
	       "a NIC that is not there is named with its origin");
	net_drop_absent(&want, &have);
	is_str(diff(&have, &want), "", "and can be left out on the way back");
	strcpy(add_link(&want, NET_TAP, "t0")->master, "br9");
	is_str(diff(&have, &want), "t0: there is no link br9 to be its bridge",
	       "so is a bridge that is not wanted");
	host(&have);
	net_copy(&want, &have, NULL);
	add_link(&want, NET_BRIDGE, "eth1");
	net_remove_link(&want, "eth1");
	add_link(&want, NET_BRIDGE, "eth1");
	is_str(diff(&have, &want), "there is a eth1 already that is nic",
	       "a bridge is not put in a NIC's place");
}

static void test_lost_parents(void)
{
	_cleanup_net_ struct net have = NET_INIT, saved = NET_INIT;

	guests_host(&saved);
	net_copy(&have, &saved, NULL);
	net_remove_link(&have, "eth1");
	net_drop_absent(&saved, &have);
	ok(!net_find_link(&saved, "eth1") && !net_find_link(&saved, "v0") &&
		   !net_find_link(&saved, "m0") && net_find_link(&saved, "t0"),
	   "what stood on a NIC that is gone is not wanted back");
}

int main(void)
{
	test_attributes();
	test_busy_tap();
	test_made_anew();
	test_contradictions();
	test_lost_parents();
	return done_testing();
}
