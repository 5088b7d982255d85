/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/reboot_marker.c lib/file.c lib/strbuf.c lib/err.c */
/* test_init_reboot.c: the marker of a reboot stays on the root that it is written to. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/reboot_marker.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "tests/unit/tap.h"

static void written(int root)
{
	char line[32] = "";

	ok(!reboot_marker_exists(root), "at first there is no marker");
	is_int(reboot_marker_remove(root, NULL), -ENOENT, "and none to take away");
	is_int(reboot_marker_write(root, "why\n", NULL), 0,
	       "it is written, with its folders");
	ok(reboot_marker_exists(root), "then it is there");
	file_read_line(root, REBOOT_MARKER, line, sizeof(line), NULL);
	is_str(line, "why", "with its reason");
	is_int(reboot_marker_write(root, "x\n", NULL), 0, "a second one replaces it");
	file_read_line(root, REBOOT_MARKER, line, sizeof(line), NULL);
	is_str(line, "x", "whole");
	is_int(reboot_marker_remove(root, NULL), 0, "it is taken away");
	ok(!reboot_marker_exists(root), "and gone");
	unlinkat(root, REBOOT_MARKER_DIR, AT_REMOVEDIR);
}

/* A limit of the file's size stands for a full disk. */
static void full(int root)
{
	struct rlimit before, none;

	getrlimit(RLIMIT_FSIZE, &before);
	none = before;
	none.rlim_cur = 0;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	is_int(reboot_marker_write(root, "why\n", NULL), -EFBIG,
	       "a marker that cannot be written is an error");
	setrlimit(RLIMIT_FSIZE, &before);
	ok(!reboot_marker_exists(root), "... and leaves nothing behind");
	reboot_marker_remove(root, NULL);
	unlinkat(root, REBOOT_MARKER_DIR, AT_REMOVEDIR);
}

/* /var/lib -> /elsewhere is below the root, never the machine's own folder. */
static void linked(int root, const char *outside)
{
	char target[128];

	unlinkat(root, "var/lib", AT_REMOVEDIR);
	symlinkat(outside, root, "var/lib");
	ok(reboot_marker_write(root, "why\n", NULL) < 0,
	   "a link that leads out of the root and dangles in it is an error");
	snprintf(target, sizeof(target), "%s/bedplate", outside);
	ok(access(target, F_OK) < 0, "and nothing is written outside");
	mkdirat(root, "state", 0755);
	unlinkat(root, "var/lib", 0);
	symlinkat("/state", root, "var/lib");
	is_int(reboot_marker_write(root, "why\n", NULL), 0,
	       "an absolute link is followed");
	ok(file_exists(root, "state/bedplate/reboot-once"), "below the root");
	ok(reboot_marker_exists(root), "and is found there");
	is_int(reboot_marker_remove(root, NULL), 0, "and taken away");
}

static void in_the_way(int root, const char *outside)
{
	char target[128];

	snprintf(target, sizeof(target), "%s/file", outside);
	close(open(target, O_CREAT | O_WRONLY, 0644));
	symlinkat(target, root, "state/bedplate/reboot-once");
	ok(reboot_marker_write(root, "why\n", NULL) < 0,
	   "a link in the marker's place is not written through");
	is_int(reboot_marker_remove(root, NULL), 0, "and is what is removed");
	ok(access(target, F_OK) == 0, "not what it leads to");
}

int main(void)
{
	char tree[] = "/tmp/bedplate-test-XXXXXX",
	     outside[] = "/tmp/bedplate-test-XXXXXX";
	char command[128];
	int root;

	if (!mkdtemp(tree) || !mkdtemp(outside))
		return 1;
	root = open(tree, O_RDONLY | O_DIRECTORY);
	written(root);
	full(root);
	linked(root, outside);
	in_the_way(root, outside);
	close(root);
	snprintf(command, sizeof(command), "rm -rf %s %s", tree, outside);
	return system(command) || done_testing();
}
