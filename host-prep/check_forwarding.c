/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_forwarding.c: who else drops what guests send: a packet has to be let through by
 * every chain that is asked about it, whatever ours says.
 */
#include <stdio.h>
#include <string.h>

#include "host-prep/check.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* By what a firewall is known, and what lets a bridge's packets through (@ is its name). */
static const struct program {
	const char *name;
	const char *chain; /* one of its chains begins so */
	const char *advice;
} programs[] = {
	{ "Docker", "DOCKER-USER",
	  "`iptables -I DOCKER-USER -i @ -j ACCEPT; iptables -I DOCKER-USER -o @ -j "
	  "ACCEPT`, at each start of Docker" },
	{ "ufw", "ufw-", "`ufw route allow in on @; ufw route allow out on @`" },
};

static const struct program *find_program(const struct netfilter *netfilter,
					  const struct netfilter_chain *dropping)
{
	for (size_t i = 0; i < netfilter->count; i++)
		for (size_t j = 0; j < ARRAY_SIZE(programs); j++) {
			const struct netfilter_chain *chain = &netfilter->items[i];

			if (!strcmp(chain->table, dropping->table) &&
			    !strcmp(chain->family, dropping->family) &&
			    chain->legacy == dropping->legacy &&
			    !strncmp(chain->name, programs[j].chain,
				     strlen(programs[j].chain)))
				return &programs[j];
		}
	return NULL;
}

static bool is_ours(const struct netfilter_chain *chain)
{
	return !strcmp(chain->table, "bedplate");
}

static void advise_program(struct findings *findings, const struct program *program,
			   const struct want_network *network, bool legacy)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (!legacy)
		strbuf_addf(&text, "Coexist=yes in [Firewall] of %s; or by hand: ",
			    network->file->path);
	for (const char *at = program->advice; *at; at++) {
		if (*at == '@')
			strbuf_adds(&text, network->bridge);
		else
			strbuf_addc(&text, *at);
	}
	finding_advise(findings, "%s", text.text);
}

static void report_drop(const struct check_context *context,
			const struct netfilter_chain *chain,
			const struct want_network *network, struct findings *findings)
{
	const struct program *program = find_program(context->netfilter, chain);
	const char *bridge = network->bridge;

	finding_add(findings, CHECK_PROBLEM,
		    "what guests of %s send is dropped by %s%s: the policy of %s %s %s%s",
		    network->file->name, program ? program->name : "another firewall",
		    chain->legacy ? " (iptables-legacy)" : "", chain->family,
		    chain->table, chain->name, " is drop");
	if (program)
		advise_program(findings, program, network, chain->legacy);
	else if (chain->legacy)
		finding_advise(findings,
			       "`iptables-legacy -I FORWARD -i %s -j ACCEPT; "
			       "iptables-legacy -I FORWARD -o %s -j ACCEPT`",
			       bridge, bridge);
	else
		finding_advise(findings,
			       "Coexist=yes in [Firewall] of %s; or by hand: `nft "
			       "insert rule %s %s %s iifname %s accept; nft insert rule "
			       "%s %s %s oifname %s accept`",
			       network->file->path, chain->family, chain->table,
			       chain->name, bridge, chain->family, chain->table,
			       chain->name, bridge);
}

/* firewalld's chains accept by policy, but reject at their end what no zone lets through. */
static void check_firewalld(const struct check_context *context,
			    const struct want_network *network, struct findings *findings)
{
	_cleanup_strbuf_ struct strbuf zone;
	char entry[64];
	bool there = false;

	strbuf_init(&zone, 0);
	for (size_t i = 0; i < context->netfilter->count; i++)
		there |= !strcmp(context->netfilter->items[i].table, "firewalld");
	if (!there)
		return;
	file_read(context->root_fd, "etc/firewalld/zones/trusted.xml", &zone, NULL);
	snprintf(entry, sizeof(entry), "name=\"%s\"", network->bridge);
	if (strstr(zone.text, entry))
		return;
	finding_add(findings, CHECK_PROBLEM,
		    "firewalld lets nothing through for %s, which is in none of its "
		    "zones that do",
		    network->bridge);
	finding_advise(findings,
		       "Coexist=yes in [Firewall] of %s; or by hand: `firewall-cmd "
		       "--permanent --zone=trusted --add-interface=%s; firewall-cmd "
		       "--reload`",
		       network->file->path, network->bridge);
}

