/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/want.c host-prep/want_guest.c lib/user.c host-prep/want_check.c host-prep/want_check_use.c host-prep/want_net.c host-prep/want_net_ip.c host-prep/want_forward.c host-prep/nat.c host-prep/nat_filter.c host-prep/nat_forward.c host-prep/dhcp.c host-prep/nat_guard.c host-prep/nat_word.c host-prep/net.c host-prep/net_text.c lib/log.c lib/process.c */
/* SOURCES: lib/guests.c lib/networks.c lib/names.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_nat.c: the firewall's text says what the files say, and the real nft takes it. */
#include <errno.h>
#include <jansson.h>
#include <sched.h>

#include "host-prep/nat.h"
#include "host-prep/want_net.h"
#include "lib/process.h"
#include "tests/unit/has.h"
#include "tests/unit/hp_machine.h"

#define NAT  "[Address]\nAddress=10.10.20.1/24\n"
#define NAT2 "[Address]\nAddress=10.10.30.1/24\n"
#define KEY  "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="

static bool has_nft;

/* nft in a network of this process alone: 0 where it takes the text. */
static int nft(const char *const *argv, const char *input, struct strbuf *output,
	       struct err *err)
{
	_cleanup_strbuf_ struct strbuf errors;
	struct process process = { .argv = argv,
				   .input = input,
				   .output = output,
				   .errors = &errors,
				   .timeout_ms = 60000 };
	int result;

	strbuf_init(&errors, 0);
	result = process_run(&process, err);
	if (result)
		printf("# %s\n# %s\n", err->text, errors.text);
	return result;
}

static const char *const check_argv[] = { "nft", "-c", "-f", "-", NULL };
static const char *const load_argv[] = { "nft", "-f", "-", NULL };
static const char *const list_argv[] = { "nft", "list", "ruleset", NULL };
static const char *const json_argv[] = { "nft", "-j", "list", "ruleset", NULL };

static void find_nft(void)
{
	static const char *const argv[] = { "nft", "list", "ruleset", NULL };
	_cleanup_strbuf_ struct strbuf output;
	struct err err = ERR_INIT;

	strbuf_init(&output, 0);
	if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET) == 0)
		has_nft = nft(argv, NULL, &output, &err) == 0;
	printf("# the real nft %s\n", has_nft ? "is asked" : "is not to be had");
}

/* Rules are the lines of a chain that are no type and no end; sets stand within them. */
static int count_rules(const char *text)
{
	int rules = 0;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		rules += strncmp(line, "\t\t", 2) == 0 &&
			 strncmp(line, "\t\ttype ", 7) != 0;
	}
	return rules;
}

static int count_json(const char *text, const char *kind)
{
	json_t *root = json_loads(text, 0, NULL), *item;
	size_t i;
	int count = 0;

	json_array_foreach(json_object_get(root, "nftables"), i, item)
		count += json_object_get(item, kind) != NULL;
	json_decref(root);
	return count;
}

static int count_words(const char *text, const char *words)
{
	int count = 0;

	for (; (text = strstr(text, words)); text += strlen(words))
		count++;
	return count;
}

/* What is loaded is what was written: as many chains and rules; loaded again, as a text that
 * knows of it, it is the same; and deleted it leaves nothing. */
static void check_loaded(const char *text, const char *again, const char *deletion)
{
	_cleanup_strbuf_ struct strbuf first, second, json;
	struct err err = ERR_INIT;

	strbuf_init(&first, 0);
	strbuf_init(&second, 0);
	strbuf_init(&json, 0);
	if (!has_nft)
		return;
	if (!ok(nft(check_argv, text, NULL, &err) == 0, "nft takes it"))
		printf("# %s\n", text);
	is_int(nft(load_argv, text, NULL, &err), 0, "and loads it");
	nft(list_argv, NULL, &first, &err);
	nft(json_argv, NULL, &json, &err);
	is_int(count_json(json.text, "rule"), count_rules(text), "with all rules");
	is_int(count_json(json.text, "chain"), count_words(text, "\tchain "),
	       "and all chains");
	ok(!*text || nft(load_argv, text, NULL, &err) != 0,
	   "not over what it does not know of");
	is_int(nft(load_argv, again, NULL, &err), 0, "it is loaded again");
	nft(list_argv, NULL, &second, &err);
	is_str(second.text, first.text, "to the same");
	is_int(nft(load_argv, deletion, NULL, &err), 0, "and deleted");
	strbuf_truncate(&first, 0);
	nft(list_argv, NULL, &first, &err);
	is_str(first.text, "", "it leaves nothing");
}

