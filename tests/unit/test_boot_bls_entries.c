/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which boot entries are this machine's, by kernel-install's rules. */
/* SOURCES: boot/bls.c boot/bls_entries.c boot/plan.c boot/state.c boot/line.c boot/diff.c lib/file.c lib/err.c */
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

static void test_machine(void)
{
	struct bls_entries entries = BLS_ENTRIES_INIT;
	struct boot_image image = { .version = (char *)"6.1",
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
	is_int(bls_has_image(&entries, &plan, &image, NULL), 0, "the image is not there");
	fake_file(root, "boot/efi/" ID "/6.1/initrd.img-6.1", "imagf");
	is_int(bls_has_image(&entries, &plan, &image, NULL), 0, "another one is");
	fake_file(root, "boot/efi/" ID "/6.1/initrd", "image");
	is_int(bls_has_image(&entries, &plan, &image, NULL), 1, "it is, as initrd");
	image.version = (char *)"6.3";
	is_int(bls_has_image(&entries, &plan, &image, NULL), 0,
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

int main(void)
{
	root = fake_tree_open();
	test_none();
	test_machine();
	test_token();
	close(root);
	fake_tree_remove();
	return done_testing();
}
