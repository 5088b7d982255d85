/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preflight_read.c: what the host is like: KVM, memory, CPUs, ports, devices. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/meminfo.h"
#include "lib/vfio_bind.h"
#include "qemu-launch/preflight.h"

enum { TCP_LISTEN = 0x0a };

static void read_kvm(struct preflight_facts *facts, int machine_fd)
{
	_cleanup_close_ int fd = file_open(machine_fd, "dev/kvm", O_RDWR, NULL);

	facts->kvm = fd < 0 ? -fd : 0;
	facts->has_dev = file_exists(machine_fd, "dev");
	facts->has_vhost_net = file_exists(machine_fd, "dev/vhost-net");
	facts->has_vhost_vsock = file_exists(machine_fd, "dev/vhost-vsock");
}

static void read_memory(struct preflight_facts *facts, int machine_fd)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (file_read(machine_fd, "proc/meminfo", &text, NULL))
		return;
	facts->memory = meminfo_value(text.text, "MemTotal");
	facts->available = meminfo_value(text.text, "MemAvailable");
}

static uint64_t read_count(int machine_fd, const char *folder, const char *file)
{
	char path[160];
	uint64_t value = 0;

	snprintf(path, sizeof(path), "sys/kernel/mm/hugepages/%.64s/%s", folder, file);
	file_read_u64(machine_fd, path, &value, NULL);
	return value;
}

/* kernel Documentation/admin-guide/mm/hugetlbpage.rst: reserved pages are promised to somebody
 * and still count as free. */
static void read_pools(struct preflight_facts *facts, int machine_fd)
{
	_cleanup_names_ struct names names = NAMES_INIT;

	if (names_read(&names, machine_fd, "sys/kernel/mm/hugepages"))
		return;
	facts->has_pools = names.count;
	for (size_t i = 0; i < names.count && facts->pool_count < PREFLIGHT_POOLS; i++) {
		const char *name = names.items[i];
		uint64_t kib = 0;

		if (sscanf(name, "hugepages-%" SCNu64 "kB", &kib) != 1)
			continue;
		facts->pools[facts->pool_count++] = (struct preflight_pool){
			.size = kib << 10,
			.total = read_count(machine_fd, name, "nr_hugepages"),
			.free = read_count(machine_fd, name, "free_hugepages"),
			.reserved = read_count(machine_fd, name, "resv_hugepages"),
		};
	}
}

static void read_list(struct cpu_list *list, int machine_fd, const char *path)
{
	char line[1024];

	if (file_read_line(machine_fd, path, line, sizeof(line), NULL) < 0 ||
	    cpu_list_parse(line, list, NULL))
		*list = (struct cpu_list){ .bits = { 0 } };
}

/* kernel Documentation/networking/proc_net_tcp.rst. */
static int read_ports(struct preflight_facts *facts, int machine_fd, const char *path,
		      bool is_udp)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	if (file_read(machine_fd, path, &text, NULL))
		return 0;
	for (char *rest = text.text, *line; (line = strsep(&rest, "\n"));) {
		struct preflight_port *ports;
		unsigned port, state;

		if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &port,
			   &state) != 2 ||
		    (!is_udp && state != TCP_LISTEN))
			continue;
		ports = reallocarray(facts->ports, facts->port_count + 1, sizeof(*ports));
		if (!ports)
			return -ENOMEM;
		facts->ports = ports;
		ports[facts->port_count++] =
			(struct preflight_port){ .number = port, .is_udp = is_udp };
	}
	return 0;
}

/* Who has devices open is asked of those that guests are to get: it looks at every process. */
static bool is_passed(const struct preflight *preflight,
		      const struct pci_function *function)
{
	for (size_t i = 0; i < preflight->count; i++) {
		const struct guest_setup *setup = &preflight->guests[i].setup;

		if (!preflight->guests[i].is_asked)
			continue;
		for (size_t j = 0; j < setup->passthrough_count; j++)
			for (size_t k = 0; k < setup->passthrough[j].count; k++)
				if (!memcmp(&setup->passthrough[j].functions[k].address,
					    &function->address,
					    sizeof(function->address)))
					return true;
	}
	return false;
}

static bool wants_pci(const struct preflight *preflight)
{
	for (size_t i = 0; i < preflight->count; i++)
		if (preflight->guests[i].setup.passthrough_count)
			return true;
	return false;
}

static int read_uses(struct preflight_facts *facts, int root_fd)
{
	int result = pci_uses_init(&facts->pci_uses, facts->pci.count, NULL);

	for (size_t i = 0; !result && i < facts->pci.count; i++)
		strcpy(facts->pci_uses.items[i].name, facts->pci.items[i].name);
	return result ? result : pci_uses_read(&facts->pci_uses, root_fd, NULL);
}

static int read_pci(struct preflight *preflight)
{
	struct preflight_facts *facts = &preflight->facts;
	int root_fd = preflight->host->root_fd;

	if (!wants_pci(preflight))
		return 0;
	if (pci_read(root_fd, &facts->pci, NULL))
		pci_list_release(&facts->pci);
	facts->pci_users = calloc(facts->pci.count + 1, sizeof(*facts->pci_users));
	if (!facts->pci_users)
		return -ENOMEM;
	for (size_t i = 0; i < facts->pci.count; i++)
		if (is_passed(preflight, &facts->pci.items[i]))
			facts->pci_users[i] =
				vfio_user(preflight->machine_fd, &facts->pci.items[i]);
	return read_uses(facts, root_fd);
}

/* Only where a guest is in one. */
static void read_networks(struct preflight *preflight)
{
	struct networks *networks = &preflight->facts.networks;
	bool is_wanted = false;

	for (size_t i = 0; i < preflight->count; i++)
		for (size_t j = 0; j < preflight->guests[i].setup.nic_count; j++)
			is_wanted |= preflight->guests[i].is_asked &&
				     preflight->guests[i].setup.nics[j].type ==
					     guest_nic_type_network;
	if (is_wanted && networks_read(networks, preflight->host->root_fd, NULL))
		networks_release(networks);
}

int preflight_read_facts(struct preflight *preflight)
{
	struct preflight_facts *facts = &preflight->facts;
	static const struct {
		const char *path;
		bool is_udp;
	} tables[] = { { "proc/net/tcp", false },
		       { "proc/net/tcp6", false },
		       { "proc/net/udp", true },
		       { "proc/net/udp6", true } };
	/* The kernel looks through all connections for these. */
	bool wanted = preflight_wants_ports(preflight);
	int fd = preflight->machine_fd, result = 0;

	read_kvm(facts, fd);
	read_networks(preflight);
	read_memory(facts, fd);
	read_pools(facts, fd);
	read_list(&facts->cpus, fd, "sys/devices/system/cpu/online");
	read_list(&facts->nodes, fd, "sys/devices/system/node/online");
	for (size_t i = 0; wanted && !result && i < ARRAY_SIZE(tables); i++)
		result = read_ports(facts, fd, tables[i].path, tables[i].is_udp);
	if (!result)
		result = names_read(&facts->links, fd, "sys/class/net");
	return result ? result : read_pci(preflight);
}
