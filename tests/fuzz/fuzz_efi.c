/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as an EFI boot entry: all that comes out is text. */
/* SOURCES: boot/efi.c lib/file.c lib/err.c lib/strbuf.c */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "boot/efi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct efi_entry entry = { .number = 1 };

	if (!efi_entry_parse(&entry, data, size) &&
	    (!entry.label || !entry.file || !entry.options ||
	     strlen(entry.label) > 2 * size || strlen(entry.options) > 2 * size))
		abort();
	efi_entry_release(&entry);
	return 0;
}
