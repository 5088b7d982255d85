/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proposal.h: what init-config makes of a machine: the values that go into its files. */
#ifndef BEDPLATE_BEDPLATE_PROPOSAL_H
#define BEDPLATE_BEDPLATE_PROPOSAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bedplate/machine.h"

enum { PASS_SET_MAX = 16, PROPOSAL_NAME = 16 };

/* Devices that a guest can only be given together. */
struct pass_set {
	const struct machine_function *items[PASS_SET_MAX]; /* what it is about, first */
	size_t count;
	bool is_reached; /* the host's default route leads through it */
	bool is_used;    /* the host routes through it, or has something on it */
	bool is_screen;  /* the firmware's, or the only one */
};

struct memory_plan {
	uint64_t host;   /* bytes that stay with the host */
	uint64_t guests; /* what all guests can have */
	uint64_t first;  /* what a first one gets */
};

struct proposal {
	struct pin_plan pin;
	struct memory_plan memory;
	struct ip_prefix subnet;          /* of the new network; family 0: none is free */
	char network[PROPOSAL_NAME];      /* its name */
	char guest_network[MACHINE_NAME]; /* what the guest plugs into; "": none */
	const struct machine_nic *uplink; /* the card that a bridge would take; NULL */
	struct pass_set *sets;
	size_t set_count;
	const struct pass_set *best; /* for the first guest; NULL */
};

#define PROPOSAL_INIT        \
	{                    \
		.sets = NULL \
	}

/* What of so much memory guests can have: the host keeps a quarter, and 2G, or half where there
 * is less than 4G. The first guest gets half of the rest, as a power of two from 512M to 8G. Pure. */
void memory_plan_make(struct memory_plan *plan, uint64_t memory);

/* All of it. The machine must outlive it. Pure but for memory: -ENOMEM. */
int proposal_make(struct proposal *proposal, const struct machine *machine,
		  struct err *err);
void proposal_release(struct proposal *proposal);
#define _cleanup_proposal_ __attribute__((cleanup(proposal_release)))

/* Adds what [Vfio] Devices= has for them: "10de:1b80@01:00.0 10de:10f0@01:00.1". */
void pass_set_write(const struct pass_set *set, struct strbuf *out);

json_t *proposal_json(const struct proposal *proposal);

#endif
