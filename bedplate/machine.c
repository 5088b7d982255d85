/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.c: memory, swap, firmware, boot loader, who sets the network up; and the whole. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bedplate/machine.h"
#include "bedplate/part.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "lib/meminfo.h"
#include "lib/text_match.h"

static int read_memory(struct machine *machine, int root_fd)
{
	static const char folder[] = "sys/kernel/mm/hugepages";
	_cleanup_names_ struct names names = NAMES_INIT;
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	file_read(root_fd, "proc/meminfo", &text, NULL);
	machine->memory = meminfo_value(text.text, "MemTotal");
	names_read(&names, root_fd, folder);
	for (size_t i = 0; i < names.count; i++) {
		struct machine_pool *pool;
		uint64_t kib;
		char path[MACHINE_TEXT];

		if (sscanf(names.items[i], "hugepages-%" SCNu64 "kB", &kib) != 1)
			continue;
		pool = machine_more(&machine->pools, &machine->pool_count, sizeof(*pool));
		if (!pool)
			return -ENOMEM;
		pool->size = kib << 10;
		snprintf(path, sizeof(path), "%s/%.64s/nr_hugepages", folder,
			 names.items[i]);
		file_read_u64(root_fd, path, &pool->pages, NULL);
	}
	return 0;
}

static int read_swaps(struct machine *machine, int root_fd)
{
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	file_read(root_fd, "proc/swaps", &text, NULL);
	for (const char *line = text.text; *line; line = text_next_line(line)) {
		struct machine_swap swap;
		struct machine_swap *row;
		uint64_t kib;

		if (*line != '/' ||
		    sscanf(line, "%255s %63s %" SCNu64, swap.path, swap.type, &kib) != 3)
			continue;
		swap.bytes = kib << 10;
		row = machine_more(&machine->swaps, &machine->swap_count, sizeof(*row));
		if (!row)
			return -ENOMEM;
		*row = swap;
	}
	return 0;
}

/* One for a single interface is somebody's client, and maybe ours (dhcpcd(8), FILES). */
static bool is_manager(int root_fd, const char *name)
{
	return strcmp(name, "dhcpcd") != 0 || file_exists(root_fd, "run/dhcpcd/pid");
}

static int read_managers(struct machine *machine, int root_fd)
{
	static const char *const known[] = { "NetworkManager", "systemd-networkd",
					     "connmand", "dhcpcd" };
	_cleanup_names_ struct names tasks = NAMES_INIT, netplan = NAMES_INIT;
	char path[64], comm[32];
	int result = 0;

	names_read(&tasks, root_fd, "proc");
	for (size_t i = 0; i < tasks.count && !result; i++) {
		if (tasks.items[i][0] < '1' || tasks.items[i][0] > '9')
			continue;
		snprintf(path, sizeof(path), "proc/%.15s/comm", tasks.items[i]);
		if (file_read_line(root_fd, path, comm, sizeof(comm), NULL) < 0)
			continue;
		/* The kernel cuts names to 15 letters. */
		for (size_t j = 0; j < ARRAY_SIZE(known) && !result; j++)
			if (!strncmp(comm, known[j], 15) &&
			    !names_have(&machine->managers, known[j]) &&
			    is_manager(root_fd, known[j]))
				result = names_add(&machine->managers, known[j]);
	}
	names_read(&netplan, root_fd, "etc/netplan");
	if (!result && netplan.count)
		result = names_add(&machine->managers, "netplan");
	if (!result && file_exists(root_fd, "etc/network/interfaces"))
		result = names_add(&machine->managers, "ifupdown");
	return result;
}

static int read_networks(struct machine *machine, int root_fd)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	int result = 0;

	names_read(&names, root_fd, "etc/bedplate/network");
	for (size_t i = 0; i < names.count && !result; i++) {
		char *end = strrchr(names.items[i], '.');

		if (!end || strcmp(end, ".conf") != 0)
			continue;
		*end = '\0';
		result = names_add(&machine->networks, names.items[i]);
	}
	return result;
}

static int read_missing(struct machine *machine, int root_fd)
{
	static const struct {
		const char *name, *package;
	} programs[] = { { "nft", "nftables" }, { "dnsmasq", "dnsmasq-base" } };
	static const char *const folders[] = { "usr/sbin", "usr/bin", "usr/local/sbin",
					       "sbin" };
	int result = 0;

	for (size_t i = 0; i < ARRAY_SIZE(programs) && !result; i++) {
		bool found = false;
		char path[64];

		for (size_t j = 0; j < ARRAY_SIZE(folders) && !found; j++) {
			snprintf(path, sizeof(path), "%s/%s", folders[j],
				 programs[i].name);
			found = file_exists(root_fd, path);
		}
		if (!found)
			result = names_add(&machine->missing, programs[i].package);
	}
	return result;
}

static void read_firmware(struct machine *machine, int root_fd)
{
	static const char *const folders[] = { "etc/qemu/firmware",
					       "usr/share/qemu/firmware" };

	machine->is_efi = file_exists(root_fd, "sys/firmware/efi");
	machine->has_kvm = file_exists(root_fd, "dev/kvm");
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_names_ struct names names = NAMES_INIT;

		names_read(&names, root_fd, folders[i]);
		machine->has_guest_efi |= names.count != 0;
	}
}

int machine_ask(struct machine *machine, const char *program, const char *word,
		const char *root_path, json_t **answer)
{
	struct err err = ERR_INIT;

	*answer = part_ask(program, word, root_path, &err);
	if (*answer)
		return 0;
	return err.code == -EINTR ? -EINTR : names_add(&machine->remarks, err.text);
}

static int read_boot_loader(struct machine *machine, const char *root_path)
{
	json_t *status;
	int result = machine_ask(machine, "boot", "status", root_path, &status);

	if (!status)
		return result;
	snprintf(machine->boot_loader, sizeof(machine->boot_loader), "%s",
		 json_text(status, "loader"));
	json_decref(status);
	return 0;
}

int machine_read(struct machine *machine, int root_fd, const char *root_path,
		 struct err *err)
{
	int result = machine_read_cpu(&machine->cpu, root_fd, err);

	if (!result)
		result = machine_read_root(&machine->root, root_fd, err);
	if (!result)
		result = machine_read_nics(machine, root_fd, err);
	if (!result)
		result = subnets_read(&machine->subnets, root_fd, err);
	if (!result)
		result = machine_read_functions(machine, root_fd, root_path, err);
	if (result)
		return result;
	read_firmware(machine, root_fd);
	if (read_memory(machine, root_fd) || read_swaps(machine, root_fd) ||
	    read_managers(machine, root_fd) || read_networks(machine, root_fd) ||
	    read_missing(machine, root_fd))
		return err_sys(err, ENOMEM, "looking at the machine");
	result = read_boot_loader(machine, root_path);
	return result ? err_sys(err, -result, "looking at the machine") : 0;
}

void machine_release(struct machine *machine)
{
	for (size_t i = 0; i < machine->function_count; i++) {
		names_release(&machine->functions[i].with);
		names_release(&machine->functions[i].same_card);
	}
	topology_release(&machine->cpu.topology);
	subnets_release(&machine->subnets);
	names_release(&machine->managers);
	names_release(&machine->networks);
	names_release(&machine->links);
	names_release(&machine->missing);
	names_release(&machine->remarks);
	free(machine->root.layers);
	free(machine->nics);
	free(machine->swaps);
	free(machine->pools);
	free(machine->functions);
	*machine = (struct machine)MACHINE_INIT;
}
