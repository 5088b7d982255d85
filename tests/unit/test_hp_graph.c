/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/graph.c host-prep/graph_pick.c host-prep/graph_tree.c host-prep/link_names.c host-prep/want.c host-prep/want_guest.c lib/user.c host-prep/want_check.c host-prep/want_check_use.c host-prep/want_net.c host-prep/want_net_ip.c host-prep/want_forward.c host-prep/net.c host-prep/net_text.c host-prep/net_diff.c host-prep/net_diff_link.c host-prep/net_diff_address.c host-prep/step.c lib/interrupt.c lib/log.c lib/show_json.c */
/* SOURCES: lib/guests.c lib/networks.c lib/names.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_graph.c: what is plugged into what, as it is and as it should be; and links that
 * get other names. */
#include <errno.h>

#include "host-prep/graph.h"
#include "host-prep/link_names.h"
#include "host-prep/net_diff.h"
#include "host-prep/want_net.h"
#include "tests/unit/hp_machine.h"

/* The tree in ASCII, of that network alone where one is named; a failure's message. */
static const char *draw_one(struct machine *machine, const char *network,
			    struct strbuf *text)
{
	_cleanup_graph_ struct graph graph = GRAPH_INIT;
	_cleanup_steps_ struct steps steps = STEPS_INIT;
	_cleanup_net_ struct net wanted = NET_INIT;
	struct err *err = &machine->err;

	strbuf_truncate(text, 0);
	machine_forget(machine);
	if (machine_resolve(machine) ||
	    net_want(&machine->want, &machine->have, NULL, &wanted, err) ||
	    net_diff(&machine->have, &wanted, &steps, err) ||
	    graph_make(&graph, &machine->want, &machine->guests, &machine->have, &wanted,
		       &steps, err) ||
	    (network && graph_pick(&graph, &network, 1, err)) ||
	    graph_write_tree(&graph, false, text, err))
		strbuf_adds(text, err->text);
	machine_forget(machine);
	return text->text;
}

static const char *draw(struct machine *machine, struct strbuf *text)
{
	return draw_one(machine, NULL, text);
}

static void draws_what_is_missing(void)
{
	_cleanup_strbuf_ struct strbuf text;
	struct machine machine;

	strbuf_init(&text, 0);
	machine_init(&machine);
	machine_network(&machine, "lan",
			"[Network]\nMode=isolated\nBridge=eth1\n[Tap]\nName=tap0\n");
	ok(strstr(draw(&machine, &text), "eth1"), "a name that is another's is told");
	machine_network(&machine, "lan",
			"[Network]\nMode=host-only\n[Address]\nAddress=10.10.20.1/24\n"
			"[Tap]\nName=tap0\n[Lease]\nMac=52:54:00:00:00:07\n"
			"Address=10.10.20.7\nName=db\n");
	machine_guest(&machine, "web", "[Nic]\nNetwork=lan\n");
	machine_guest(&machine, "alone", "[Memory]\nSize=1G\n");
	is_str(draw(&machine, &text),
	       "network lan  host-only\n"
	       "`- bridge br-lan  10.10.20.1/24  ! missing\n"
	       "   +- tap tap0  ! missing\n"
	       "   +- tap tap-web  ! missing\n"
	       "   |  `- guest web  52:54:00:c3:d8:c7\n"
	       "   `- guest db  52:54:00:00:00:07, 10.10.20.7\n"
	       "nic eth0  up, no carrier, e1000e, 192.0.2.10/24\n"
	       "nic eth1  up, no carrier, e1000e\n"
	       "guest alone\n",
	       "networks, what they lack, guests with and without a tap, and the rest");
	machine_release(&machine);
}

static void draws_vlans_in_both_places(void)
{
	_cleanup_strbuf_ struct strbuf text;
	struct machine machine;

	strbuf_init(&text, 0);
	machine_init(&machine);
	machine_network(&machine, "office",
			"[Network]\nMode=public\nBridge=br0\n[Bridge]\nPorts=eth1.7\n"
			"[Vlan]\nId=7\nParent=eth1\n[Vlan]\nId=8\nParent=eth1\n");
	draw(&machine, &text);
	ok(strstr(text.text, "network office  public\n"
			     "+- bridge br0  ! missing\n"
			     "|  `- vlan eth1.7  VLAN 7  ! missing\n"
			     "`- vlan eth1.8  VLAN 8  ! missing\n"),
	   "a VLAN stands in its bridge");
	if (!ok(strstr(text.text, "nic eth1  up, no carrier, e1000e\n"
				  "+- vlan eth1.7 (see above)\n"
				  "`- vlan eth1.8 (see above)\n"),
		"... and below the interface that it is on"))
		printf("# %s\n", text.text);
	machine_release(&machine);
}