static void check_switch(const struct check_context *context,
			 const struct want_network *network, struct findings *findings)
{
	char path[96], value[16];

	snprintf(path, sizeof(path), "proc/sys/net/ipv4/conf/%s/forwarding",
		 network->bridge);
	if (file_read_line(context->root_fd, path, value, sizeof(value), NULL) < 0 ||
	    strcmp(value, "0") != 0)
		return;
	finding_add(findings, CHECK_PROBLEM, "nothing is forwarded for %s: /%s is 0",
		    network->bridge, path);
	finding_advise(findings,
		       "`bedplate host-prep up network`; if it comes back, look "
		       "for ip_forward in /etc/sysctl.d");
}

/* A chain that drops, other than one into which rules of ours were put. */
static bool has_drop(const struct netfilter *netfilter, bool coexists)
{
	for (size_t i = 0; netfilter && i < netfilter->count; i++)
		if (netfilter->items[i].forwards && netfilter->items[i].drops &&
		    !is_ours(&netfilter->items[i]) &&
		    (netfilter->items[i].legacy || !coexists))
			return true;
	return false;
}

/* With br_netfilter even frames that stay in a bridge go through the forward chains, and the
 * switch of the whole host counts, not the bridge's. */
static void check_br_netfilter(const struct check_context *context,
			       struct findings *findings)
{
	static const char path[] = "proc/sys/net/bridge/bridge-nf-call-iptables";
	bool has_bridge = false, drops = false;
	char value[16];

	for (size_t i = 0; i < context->want->count; i++) {
		const struct want_network *network = &context->want->items[i];

		if (!network->bridge[0])
			continue;
		has_bridge = true;
		drops |= has_drop(context->netfilter, network->data->firewall.coexist);
	}
	if (!has_bridge ||
	    file_read_line(context->root_fd, path, value, sizeof(value), NULL) < 0 ||
	    strcmp(value, "0") == 0)
		return;
	finding_add(findings, drops ? CHECK_WARNING : CHECK_NOTE,
		    "br_netfilter sends frames inside of bridges through the firewall's "
		    "forward chains%s",
		    drops ? ", where one drops them" : "");
	finding_advise(findings,
		       "[Sysctl] Set=net.bridge.bridge-nf-call-iptables=0 "
		       "net.bridge.bridge-nf-call-ip6tables=0, unless something here "
		       "(Kubernetes) needs it");
}

static void check_network(const struct check_context *context,
			  const struct want_network *network, struct findings *findings)
{
	const struct netfilter *netfilter = context->netfilter;
	/* Whether its rules are in their place `status` tells; iptables-legacy gets none. */
	bool coexists = network->data->firewall.coexist;

	check_switch(context, network, findings);
	for (size_t i = 0; netfilter && i < netfilter->count; i++) {
		const struct netfilter_chain *chain = &netfilter->items[i];

		if (chain->forwards && chain->drops && !is_ours(chain) &&
		    (chain->legacy || !coexists))
			report_drop(context, chain, network, findings);
	}
	if (netfilter && !coexists)
		check_firewalld(context, network, findings);
}

static void check_libvirt(const struct netfilter *netfilter, struct findings *findings)
{
	for (size_t i = 0; netfilter && i < netfilter->count; i++) {
		const struct netfilter_chain *chain = &netfilter->items[i];

		if (strcmp(chain->table, "libvirt_network") != 0 &&
		    strcmp(chain->name, "LIBVIRT_FWX") != 0)
			continue;
		finding_add(findings, CHECK_NOTE,
			    "libvirt's networks have firewall rules of their own: guests "
			    "of theirs and of bedplate's do not reach one another");
		finding_advise(findings, "put those that should into one network");
		return;
	}
}

void check_forwarding(const struct check_context *context, struct findings *findings)
{
	bool any = false;

	for (size_t i = 0; i < context->want->count; i++) {
		const struct want_network *network = &context->want->items[i];

		if (!network->bridge[0] ||
		    network->data->network.mode != network_network_mode_nat)
			continue;
		any = true;
		check_network(context, network, findings);
	}
	if (any && !context->netfilter)
		finding_add(findings, CHECK_NOTE,
			    "who else has a say in the firewall was not to be seen: this "
			    "is not the running system, or not root asks");
	if (any)
		check_libvirt(context->netfilter, findings);
	check_br_netfilter(context, findings);
}
