/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which boot entries are this machine's, by kernel-install's rules. */
/* SOURCES: boot/bls.c boot/bls_entries.c boot/plan.c boot/state.c boot/line.c boot/diff.c lib/file.c lib/err.c */
/* SOURCES: boot/uki.c lib/kernel_file.c boot/kernel_install.c lib/mounts.c lib/mount_text.c */
/* SOURCES: lib/strbuf.c lib/format_text.c lib/names.c lib/show_json.c lib/log.c lib/record.c */
/* SOURCES: lib/inputs.c lib/sha512.c LIBS: jansson lzma */
#include <errno.h>

#include "boot/systemd_boot.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

#define ID "0123456789abcdef0123456789abcdef"

static int root;

static void entry(const char *name, const char *version, const char *kernel)
{
	char path[200], text[500];

	snprintf(path, sizeof(path), "boot/efi/loader/entries/%s", name);
	snprintf(text, sizeof(text), "title x\nversion %s\noptions a\nlinux %s\n",
		 version, kernel);
	fake_file(root, path, text);
}

static void test_none(void)
{
	struct bls_entries entries = BLS_ENTRIES_INIT;

	is_int(bls_entries_read(&entries, root, "", NULL) < 0, 1,
	       "no folder is an error");
	bls_entries_release(&entries);
}

/* A file with a kernel's header; see lib/kernel_file.h. */
static void fake_kernel(const char *path, const char *banner)
{
	char header[0x300] = "";
	int fd;

	fake_file(root, path, "");
	memcpy(header + 0x202, "HdrS", 4);
	header[0x20e] = 0x20;
	strcpy(header + 0x220, banner);
	fd = openat(root, path, O_WRONLY);
	if (fd < 0 || write(fd, header, sizeof(header)) != sizeof(header))
		abort();
	close(fd);
}

static void test_machine(void)
{
	struct bls_entries entries = BLS_ENTRIES_INIT;
	struct boot_image image = { .version = (char *)"6.1",
				    .kernel = (char *)"boot/vmlinuz-6.1",
				    .path = (char *)"boot/initrd.img-6.1" };
	struct plan plan = { .root_fd = root };

	fake_file(root, "etc/machine-id", ID "\n");
	fake_file(root, "etc/os-release", "NAME=x\nID=\"debian\"\n");
	entry(ID "-6.1+2-1.conf", "6.1", "/" ID "/6.1/linux");
	entry(ID "-6.2.conf", "6.2", "/elsewhere/linux");
	entry("fedcba98-6.1.conf", "6.1", "/fedcba98/6.1/linux");
	entry("windows.conf", "1", "/" ID "/1/linux");
	is_int(bls_entries_read(&entries, root, "", NULL), 0, "entries are read");
	is_str(entries.boot, "boot/efi", "where they are");
	is_str(entries.token, ID, "the token is the machine's id");
	ok(entries.token_is_machine_id, "and known to be it");
	is_int(entries.count, 1, "others' entries are not taken");
	is_str(entries.count ? entries.items[0].version : "", "6.1", "the kernel");
	is_int(entries.count ? entries.items[0].name.left : 9, 2, "tries left");
	fake_file(root, "boot/initrd.img-6.1", "image");
	is_int(bls_has_image(&entries, &plan, &image, NULL, NULL), 0,
	       "the image is not there");
	fake_file(root, "boot/efi/" ID "/6.1/initrd.img-6.1", "imagf");
	is_int(bls_has_image(&entries, &plan, &image, NULL, NULL), 0, "another one is");
	fake_file(root, "boot/efi/" ID "/6.1/initrd", "image");
	is_int(bls_has_image(&entries, &plan, &image, NULL, NULL), 1, "it is, as initrd");
	fake_kernel("boot/vmlinuz-6.1", "6.1 (x) #1");
	is_int(bls_has_image(&entries, &plan, &image, NULL, NULL), 1,
	       "a kernel that is not there is not compared");
	fake_kernel("boot/efi/" ID "/6.1/linux", "6.1 (x) #2");
	is_int(bls_has_image(&entries, &plan, &image, NULL, NULL), 0,
	       "with a kernel of another build it is not");
	fake_kernel("boot/efi/" ID "/6.1/linux", "6.1 (x) #1");
	is_int(bls_has_image(&entries, &plan, &image, NULL, NULL), 1,
	       "with the same it is");
	image.version = (char *)"6.3";
	is_int(bls_has_image(&entries, &plan, &image, NULL, NULL), 0,
	       "a kernel without an entry");
	bls_entries_release(&entries);
}

static void test_token(void)
{
	struct bls_entries entries = BLS_ENTRIES_INIT;

	fake_file(root, "efi/debian/6.1/linux", "");
	is_int(bls_entries_read(&entries, root, "", NULL), 0,
	       "a folder by the system's name");
	is_str(entries.token, "debian", "is the token");
	is_str(entries.boot, "efi", "and /efi comes before the others");
	ok(!entries.token_is_machine_id, "it is not the machine's id");
	bls_entries_release(&entries);
	fake_file(root, "etc/kernel/entry-token", "chosen\n");
	is_int(bls_entries_read(&entries, root, "", NULL), 0, "a chosen token");
	is_str(entries.token, "chosen", "counts");
	is_str(entries.boot, "boot/efi", "where there are entries");
	bls_entries_release(&entries);
}

/* $BOOT for the cases in which it does not go by what is there; "none" where no entries are. */
static const char *found(void)
{
	static char place[64];
	struct bls_entries entries = BLS_ENTRIES_INIT;

	snprintf(place, sizeof(place), "%s",
		 bls_entries_read(&entries, root, "", NULL) ? "none" : entries.boot);
	bls_entries_release(&entries);
	return place;
}

