/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: boot/efistub.c boot/efistub_good.c boot/efistub_steps.c boot/efistub_files.c boot/efistub_ours.c boot/efistub_clear.c boot/efi.c boot/efi_plan.c */
/* SOURCES: boot/esp.c boot/trial_word.c boot/running.c boot/choice.c boot/image_list.c boot/plan.c boot/plan_apply.c */
/* SOURCES: boot/diff.c boot/state.c boot/line.c lib/place.c lib/record.c lib/inputs.c lib/mounts.c lib/mount_text.c */
/* SOURCES: lib/names.c lib/format_text.c lib/kernel_file.c lib/file.c lib/file_copy.c lib/log.c lib/sha512.c */
/* SOURCES: lib/strbuf.c lib/err.c lib/show_json.c lib/interrupt.c lib/process.c LIBS: jansson lzma blkid */
/* test_boot_efistub.c: what apply and good plan for the firmware, in which order, and what of it is
 * a trial. */
#include "boot/args.h"
#include "boot/efistub.h"
#include "boot/loader.h"
#include "lib/schema/host.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

#define ID      "f8b74fd33666fddd" /* of MACHINE */
#define MACHINE "0123456789abcdef0123456789abcdef"
#define AT      "efi/EFI/bedplate/" ID "/"
#define GLOBAL  "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define IMAGE   "00000000000000ff"
#define KERNEL  "00000000000000bb"
#define OLD     "00000000000000ee"
#define FOLDER  "\\EFI\\bedplate\\" ID "\\"
#define FILE_   FOLDER "vmlinuz-6.1-" KERNEL
#define NEW     "initrd=" FOLDER "initrd-6.1-" IMAGE ".img ro"
#define FORMER  "initrd=" FOLDER "initrd-6.1-" OLD ".img ro"

static struct args args;
static struct host_conf host = { .boot_loader = { .tries = 3, .esp = (char *)"" } };
static struct boot_image images[] = {
	{ .version = (char *)"6.1",
	  .kernel = (char *)"boot/vmlinuz-6.1",
	  .path = (char *)"boot/initrd.img-6.1",
	  .id = (char *)IMAGE,
	  .kernel_id = (char *)KERNEL },
	/* Somebody else's, which gets no entry. */
	{ .version = (char *)"6.1",
	  .kernel = (char *)"boot/vmlinuz-6.1",
	  .path = (char *)"boot/initrd.img-6.1.prev",
	  .id = (char *)"",
	  .kernel_id = (char *)KERNEL,
	  .previous = 1 },
};
static struct boot boot = {
	.args = &args,
	.live = true,
	.settings = { .host = &host },
	.images = { images, 2 },
	.has_cmdline = true,
	.line = (char *)"ro",
	.running = { .image = (char *)OLD,
		     .kernel = (char *)"6.1",
		     .line = (char *)"ro" },
};

/* ---- the firmware ---- */

static void put_u16(uint8_t **at, unsigned value)
{
	*(*at)++ = value & 0xff;
	*(*at)++ = value >> 8;
}

static void put_text(uint8_t **at, const char *text)
{
	do
		put_u16(at, (unsigned char)*text);
	while (*text++);
}

static void variable(const char *name, const uint8_t *value, size_t size)
{
	char path[200];
	int fd;

	snprintf(path, sizeof(path), EFI_PATH "/%s" GLOBAL, name);
	fake_file(boot.root_fd, path, "");
	fd = openat(boot.root_fd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "\7\0\0\0", 4) != 4 ||
	    write(fd, value, size) != (ssize_t)size)
		abort();
	close(fd);
}

