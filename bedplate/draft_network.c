/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draft_network.c: a network behind the host's address, and one that the host itself is in. */
#include <stdio.h>
#include <string.h>

#include "bedplate/draft.h"
#include "lib/cleanup.h"

/* The address of the network's host of this number, as a text. */
static const char *address(const struct proposal *proposal, uint8_t number,
			   char text[IP_TEXT_SIZE])
{
	struct ip_address ip = proposal->subnet.address;

	ip.bytes[3] = number;
	return ip_address_text(&ip, text);
}

static void write_ways_out(const struct machine *machine, struct strbuf *out)
{
	for (size_t i = 0; i < machine->nic_count; i++)
		if (machine->nics[i].is_default)
			draft_comment(
				out, "Now that is %s%s.", machine->nics[i].name,
				machine->nics[i].wireless
					? " (Wi-Fi, which can be no port of a bridge)"
					: "");
}

void draft_nat(const struct machine *machine, const struct proposal *proposal,
	       struct strbuf *out)
{
	char network[IP_TEXT_SIZE], guest[IP_TEXT_SIZE];

	ip_prefix_network_text(&proposal->subnet, network);
	address(proposal, 10, guest);
	draft_comment(
		out,
		"%s.conf: guests behind the host's address (NAT), see network.conf(5). "
		"`bedplate init-config` wrote it. It leaves the host's own network as it "
		"is: the bridge br-%s has no port, and guests get out by whatever "
		"interface the host gets out by.",
		proposal->network, proposal->network);
	write_ways_out(machine, out);
	for (size_t i = 0; i < machine->missing.count; i++)
		draft_comment(out,
			      "NOT HERE YET, and needed for it: %s (Debian's package).",
			      machine->missing.items[i]);
	strbuf_adds(out, "[Network]\nMode=nat\n\n");
	draft_comment(
		out,
		"The host's address. When this was written, no interface, route, name server, "
		"network of bedplate's or connection of this host had to do with %s.",
		network);
	strbuf_adds(out, "[Address]\nAddress=");
	ip_prefix_format(&proposal->subnet, out);
	strbuf_adds(out, "\n\n");
	draft_comment(out,
		      "Guests get addresses of the upper half by DHCP, and names: "
		      "web.%s is the guest web.",
		      proposal->network);
	strbuf_adds(out, "#[Dhcp]\n#LeaseTime=1h\n\n");
	draft_comment(
		out,
		"Port 2222 of the host leads to a guest's ssh. A guest keeps an address by "
		"Address= in the [Nic] of its file; only then can its name stand here.");
	strbuf_addf(out, "#[Forward]\n#Listen=tcp 2222\n#To=%s:22\n", guest);
}

static bool is_only_wired(const struct machine *machine)
{
	size_t wired = 0;

	for (size_t i = 0; i < machine->nic_count; i++)
		wired += !machine->nics[i].wireless;
	return wired == 1;
}

void draft_public(const struct machine *machine, const struct proposal *proposal,
		  struct strbuf *out)
{
	const struct machine_nic *nic = proposal->uplink;

	draft_comment(
		out,
		"Guests in the network that %s is plugged into, with addresses of that "
		"network. This is a sample of `bedplate init-config`: it has no effect "
		"before its name ends in .conf. See network.conf(5).",
		nic->name);
	strbuf_adds(out, "#\n");
	if (nic->is_default)
		draft_comment(
			out,
			"WARNING: this host is reached by %s%s. Its addresses and routes move "
			"to the bridge. Do that with `bedplate host-prep up --confirm 60`, "
			"which takes all back unless `bedplate host-prep confirm` comes "
			"within a minute, and give the host's address here, so that it is "
			"there after the next boot.",
			nic->name, is_only_wired(machine) ? ", its only wired card" : "");
	else if (nic->is_routed)
		draft_comment(
			out,
			"WARNING: the host has routes by %s. They move to the bridge.",
			nic->name);
	for (size_t i = 0; i < machine->managers.count; i++)
		draft_comment(
			out,
			"%s sets interfaces up here: `bedplate host-prep check` says whether "
			"it has to leave these alone, and --apply-ownership tells it so.",
			machine->managers.items[i]);
	strbuf_adds(out, "[Network]\nMode=public\n\n");
	if (nic->mac[0])
		draft_comment(
			out,
			"Or by its hardware address, which stays when names change: %s",
			nic->mac);
	strbuf_addf(out, "[Bridge]\nPorts=%s\n\n", nic->name);
	draft_comment(
		out,
		"The host's own address in it: by DHCP, or Address=ADDRESS/LENGTH with "
		"[Route] Via=ROUTER. Without it what the port has moves to the bridge.");
	strbuf_adds(out, "#[Address]\n#Dhcp=ipv4\n");
}
