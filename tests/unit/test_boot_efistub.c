/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: boot/efistub.c boot/efistub_good.c boot/efistub_steps.c boot/efistub_files.c boot/efistub_ours.c boot/efistub_clear.c boot/efi.c boot/efi_plan.c */
/* SOURCES: boot/esp.c boot/trial_word.c boot/running.c boot/choice.c boot/image_list.c boot/plan.c boot/plan_apply.c */
/* SOURCES: boot/diff.c boot/state.c boot/line.c lib/place.c lib/record.c lib/inputs.c lib/mounts.c lib/mount_text.c */
/* SOURCES: lib/names.c lib/format_text.c lib/kernel_file.c lib/file.c lib/file_copy.c lib/log.c lib/sha512.c */
/* SOURCES: lib/strbuf.c lib/err.c lib/show_json.c lib/interrupt.c lib/process.c LIBS: jansson lzma blkid */
/* test_boot_efistub.c: what apply and good plan for the firmware, in which order, and what of it is
 * a trial. */
#include "tests/unit/efistub_firmware.h"

static const char *trial(void)
{
	struct booted booted;
	bool failed;

	if (!state_trial(&boot.state, &booted, &failed))
		return "none";
	return failed ? "failed" : "running";
}

static void test_order(void)
{
	fake_file(boot.root_fd, AT ".initrd-6.1-" IMAGE ".img.77.new", "x\n");
	forget();
	is_str(steps(loader_efistub.plan),
	       "remove .initrd-6.1-" IMAGE ".img.77.new; "
	       "copy vmlinuz-6.1-" KERNEL "; copy initrd-6.1-" IMAGE ".img; "
	       "create 0001; order 0001; next 0001; delete 0000; "
	       "remove initrd-6.1-" OLD ".img",
	       "what was broken off goes before anything is copied");
	unlinkat(boot.root_fd, AT ".initrd-6.1-" IMAGE ".img.77.new", 0);
}

#define BEGUN                                                          \
	"copy vmlinuz-6.1-" KERNEL "; copy initrd-6.1-" IMAGE ".img; " \
	"create 0001; order 0001; next 0001; delete 0000; "            \
	"remove initrd-6.1-" OLD ".img"
#define NOT_BEGUN                                                      \
	"copy vmlinuz-6.1-" KERNEL "; copy initrd-6.1-" IMAGE ".img; " \
	"create 0001; order 0001; delete 0000; remove initrd-6.1-" OLD ".img"

static void test_broken_off(void)
{
	forget();
	start("a");
	is_str(steps(loader_efistub.plan), BEGUN, "a new image is tried");
	is_str(trial(), "running", "which is remembered");
	is_str(steps(loader_efistub.plan), BEGUN,
	       "and again where that was broken off before BootNext was set");
	steps(loader_efistub.good);
	is_str(trial(), "running", "the boot that it was begun in says nothing about it");
	start("b");
	is_str(steps(loader_efistub.plan), NOT_BEGUN,
	       "after another start it may have been tried");
	args.retry = true;
	is_str(steps(loader_efistub.plan), BEGUN, "--retry begins it again all the same");
	args.retry = false;
	start("c");
	steps(loader_efistub.good);
	is_str(trial(), "failed", "a boot of something else after it ends it");
}

static void test_foreign_next(void)
{
	number("BootNext", 9);
	forget();
	start("a");
	is_str(steps(loader_efistub.plan), NOT_BEGUN, "somebody else's BootNext stays");
	is_str(trial(), "none", "and no trial is said to have begun");
	number("BootNext", -1);
	is_str(steps(loader_efistub.plan), BEGUN, "it begins with the next apply");
}

