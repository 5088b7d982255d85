/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: bedplate/subnet.c lib/value/net.c lib/strbuf.c lib/err.c */
/* clang-format on */
/* test_propose_subnet.c: a network of guests takes no address that the host has to do with. */
#include "bedplate/subnet.h"
#include "lib/cleanup.h"
#include "tests/unit/tap.h"

/* Something in each of the other blocks, so that they are no better. */
#define OTHERS "172.16.0.1/32", "192.168.0.1/32"

static const struct {
	const char *used[5];
	const char *subnet, *promise;
} rows[] = {
	{ { NULL }, "10.10.20.1/24", "the first where none is used" },
	{ { "10.0.0.2/24" }, "172.20.20.1/24", "not in a block that the host is in" },
	{ { "192.168.1.2/24" }, "10.10.20.1/24", "whichever that is" },
	{ { "10.0.0.2/24", "172.31.255.1/32" },
	  "192.168.200.1/24",
	  "nor in two of them" },
	{ { "11.0.0.1/32", "172.32.0.1/32" }, "10.10.20.1/24", "others do not matter" },
	{ { "10.0.0.2/24", OTHERS }, "10.10.20.1/24", "the first where all are in use" },
	{ { "10.10.20.7/32", OTHERS }, "10.20.20.1/24", "an address of it is enough" },
	{ { "10.10.20.128/25", "10.20.20.0/24", OTHERS },
	  "10.30.20.1/24",
	  "a part of it, and all" },
	{ { "10.10.0.0/16", OTHERS }, "10.20.20.1/24", "a network that it is in" },
	{ { "10.10.21.0/24", "10.10.19.255/32", OTHERS },
	  "10.10.20.1/24",
	  "neighbours do not matter" },
	{ { "10.0.0.0/8", OTHERS }, "172.20.20.1/24", "all of 10" },
	{ { "10.0.0.0/8", "172.16.0.0/12", OTHERS },
	  "192.168.200.1/24",
	  "... and of 172" },
	{ { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16" },
	  "",
	  "none where all are used" },
	{ { "0.0.0.0/1", "128.0.0.0/1" },
	  "10.10.20.1/24",
	  "halves of a default route (VPN) use nothing" },
	{ { "fd00::/8", "::/0" }, "10.10.20.1/24", "IPv6 does not matter" },
};

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct subnets used = SUBNETS_INIT;
		_cleanup_strbuf_ struct strbuf text;
		struct ip_prefix subnet, prefix;
		bool found;

		strbuf_init(&text, 0);
		for (size_t j = 0; j < ARRAY_SIZE(rows[i].used) && rows[i].used[j]; j++)
			if (ip_prefix_parse(rows[i].used[j], &prefix, NULL) ||
			    subnets_add(&used, &prefix))
				abort();
		found = subnet_choose(&used, &subnet);
		if (found)
			ip_prefix_format(&subnet, &text);
		is_str(text.text, rows[i].subnet, "%s", rows[i].promise);
		is_int(found, rows[i].subnet[0] != '\0', "... and it says so");
		subnets_release(&used);
	}
	return done_testing();
}
