/* SPDX-License-Identifier: GPL-2.0-or-later */
/* esp.h: the EFI system partition. */
#ifndef BEDPLATE_BOOT_ESP_H
#define BEDPLATE_BOOT_ESP_H

#include "lib/digest.h"
#include "lib/err.h"

struct esp {
	char *path; /* where it is mounted, below the root, without a leading slash */
	char *disk; /* the device that it is a partition of: "/dev/sda" */
	unsigned number; /* of the partition */
	char *uuid;      /* its GPT UUID in small letters; NULL where it cannot be told */
	char id[DIGEST_TEXT_SIZE]; /* ours is in EFI/bedplate/ID on it; see efistub_mark */
};

#define ESP_INIT             \
	{                    \
		.path = NULL \
	}

/* Finds where it is mounted: `wanted` ([BootLoader] Esp=), or if that is "" the first of
 * /efi, /boot/efi and /boot that has a folder EFI. -ENOENT where none has. */
int esp_find(struct esp *esp, int root_fd, const char *wanted, struct err *err);

/* Finds its disk, its number there and its UUID, for the firmware to be told. -ENODEV where the
 * folder is no mounted partition. */
int esp_find_disk(struct esp *esp, int root_fd, struct err *err);

void esp_release(struct esp *esp);
#define _cleanup_esp_ __attribute__((cleanup(esp_release)))

#endif
