/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * efi_plan.h: what is to be done to the firmware's boot entries.
 *
 * How it works: an entry is ours if it was marked so (efistub_mark); no other is ever changed,
 * removed, or moved against its neighbours.
 * What of ours nothing starts is removed first, for the room. New entries are made before
 * BootOrder names them, and old ones are removed when it does not any more, so that
 * whenever it stops all that BootOrder names is there. In BootOrder ours stand together:
 * proven ones, then the others.
 */
#ifndef BEDPLATE_BOOT_EFI_PLAN_H
#define BEDPLATE_BOOT_EFI_PLAN_H

#include "boot/efi.h"

#define EFI_OUR_LABEL  "Bedplate "
#define EFI_OUR_FOLDER "\\EFI\\bedplate\\" /* every installation's */

struct efi_want {
	char *label, *file, *options;
	bool proven;
	bool next; /* it is to be tried: BootNext */
};

struct efi_wants {
	struct efi_want *items; /* the best one first */
	size_t count;
	bool front; /* the block of ours moves to BootOrder's beginning */
};

enum efi_action { EFI_CREATE, EFI_ORDER, EFI_NEXT, EFI_NO_NEXT, EFI_DELETE };

struct efi_change {
	enum efi_action action;
	int number;                  /* of the entry; not of EFI_ORDER */
	const struct efi_want *want; /* of EFI_CREATE */
};

struct efi_plan {
	struct efi_change *changes; /* in their order */
	size_t count;
	int *order; /* what BootOrder is to be */
	size_t order_count;
};

#define EFI_PLAN_INIT           \
	{                       \
		.changes = NULL \
	}

/* Whether a Bedplate made the entry: by its label, and a loader in \EFI\bedplate\ID\ on the
 * partition with this GPT UUID; "" if unknown, any will do then. */
bool efi_is_of(const struct efi_entry *entry, const char *id, const char *partition);

/* Whether a Bedplate made it that kept its files in \EFI\bedplate itself, on this partition: an
 * entry without a GPT UUID is on "". It does not say which installation's. */
bool efi_is_former(const struct efi_entry *entry, const char *partition);

/* Plans from what is there and what is wanted; the wants have to outlive the plan. -ENOMEM,
 * or -ENOSPC where no number is free. `partition`: the GPT UUID of the EFI system
 * partition; "" if unknown, any will do then. */
int efi_plan_make(struct efi_plan *plan, const struct efi *efi,
		  const struct efi_wants *wants, const char *partition);
void efi_plan_release(struct efi_plan *plan);
#define _cleanup_efi_plan_ __attribute__((cleanup(efi_plan_release)))

#endif
