/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hp_machine.h: a host with interfaces and network files, for tests of what follows from
 * them. */
#ifndef BEDPLATE_TESTS_HP_MACHINE_H
#define BEDPLATE_TESTS_HP_MACHINE_H

#include <arpa/inet.h>
#include <linux/rtnetlink.h>

#include "host-prep/want.h"
#include "lib/cleanup.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

struct machine {
	int root;
	struct networks networks;
	struct guests guests;
	struct net have;
	struct want want;
	struct err err;
};

static struct net_link *machine_link(struct machine *machine, const char *name,
				     enum net_kind kind)
{
	struct net_link link = { .kind = kind, .up = true, .has_mac = true, .mtu = 1500 };
	static uint8_t number;

	link.mac[0] = 0x52;
	link.mac[5] = ++number;
	link.index = number;
	snprintf(link.name, sizeof(link.name), "%s", name);
	return net_add_link(&machine->have, &link);
}

static void machine_address(struct machine *machine, const char *link, const char *text)
{
	struct net_address address = { .valid_s = NET_FOREVER,
				       .preferred_s = NET_FOREVER };

	snprintf(address.link, sizeof(address.link), "%s", link);
	if (!net_parse_address(text, &address.family, address.bytes, &address.prefix))
		abort();
	net_add_address(&machine->have, &address);
}

static void machine_default_route(struct machine *machine, const char *link,
				  const char *via)
{
	struct net_route route = { .type = RTN_UNICAST,
				   .protocol = RTPROT_BOOT,
				   .has_via = true };
	unsigned prefix;

	snprintf(route.link, sizeof(route.link), "%s", link);
	if (!net_parse_address(via, &route.family, route.via, &prefix))
		abort();
	route.via_family = route.family;
	net_add_route(&machine->have, &route);
}

/* eth0 is the way out with 192.0.2.10/24, eth1 has no address. */
__attribute__((unused)) static void machine_init(struct machine *machine)
{
	struct net_link *link;

	memset(machine, 0, sizeof(*machine));
	machine->root = fake_tree_open();
	fake_file(machine->root, "etc/machine-id", "0123456789abcdef\n");
	fake_file(machine->root, "etc/passwd",
		  "root:x:0:0::/root:/bin/sh\nqemu:x:107:107::/:/sbin/nologin\n");
	fake_file(machine->root, "etc/group", "root:x:0:\nkvm:x:36:qemu\n");
	link = machine_link(machine, "lo", NET_NIC);
	link->loopback = true;
	link = machine_link(machine, "eth0", NET_NIC);
	snprintf(link->bus_path, sizeof(link->bus_path), "pci-0000:00:03.0");
	snprintf(link->driver, sizeof(link->driver), "e1000e");
	link = machine_link(machine, "eth1", NET_NIC);
	snprintf(link->driver, sizeof(link->driver), "e1000e");
	machine_address(machine, "lo", "127.0.0.1/8");
	machine_address(machine, "eth0", "192.0.2.10/24");
	machine_default_route(machine, "eth0", "192.0.2.1");
}

__attribute__((unused)) static void machine_network(struct machine *machine,
						    const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "etc/bedplate/network/%s.conf", name);
	fake_file(machine->root, path, text);
}

__attribute__((unused)) static void machine_guest(struct machine *machine,
						  const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "etc/bedplate/guests/%s.conf", name);
	fake_file(machine->root, path, text);
}

/* Reads the files, which must be good by themselves, and resolves them. */
__attribute__((unused)) static int machine_resolve(struct machine *machine)
{
	int result = networks_read(&machine->networks, machine->root, &machine->err);

	if (!result)
		result = guests_read(&machine->guests, machine->root, &machine->err);
	if (result)
		printf("# %s\n", machine->err.text);
	return result ? result
		      : want_resolve(&machine->want, &machine->networks, &machine->guests,
				     &machine->have, machine->root, &machine->err);
}

/* Forgets the files and what follows from them; the host stays. */
__attribute__((unused)) static void machine_forget(struct machine *machine)
{
	want_release(&machine->want);
	networks_release(&machine->networks);
	guests_release(&machine->guests);
	err_clear(&machine->err);
}

__attribute__((unused)) static void machine_release(struct machine *machine)
{
	machine_forget(machine);
	net_release(&machine->have);
	close(machine->root);
	fake_tree_remove();
	strcpy(fake_root, "/tmp/bedplate-tree-XXXXXX");
}

#endif