static void make_text(struct machine *machine, struct strbuf *text)
{
	_cleanup_strbuf_ struct strbuf again, deletion;
	_cleanup_net_ struct net net = NET_INIT;
	struct nat_tables none = { .inet = false }, needs;
	struct want nothing = WANT_INIT;

	strbuf_init(&again, 0);
	strbuf_init(&deletion, 0);
	if (!ok(machine_resolve(machine) == 0, "the files are good") ||
	    !ok(net_want(&machine->want, &machine->have, NULL, &net, &machine->err) == 0,
		"and the links known"))
		printf("# %s\n", machine->err.text);
	strbuf_truncate(text, 0);
	nat_text(&machine->want, &net, none, text);
	has_not(text, "delete table");
	needs = nat_needs(&machine->want);
	nat_text(&machine->want, &net, needs, &again);
	nat_text(&nothing, &net, needs, &deletion);
	check_loaded(text->text, again.text, deletion.text);
	machine_forget(machine);
}

static void check_modes(struct machine *machine)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	machine_network(machine, "lan", "[Network]\nMode=public\n[Bridge]\nPorts=eth1\n");
	make_text(machine, &text);
	is_str(text.text, "", "a public network needs no firewall");
	machine_network(machine, "lan",
			"[Network]\nMode=none\n[Macvtap]\nName=m0\nParent=eth1\n");
	make_text(machine, &text);
	is_str(text.text, "", "nor does one without a bridge");
	machine_network(machine, "lan",
			"[Network]\nMode=public\n[Bridge]\nPorts=eth1\n[Tap]\nName=t0\n"
			"[Tap]\nName=t1\n[Firewall]\nHost=services\nAllow=tcp:22\n");
	make_text(machine, &text);
	has(&text, "iifname \"br-lan\" meta mark & 0x00001000 != 0 jump host_lan\n");
	has(&text, "iifname { \"t0\", \"t1\" } meta mark set meta mark | 0x00001000\n");
	has(&text, "th dport 22 accept\n\t\treject");
	has_not(&text, "from_lan");
	has_not(&text, "vmap");
	machine_network(machine, "lan", "[Network]\nMode=isolated\n");
	make_text(machine, &text);
	has(&text, "chain host_lan {\n\t\tdrop\n");
	has(&text, "iifname vmap { \"br-lan\" : jump from_lan }");
	has(&text, "oifname \"br-lan\" accept\n\t\tdrop\n");
	has_not(&text, "masquerade");
	machine_network(machine, "lan", "[Network]\nMode=host-only\n" NAT);
	make_text(machine, &text);
	has_not(&text, "host_lan");
	has_not(&text, "masquerade");
	has_not(&text, "dnat");
	has(&text, "reject with icmpx type admin-prohibited");
	machine_network(machine, "lan", NAT);
	make_text(machine, &text);
	has(&text, "ip saddr { 10.10.20.0/24 } oifname != { \"br-lan\" } masquerade");
	has(&text, "oifname != { \"br-lan\" } accept");
	has_not(&text, "clamp");
	has_not(&text, "table bridge");
	machine_network(machine, "lan",
			NAT
			"[Nat]\nOut=eth0 wlan0\nSource=192.0.2.10\nSubnet=10.10.0.0/16 "
			"10.10.20.0/24\n");
	make_text(machine, &text);
	has(&text, "ip saddr { 10.10.0.0/16 } oifname { \"eth0\", \"wlan0\" } snat ip to "
		   "192.0.2.10");
	has(&text, "oifname { \"eth0\", \"wlan0\" } accept");
	has(&text, "clamp");
	machine_network(machine, "lan",
			NAT "[Address]\nAddress=fd00:20::1/64\n"
			    "[Address]\nAddress=2001:db8:20::1/64\n");
	make_text(machine, &text);
	has(&text, "ip6 saddr { fd00:20::/64 } oifname != { \"br-lan\" } masquerade");
	has_not(&text, "2001:db8:20::");
}

