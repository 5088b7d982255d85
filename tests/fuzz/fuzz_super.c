/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/ext_super.c init/btrfs.c mkinitramfs/signature_cut.c lib/err.c */
/* fuzz_super.c: superblocks of ext and btrfs, and the end of a signed module, are read from any
 * bytes. */
#include "init/btrfs.h"
#include "init/ext_super.h"
#include "mkinitramfs/signature.h"
#include "tests/fuzz/fuzz.h"

/* Only what counts devices asks; test_init_btrfs has a stand-in, too. */
uint64_t device_size(const struct devices *devices, const struct device *device)
{
	(void)devices;
	(void)device;
	return 0;
}

static void read_ext(const uint8_t *data, size_t size)
{
	uint8_t bytes[EXT_SUPER_SIZE] = { 0 };
	struct ext_super super;
	struct err err = ERR_INIT;
	int result;

	memcpy(bytes, data, size < sizeof(bytes) ? size : sizeof(bytes));
	result = ext_super_parse(&super, bytes, &err);
	must_tell(result, &err);
	if (!result)
		ext_super_due(&super, INT64_C(1700000000));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct btrfs_super super;
	uint8_t *bytes = (uint8_t *)fuzz_text(data, size);

	read_ext(data, size);
	btrfs_super_parse(&super, bytes, size);
	must(signature_cut(bytes, size) <= size);
	free(bytes);
	return 0;
}
