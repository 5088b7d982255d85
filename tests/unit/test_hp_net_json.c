/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/net.c host-prep/net_text.c host-prep/net_json.c host-prep/net_saved.c host-prep/links_journal.c lib/names.c lib/file.c lib/show_json.c lib/err.c lib/strbuf.c LIBS: jansson */
/* test_hp_net_json.c: a state of the network comes back from JSON as it went in, what is no such
 * state is refused, and the journal holds what was taken until it has been given back. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "host-prep/links_journal.h"
#include "host-prep/net_diff.h"
#include "lib/cleanup.h"
#include "tests/unit/tap.h"

/* Every member has a value of its own. */
static const struct net_link full_link = {
	.name = "br0",
	.kind = NET_BRIDGE,
	.managed = true,
	.up = true,
	.master = "m",
	.parent = "p",
	.alias = "bedplate:network/a.conf",
	.has_mac = true,
	.mac = { 2, 3, 4, 5, 6, 7 },
	.mtu = 9000,
	.bridge = { .stp = true, .forward_delay_cs = 1500, .vlan_filtering = true },
	.port = { .isolated = true, .hairpin = true },
	.tap = { .owner = 0,
		 .group = 4294967294LL,
		 .multi_queue = true,
		 .vnet_header = true },
	.vlan_id = 4094,
	.macvtap_mode = NET_MACVTAP_PASSTHRU,
	.origin = "network/a.conf:1",
	.index = 7,
	.loopback = true,
	.carrier = true,
	.wireless = true,
	.has_perm_mac = true,
	.perm_mac = { 9, 9, 9, 9, 9, 8 },
	.type = "bridge",
	.driver = "e1000e",
	.bus_path = "pci-0000:01:00.0",
};

static const struct net_address full_address = {
	.link = "br0",
	.family = AF_INET,
	.bytes = { 10, 0, 0, 1 },
	.prefix = 32,
	.has_peer = true,
	.peer = { 10, 0, 0, 2 },
	.has_broadcast = true,
	.broadcast = { 10, 0, 0, 255 },
	.flags = 0x200,
	.scope = 253,
	.metric = 5,
	.valid_s = 600,
	.preferred_s = 300,
	.secondary = true,
	.origin = "network/a.conf:2",
};

static const struct net_route full_route = {
	.link = "br0",
	.family = AF_INET,
	.type = RTN_UNICAST,
	.to = { 10, 9 },
	.prefix = 16,
	.has_via = true,
	.via_family = AF_INET6,
	.via = { 0xfd, 0, [15] = 1 },
	.has_source = true,
	.source = { 10, 0, 0, 1 },
	.table = 1000000,
	.metric = 7,
	.tos = 16,
	.protocol = 16,
	.scope = 200,
	.onlink = true,
	.mtu = 1400,
	.advmss = 1300,
	.expires_s = 60,
	.complex = true,
	.origin = "network/a.conf:3",
};

static const struct net_vlan full_vlan = { .link = "br0",
					   .id = 10,
					   .pvid = true,
					   .untagged = true,
					   .origin = "network/a.conf:4" };

static void fill(struct net *net)
{
	net_add_link(net, &full_link);
	net_add_address(net, &full_address);
	net_add_route(net, &full_route);
	net_add_vlan(net, &full_vlan);
	net_set_sysctl(net, "net/ipv4/conf/br0/forwarding", "1", "network/a.conf:5");
}

static void test_whole(void)
{
	_cleanup_net_ struct net net = NET_INIT, back = NET_INIT;
	json_t *json, *again;

	fill(&net);
	json = net_to_json(&net);
	is_int(net_from_json(&back, json, NULL), 0, "what was written is read");
	ok(!memcmp(net.links, back.links, sizeof(*net.links)), "every member of a link");
	ok(!memcmp(net.addresses, back.addresses, sizeof(*net.addresses)),
	   "every member of an address");
	ok(!memcmp(net.routes, back.routes, sizeof(*net.routes)),
	   "every member of a route");
	ok(!memcmp(net.vlans, back.vlans, sizeof(*net.vlans)), "every member of a VLAN");
	ok(!memcmp(net.sysctls, back.sysctls, sizeof(*net.sysctls)),
	   "every member of a sysctl");
	again = net_to_json(&back);
	ok(json_equal(json, again), "and it is written the same again");
	json_decref(json);
	json_decref(again);
}

