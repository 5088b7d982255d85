/* SPDX-License-Identifier: GPL-2.0-or-later */
/* systemd_boot.h: the boot entries that kernel-install(8) made for this machine. */
#ifndef BEDPLATE_BOOT_SYSTEMD_BOOT_H
#define BEDPLATE_BOOT_SYSTEMD_BOOT_H

#include <stdbool.h>

#include "boot/bls.h"
#include "boot/image_list.h"
#include "boot/plan.h"
#include "lib/err.h"

struct bls_entry {
	char *path; /* below the root */
	char *version;
	char *text;
	struct bls_name name;
};

struct bls_entries {
	char *boot;   /* $BOOT, below the root */
	char *folder; /* $BOOT/loader/entries */
	char *token;  /* entries' names begin with it, and kernels lie in $BOOT/TOKEN */
	bool token_is_machine_id;
	struct bls_entry *items;
	size_t count;
};

#define BLS_ENTRIES_INIT      \
	{                     \
		.items = NULL \
	}

/* Reads those of this machine, by the rules of kernel-install(8) for $BOOT and the token. `esp`:
 * [BootLoader] Esp=. -ENOENT where there is no folder of entries. */
int bls_entries_read(struct bls_entries *entries, int root_fd, const char *esp,
		     struct err *err);

/* Whether the kernel has an entry, and this image is in the entry's folder under its own name or
 * as "initrd": 1 or 0, or -errno. */
int bls_has_image(const struct bls_entries *entries, const struct plan *plan,
		  const struct boot_image *image, struct err *err);

void bls_entries_release(struct bls_entries *entries);
#define _cleanup_bls_entries_ __attribute__((cleanup(bls_entries_release)))

#endif