/* Firmware has dropped ours from BootOrder. */
static void test_not_in_order(void)
{
	forget();
	start("a");
	state_begin_trial(&boot.state, &(struct booted){ IMAGE, "6.1", KERNEL, "ro" });
	start("b");
	boot.running.image = (char *)IMAGE;
	boot.running.kernel_id = (char *)KERNEL;
	state_set_good(&boot.state, &(struct booted){ IMAGE, "6.1", KERNEL, "ro" });
	entry("Boot0001", "Bedplate 6.1", FILE_, "panic=9 " NEW);
	number("BootOrder", 9);
	number("BootCurrent", 1);
	is_str(steps(loader_efistub.good),
	       "create 0002; order 0002,0000,0009; delete 0001",
	       "the entry that came up is kept, and so is the one to fall back to");
	is_str(trial(), "none", "the trial is over");
	entry("Boot0001", "Bedplate 6.1", FILE_, NEW);
	start("a");
	state_begin_trial(&boot.state, &(struct booted){ IMAGE, "6.1", KERNEL, "ro" });
	start("b");
	is_str(steps(loader_efistub.good), "order 0001,0000,0009",
	       "also where it is as it ought to be already");
}

/* The firmware has none of ours yet, so that the way to the image is new, whatever the image is. */
static void test_first_entry(void)
{
	unlinkat(boot.root_fd, EFI_PATH "/Boot0000" GLOBAL, 0);
	unlinkat(boot.root_fd, EFI_PATH "/Boot0001" GLOBAL, 0);
	number("BootOrder", 9);
	number("BootCurrent", 9);
	forget();
	state_set_good(&boot.state, &(struct booted){ IMAGE, "6.1", KERNEL, "ro" });
	is_str(steps(loader_efistub.plan),
	       "remove initrd-6.1-" OLD ".img; copy vmlinuz-6.1-" KERNEL
	       "; copy initrd-6.1-" IMAGE ".img; create 0000; order 0009,0000; next 0000",
	       "the first entry of ours is tried, also with an image that was good");
	host.boot_loader.tries = 0;
	is_str(steps(loader_efistub.plan),
	       "remove initrd-6.1-" OLD ".img; copy vmlinuz-6.1-" KERNEL
	       "; copy initrd-6.1-" IMAGE ".img; create 0000; order 0000,0009",
	       "with Tries=0 it is the first one at once");
	host.boot_loader.tries = 3;
}

/* Another kernel and image took the place of those that were good, which are left only here. */
static void test_last_good(void)
{
	fake_file(boot.root_fd, AT "vmlinuz-6.1-00000000000000aa", "old kernel\n");
	entry("Boot0000", "Bedplate 6.1", FOLDER "vmlinuz-6.1-00000000000000aa", FORMER);
	forget();
	state_set_good(&boot.state,
		       &(struct booted){ OLD, "6.1", "00000000000000aa", "ro" });
	is_str(steps(loader_efistub.plan),
	       "copy vmlinuz-6.1-" KERNEL "; copy initrd-6.1-" IMAGE ".img; "
	       "create 0001; create 0002; order 0002,0001; next 0001; delete 0000",
	       "what was good last keeps an entry, and comes before what is new");
	unlinkat(boot.root_fd, AT "vmlinuz-6.1-00000000000000aa", 0);
	entry("Boot0000", "Bedplate 6.1", FILE_, FORMER);
}

static void test_new_line(void)
{
	forget();
	state_set_good(&boot.state, &(struct booted){ IMAGE, "6.1", KERNEL, "ro" });
	boot.line = (char *)"ro quiet";
	is_str(steps(loader_efistub.plan),
	       "copy vmlinuz-6.1-" KERNEL "; copy initrd-6.1-" IMAGE ".img; "
	       "create 0001; create 0002; order 0002,0001; next 0001; delete 0000; "
	       "remove initrd-6.1-" OLD ".img",
	       "a new command line is tried beside an entry with the one before");
	boot.line = (char *)"ro";
}

static void test_no_room(void)
{
	int fd = openat(boot.root_fd, "boot/initrd.img-6.1", O_WRONLY | O_CLOEXEC);
	const char *said;

	forget();
	if (fd < 0 || ftruncate(fd, 7LL << 40) < 0) {
		ok(true, "an image that does not fit: # SKIP no file of that size here");
	} else {
		said = steps(loader_efistub.plan);
		ok(!strncmp(said, "failed: /efi has room for", 25) &&
			   !strstr(said, "create"),
		   "an image that does not fit is an error, and no entry is made for it");
		if (ftruncate(fd, 10) < 0)
			abort();
	}
	close(fd);
}

