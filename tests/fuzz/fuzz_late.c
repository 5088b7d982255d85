/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/late_unpack.c lib/cpio.c lib/err.c lib/file.c lib/strbuf.c LIBS: unzstd */
/* fuzz_late.c: no bytes make the reader of the late archive fail otherwise than by an error. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "init/late_unpack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BLOCK_MAX = 1 << 16 };

/* As a frame of one raw block (RFC 8878), so that the archive's own reader is reached. */
static void unpack_framed(const uint8_t *data, size_t size, struct err *err)
{
	const uint32_t block = (uint32_t)(size << 3 | 1);
	const uint8_t head[] = { 0x28,
				 0xb5,
				 0x2f,
				 0xfd,
				 0,
				 7 << 3,
				 (uint8_t)block,
				 (uint8_t)(block >> 8),
				 (uint8_t)(block >> 16) };
	uint8_t *frame = malloc(sizeof(head) + size);

	if (!frame)
		return;
	memcpy(frame, head, sizeof(head));
	if (size)
		memcpy(frame + sizeof(head), data, size);
	late_unpack(frame, sizeof(head) + size, -1, err);
	free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;

	if (late_unpack(data, size, -1, &err) < 0 && (!err.code || !*err.text))
		abort();
	if (size < BLOCK_MAX)
		unpack_framed(data, size, &err);
	return 0;
}
