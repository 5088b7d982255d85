/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status.h: one screen about the whole host.
 *
 * How it works: status_read takes in what the programs say and what the kernel and /init have
 * left in files. status_attend finds in that what somebody should look at; status_make makes
 * one JSON object of both, which --json prints, and of which status_show makes the screen.
 * Those three look at nothing but what they are given.
 */
#ifndef BEDPLATE_BEDPLATE_STATUS_H
#define BEDPLATE_BEDPLATE_STATUS_H

#include <jansson.h>

#include "bedplate/part.h"
#include "bedplate/told.h"

enum status_part {
	STATUS_IMAGES, /* mkinitramfs status */
	STATUS_LOADER, /* boot status */
	STATUS_DRIFT,  /* host-prep status */
	STATUS_GRAPH,  /* host-prep graph */
	STATUS_GUESTS, /* qemu-launch status */
	STATUS_ORDER,  /* qemu-launch boot --dry-run */
	STATUS_PARTS
};

/* What is known. The JSON values may be NULL: then it is not. */
struct status {
	struct part parts[STATUS_PARTS];
	json_t *boot;    /* /run/bedplate/boot.json */
	json_t *memory;  /* {"total", "available": bytes, "hugepages": [...]} */
	json_t *clients; /* {NETWORK: number of leases} */
	char kernel[128];
	int iommu_groups;
	struct told_list attention;
};

int status_read(struct status *status, const char *root, struct err *err);
void status_release(struct status *status);
#define _cleanup_status_ __attribute__((cleanup(status_release)))

/* Fills `attention`: warnings and problems only. */
void status_attend(struct status *status);

/* A new reference. */
json_t *status_make(const struct status *status);

/* Prints the screen; up to 80 columns, but for names that are longer. */
int status_show(const json_t *all, struct err *err);

#endif
