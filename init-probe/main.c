/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: the init that an image under verification hands over to: says so and turns the
 * machine off. */
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "lib/probe_words.h"

/* The value of the argument, or "". */
static void read_token(char token[PROBE_TOKEN_MAX])
{
	char line[4096] = "", *at;
	FILE *stream = fopen("/proc/cmdline", "re");

	token[0] = '\0';
	if (stream && fgets(line, sizeof(line), stream) &&
	    (at = strstr(line, PROBE_ARGUMENT "="))) {
		at += sizeof(PROBE_ARGUMENT "=") - 1;
		at[strcspn(at, " \n")] = '\0';
		snprintf(token, PROBE_TOKEN_MAX, "%s", at);
	}
	if (stream)
		fclose(stream);
}

/* The root's type and source, by the last mount on /: the first is the kernel's own. */
static void read_root(char *text, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");

	snprintf(text, size, "- -");
	for (struct mntent *m; mounts && (m = getmntent(mounts));)
		if (!strcmp(m->mnt_dir, "/"))
			snprintf(text, size, "%s %s", m->mnt_type, m->mnt_fsname);
	if (mounts)
		endmntent(mounts);
}

/* The second serial port, raw; 4:65 by kernel Documentation/admin-guide/devices.txt. */
static int open_port(void)
{
	int fd = open("/dev/ttyS1", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	struct termios mode;

	if (fd < 0 && !mknod("/run/ttyS1", S_IFCHR | 0600, makedev(4, 65)))
		fd = open("/run/ttyS1", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	/* A port without hardware opens, but has no settings. */
	if (tcgetattr(fd, &mode) < 0) {
		close(fd);
		return -1;
	}
	cfmakeraw(&mode);
	tcsetattr(fd, TCSANOW, &mode);
	return fd;
}

static void say(const char *line)
{
	int fd = open_port();

	if (fd < 0)
		fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, line, strlen(line)) > 0)
		tcdrain(fd);
	close(fd);
}

int main(void)
{
	char token[PROBE_TOKEN_MAX], root[512], line[640];

	if (getpid() != 1) {
		fputs("init-probe: is the init of a machine in which an initramfs is "
		      "verified\n",
		      stderr);
		return 1;
	}
	if (access("/proc/self", F_OK))
		mount("proc", "/proc", "proc", 0, NULL);
	read_token(token);
	read_root(root, sizeof(root));
	snprintf(line, sizeof(line), "\n%s %s %s\n", PROBE_WORD, token, root);
	say(line);
	return reboot(RB_POWER_OFF);
}
