/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: mkinitramfs/elf_look.c */
/* fuzz_elf_look.c: no bytes make the reader of programs and modules look outside of them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mkinitramfs/elf_look.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const char *text)
{
	if (text && strlen(text) > 1u << 20)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *interpreter, *content = NULL, *value = NULL;
	size_t length = 0;

	if (elf_is_program(data, size, &interpreter))
		look(interpreter);
	if (!elf_section(data, size, ".modinfo", &content, &length)) {
		content = (const char *)data;
		length = size;
	}
	while ((value = elf_modinfo(content, length, "firmware", value)))
		look(value);
	return 0;
}