/* As after the removal of the last kernel that has an image. */
static void test_no_image(void)
{
	forget();
	state_set_good(&boot.state, &(struct booted){ OLD, "6.1", KERNEL, "ro" });
	boot.images = (struct image_list){ NULL, 0 };
	is_str(steps(loader_efistub.plan), "",
	       "without an image the entries that are there stay");
	boot.images = (struct image_list){ images, 2 };
}

#define CLEARED "order 0009; delete 0000; remove initrd-6.1-" OLD ".img"

/* Ours stay, and this is said of the other. */
static void unknown(const char *why)
{
	char text[200];

	snprintf(text, sizeof(text),
		 "no other entry that is known to start this host (%s):", why);
	ok(!*steps(loader_efistub.clear) && strstr(notes, text),
	   "ours stay, and it is said why: %s", why);
}

static void test_clear_strangers(void)
{
	static const char windows[] = "\\EFI\\Microsoft\\Boot\\bootmgfw.efi";

	fake_file(boot.root_fd, "efi/EFI/Microsoft/Boot/bootmgfw.efi", "x\n");
	entry("Boot0009", "Windows", windows, "");
	unknown("Boot0009 \"Windows\": it starts something else");
	number("BootCurrent", 9);
	is_str(steps(loader_efistub.clear), CLEARED,
	       "what started this boot is known to, whatever it is called");
	boot.running.image = (char *)"";
	unknown("Boot0009 \"Windows\": it starts something else");
	boot.running.image = (char *)OLD;
	number("BootCurrent", 0);
	fake_file(boot.root_fd, "efi/EFI/bedplate/0/vmlinuz", "x\n");
	entry("Boot0009", "Bedplate 6.1", "\\EFI\\bedplate\\0\\vmlinuz", "");
	unknown("Boot0009 \"Bedplate 6.1\": it starts something else");
	entry("Boot0009", "Setup", "", "");
	unknown("Boot0009 \"Setup\": it names no file");
	entry("Boot0009", "other", "\\EFI\\other.efi", "");
}

/* Removal of the package must leave a machine that starts. */
static void test_clear(void)
{
	static const uint8_t both[] = { 0, 0, 9, 0 };

	forget();
	args.clear = true;
	is_str(steps(loader_efistub.clear), "",
	       "what alone starts this machine stays when all is taken back");
	is_str(notes,
	       "the firmware has no other entry that is known to start this host: "
	       "Boot0000 \"Bedplate 6.1\" stays, and so do its kernel " FILE_
	       " and what else of ours is beside it; they start without us\n",
	       "and it is said what that is, and why");
	unlinkat(boot.root_fd, EFI_PATH "/BootOrder" GLOBAL, 0);
	variable("BootOrder", both, sizeof(both));
	unknown("Boot0009 \"other\": its file is not there");
	fake_file(boot.root_fd, "efi/EFI/other.efi", "x\n");
	is_str(steps(loader_efistub.clear), CLEARED,
	       "ours go where the firmware starts another boot loader");
	unlinkat(boot.root_fd, "efi/EFI/other.efi", 0);
	test_clear_strangers();
	args.clear = false;
	number("BootOrder", 0);
	is_str(steps(loader_efistub.clear), "delete 0000; remove initrd-6.1-" OLD ".img",
	       "who asks for no boot loader by Type=none gets none");
}

int main(void)
{
	boot.root_fd = fake_tree_open();
	set_up();
	test_order();
	test_no_image();
	test_clear();
	test_no_room();
	test_last_good();
	test_new_line();
	test_broken_off();
	test_foreign_next();
	test_not_in_order();
	test_first_entry();
	state_release(&boot.state);
	close(boot.root_fd);
	fake_tree_remove();
	return done_testing();
}
