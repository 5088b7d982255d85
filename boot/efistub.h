/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * efistub.h: what the parts of efistub have of each other.
 *
 * Kernels and images lie in EFI/bedplate/ID on the EFI system partition, ID being the
 * installation's, under names that say what they are: vmlinuz-VERSION-ID, initrd-VERSION-ID.img.
 * None is ever written over by another. Earlier versions had them in EFI/bedplate itself: what is
 * ours there is copied, named anew by entries, and then removed.
 */
#ifndef BEDPLATE_BOOT_EFISTUB_H
#define BEDPLATE_BOOT_EFISTUB_H

#include "boot/boot.h"
#include "boot/efi_plan.h"
#include "boot/esp.h"
#include "boot/plan.h"
#include "lib/names.h"

/* Adds an entry that is wanted and takes over its strings, of which one that is NULL is
 * -ENOMEM. */
int efi_wants_add(struct efi_wants *wants, struct efi_want want, struct err *err);
void efi_wants_release(struct efi_wants *wants);
#define _cleanup_wants_ __attribute__((cleanup(efi_wants_release)))

/* Reads the firmware's entries, finds the EFI system partition, and marks what is ours. -ENOTSUP
 * with a root that is not the running system's. */
int efistub_find(const struct boot *boot, struct efi *efi, struct esp *esp,
		 struct err *err);

/* The same to look only: where the partition is not found, an entry's place on it says nothing. */
int efistub_read(const struct boot *boot, struct efi *efi, struct err *err);

/* Plans that all of ours goes (loader.h), but for --clear where nothing else would start this
 * host: efistub_clear.c. */
int efistub_clear(struct boot *boot, struct plan *plan, struct err *err);

/* Plans the end of a trial (loader.h). */
int efistub_good(struct boot *boot, struct plan *plan, struct err *err);

/* The id of the kernel's file that the entry names from which this boot came; a heap string, or
 * NULL where that was no entry of ours, or is not there any more. */
char *efistub_kernel_id(const struct boot *boot);

/* Adds a run of efibootmgr(8) for each change from what is there to what is wanted. */
int efistub_plan_entries(struct plan *plan, const struct efi *efi,
			 const struct efi_wants *wants, const struct esp *esp,
			 struct err *err);

/* ---- whose it is: efistub_ours.c ---- */

/* The installation's id, 16 digits: from its machine-id, or where it has none from the state. False
 * where it is from neither, or from the state: it has to be kept there. */
bool efistub_id(const struct boot *boot, char id[DIGEST_TEXT_SIZE]);

/* Marks the entries that are this installation's; sets esp->id. */
void efistub_mark(const struct boot *boot, struct efi *efi, struct esp *esp);

/* The image's id in an entry's initrd=, a heap string; NULL where it has none. */
char *efistub_image_id(const struct efi_entry *entry);

/* Whether this is the id of an image (or a kernel) that is there, was good, or is on trial. */
bool efistub_knows(const struct boot *boot, const char *id, bool kernel);

/* ---- files: efistub_files.c ---- */

/* Names of a kernel's and an image's file, heap strings. */
char *efistub_kernel_name(const struct booted *booted);
char *efistub_image_name(const struct booted *booted);

/* Whether both of them are on the partition, be it in the earlier place. */
bool efistub_has_files(const struct boot *boot, const struct esp *esp,
		       const struct booted *booted);

/* Plans the removal of what no entry names, not even one of those that are there (`efi`), and of
 * what was broken off; it makes room for the copies. */
int efistub_clear_files(const struct boot *boot, struct plan *plan, const struct esp *esp,
			const struct efi *efi, const struct names *wanted,
			struct err *err);

/* Plans the copies of an image and its kernel, and adds their names to those that are wanted. */
int efistub_copy_files(struct plan *plan, const struct esp *esp,
		       const struct boot_image *image, struct names *wanted,
		       struct err *err);

/* Plans copies from the earlier place of what is wanted and is nowhere else any more. */
int efistub_move_files(const struct boot *boot, struct plan *plan, const struct esp *esp,
		       const struct names *wanted, struct err *err);

/* -ENOSPC, with a hint, where the copies that are planned do not fit onto the partition, even with
 * what is removed before them. */
int efistub_check_room(const struct boot *boot, const struct plan *plan,
		       const struct esp *esp, struct err *err);

/* Plans the removal of all other files of ours, once entries name them no more. In the earlier
 * place those are ours that an entry of ours named, or that we know, and that no other names. */
int efistub_remove_files(const struct boot *boot, struct plan *plan,
			 const struct esp *esp, const struct efi *efi,
			 const struct names *wanted, struct err *err);

#endif