static void draws_one_network(void)
{
	static const char lan[] = "network lan  isolated\n"
				  "`- bridge br-lan  ! missing\n"
				  "   `- tap tap-web  ! missing\n"
				  "      `- guest web  52:54:00:c3:d8:c7\n";
	static const char office[] = "network office  public\n"
				     "`- bridge br0  ! missing\n"
				     "   `- vlan eth1.7  VLAN 7  ! missing\n";
	static const char nic[] = "nic eth1  up, no carrier, e1000e\n"
				  "`- vlan eth1.7 (see above)\n";
	_cleanup_strbuf_ struct strbuf text;
	struct machine machine;

	strbuf_init(&text, 0);
	machine_init(&machine);
	machine_network(&machine, "lan", "[Network]\nMode=isolated\n");
	machine_network(&machine, "office",
			"[Network]\nMode=public\nBridge=br0\n[Bridge]\nPorts=eth1.7\n"
			"[Vlan]\nId=7\nParent=eth1\n");
	machine_guest(&machine, "web", "[Nic]\nNetwork=lan\n");
	machine_guest(&machine, "alone", "[Memory]\nSize=1G\n");
	is_str(draw_one(&machine, "lan", &text), lan, "a network with what is below it");
	draw_one(&machine, "office", &text);
	ok(strstr(text.text, office) && strstr(text.text, nic),
	   "... and with the interface that its VLAN is on");
	ok(!strstr(text.text, "web") && !strstr(text.text, "eth0"),
	   "... and nothing of the others");
	draw_one(&machine, "network", &text);
	ok(strstr(text.text, lan) && strstr(text.text, office) &&
		   !strstr(text.text, "alone"),
	   "\"network\" is all networks, and nothing else");
	is_str(draw_one(&machine, "lna", &text), "there is no network \"lna\"",
	       "a network that is not there is told");
	machine_release(&machine);
}

/* ---- names ---- */

static int name(struct machine *machine)
{
	int result;

	networks_release(&machine->networks);
	err_clear(&machine->err);
	result = networks_read(&machine->networks, machine->root, &machine->err);
	return result ? result
		      : link_names_apply(&machine->networks, &machine->have,
					 &machine->err);
}

#define LINK(mac, name) \
	"[Link]\nPermanentMACAddress=52:00:00:00:00:" mac "\nName=" name "\n"

static void names_links(void)
{
	static const uint8_t mac[] = { 0x52, 0, 0, 0, 0, 0xee };
	_cleanup_strbuf_ struct strbuf text;
	struct machine machine;
	struct net_link *link;

	strbuf_init(&text, 0);
	machine_init(&machine);
	link = net_find_link(&machine.have, "eth0");
	link->has_perm_mac = true;
	memcpy(link->perm_mac, mac, 6);
	machine_network(&machine, "lan",
			"[Network]\nMode=public\nBridge=br0\n[Bridge]\nPorts=lan0\n" LINK(
				"ee", "lan0") LINK("77", "later0"));
	ok(name(&machine) == 0 && net_find_link(&machine.have, "lan0") &&
		   !net_find_link(&machine.have, "eth0"),
	   "a link is named by the address that it came with");
	is_str(net_find_link(&machine.have, "lan0")->was_name, "eth0",
	       "... and what it is now is known");
	is_str(machine.have.addresses[1].link, "lan0", "... with its addresses");
	is_str(machine.have.routes[0].link, "lan0", "... and its routes");
	ok(strstr(draw(&machine, &text), "   `- nic lan0") &&
		   strstr(text.text, "! ~ link eth0: name -> lan0\n"),
	   "the graph has it by its new name, and marks it");
	ok(name(&machine) == 0, "a second time there is nothing to do");
	machine_network(&machine, "two", "[Network]\nMode=isolated\n" LINK("ee", "lan1"));
	ok(name(&machine) == -EINVAL &&
		   strstr(machine.err.text, "network/two.conf:5: [Link] Name: "
					    "network/lan.conf:8 has this hardware "
					    "address already"),
	   "an address that has two names");
	machine_network(&machine, "two", "[Network]\nMode=isolated\n" LINK("ef", "lan0"));
	ok(name(&machine) == -EINVAL &&
		   strstr(machine.err.text, "network/lan.conf:8 has this name already"),
	   "a name that two addresses have");
	machine_release(&machine);
}

static void writes_link_files(void)
{
	const struct mac_address mac = { .bytes = { 0, 0x1b, 0x21, 0xaa, 0xbb, 0xcc } };
	const struct net_link veth = { .type = "veth" }, card = { .has_perm_mac = true };
	_cleanup_strbuf_ struct strbuf text, other;

	strbuf_init(&text, 0);
	strbuf_init(&other, 0);
	link_names_text("lan0", &mac, NULL, "network/lan.conf:3", &text);
	is_str(text.text,
	       "# Written by bedplate host-prep, for network/lan.conf:3.\n"
	       "[Match]\nPermanentMACAddress=00:1b:21:aa:bb:cc\n"
	       "[Link]\nName=lan0\nAlternativeNamesPolicy=database onboard slot path\n",
	       "udev is told the address that the interface came with");
	link_names_text("lan0", &mac, &card, "network/lan.conf:3", &other);
	is_str(other.text, text.text, "... whether it is there or not");
	strbuf_truncate(&text, 0);
	link_names_text("lan0", &mac, &veth, "network/lan.conf:3", &text);
	ok(strstr(text.text, "[Match]\nMACAddress=00:1b:21:aa:bb:cc\nType=ether\n"
			     "Kind=veth\n"),
	   "... or of one that came with none, its own");
}

int main(void)
{
	draws_what_is_missing();
	draws_vlans_in_both_places();
	draws_one_network();
	names_links();
	writes_link_files();
	return done_testing();
}
