/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: boot/efistub.c boot/efistub_good.c boot/efistub_steps.c boot/efistub_files.c boot/efistub_ours.c boot/efistub_clear.c boot/efi.c boot/efi_plan.c */
/* SOURCES: boot/esp.c boot/trial_word.c boot/running.c boot/choice.c boot/image_list.c boot/plan.c boot/plan_apply.c */
/* SOURCES: boot/diff.c boot/state.c boot/line.c lib/place.c lib/record.c lib/inputs.c lib/mounts.c lib/mount_text.c */
/* SOURCES: lib/names.c lib/format_text.c lib/kernel_file.c lib/file.c lib/file_copy.c lib/log.c lib/sha512.c */
/* SOURCES: lib/strbuf.c lib/err.c lib/show_json.c lib/interrupt.c lib/process.c LIBS: jansson lzma blkid */
/* test_boot_efistub_ours.c: which entries and files are ours, where an earlier version had them, too. */
#include "tests/unit/efistub_firmware.h"

/* ---- the earlier place ---- */

#define ROOT         "root=/dev/a ro"
#define BEFORE       "efi/EFI/bedplate/"
#define FORMER_FILE  "\\EFI\\bedplate\\vmlinuz-6.1-" KERNEL
#define FORMER_IMAGE "initrd=\\EFI\\bedplate\\initrd-6.1-"
#define MOVED                                                                           \
	"copy vmlinuz-6.1-" KERNEL "; copy initrd-6.1-" IMAGE ".img; "                  \
	"copy initrd-6.1-" OLD ".img; create 0001; create 0002; order 0002,0001,0009; " \
	"next 0001"

/* Our entry and another installation's, which has the same kernel. */
static void set_up_former(void)
{
	static const uint8_t both[] = { 0, 0, 9, 0 };

	unlinkat(boot.root_fd, AT "initrd-6.1-" OLD ".img", 0);
	unlinkat(boot.root_fd, EFI_PATH "/BootOrder" GLOBAL, 0);
	fake_file(boot.root_fd, BEFORE "vmlinuz-6.1-" KERNEL, "kernel\n");
	fake_file(boot.root_fd, BEFORE "initrd-6.1-" OLD ".img", "old image\n");
	fake_file(boot.root_fd, BEFORE "initrd-6.1-00000000000000dd.img", "other\n");
	fake_file(boot.root_fd, BEFORE "initrd-6.0-00000000000000dc.img", "other\n");
	entry("Boot0000", "Bedplate 6.1", FORMER_FILE, FORMER_IMAGE OLD ".img " ROOT);
	entry("Boot0009", "Bedplate 6.1", FORMER_FILE,
	      FORMER_IMAGE "00000000000000dd.img root=/dev/b ro");
	variable("BootOrder", both, sizeof(both));
	boot.line = (char *)ROOT;
	forget();
	state_set_good(&boot.state, &(struct booted){ OLD, "6.1", KERNEL, ROOT });
}

static void test_move(void)
{
	set_up_former();
	is_str(steps(loader_efistub.plan),
	       MOVED "; delete 0000; remove initrd-6.1-" OLD ".img",
	       "entries of an earlier version move with their files; another's stay, and "
	       "what they name");
	forget();
	state_set_good(&boot.state, &(struct booted){ OLD, "6.1", KERNEL, ROOT });
	unlinkat(boot.root_fd, EFI_PATH "/Boot0000" GLOBAL, 0);
	is_str(steps(loader_efistub.plan),
	       "copy vmlinuz-6.1-" KERNEL "; copy initrd-6.1-" IMAGE ".img; "
	       "copy initrd-6.1-" OLD ".img; create 0001; create 0002; "
	       "order 0009,0002,0001; next 0001; remove initrd-6.1-" OLD ".img",
	       "also files that no entry names any more");
	fake_file(boot.root_fd, BEFORE "initrd-6.1-" IMAGE ".img", "x\n");
	ok(!strncmp(steps(loader_efistub.plan), "copy ", 5),
	   "those that are still to be copied do not go first");
	state_set_good(&boot.state, &(struct booted){ IMAGE, "6.1", KERNEL, ROOT });
	ok(strstr(steps(loader_efistub.plan), "remove initrd-6.1-" OLD ".img; copy"),
	   "those that are known and nobody wants do");
	unlinkat(boot.root_fd, BEFORE "initrd-6.1-" IMAGE ".img", 0);
}

/* The same image of an installation on another root. */
static void test_former_stranger(void)
{
	forget();
	state_set_good(&boot.state, &(struct booted){ OLD, "6.1", KERNEL, ROOT });
	entry("Boot0000", "Bedplate 6.1", FORMER_FILE,
	      FORMER_IMAGE OLD ".img root=/dev/b ro");
	ok(!strstr(steps(loader_efistub.plan), "delete") &&
		   !strstr(steps(loader_efistub.plan), "remove"),
	   "an entry with another root is another installation's, whatever its image");
	entry("Boot0000", "Bedplate 6.1", FORMER_FILE,
	      FORMER_IMAGE "00000000000000de.img " ROOT);
	ok(!strstr(steps(loader_efistub.plan), "delete"),
	   "and so is one with an image that nobody knows");
}

/* ---- the id ---- */

static void test_id(void)
{
	char id[DIGEST_TEXT_SIZE], other[DIGEST_TEXT_SIZE];

	forget();
	ok(efistub_id(&boot, id), "the machine-id tells the installation");
	is_str(id, ID, "by a hash of it");
	fake_file(boot.root_fd, "etc/machine-id", "uninitialized\n");
	start("a");
	ok(!efistub_id(&boot, id) && strcmp(id, ID) != 0 && strlen(id) == 16,
	   "without one it is told by this boot");
	steps(loader_efistub.plan);
	start("b");
	ok(!efistub_id(&boot, other) && !strcmp(id, other),
	   "which is kept, if it is used");
	forget();
	ok(!efistub_id(&boot, other) && strcmp(id, other) != 0,
	   "another installation without one has another");
}

int main(void)
{
	boot.root_fd = fake_tree_open();
	set_up();
	test_move();
	test_former_stranger();
	test_id();
	state_release(&boot.state);
	close(boot.root_fd);
	fake_tree_remove();
	return done_testing();
}
