/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: mkinitramfs/signature_cut.c */
/* test_mki_signature.c: a module's signature is found by its trailer, and nothing else is cut. */
#include "mkinitramfs/signature.h"
#include "tests/unit/tap.h"

static const char marker[] = "~Module signature appended~\n";

/* "ELF...." with a signature of `size` bytes said to be `told` bytes long. */
static size_t build(uint8_t *out, size_t size, uint32_t told)
{
	size_t length = 8;

	memcpy(out, "ELFELFEL", length);
	memset(out + length, 's', size);
	length += size;
	memset(out + length, 0, 12);
	out[length + 2] = 2; /* PKCS#7 */
	for (int i = 0; i < 4; i++)
		out[length + 8 + (size_t)i] = (uint8_t)(told >> (24 - 8 * i));
	length += 12;
	memcpy(out + length, marker, sizeof(marker) - 1);
	return length + sizeof(marker) - 1;
}

int main(void)
{
	uint8_t module[1024];
	size_t size = build(module, 700, 700);

	is_int(signature_cut(module, size), 8, "what stands before the signature stays");
	is_int(signature_cut(module, 8), 8, "a module without a signature stays whole");
	is_int(signature_cut(module, size - 1), size - 1,
	       "a marker that is cut short is none");
	is_int(signature_cut(module, 0), 0, "an empty file has none");
	size = build(module, 700, 708);
	is_int(signature_cut(module, size), 0, "the signature may be all there is");
	size = build(module, 700, 709);
	is_int(signature_cut(module, size), size,
	       "one that is longer than its file is not believed");
	size = build(module, 700, 0xffffffff);
	is_int(signature_cut(module, size), size, "nor one that would wrap around");
	return done_testing();
}
