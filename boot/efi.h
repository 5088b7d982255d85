/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * efi.h: the firmware's own boot entries, as efivarfs shows them.
 *
 * How it works: an entry is the variable Boot####, an EFI_LOAD_OPTION (UEFI Specification
 * 2.10, 3.1.3): attributes, a label, a device path and whatever the loader is handed,
 * which is the command line of a kernel that is its own loader (EFI stub). BootOrder,
 * BootNext and BootCurrent are numbers of entries (3.3). All of it is read from efivarfs,
 * not from what efibootmgr prints: that cuts the command line to printable ASCII, and
 * looks different from version to version. efibootmgr only writes.
 */
#ifndef BEDPLATE_BOOT_EFI_H
#define BEDPLATE_BOOT_EFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/strbuf.h"

#define EFI_PATH "sys/firmware/efi/efivars"

enum { EFI_NONE = -1, EFI_GUID_TEXT = 37 };

struct efi_entry {
	int number;
	bool active;
	char *label;
	char *file;    /* the loader, by backslashes; "" where the path names no file */
	char *options; /* "" where there are none, or what there is is no text */
	char partition[EFI_GUID_TEXT]; /* its GPT UUID in small letters, or "" */
	bool ours; /* this installation's; false as read, see efistub_mark */
};

struct efi {
	struct efi_entry *entries; /* by their numbers */
	size_t count;
	int *order;
	size_t order_count;
	int next;    /* EFI_NONE: not set */
	int current; /* EFI_NONE: not known */
};

#define EFI_INIT                                       \
	{                                              \
		.next = EFI_NONE, .current = EFI_NONE, \
	}

/* Whether this machine was started by UEFI, and its variables can be seen. */
bool efi_is_there(int root_fd);

/* Reads all entries; one that makes no sense has empty texts. -ENOENT where there is no efivarfs. */
int efi_read(struct efi *efi, int root_fd, struct err *err);
void efi_release(struct efi *efi);
#define _cleanup_efi_ __attribute__((cleanup(efi_release)))

/* Reads one EFI_LOAD_OPTION (without efivarfs's four bytes in front). -EINVAL where it is
 * none; -ENOMEM. The entry is to be released whatever came of it. */
int efi_entry_parse(struct efi_entry *entry, const uint8_t *data, size_t size);
void efi_entry_release(struct efi_entry *entry);

/* Adds a boot loader's variable (systemd's Boot Loader Interface: LoaderInfo, ...) that is a
 * text, as UTF-8. -ENOENT where it is not set. */
int efi_read_loader_text(int root_fd, const char *name, struct strbuf *text);

/* The one with this number, or NULL. */
const struct efi_entry *efi_find(const struct efi *efi, int number);

#endif