static void test_defaults(void)
{
	_cleanup_net_ struct net net = NET_INIT, back = NET_INIT;
	struct net_link link = { .name = "t0",
				 .kind = NET_TAP,
				 .tap = { .owner = -1, .group = -1 } };
	struct net_address address = { .link = "t0",
				       .family = AF_INET6,
				       .bytes = { 0xfd, [15] = 1 },
				       .prefix = 64,
				       .valid_s = NET_FOREVER,
				       .preferred_s = NET_FOREVER };
	json_t *json;

	net_add_link(&net, &link);
	net_add_address(&net, &address);
	json = net_to_json(&net);
	is_int(json_object_size(json_array_get(json_object_get(json, "links"), 0)), 2,
	       "defaults are left out");
	is_int(net_from_json(&back, json, NULL), 0, "and read");
	ok(!memcmp(net.links, back.links, sizeof(link)) &&
		   !memcmp(net.addresses, back.addresses, sizeof(address)),
	   "as what they are");
	json_decref(json);
}

/* Each makes no sense in one place. */
static const char *const wrong[] = {
	"{}",
	"[]",
	"{\"links\": 1}",
	"{\"links\": [1], \"addresses\": [], \"routes\": [], \"vlans\": [], \"sysctls\": []}",
	"{\"links\": [{}], \"addresses\": [], \"routes\": [], \"vlans\": [], \"sysctls\": []}",
	"{\"links\": [{\"name\": \"a-name-of-sixteen\"}], \"addresses\": [], \"routes\": [], \"vlans\": [], \"sysctls\": []}",
	"{\"links\": [{\"name\": \"a\", \"kind\": \"bond\"}], \"addresses\": [], \"routes\": [], \"vlans\": [], \"sysctls\": []}",
	"{\"links\": [{\"name\": \"a\", \"mac\": \"1:2\"}], \"addresses\": [], \"routes\": [], \"vlans\": [], \"sysctls\": []}",
	"{\"links\": [{\"name\": \"a\", \"up\": 1}], \"addresses\": [], \"routes\": [], \"vlans\": [], \"sysctls\": []}",
	"{\"links\": [{\"name\": \"a\", \"mtu\": -1}], \"addresses\": [], \"routes\": [], \"vlans\": [], \"sysctls\": []}",
	"{\"links\": [{\"name\": \"a\", \"mtu\": \"1\"}], \"addresses\": [], \"routes\": [], \"vlans\": [], \"sysctls\": []}",
	"{\"links\": [], \"addresses\": [{\"link\": \"a\"}], \"routes\": [], \"vlans\": [], \"sysctls\": []}",
	"{\"links\": [], \"addresses\": [{\"address\": \"10.0.0\"}], \"routes\": [], \"vlans\": [], \"sysctls\": []}",
	"{\"links\": [], \"addresses\": [], \"routes\": [{\"to\": \"x\"}], \"vlans\": [], \"sysctls\": []}",
	"{\"links\": [], \"addresses\": [], \"routes\": [], \"vlans\": [7], \"sysctls\": []}",
};

static void test_wrong(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		_cleanup_net_ struct net net = NET_INIT;
		json_t *json = json_loads(wrong[i], 0, NULL);

		is_int(net_from_json(&net, json, NULL), -EBADMSG, "no state: %s",
		       wrong[i]);
		json_decref(json);
	}
	is_int(net_from_json(&(struct net)NET_INIT, NULL, NULL), -EBADMSG, "nor nothing");
}

/* ---- the journal ---- */

static void add_link(struct net *net, const char *name, enum net_kind kind,
		     const char *master)
{
	struct net_link link = { .kind = kind };

	strcpy(link.name, name);
	strcpy(link.master, master);
	if (kind != NET_NIC)
		strcpy(link.alias, "bedplate:network/a.conf");
	net_add_link(net, &link);
}

static void add_address(struct net *net, const char *name, uint8_t last)
{
	struct net_address address = { .family = AF_INET,
				       .bytes = { 10, 0, 0, last },
				       .prefix = 24 };

	strcpy(address.link, name);
	net_add_address(net, &address);
}

