/* SPDX-License-Identifier: GPL-2.0-or-later */
/* efistub.h: what the parts of efistub have of each other. */
#ifndef BEDPLATE_BOOT_EFISTUB_H
#define BEDPLATE_BOOT_EFISTUB_H

#include "boot/boot.h"
#include "boot/efi_plan.h"
#include "boot/esp.h"
#include "boot/plan.h"

/* Adds an entry that is wanted and takes over its strings, of which one that is NULL is
 * -ENOMEM. */
int efi_wants_add(struct efi_wants *wants, struct efi_want want, struct err *err);
void efi_wants_release(struct efi_wants *wants);
#define _cleanup_wants_ __attribute__((cleanup(efi_wants_release)))

/* Reads the firmware's entries and finds the EFI system partition. -ENOTSUP with a root that
 * is not the running system's. */
int efistub_find(const struct boot *boot, struct efi *efi, struct esp *esp,
		 struct err *err);

/* Plans the end of a trial (loader.h). */
int efistub_good(struct boot *boot, struct plan *plan, struct err *err);

/* Adds a run of efibootmgr(8) for each change from what is there to what is wanted. */
int efistub_plan_entries(struct plan *plan, const struct efi *efi,
			 const struct efi_wants *wants, const struct esp *esp,
			 struct err *err);

#endif
