/* SPDX-License-Identifier: GPL-2.0-or-later */
/* systemd_boot.h: the boot entries that kernel-install(8) made for this machine. */
#ifndef BEDPLATE_BOOT_SYSTEMD_BOOT_H
#define BEDPLATE_BOOT_SYSTEMD_BOOT_H

#include <stdbool.h>

#include "boot/bls.h"
#include "boot/boot.h"
#include "boot/image_list.h"
#include "boot/plan.h"
#include "lib/err.h"

struct bls_entry {
	char *path; /* below the root */
	char *version;
	char *text; /* NULL of a unified image */
	struct bls_name name;
};

struct bls_entries {
	char *boot;   /* $BOOT, below the root */
	char *folder; /* $BOOT/loader/entries */
	char *token;  /* entries' names begin with it, and kernels lie in $BOOT/TOKEN */
	bool token_is_machine_id;
	bool unified; /* kernel-install makes unified images (layout=uki) */
	struct bls_entry *items;
	size_t count;
};

#define BLS_ENTRIES_INIT      \
	{                     \
		.items = NULL \
	}

/* Reads those of this machine, by the rules of kernel-install(8) for $BOOT and the token:
 * BOOT_ROOT= of install.conf, or the extended boot loader partition (XBOOTLDR), or where there is
 * the token's folder or one for entries. `esp`: [BootLoader] Esp=, is the last one that is looked
 * at. -ENOENT where there is no folder of entries. */
int bls_entries_read(struct bls_entries *entries, int root_fd, const char *esp,
		     struct err *err);

/* Whether the kernel has an entry, and this image is in the entry's folder under its own name or
 * as "initrd", or in the unified image, which has these options (NULL: any): 1 or 0, or
 * -errno. */
int bls_has_image(const struct bls_entries *entries, const struct plan *plan,
		  const struct boot_image *image, const char *options, struct err *err);

/* The options that kernel-install(8) makes of a command line: a heap string. */
char *bls_options(const struct bls_entries *entries, const char *cmdline);

/* Gives an entry another number of tries, or with BLS_UNCOUNTED none. */
int bls_plan_tries(struct plan *plan, const char *path, int left, const char *reason,
		   struct err *err);

/* Adds what brings the entries up to date: their options, their counters, those that are missing. Begins
 * a trial. */
int systemd_boot_plan_entries(struct boot *boot, struct plan *plan, struct err *err);

void bls_entries_release(struct bls_entries *entries);
#define _cleanup_bls_entries_ __attribute__((cleanup(bls_entries_release)))

#endif
