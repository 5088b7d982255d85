/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: bedplate/subnet.c bedplate/subnet_read.c lib/networks.c lib/schema/network*.c lib/schema/rule.c lib/kernel_rule.c lib/cmdline.c lib/password_hash.c lib/format_text.c lib/file.c lib/names.c */
/* SOURCES: lib/err.c lib/strbuf.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c */
/* SOURCES: lib/value/units.c lib/value/pci.c lib/value/pci_select.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c LIBS: inih */
/* clang-format on */
/* test_propose_subnet_read.c: which networks the host has to do with. */
#include <arpa/inet.h>
#include <stdint.h>

#include "bedplate/subnet.h"
#include "lib/cleanup.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

/* As the kernel prints an address in hexadecimal on this machine. */
static unsigned word(const char *text)
{
	struct in_addr address;

	inet_pton(AF_INET, text, &address);
	return address.s_addr;
}

static bool has(const struct subnets *subnets, const char *text)
{
	for (size_t i = 0; i < subnets->count; i++) {
		_cleanup_strbuf_ struct strbuf there;

		strbuf_init(&there, 0);
		ip_prefix_format(&subnets->items[i], &there);
		if (!strcmp(there.text, text))
			return true;
	}
	return false;
}

static void put(int root)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "Iface\tDestination\tGateway\nwg0\t%08X\t00000000\t0001\t0\t0\t0\t%08X\n"
		 "eth0\t00000000\t%08X\t0003\t0\t0\t0\t00000000\n",
		 word("10.1.0.0"), word("255.255.0.0"), word("10.9.9.1"));
	fake_file(root, "proc/net/route", text);
	snprintf(text, sizeof(text),
		 "  sl\n   0: %08X:0016 %08X:D431 01 0\n   1: %08X:0016 %08X:D431 06 0\n",
		 word("10.2.0.1"), word("10.3.0.7"), word("10.2.0.1"), word("10.3.0.8"));
	fake_file(root, "proc/net/tcp", text);
	snprintf(text, sizeof(text),
		 "  sl\n   0: %08X%08X%08X%08X:0016 0000000000000000%08X%08X:D431 01 0\n",
		 0, 0, htonl(0xffff), word("10.2.0.1"), htonl(0xffff), word("10.4.0.7"));
	fake_file(root, "proc/net/tcp6", text);
	fake_file(root, "etc/resolv.conf",
		  "search x\nnameserver 10.5.0.53\nnameserver ::1\n");
	fake_file(
		root, "proc/net/fib_trie",
		"Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n"
		"     |-- 10.6.0.0\n        /24 link UNICAST\n        /16 universe UNICAST\n");
	fake_file(root, "etc/bedplate/network/lan.conf",
		  "[Address]\nAddress=10.7.0.1/24\n");
}

int main(void)
{
	static const struct {
		const char *prefix, *promise;
	} there[] = {
		{ "10.1.0.0/16", "a route" },
		{ "10.9.9.1/32", "a router" },
		{ "10.3.0.7/32", "who is connected" },
		{ "10.4.0.7/32", "... by a socket of both families" },
		{ "10.5.0.53/32", "a name server" },
		{ "10.6.0.0/24", "a route of any table" },
		{ "10.6.0.0/16", "... and a second one to the same address" },
		{ "10.7.0.1/24", "a network that is configured" },
	};
	int root = fake_tree_open();
	struct subnets subnets = SUBNETS_INIT;

	is_int(subnets_read(&subnets, root, NULL), 0, "an empty tree has none");
	is_int((int)subnets.count, 0, "... at all");
	put(root);
	is_int(subnets_read(&subnets, root, NULL), 0, "all are read");
	for (size_t i = 0; i < ARRAY_SIZE(there); i++)
		ok(has(&subnets, there[i].prefix), "%s: %s", there[i].promise,
		   there[i].prefix);
	ok(!has(&subnets, "10.3.0.8/32"), "a connection that is over does not matter");
	is_int((int)subnets.count, (int)ARRAY_SIZE(there), "and no others");
	subnets_release(&subnets);
	close(root);
	fake_tree_remove();
	return done_testing();
}