static void test_boot(void)
{
	fake_file(root, "efi/chosen/6.1/linux", "");
	fake_file(root, "boot/loader/entries/x", "");
	is_str(found(), "efi", "where there is a folder of the token");
	fake_file(root, "proc/self/mountinfo",
		  "20 1 8:2 / / rw - ext4 /dev/sda2 rw\n"
		  "21 20 8:3 / /boot rw - vfat /dev/sda3 rw\n"
		  "22 20 8:1 / /efi rw - vfat /dev/sda1 rw\n");
	is_str(found(), "efi", "/boot may be any partition");
	fake_file(root, "run/udev/data/b8:3",
		  "S:disk/by-id/x\n"
		  "E:ID_PART_ENTRY_TYPE=bc13c2ff-59e6-4262-a352-b275fd6f7172\n");
	is_str(found(), "boot", "that of the type XBOOTLDR comes first");
	fake_file(root, "usr/lib/kernel/install.conf", "layout=uki\n");
	fake_file(root, "etc/kernel/install.conf",
		  "# BOOT_ROOT=/x\nBOOT_ROOT=\"/boot/efi\"\n");
	is_str(found(), "boot/efi", "what install.conf says comes before all");
}

/* A PE file with an initrd and a command line. */
static void unified(const char *path, const char *initrd, const char *cmdline)
{
	unsigned char data[1024] = { 'M', 'Z', [0x3c] = 0x40, [0x40] = 'P', 'E' };
	unsigned char *sections = data + 0x40 + 24 + 8;
	int fd;

	data[0x40 + 6] = 2;
	data[0x40 + 20] = 8;
	memcpy(sections, ".initrd", 8);
	sections[8] = (unsigned char)strlen(initrd);
	sections[17] = 1; /* 256 bytes, with what they are padded with */
	sections[21] = 1; /* at 256 */
	memcpy(data + 256, initrd, strlen(initrd));
	memcpy(sections + 40, ".cmdline", 8);
	sections[40 + 8] = (unsigned char)strlen(cmdline);
	sections[40 + 17] = 1;
	sections[40 + 21] = 2;
	memcpy(data + 512, cmdline, strlen(cmdline));
	fake_file(root, path, "");
	fd = openat(root, path, O_WRONLY);
	if (write(fd, data, sizeof(data)) < 0)
		abort();
	close(fd);
}

static int has(const char *image, const char *options)
{
	struct bls_entries entries = BLS_ENTRIES_INIT;
	struct plan plan = { .root_fd = root };
	struct boot_image wanted = { .version = (char *)"6.1",
				     .kernel = (char *)"boot/vmlinuz-6.1",
				     .path = (char *)"boot/initrd.img-6.1" };
	int result;

	fake_file(root, wanted.path, image);
	bls_entries_read(&entries, root, "", NULL);
	result = bls_has_image(&entries, &plan, &wanted, options, NULL);
	bls_entries_release(&entries);
	return result;
}

static void test_unified(void)
{
	struct bls_entries entries = BLS_ENTRIES_INIT;

	fake_file(root, "etc/kernel/install.conf", "layout=uki\nBOOT_ROOT=/esp\n");
	is_int(has("image", NULL), 0, "no unified image");
	unified("esp/EFI/Linux/chosen-6.1+2-1.efi", "image", " root=x ro");
	unified("esp/EFI/Linux/chosen-6.1-previous.efi", "older", "root=x");
	unified("esp/EFI/Linux/other-6.1.efi", "image", "");
	is_int(bls_entries_read(&entries, root, "", NULL), 0, "unified images are read");
	is_int(entries.count, 2, "others' are not taken");
	is_str(entries.count ? entries.items[0].version : "", "6.1",
	       "the kernel is in the name");
	is_int(entries.count ? entries.items[0].name.left : 9, 2, "tries left");
	is_int(has("image", NULL), 1, "it has the image");
	is_int(has("imagf", NULL), 0, "it has another one");
	is_int(has("imag", NULL), 0, "it has a longer one");
	is_int(has("image", "root=x ro"), 1, "and the options");
	is_int(has("image", "root=x rw"), 0, "and others");
	unified("esp/EFI/Linux/chosen-6.1+2-1.efi", "ucodeABCimage\0\0", "");
	is_int(has("image", NULL), 0, "one that is not at the end");
	unified("esp/EFI/Linux/chosen-6.1+2-1.efi", "ucodeABCnewimage", "");
	is_int(has("newimage", NULL), 1, "one behind another");
	fake_file(root, "esp/EFI/Linux/chosen-6.1+2-1.efi", "no PE file at all");
	is_int(has("image", NULL), 0, "a file that is none");
	bls_entries_release(&entries);
}

/* What `mv` would be given. */
static const char *renamed(const char *path, int left)
{
	static char to[100];
	struct plan plan;

	plan_init(&plan, NULL, false);
	bls_plan_tries(&plan, path, left, "x", NULL);
	snprintf(to, sizeof(to), "%s", plan.count ? plan.steps[0].argv[3] : "none");
	plan_release(&plan);
	return to;
}

static void test_tries(void)
{
	is_str(renamed("e/id-6.1+0-3.conf", 3), "/e/id-6.1+3.conf",
	       "tries are given back");
	is_str(renamed("e/id-6.1+1-2.efi", BLS_UNCOUNTED), "/e/id-6.1.efi",
	       "a counter is taken off");
	is_str(renamed("e/id-6.1+3.conf", 3), "none", "what has them needs none");
}

int main(void)
{
	root = fake_tree_open();
	test_none();
	test_machine();
	test_token();
	test_boot();
	test_unified();
	test_tries();
	close(root);
	fake_tree_remove();
	return done_testing();
}
