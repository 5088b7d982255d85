/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine_nic.c: network cards, and which of them the host is reached by. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/machine.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/text_match.h"

#define NET_FOLDER "sys/class/net"

/* linux/if.h, linux/if_arp.h */
enum { FLAG_UP = 1, TYPE_ETHERNET = 1, DEPTH_MAX = 8, LINK_SIZE = 1024 };

/* Interfaces that routes name, of hardware or not. */
struct routed {
	struct names all, defaults;
};

static void routed_release(struct routed *routed)
{
	names_release(&routed->all);
	names_release(&routed->defaults);
}

static int add_route(struct routed *routed, const char *link, bool is_default)
{
	int result = 0;

	if (!strcmp(link, "lo"))
		return 0;
	if (!names_have(&routed->all, link))
		result = names_add(&routed->all, link);
	if (!result && is_default && !names_have(&routed->defaults, link))
		result = names_add(&routed->defaults, link);
	return result;
}

/* proc/net/route and ipv6_route, see route(8) and kernel net/ipv6/route.c. Of IPv6, link-local
 * networks, multicast and a host's own addresses say nothing. */
static int read_line(struct routed *routed, const char *line, bool is_v6)
{
	char link[MACHINE_NAME], to[40];
	unsigned number, mask, length;

	if (!is_v6) {
		if (sscanf(line, "%63s %x %*x %*x %*u %*u %*u %x", link, &number,
			   &mask) != 3)
			return 0;
		return add_route(routed, link, !number && !mask);
	}
	if (sscanf(line, "%32s %x %*s %*s %*s %*s %*s %*s %*s %63s", to, &length, link) !=
		    3 ||
	    !strncmp(to, "fe8", 3) || !strncmp(to, "ff", 2) || length == 128)
		return 0;
	return add_route(routed, link, !length);
}

static int read_routes(struct routed *routed, int root_fd)
{
	static const char *const paths[] = { "proc/net/route", "proc/net/ipv6_route" };
	int result = 0;

	for (size_t i = 0; i < ARRAY_SIZE(paths) && !result; i++) {
		_cleanup_strbuf_ struct strbuf text;

		strbuf_init(&text, 0);
		file_read(root_fd, paths[i], &text, NULL);
		for (const char *line = text.text; *line && !result;
		     line = text_next_line(line))
			result = read_line(routed, line, i == 1);
	}
	return result;
}

/* Whether a link is this card or stands on it: a bridge, bond or VLAN has links lower_NAME to
 * what it is made of (kernel Documentation/ABI/testing/sysfs-class-net). */
static bool stands_on(int root_fd, const char *link, const char *card, int depth)
{
	_cleanup_names_ struct names entries = NAMES_INIT;
	char path[MACHINE_TEXT];

	if (!strcmp(link, card))
		return true;
	snprintf(path, sizeof(path), NET_FOLDER "/%.64s", link);
	names_read(&entries, root_fd, path);
	for (size_t i = 0; i < entries.count && depth < DEPTH_MAX; i++)
		if (!strncmp(entries.items[i], "lower_", 6) &&
		    stands_on(root_fd, entries.items[i] + 6, card, depth + 1))
			return true;
	return false;
}

static bool any_stands_on(int root_fd, const struct names *links, const char *card)
{
	for (size_t i = 0; i < links->count; i++)
		if (stands_on(root_fd, links->items[i], card, 0))
			return true;
	return false;
}

static bool has(int root_fd, const char *name, const char *what)
{
	char path[MACHINE_TEXT];

	snprintf(path, sizeof(path), NET_FOLDER "/%.64s/%s", name, what);
	return file_exists(root_fd, path);
}

static uint64_t read_number(int root_fd, const char *name, const char *what)
{
	char path[MACHINE_TEXT];
	uint64_t value = 0;

	snprintf(path, sizeof(path), NET_FOLDER "/%.64s/%s", name, what);
	file_read_u64(root_fd, path, &value, NULL);
	return value;
}

/* The last name of a link's target. */
static void read_target(int root_fd, const char *name, const char *what, char *value)
{
	char path[MACHINE_TEXT], target[LINK_SIZE];
	const char *slash;

	snprintf(path, sizeof(path), NET_FOLDER "/%.64s/%s", name, what);
	if (file_read_link(root_fd, path, target, sizeof(target), NULL) < 0)
		return;
	slash = strrchr(target, '/');
	snprintf(value, MACHINE_NAME, "%.63s", slash ? slash + 1 : target);
}

/* The last PCI function on the way to the card: of virtio and USB it is not the card's parent. */
static void read_function(struct machine_nic *nic, int root_fd)
{
	char path[MACHINE_TEXT], target[LINK_SIZE], *rest = target, *part;
	struct pci_address address;

	snprintf(path, sizeof(path), NET_FOLDER "/%.64s", nic->name);
	if (file_read_link(root_fd, path, target, sizeof(target), NULL) < 0)
		return;
	while ((part = strsep(&rest, "/")))
		if (strlen(part) >= 12 && !pci_address_parse(part, &address, NULL))
			snprintf(nic->pci, sizeof(nic->pci), "%.63s", part);
}

static void read_nic(struct machine_nic *nic, int root_fd, const struct routed *routed)
{
	char path[MACHINE_TEXT];

	read_target(root_fd, nic->name, "device/driver", nic->driver);
	read_target(root_fd, nic->name, "master", nic->master);
	read_function(nic, root_fd);
	snprintf(path, sizeof(path), NET_FOLDER "/%.64s/address", nic->name);
	if (file_read_line(root_fd, path, nic->mac, sizeof(nic->mac), NULL) < 0)
		nic->mac[0] = '\0';
	nic->wireless = has(root_fd, nic->name, "wireless") ||
			has(root_fd, nic->name, "phy80211");
	/* Of one that is down, reading carrier fails. */
	nic->link = read_number(root_fd, nic->name, "carrier") == 1;
	nic->up = read_number(root_fd, nic->name, "flags") & FLAG_UP;
	nic->is_default = any_stands_on(root_fd, &routed->defaults, nic->name);
	nic->is_routed = any_stands_on(root_fd, &routed->all, nic->name);
}

static int read_nics(struct machine *machine, int root_fd, const struct routed *routed)
{
	for (size_t i = 0; i < machine->links.count; i++) {
		const char *name = machine->links.items[i];
		struct machine_nic *nic;

		if (!has(root_fd, name, "device") ||
		    (has(root_fd, name, "type") &&
		     read_number(root_fd, name, "type") != TYPE_ETHERNET))
			continue;
		nic = machine_more(&machine->nics, &machine->nic_count, sizeof(*nic));
		if (!nic)
			return -ENOMEM;
		snprintf(nic->name, sizeof(nic->name), "%.63s", name);
		read_nic(nic, root_fd, routed);
	}
	return 0;
}

int machine_read_nics(struct machine *machine, int root_fd, struct err *err)
{
	__attribute__((cleanup(routed_release))) struct routed routed = { NAMES_INIT,
									  NAMES_INIT };
	int result = names_read(&machine->links, root_fd, NET_FOLDER);

	if (!result)
		result = read_routes(&routed, root_fd);
	if (!result)
		result = read_nics(machine, root_fd, &routed);
	return result ? err_sys(err, -result, "reading the network cards") : 0;
}
