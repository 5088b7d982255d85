/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/firewalld.c host-prep/nft_read.c host-prep/want.c host-prep/want_guest.c lib/user.c host-prep/want_check.c host-prep/want_check_use.c host-prep/net.c host-prep/net_text.c lib/log.c lib/netlink.c lib/netlink_read.c lib/netlink_write.c */
/* SOURCES: lib/guests.c lib/networks.c lib/names.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/conf.c lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/pci.c lib/value/units.c LIBS: inih jansson */
/* clang-format on */
/* test_hp_firewalld.c: firewalld's files have the networks that ask for it, and no others. */
#include <errno.h>

#include "host-prep/firewalld.h"
#include "tests/unit/hp_machine.h"

#define COEXIST "[Firewall]\nCoexist=yes\n"

static const char *text_of(const struct machine *machine, enum firewalld_file file,
			   struct strbuf *out)
{
	strbuf_release(out);
	strbuf_init(out, 0);
	firewalld_text(&machine->want, file, out);
	return out->text;
}

static void test_none(void)
{
	_cleanup_strbuf_ struct strbuf out;
	struct machine machine;

	strbuf_init(&out, 0);
	machine_init(&machine);
	machine_network(&machine, "lan", "[Address]\nAddress=10.10.20.1/24\n");
	ok(!machine_resolve(&machine), "a network without Coexist=");
	for (int i = 0; i < FIREWALLD_FILES; i++)
		is_str(text_of(&machine, (enum firewalld_file)i, &out), "", "%s",
		       firewalld_paths[i]);
	machine_release(&machine);
}

static void test_zone(void)
{
	_cleanup_strbuf_ struct strbuf out;
	struct machine machine;
	const char *text;

	strbuf_init(&out, 0);
	machine_init(&machine);
	machine_network(&machine, "lan",
			"[Address]\nAddress=10.10.20.1/24\n[WireGuard]\n"
			"Address=10.10.99.1/24\nListenPort=51821\n" COEXIST
			"Host=services\nAllow=tcp:22 udp:6000-6010\n");
	machine_network(&machine, "other", "[Address]\nAddress=10.10.30.1/24\n");
	ok(!machine_resolve(&machine), "a network and a VPN with Coexist=yes");
	text = text_of(&machine, FIREWALLD_ZONE, &out);
	ok(strstr(text, "<interface name=\"br-lan\"/>\n"
			"  <interface name=\"wg-lan\"/>\n"),
	   "both are in the zone");
	ok(!strstr(text, "br-other"), "one that did not ask is not");
	ok(strstr(text, "<port port=\"22\" protocol=\"tcp\"/>") &&
		   strstr(text, "<port port=\"6000-6010\" protocol=\"udp\"/>"),
	   "what Allow= says is reached");
	ok(strstr(text, "<rule priority=\"32767\">\n    <reject/>"),
	   "and nothing else of the host's");
	ok(strstr(text_of(&machine, FIREWALLD_POLICY_VPN, &out),
		  "<port port=\"51821\" protocol=\"udp\"/>"),
	   "the VPN's port is open");
	ok(strstr(text_of(&machine, FIREWALLD_POLICY_IN, &out),
		  "<egress-zone name=\"bedplate\"/>"),
	   "the zone is reached");
	machine_release(&machine);
}

int main(void)
{
	test_none();
	test_zone();
	return done_testing();
}
