/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/handover.c lib/err.c lib/file.c lib/strbuf.c */
/* The new init gets its arguments; systemd also the time at which the initramfs began. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/handover.h"
#include "tests/unit/tap.h"

static char folder[] = "/tmp/bedplate-test-XXXXXX";
static char *kernel_argv[] = { "/init", "single", "--", NULL };

static void others_get_theirs_only(void)
{
	char **argv = handover_arguments("/bin/sh", kernel_argv, 5);

	is_str(argv[0], "/bin/sh", "the path takes the place of the first argument");
	is_str(argv[1], "single", "the kernel's arguments follow");
	is_str(argv[3], NULL, "... and no others");
	free(argv);
}

static void systemd_gets_the_time(void)
{
	char **argv, text[128] = "";
	ssize_t got;

	if (mkdir("systemd-folder", 0755) < 0 ||
	    close(open("systemd-folder/systemd", O_WRONLY | O_CREAT, 0755)) < 0 ||
	    symlink("systemd-folder/systemd", "init") < 0)
		perror("init");
	argv = handover_arguments("init", kernel_argv, 1234567);
	is_str(argv[1], "--switched-root", "systemd is known behind a link");
	is_str(argv[3], "--deserialize", "... and is given a state");
	is_str(argv[5], "single", "... before the kernel's arguments");
	got = read(atoi(argv[4]), text, sizeof(text) - 1);
	ok(got > 0 && strncmp(text, "initrd-timestamp=", 17) == 0 &&
		   strstr(text, " 1234567\n\n"),
	   "the state is readable from its beginning and has the time");
	is_int(fcntl(atoi(argv[4]), F_GETFD) & FD_CLOEXEC, 0, "... and outlives exec");
	free(argv);
}

static void computes_both_clocks(void)
{
	char text[128];

	handover_state(text, sizeof(text), 1000, 5000, 1700000000000000);
	is_str(text, "initrd-timestamp=1699999999996000 1000\n\n",
	       "wall clock, monotonic");
	handover_state(text, sizeof(text), 1000, 5000, 2000);
	is_str(text, "initrd-timestamp=1 1000\n\n", "a wall clock that was never set");
}

int main(void)
{
	char command[64];

	if (!mkdtemp(folder) || chdir(folder) < 0)
		perror(folder);
	others_get_theirs_only();
	systemd_gets_the_time();
	computes_both_clocks();
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) ? 1 : done_testing();
}