static void check_forwards(struct machine *machine)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	machine_network(
		machine, "lan",
		NAT "[Address]\nAddress=fd00:20::1/64\n"
		    "[Forward]\nListen=tcp 2222\nTo=10.10.20.5:22\nFrom=198.51.100.0/24 "
		    "198.51.100.7 203.0.113.9\n"
		    "[Forward]\nListen=tcp,udp 5000-5002\nTo=10.10.20.5\nInterface=eth0\n"
		    "[Forward]\nListen=tcp 8000-8002\nTo=web:9000\nHairpin=no\n"
		    "[Forward]\nListen=tcp 80\nTo=[fd00:20::5]:8080\n"
		    "[Forward]\nListen=udp 53\nTo=10.10.20.5\nAddress=192.0.2.10\n"
		    "[Forward]\nListen=tcp 81\nTo=web:22\nFrom=fd00:9::/64\n"
		    "[Lease]\nMac=52:54:00:00:00:05\nName=web\nAddress=10.10.20.6 "
		    "fd00:20::6\n");
	make_text(machine, &text);
	has(&text, "meta nfproto ipv4 ip saddr { 198.51.100.0/24, 203.0.113.9/32 } fib "
		   "daddr type local meta l4proto { tcp } th dport 2222 dnat ip to "
		   "10.10.20.5:22 comment \"network/lan.conf:6\"");
	has(&text, "iifname { \"eth0\", \"br-lan\" } meta nfproto ipv4 fib daddr type "
		   "local meta l4proto { tcp,udp } th dport 5000-5002 dnat ip to "
		   "10.10.20.5 comment");
	has(&text,
	    "iifname != { \"br-lan\" } meta nfproto ipv4 fib daddr type local meta "
	    "l4proto { tcp } th dport 8000-8002 dnat ip to 10.10.20.6 : th dport "
	    "map { 8000 : 9000, 8001 : 9001, 8002 : 9002 }");
	has(&text, "dnat ip6 to [fd00:20::5]:8080");
	has(&text, "ip daddr { 192.0.2.10 } meta l4proto { udp } th dport 53 dnat");
	has(&text,
	    "meta nfproto ipv6 ip6 saddr { fd00:9::/64 } fib daddr type local meta "
	    "l4proto { tcp } th dport 81 dnat ip6 to [fd00:20::6]:22");
	is_int(count_words(text.text, "ip daddr != 127.0.0.0/8"), 3,
	       "the host itself uses them, too");
	has(&text, "ip saddr { 10.10.20.0/24 } ip daddr { 10.10.20.0/24 } ct status dnat "
		   "masquerade");
	has(&text, "chain to_lan {\n\t\tct state established,related accept\n\t\tct "
		   "status dnat accept\n\t\treject");
}

static void check_guests(struct machine *machine)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	machine_network(machine, "lan",
			NAT "[Address]\nAddress=fd00:20::1/64\n"
			    "[Tap]\nName=t0\nMac=52:54:00:00:00:05\nIp=10.10.20.5 "
			    "fd00:20::5 fd00:20::6\n"
			    "[Tap]\nName=t1\n"
			    "[Firewall]\nAntiSpoof=yes\nIsolate=yes\nHost=services\n"
			    "Allow=tcp:22 udp,tcp:3000-3010\nReach=d-m-z\n");
	machine_network(machine, "d-m-z", "[Network]\nMode=host-only\n" NAT2);
	make_text(machine, &text);
	has(&text, "table bridge bedplate");
	has(&text, "\"t0\" : jump guard_0, \"t1\" : jump guard_1");
	has(&text, "ether saddr != 52:54:00:00:00:05 drop");
	has(&text, "arp saddr ip != { 0.0.0.0, 10.10.20.5 } drop");
	has(&text, "ip6 saddr != { ::, fe80::/10, fd00:20::5, fd00:20::6, "
		   "fd00:20::5054:ff:fe00:5 } drop");
	has(&text, "oifname \"br-lan\" ct status dnat accept");
	has(&text, "meta l4proto { tcp,udp } th dport 3000-3010 accept");
	has(&text, "oifname \"br-d-m-z\" accept");
	has(&text, "\"br-d-m-z\" : jump from_d_m_z, \"br-lan\" : jump from_lan");
	unlinkat(machine->root, "etc/bedplate/network/d-m-z.conf", 0);
}