static void test_take(void)
{
	_cleanup_net_ struct net have = NET_INIT, want = NET_INIT, took = NET_INIT;
	_cleanup_net_ struct net taken = NET_INIT, giving = NET_INIT, back = NET_INIT;
	json_t *section = json_object();

	add_link(&have, "eth0", NET_NIC, "");
	add_address(&have, "eth0", 1);
	net_set_sysctl(&have, "net/a", "0", NULL);
	net_set_sysctl(&have, "net/b", "1", NULL);
	add_link(&want, "eth0", NET_NIC, "br0");
	want.links[0].managed = true;
	add_link(&want, "veth0", NET_NIC, "br0"); /* somebody else's */
	add_link(&want, "br0", NET_BRIDGE, "");
	add_address(&want, "br0", 1);
	net_set_sysctl(&want, "net/a", "1", NULL);
	net_set_sysctl(&want, "net/b", "1", NULL);
	net_set_sysctl(&want, "net/new", "1", NULL);
	links_take(&took, &have, &want, &taken, &giving, NULL);
	is_int(taken.link_count + giving.link_count, 1, "a port is taken");
	is_str(taken.links[0].name, "eth0", "by its name");
	is_int(taken.address_count, 1, "with its address");
	is_int(taken.sysctl_count, 1, "a sysctl that changes is noted");
	is_str(taken.sysctls[0].value, "0", "with what stood there");
	links_journal_write(section, &want, &taken, &giving, NULL);

	/* Later the bridge has another address; what was taken stays what it was. */
	want.addresses[0].bytes[3] = 99;
	links_take(&taken, &want, &want, &back, &giving, NULL);
	is_int(back.addresses[0].bytes[3], 1, "what was taken first stays");
	is_int(back.sysctl_count, 1, "so does a sysctl's first value");

	/* Somebody gives the port another one: it moves, and is the port's, too. */
	add_address(&want, "eth0", 7);
	links_take(&taken, &want, &want, &back, &giving, NULL);
	is_int(back.address_count, 2, "what came to the port later is taken as well");
	want.address_count--;

	/* Then nothing is wanted any more. */
	links_take(&taken, &want, &have, &back, &giving, NULL);
	is_int(back.link_count, 0, "nothing is held any more");
	is_int(giving.address_count, 1, "the port's address is being given back");
	is_int(giving.sysctl_count, 1, "and the sysctl");
	links_journal_write(section, &have, &back, &giving, NULL);
	is_int(links_journal_read(section, &took, &have, NULL), 0,
	       "after a crash before it is done");
	is_int(took.address_count, 1, "it is still known");
	links_journal_settle(section);
	is_int(json_object_size(section), 0, "and forgotten when it is done");
	json_decref(section);
}

static void test_claim(void)
{
	_cleanup_net_ struct net have = NET_INIT, took = NET_INIT;
	json_t *section = json_pack("{s:[s,s,s]}", "made", "br0", "br1", "eth0");

	add_link(&have, "br0", NET_BRIDGE, "");
	add_link(&have, "br1", NET_BRIDGE, "");
	add_link(&have, "eth0", NET_NIC, "");
	have.links[0].alias[0] = '\0';
	strcpy(have.links[1].alias, "mine");
	links_journal_read(section, &took, &have, NULL);
	ok(net_is_ours(&have.links[0]),
	   "a link that the journal has and that has no alias is ours");
	ok(!net_is_ours(&have.links[1]), "one with somebody's alias is not");
	ok(!net_is_ours(&have.links[2]), "and hardware never is");
	json_decref(section);
}

static void test_give_back(void)
{
	_cleanup_net_ struct net took = NET_INIT, want = NET_INIT;

	net_set_sysctl(&took, "net/a", "0", NULL);
	net_set_sysctl(&took, "net/b", "0", NULL);
	net_set_sysctl(&want, "net/b", "1", NULL);
	links_give_back_sysctls(&took, false, &want);
	is_str(net_find_sysctl(&want, "net/a")->value, "0",
	       "a sysctl that nobody asks for gets back what it had");
	is_str(net_find_sysctl(&want, "net/b")->value, "1", "one that is asked for not");
	net_set_sysctl(&took, "net/ipv4/conf/eth0/forwarding", "0", NULL);
	net_set_sysctl(&took, "net/ipv4/conf/gone/forwarding", "0", NULL);
	add_link(&want, "eth0", NET_NIC, "");
	links_give_back_sysctls(&took, true, &want);
	ok(!net_find_sysctl(&want, "net/ipv4/conf/eth0/forwarding"),
	   "a NIC goes on forwarding where somebody has the whole host forward");
	links_give_back_sysctls(&took, false, &want);
	is_str(net_find_sysctl(&want, "net/ipv4/conf/eth0/forwarding")->value, "0",
	       "and not otherwise");
	ok(!net_find_sysctl(&want, "net/ipv4/conf/gone/forwarding"),
	   "one that is gone has none any more");
	net_release(&want);
	add_link(&want, "eth0", NET_NIC, "");
	net_set_sysctl(&took, "net/ipv4/ip_forward", "0", NULL);
	links_give_back_sysctls(&took, true, &want);
	is_str(net_find_sysctl(&want, "net/ipv4/conf/eth0/forwarding")->value, "0",
	       "nor where it was us");
}

int main(void)
{
	test_whole();
	test_defaults();
	test_wrong();
	test_take();
	test_claim();
	test_give_back();
	return done_testing();
}
