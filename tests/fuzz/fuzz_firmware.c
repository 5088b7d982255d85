/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/firmware.c lib/names.c lib/file.c lib/err.c lib/strbuf.c LIBS: jansson */
/* fuzz_firmware.c: QEMU's firmware descriptors may hold anything; what is chosen has its texts
 * whole. */
#include "qemu-launch/firmware.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct firmware_want want = { .arch = "x86_64",
				      .machine = "pc-q35-7.2",
				      .called = "q35" };
	struct firmware firmware;
	struct err err = ERR_INIT;
	int result;

	fuzz_file("usr/share/qemu/firmware/50-fuzz.json", data, size);
	for (unsigned i = 0; i < 4; i++) {
		memset(&firmware, 0, sizeof(firmware));
		err_clear(&err);
		want.secure_boot = i & 1;
		want.enrolled_keys = i & 1;
		want.smm = i & 2;
		result = firmware_find(&firmware, fuzz_tree(), &want, &err);
		must_tell(result, &err);
		if (result)
			continue;
		must(memchr(firmware.code, '\0', sizeof(firmware.code)) != NULL);
		must(memchr(firmware.code_format, '\0', sizeof(firmware.code_format)) !=
		     NULL);
		must(memchr(firmware.vars_template, '\0',
			    sizeof(firmware.vars_template)) != NULL);
	}
	return 0;
}