static void check_vpn(struct machine *machine)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	machine_network(machine, "office",
			"[Network]\nMode=host-only\n" NAT2
			"[WireGuard]\nAddress=10.10.99.1/24\nListenPort=5555\n"
			"Networks=lan\n"
			"[Peer]\nPublicKey=" KEY "\nAllowedIPs=10.10.99.2\n");
	machine_network(machine, "lan", NAT);
	make_text(machine, &text);
	has(&text, "udp dport 5555 accept");
	has(&text, "\"wg-office\" : jump from_vpn_office");
	has(&text, "oifname \"br-office\" accept\n\t\toifname \"br-lan\" accept");
	has(&text, "ip saddr { 10.10.99.0/24 } oifname { \"br-office\" } masquerade");
	has(&text, "iifname { \"wg-office\" } tcp flags");
	unlinkat(machine->root, "etc/bedplate/network/office.conf", 0);
}

static void check_clamp(struct machine *machine)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	machine_network(machine, "lan", NAT);
	machine->have.links[1].mtu = 1492;
	make_text(machine, &text);
	has(&text, "oifname { \"br-lan\" } tcp flags & (syn | rst) == syn tcp option "
		   "maxseg size set rt mtu");
	machine->have.links[1].mtu = 9000;
	make_text(machine, &text);
	has_not(&text, "maxseg");
	machine_network(machine, "lan", NAT "[Nat]\nClampMss=yes\n");
	make_text(machine, &text);
	has(&text, "maxseg");
}

static void check_digest(struct machine *machine)
{
	_cleanup_net_ struct net net = NET_INIT;
	char first[DIGEST_TEXT_SIZE], second[DIGEST_TEXT_SIZE];
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	machine_network(machine, "lan", NAT);
	machine_resolve(machine);
	nat_digest(&machine->want, &net, first);
	nat_text(&machine->want, &net, (struct nat_tables){ .bridge = true }, &text);
	ok(strstr(text.text, first), "the table carries the digest");
	has(&text, "delete table bridge bedplate");
	machine_forget(machine);
	machine_network(machine, "lan", NAT2);
	machine_resolve(machine);
	nat_digest(&machine->want, &net, second);
	ok(strcmp(first, second) != 0, "which another network does not have");
	machine_forget(machine);
}

static void check_many(struct machine *machine)
{
	_cleanup_strbuf_ struct strbuf text;
	char name[32], path[80], lines[400];

	strbuf_init(&text, 0);
	unlinkat(machine->root, "etc/bedplate/network/lan.conf", 0);
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "net%d", i);
		snprintf(lines, sizeof(lines),
			 "[Address]\nAddress=10.20.%d.1/24\n[Forward]\nListen=tcp "
			 "%d\nTo=10.20.%d.5:22\n[Tap]\nName=t%d\nIp=10.20.%d.5\n"
			 "[Firewall]\nAntiSpoof=yes\n",
			 i, 2000 + i, i, i, i);
		machine_network(machine, name, lines);
	}
	make_text(machine, &text);
	is_int(count_words(text.text, " masquerade\n"), 40, "twenty networks");
	for (int i = 0; i < 20; i++) {
		snprintf(path, sizeof(path), "etc/bedplate/network/net%d.conf", i);
		unlinkat(machine->root, path, 0);
	}
}

int main(void)
{
	struct machine machine;

	find_nft();
	machine_init(&machine);
	check_modes(&machine);
	check_forwards(&machine);
	check_guests(&machine);
	check_vpn(&machine);
	check_clamp(&machine);
	check_digest(&machine);
	check_many(&machine);
	machine_release(&machine);
	return done_testing();
}
