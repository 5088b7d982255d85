/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: mkinitramfs/kernel_image.c mkinitramfs/elf_look.c lib/kernel_file.c lib/kernel_config.c boot/uki.c */
/* SOURCES: lib/format_text.c lib/file.c lib/strbuf.c lib/err.c */
/* fuzz_kernel_image.c: a kernel's release, a unified image's sections and a kernel's
 * configuration are read from any bytes. */
#include "boot/uki.h"
#include "lib/kernel_config.h"
#include "mkinitramfs/kernel_image.h"
#include "tests/fuzz/fuzz.h"

static void read_config(const uint8_t *data, size_t size)
{
	_cleanup_kernel_config_ struct kernel_config config = { .path = NULL };
	struct err err = ERR_INIT;

	fuzz_file("boot/config-6.1", data, size);
	must_tell(kernel_config_read(&config, fuzz_tree(), "6.1", &err), &err);
	kernel_config_has(&config, "CONFIG_VFIO_PCI");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { ".linux", ".initrd", ".cmdline" };
	struct uki_section section;
	struct err err = ERR_INIT;
	int fd = fuzz_fd(data, size);
	char *release = kernel_image_release(fd, "image", &err);

	must(release || *err.text);
	free(release);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		must(uki_find_section(fd, names[i], &section) <= 0);
	close(fd);
	fuzz_file("boot/u.efi", data, size);
	free(uki_banner(fuzz_tree(), "boot/u.efi"));
	uki_has_cmdline(fuzz_tree(), "boot/u.efi", "quiet");
	fuzz_file("boot/initrd", data, size / 2);
	err_clear(&err);
	must_tell(uki_has_image(fuzz_tree(), "boot/u.efi", "boot/initrd", &err), &err);
	read_config(data, size);
	return 0;
}