/* A name that ends in one digit of the entry's number. */
static void entry(const char *name, const char *label, const char *file,
		  const char *options)
{
	uint8_t value[1024] = { 1, 0, 0, 0 }, *at = value + 4;

	put_u16(&at, 4 + 2 * (strlen(file) + 1) + 4);
	put_text(&at, label);
	put_u16(&at, 4 | 4 << 8);
	put_u16(&at, 4 + 2 * (strlen(file) + 1));
	put_text(&at, file);
	put_u16(&at, 0x7f | 0xff << 8);
	put_u16(&at, 4);
	put_text(&at, options);
	variable(name, value, (size_t)(at - value));
}

static void number(const char *name, int value)
{
	char path[200];
	const uint8_t bytes[] = { (uint8_t)value, 0 };

	snprintf(path, sizeof(path), EFI_PATH "/%s" GLOBAL, name);
	unlinkat(boot.root_fd, path, 0);
	if (value >= 0)
		variable(name, bytes, sizeof(bytes));
}

/* ---- what is planned ---- */

static void add_word(char **at, const struct step *step)
{
	if (step->kind != STEP_RUN) {
		*at += sprintf(*at, "%s %s", step->kind == STEP_COPY ? "copy" : "remove",
			       strrchr(step->path, '/') + 1);
		return;
	}
	if (!strcmp(step->argv[2], "--create-only"))
		*at += sprintf(*at, "create %s", step->argv[4]);
	else if (!strcmp(step->argv[2], "--bootnum"))
		*at += sprintf(*at, "delete %s", step->argv[3]);
	else
		*at += sprintf(*at, "%s %s", step->argv[2] + 6,
			       step->argv[3] ? step->argv[3] : "");
}

/* What was said beside the steps. */
static char notes[1000];

static const char *steps(int (*work)(struct boot *boot, struct plan *plan,
				     struct err *err))
{
	static char text[2000];
	struct err err = ERR_INIT;
	struct plan plan;
	char *at = text;

	*at = '\0';
	plan_init(&plan, &boot.state, false);
	plan.root_fd = boot.root_fd;
	if (work(&boot, &plan, &err))
		at += sprintf(at, "failed: %s", err.text);
	for (size_t i = 0; i < plan.count; i++) {
		at += sprintf(at, "%s", i ? "; " : "");
		add_word(&at, &plan.steps[i]);
	}
	snprintf(notes, sizeof(notes), "%s", plan.notes.text);
	plan_release(&plan);
	return text;
}

/* Another boot, of which the state knows nothing yet. */
static void start(const char *id)
{
	snprintf(boot.state.boot, sizeof(boot.state.boot), "%s", id);
}

static void forget(void)
{
	state_release(&boot.state);
	boot.state.json = json_pack("{s:i}", "version", 1);
}

static const char *trial(void)
{
	struct booted booted;
	bool failed;

	if (!state_trial(&boot.state, &booted, &failed))
		return "none";
	return failed ? "failed" : "running";
}

/* The firmware has one entry of a former image, which started this. */
static void set_up(void)
{
	fake_file(boot.root_fd, "proc/self/mountinfo",
		  "30 1 8:1 / /efi rw - vfat /dev/sda1 rw\n");
	fake_file(boot.root_fd, "sys/devices/pci/block/sda/sda1/partition", "1\n");
	fake_link(boot.root_fd, "sys/dev/block/8:1", "../../devices/pci/block/sda/sda1");
	fake_file(boot.root_fd, "etc/machine-id", MACHINE "\n");
	fake_file(boot.root_fd, "boot/vmlinuz-6.1", "kernel\n");
	fake_file(boot.root_fd, "boot/initrd.img-6.1", "new image\n");
	fake_file(boot.root_fd, AT "initrd-6.1-" OLD ".img", "old image\n");
	entry("Boot0000", "Bedplate 6.1", FILE_, FORMER);
	entry("Boot0009", "other", "\\EFI\\other.efi", "");
	number("BootOrder", 0);
	number("BootCurrent", 0);
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
	test_move();
	test_former_stranger();
	test_id();
	state_release(&boot.state);
	close(boot.root_fd);
	fake_tree_remove();
	return done_testing();
}
