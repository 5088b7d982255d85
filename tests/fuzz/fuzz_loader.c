/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: boot/bls.c boot/grub_menu.c boot/grub_block.c boot/choice.c boot/image_list.c boot/state.c boot/line.c */
/* SOURCES: lib/boot_cmdline.c lib/place.c lib/record.c lib/inputs.c lib/names.c lib/format_text.c lib/kernel_file.c */
/* SOURCES: lib/file.c lib/log.c lib/sha512.c lib/strbuf.c lib/err.c LIBS: jansson lzma */
/* fuzz_loader.c: whatever stands in boot entries, grub.cfg and /etc/default/grub; entries keep
 * what is not ours, and take our options so that they are found again. The first byte chooses:
 * 'b' an entry, 'n' an entry's name, 'd' defaults, else grub.cfg. */
#include "boot/bls.h"
#include "boot/grub_block.h"
#include "boot/grub_menu.h"
#include "lib/boot_cmdline.h"
#include "tests/fuzz/fuzz.h"

static void read_entry(const char *text)
{
	_cleanup_strbuf_ struct strbuf out;
	char *options, *linux_path = bls_value(text, "linux");

	strbuf_init(&out, 0);
	bls_set_options(text, "root=/dev/sda1 quiet", &out);
	options = bls_value(out.text, "options");
	must(out.overflow || (options && strcmp(options, "root=/dev/sda1 quiet") == 0));
	free(options);
	free(linux_path);
}

static void read_name(const char *text)
{
	struct bls_name name;

	if (bls_name_parse(&name, text))
		must(name.length <= strlen(text) && name.left >= BLS_UNCOUNTED &&
		     name.suffix);
}

static void read_defaults(const char *text)
{
	_cleanup_strbuf_ struct strbuf out;

	strbuf_init(&out, 0);
	strbuf_adds(&out, "quiet");
	boot_cmdline_assign(&out, text, "GRUB_CMDLINE_LINUX");
}

static void read_grub(const char *text)
{
	static const char block[] = "set a=1\n";
	_cleanup_strbuf_ struct strbuf found, once, twice;
	struct err err = ERR_INIT;

	strbuf_init(&found, 0);
	strbuf_init(&once, 0);
	strbuf_init(&twice, 0);
	grub_menu_find(text, &found);
	if (grub_block_replace("grub.cfg", text, block, &once, &err)) {
		must(*err.text);
		return;
	}
	if (!once.overflow &&
	    !grub_block_replace("again", once.text, block, &twice, &err))
		must(twice.overflow || strcmp(once.text, twice.text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	text = fuzz_text(data + 1, size - 1);
	if (data[0] == 'b')
		read_entry(text);
	else if (data[0] == 'n')
		read_name(text);
	else if (data[0] == 'd')
		read_defaults(text);
	else
		read_grub(text);
	free(text);
	return 0;
}
