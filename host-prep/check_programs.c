/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_programs.c: the programs that networks are made with, and do not come up without. */
#include "host-prep/check.h"
#include "host-prep/dhcp.h"
#include "host-prep/nat.h"
#include "lib/cleanup.h"
#include "lib/program_find.h"

static bool wants_firewall(const struct want *want)
{
	struct nat_tables tables = nat_needs(want);

	return tables.inet || tables.bridge;
}

static bool wants_server(const struct want *want)
{
	for (size_t i = 0; i < want->count; i++)
		if (dhcp_is_wanted(&want->items[i]))
			return true;
	return false;
}

static bool wants_vpn(const struct want *want)
{
	for (size_t i = 0; i < want->count; i++)
		if (*want->items[i].vpn)
			return true;
	return false;
}

static const struct {
	const char *name, *package, *makes;
	bool (*is_wanted)(const struct want *want);
} programs[] = {
	{ "nft", "nftables", "the networks' firewall", wants_firewall },
	{ "dnsmasq", "dnsmasq-base", "DHCP and DNS of networks", wants_server },
	{ "wg", "wireguard-tools", "the VPNs' keys and peers", wants_vpn },
};

/* They are this system's, so those of files below another root are not looked for. */
void check_programs(const struct check_context *context, struct findings *findings)
{
	for (size_t i = 0; context->have && i < ARRAY_SIZE(programs); i++) {
		_cleanup_free_ char *path = NULL;

		if (!programs[i].is_wanted(context->want))
			continue;
		path = program_find(programs[i].name);
		if (path)
			continue;
		finding_add(findings, CHECK_PROBLEM, "there is no %s, which makes %s",
			    programs[i].name, programs[i].makes);
		finding_advise(findings, "install the package %s", programs[i].package);
	}
}
