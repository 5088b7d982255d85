/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_table.c: the doctor's checks, and what several of them ask. */
#include <stdio.h>
#include <string.h>

#include "host-prep/check.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/text_match.h"

const struct check checks[] = {
	{ "files", "the files of the host, guests and networks are good", "",
	  check_files },
	{ "kvm", "/dev/kvm is there and opens", "", check_kvm },
	{ "iommu", "what guests are to get can be passed through", "vfio", check_iommu },
	{ "kernel", "the kernel's arguments are as configured", "", check_kernel },
	{ "boot", "the last boot went well", "", check_boot },
	{ "hugepages", "there are huge pages for all guests", "", check_hugepages },
	{ "memory", "enough memory is left for the host", "hugepages", check_memory },
	{ "programs", "what networks are made with is installed", "network nat dhcp",
	  check_programs },
	{ "bridges", "no bridge has a loop", "network links", check_bridges },
	{ "addresses", "no other machine has an address of ours", "network links",
	  check_addresses },
	{ "forwarding", "nobody drops what guests send", "network nat coexist firewalld",
	  check_forwarding },
	{ "dhcp", "nobody else answers DHCP and DNS", "network", check_dhcp },
	{ "clock", "the clock is synchronised", "", check_clock },
	{ "permissions", "guests' users may open what they need",
	  "network bridge-helper udev", check_permissions },
	{ "owners", "nobody else sets our interfaces up", "network links names client",
	  check_owners },
	{ .name = NULL },
};

bool check_is_about(const struct check *check, const char *word)
{
	return !strcmp(check->name, word) || text_has_word(check->parts, " ", word);
}

static bool is_asked_for(const struct check_context *context, const struct check *check)
{
	for (size_t i = 0; i < context->word_count; i++)
		if (check_is_about(check, context->words[i]))
			return true;
	return !context->word_count ||
	       (check->run == check_files && context->mistake_count);
}

void checks_run(const struct check_context *context, struct findings *findings)
{
	for (const struct check *check = checks; check->name; check++) {
		size_t before = findings->count;

		if (!is_asked_for(context, check))
			continue;
		findings->check = check->name;
		check->run(context, findings);
		if (findings->count == before)
			finding_add(findings, CHECK_OK, "%s", check->title);
	}
}

/* ---- our interfaces ---- */

static size_t count_links(const struct want_network *network)
{
	return 2 + network->port_count + network->vlan_count + network->macvtap_count +
	       network->guest_count;
}

/* The interface of this number in a network; "" where there is none. */
static const char *link_at(const struct want_network *network, size_t number,
			   bool *is_port)
{
	*is_port = false;
	if (number < 2)
		return number ? network->vpn : network->bridge;
	number -= 2;
	if (number < network->port_count) {
		*is_port = true;
		return network->ports[number].name;
	}
	number -= network->port_count;
	if (number < network->vlan_count)
		return network->vlans[number].name;
	number -= network->vlan_count;
	if (number < network->macvtap_count)
		return network->macvtaps[number].name;
	return network->guests[number - network->macvtap_count].tap;
}

bool check_next_link(const struct want *want, struct check_link *link)
{
	while (link->network < want->count) {
		link->of = &want->items[link->network];
		if (link->number == count_links(link->of)) {
			link->network++;
			link->number = 0;
			continue;
		}
		link->name = link_at(link->of, link->number++, &link->is_port);
		if (*link->name)
			return true;
	}
	return false;
}

bool check_is_own_mac(const struct net *have, const uint8_t mac[6])
{
	for (size_t i = 0; i < have->link_count; i++)
		if (have->links[i].has_mac && !memcmp(have->links[i].mac, mac, 6))
			return true;
	return false;
}

bool check_process_runs(int root_fd, const char *name)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	char path[64], comm[32];

	names_read(&names, root_fd, "proc");
	for (size_t i = 0; i < names.count; i++) {
		if (names.items[i][0] < '1' || names.items[i][0] > '9')
			continue;
		snprintf(path, sizeof(path), "proc/%.15s/comm", names.items[i]);
		if (file_read_line(root_fd, path, comm, sizeof(comm), NULL) >= 0 &&
		    !strcmp(comm, name))
			return true;
	}
	return false;
}
