/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/program.c lib/err.c lib/file.c lib/strbuf.c */
/* An init that cannot be started on its root is found out before anything is deleted. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/program.h"
#include "tests/unit/tap.h"

static char root[] = "/tmp/bedplate-test-XXXXXX";
static int root_fd;

static void put(const char *name, const char *text, mode_t mode)
{
	int fd = openat(root_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (write(fd, text, strlen(text)) < 0)
		perror(name);
	fchmod(fd, mode);
	close(fd);
}

static void copy_self(const char *name)
{
	char buffer[1 << 16];
	int from = open("/proc/self/exe", O_RDONLY);
	int to = openat(root_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t got;

	while ((got = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, (size_t)got) < 0)
			break;
	close(from);
	close(to);
}

static void make_tree(void)
{
	if (!mkdtemp(root))
		perror(root);
	root_fd = open(root, O_RDONLY | O_DIRECTORY);
	mkdirat(root_fd, "sbin", 0755);
	put("sbin/text", "hello\n", 0755);
	put("sbin/plain", "#!/sbin/good\n", 0644);
	put("sbin/script", "#! /sbin/link arg\n", 0755);
	put("sbin/lost", "#!/bin/nothing\n", 0755);
	put("sbin/loop", "#!/sbin/loop\n", 0755);
	put("sbin/broken-elf",
	    "\177ELF\2\1\1 but nothing more of it ....................."
	    "....................................................",
	    0755);
	if (symlinkat("/sbin/good", root_fd, "sbin/link") < 0 ||
	    symlinkat("/nowhere", root_fd, "sbin/dangling") < 0)
		perror("symlink");
}

/* This test's own binary may be static or not; both are told from its own loader. */
static void judges_programs(void)
{
	struct err err = ERR_INIT;

	copy_self("sbin/good");
	if (program_check(root_fd, "/sbin/good", &err) < 0)
		ok(strstr(err.text, "its loader") != NULL,
		   "a program whose loader is missing is refused for it");
	else
		ok(1, "a static program is fine");
}

static void judges_scripts_and_links(void)
{
	struct err err = ERR_INIT;
	int good = program_check(root_fd, "/sbin/good", NULL);

	is_int(program_check(root_fd, "/sbin/link", NULL), good,
	       "an absolute link is followed inside of the root");
	is_int(program_check(root_fd, "/sbin/script", NULL), good,
	       "a script is as good as its interpreter");
	is_int(program_check(root_fd, "/sbin/lost", &err), -ENOENT,
	       "an interpreter that is missing");
	ok(strstr(err.text, "/bin/nothing") != NULL, "... is named");
	is_int(program_check(root_fd, "/sbin/loop", NULL), -ELOOP, "no endless loop");
	is_int(program_check(root_fd, "/sbin/dangling", NULL), -ENOENT,
	       "a dangling link");
}

static void refuses_the_rest(void)
{
	is_int(program_check(root_fd, "/sbin/none", NULL), -ENOENT, "nothing there");
	is_int(program_check(root_fd, "/sbin", NULL), -EACCES, "a folder");
	is_int(program_check(root_fd, "/sbin/plain", NULL), -EACCES, "not executable");
	is_int(program_check(root_fd, "/sbin/text", NULL), -ENOEXEC, "not a program");
	ok(program_check(root_fd, "/sbin/broken-elf", NULL) <= 0,
	   "a damaged program does no harm");
}

int main(void)
{
	char command[64];

	make_tree();
	judges_programs();
	judges_scripts_and_links();
	refuses_the_rest();
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command) ? 1 : done_testing();
}
