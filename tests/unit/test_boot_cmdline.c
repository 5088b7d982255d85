/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/boot_cmdline.c lib/file.c lib/strbuf.c lib/err.c */
/* test_boot_cmdline.c: the command line out of the boot loaders' configurations. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/boot_cmdline.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "tests/unit/tap.h"

static const struct row {
	const char *script, *value;
} rows[] = {
	{ "A=\"quiet splash\"\n", "quiet splash" },
	{ "A='quiet splash'\n", "quiet splash" },
	{ "A=quiet splash\n", "quiet" },
	{ "A=quiet # why\n", "quiet" },
	{ "  export A=quiet\n", "quiet" },
	{ "#A=quiet\n", "" },
	{ "AB=quiet\n", "" },
	{ "A=one\nA=two\n", "two" },
	{ "A=one\nA+=\" two\"\n", "one two" },
	{ "A=one\nA=\"$A two\"\n", "one two" },
	{ "A=one\nA=\"two ${A}\"\n", "two one" },
	{ "A=one\nA='$A two'\n", "$A two" },
	{ "A=\"a=\\\"b c\\\" d\"\n", "a=\"b c\" d" },
	{ "A=\"$B two\"\n", " two" },
	{ "A=\"one${B}two $B_2 three$\"\n", "onetwo  three$" },
	{ "A=one\nA=\"$A2 $A two\"\n", " one two" },
	{ "A=\"one \\\ntwo\"\n", "one two" },
	{ "A=\"never closed", "never closed" },
	{ "A=", "" },
};

static void put(int root, const char *path, const char *text)
{
	_cleanup_close_ int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (write(fd, text, strlen(text)) < 0)
		perror(path);
}

static void test_scripts(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_strbuf_ struct strbuf out;

		strbuf_init(&out, 0);
		boot_cmdline_assign(&out, rows[i].script, "A");
		is_str(out.text, rows[i].value, "script %zu", i);
	}
}

static void test_files(int root)
{
	_cleanup_boot_cmdlines_ struct boot_cmdlines cmdlines;

	is_int(boot_cmdlines_read(&cmdlines, root, NULL), 0, "no boot loader");
	is_int(cmdlines.count, 0, "is no command line");
	file_make_dirs(root, "etc/default/grub.d", NULL);
	file_make_dirs(root, "etc/kernel", NULL);
	put(root, "etc/default/grub",
	    "GRUB_CMDLINE_LINUX=a=1\nGRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\n");
	put(root, "etc/default/grub.d/20.cfg",
	    "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX c\"");
	put(root, "etc/default/grub.d/10.cfg",
	    "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX b\"");
	put(root, "etc/default/grub.d/30.cfg.dpkg-old", "GRUB_CMDLINE_LINUX=x\n");
	put(root, "etc/kernel/cmdline", "root=/dev/x ro\n");
	is_int(boot_cmdlines_read(&cmdlines, root, NULL), 0, "two boot loaders");
	is_int(cmdlines.count, 2, "are two");
	is_str(cmdlines.items[0].text, "a=1 b c quiet", "GRUB's with its drop-ins");
	is_str(cmdlines.items[1].text, "root=/dev/x ro\n", "kernel-install's");
}

int main(void)
{
	char tree[] = "/tmp/bedplate-test-XXXXXX", command[64];
	int root;

	if (!mkdtemp(tree))
		return 1;
	root = open(tree, O_RDONLY | O_DIRECTORY);
	test_scripts();
	test_files(root);
	close(root);
	snprintf(command, sizeof(command), "rm -rf %s", tree);
	return system(command) || done_testing();
}
