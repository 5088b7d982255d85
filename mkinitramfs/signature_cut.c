/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signature_cut.c: where a module ends and its signature begins. */
#include <string.h>

#include "mkinitramfs/signature.h"

static const char marker[] = "~Module signature appended~\n";

enum {
	MARKER_SIZE = sizeof(marker) - 1,
	TRAILER_SIZE = 12, /* struct module_signature; its last four bytes are the size */
};

size_t signature_cut(const uint8_t *data, size_t size)
{
	const uint8_t *end;
	size_t signature;

	if (size < MARKER_SIZE + TRAILER_SIZE)
		return size;
	end = data + size - MARKER_SIZE;
	if (memcmp(end, marker, MARKER_SIZE) != 0)
		return size;
	signature = (size_t)end[-4] << 24 | (size_t)end[-3] << 16 | (size_t)end[-2] << 8 |
		    end[-1];
	if (signature > size - MARKER_SIZE - TRAILER_SIZE)
		return size;
	return size - MARKER_SIZE - TRAILER_SIZE - signature;
}
