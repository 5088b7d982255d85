/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: mkinitramfs/elf.c lib/names.c lib/err.c lib/strbuf.c lib/file.c */
/* fuzz_elf.c: any file's needs are read or it is refused; nothing outside of it is looked at. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mkinitramfs/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_needs needs;
	int result = elf_read_needs(&needs, data, size, NULL);

	if (result && result != -EBADMSG)
		abort();
	for (size_t i = 0; i < needs.libraries.count; i++)
		if (strlen(needs.libraries.items[i]) >= size)
			abort();
	elf_needs_release(&needs);
	return 0;
}
