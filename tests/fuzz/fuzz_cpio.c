/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/cpio.c lib/err.c */
/* fuzz_cpio.c: no bytes make the archive reader fail otherwise than by an error. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cpio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	const uint8_t *data;
	size_t size;
};

static ssize_t get(void *context, void *data, size_t size, struct err *err)
{
	struct memory *memory = context;

	(void)err;
	if (size > memory->size)
		size = memory->size;
	if (size)
		memcpy(data, memory->data, size);
	memory->data += size;
	memory->size -= size;
	return (ssize_t)size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory memory = { data, size };
	struct cpio_reader *reader = calloc(1, sizeof(*reader));
	struct err err = ERR_INIT;
	char content[37];
	int result;

	if (!reader)
		return 0;
	reader->source = get;
	reader->context = &memory;
	do {
		while ((result = cpio_read(reader, &err)) > 0) {
			if (strlen(reader->entry.name) >= CPIO_NAME_MAX)
				abort();
			/* Every other entry's content is left to be skipped. */
			if (reader->entry.ino & 1 &&
			    cpio_read_content(reader, content, sizeof(content), &err) < 0)
				break;
		}
	} while (!result && cpio_read_more(reader, &err) > 0);
	if (result < 0 && (!err.code || !*err.text))
		abort();
	free(reader);
	return 0;
}
