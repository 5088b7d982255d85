/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * machine.h: what init-config finds on a machine, as plain values.
 *
 * How it works: /proc, /sys and /etc are read below a root. What another of bedplate's programs
 * judges is asked of it: which devices can be passed through, of host-prep; which boot loader
 * there is, of boot. Whatever cannot be found is left empty: a proposal is made of what is
 * known.
 */
#ifndef BEDPLATE_BEDPLATE_MACHINE_H
#define BEDPLATE_BEDPLATE_MACHINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bedplate/subnet.h"
#include "bedplate/topology.h"
#include "lib/err.h"
#include "lib/names.h"
#include "lib/value/pci.h"

enum { MACHINE_NAME = 64, MACHINE_TEXT = 256 };

enum cpu_maker { CPU_OTHER, CPU_INTEL, CPU_AMD };

struct machine_cpu {
	enum cpu_maker maker;
	char model[MACHINE_TEXT];
	bool can_virtualize; /* vmx or svm */
	bool has_gib_pages;
	bool is_virtual; /* this machine is a guest itself */
	struct topology topology;
};

/* A step of the way from the root file system to its disks, the root's own first. */
struct machine_layer {
	char name[MACHINE_NAME];  /* "dm-0", "sda2" */
	char title[MACHINE_TEXT]; /* of a mapped device: "vg-root"; "" */
	const char *kind;         /* "logical volume", "partition", "disk", ... */
};

struct machine_root {
	char source[MACHINE_TEXT], fstype[MACHINE_NAME];
	char group[MACHINE_TEXT], volume[MACHINE_TEXT]; /* LVM's; "" */
	struct machine_layer *layers;
	size_t layer_count;
};

struct machine_nic {
	char name[MACHINE_NAME];
	char driver[MACHINE_NAME]; /* "" */
	char mac[MACHINE_NAME];    /* "" */
	char pci[MACHINE_NAME];    /* the function that it is behind: 0000:01:00.0; "" */
	char master[MACHINE_NAME]; /* the bridge or bond that it is in; "" */
	bool wireless, link, up;
	bool is_default; /* a default route leads through it */
	bool is_routed;  /* any route does */
};

struct machine_swap {
	char path[MACHINE_TEXT], type[MACHINE_NAME];
	uint64_t bytes;
};

struct machine_pool {
	uint64_t size, pages;
};

enum iommu_state {
	IOMMU_MISSING, /* the firmware does not tell of any */
	IOMMU_OFF,     /* it does; the kernel does not use it */
	IOMMU_ON
};

/* A PCI function that a guest could be given, or why not, as `host-prep iommu` has it. */
struct machine_function {
	char address[MACHINE_NAME], id[16], driver[MACHINE_NAME];
	char title[MACHINE_TEXT], class_name[MACHINE_TEXT];
	char used_as[MACHINE_TEXT]; /* "eno1, sda" */
	unsigned class_code;
	int group;
	bool boot_vga, can_reset, is_free; /* is_free: a guest may have it */
	bool can_pass;                     /* alone, or with the others of its group */
	char verdict[MACHINE_NAME], reason[MACHINE_TEXT];
	struct names with, same_card;
};

struct machine {
	struct machine_cpu cpu;
	struct machine_root root;
	struct machine_nic *nics;
	size_t nic_count;
	struct machine_swap *swaps;
	size_t swap_count;
	struct machine_pool *pools;
	size_t pool_count;
	struct machine_function
		*functions; /* by group; no bridges, no parts of the chipset */
	size_t function_count;
	struct subnets subnets;
	struct names managers; /* who sets the network up: "NetworkManager", ... */
	struct names networks; /* bedplate's that are configured: "lan" of lan.conf */
	struct names links;    /* all network interfaces there are */
	enum iommu_state iommu;
	uint64_t memory; /* bytes */
	bool is_efi, has_kvm, has_guest_efi;
	char boot_loader[MACHINE_NAME]; /* as `boot status` has it; "": none is known */
	struct names
		missing; /* packages that a NAT network needs and that are not here */
	struct names remarks; /* what could not be found out, and why */
};

#define MACHINE_INIT        \
	{                   \
		.memory = 0 \
	}

/* Reads the system below the root; `root_path` names it to other programs (NULL: "/"). */
int machine_read(struct machine *machine, int root_fd, const char *root_path,
		 struct err *err);
void machine_release(struct machine *machine);
#define _cleanup_machine_ __attribute__((cleanup(machine_release)))

/* What another program says (part.h), which the caller gives back, or NULL: then a remark says why.
 * -ENOMEM; -EINTR. */
int machine_ask(struct machine *machine, const char *program, const char *word,
		const char *root_path, json_t **answer);

/* The parts of that. -ENOMEM; -EINTR. */
int machine_read_cpu(struct machine_cpu *cpu, int root_fd, struct err *err);
int machine_read_root(struct machine_root *root, int root_fd, struct err *err);
int machine_read_nics(struct machine *machine, int root_fd, struct err *err);
int machine_read_functions(struct machine *machine, int root_fd, const char *root_path,
			   struct err *err);

/* The network card that is this PCI function, or NULL. */
const struct machine_nic *machine_nic_of(const struct machine *machine,
					 const char *address);
const struct machine_function *machine_function_of(const struct machine *machine,
						   const char *address);

/* All of it as JSON; NULL without memory. */
json_t *machine_json(const struct machine *machine);

const char *cpu_maker_word(enum cpu_maker maker);

/* Makes room for one more, all zero, behind `count` of this size; NULL without memory. */
void *machine_more(void *items, size_t *count, size_t size);

#endif
