/* SPDX-License-Identifier: GPL-2.0-or-later */
/* handover.c: the new init's arguments; see handover.h. */
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "init/clock.h"
#include "init/handover.h"
#include "lib/cleanup.h"
#include "lib/file.h"

enum { OWN_ARGUMENTS = 5 };

static bool is_systemd(const char *init)
{
	char path[PATH_MAX];
	const char *name;

	if (!realpath(init, path))
		return false;
	name = strrchr(path, '/');
	return name && strcmp(name, "/systemd") == 0;
}

void handover_state(char *text, size_t size, int64_t start_us, int64_t now_us,
		    int64_t now_real_us)
{
	int64_t real_us = now_real_us - (now_us - start_us);

	/* An empty line ends the manager's part; no units follow. A wall clock that stands
	 * at 1970 must not give a time before it. */
	snprintf(text, size, "initrd-timestamp=%" PRId64 " %" PRId64 "\n\n",
		 real_us > 0 ? real_us : 1, start_us);
}

/* A descriptor with the state, at its beginning and kept over the exec; -1: none. */
static int open_state(int64_t start_us)
{
	struct timespec real;
	char text[96];
	int fd = memfd_create("systemd-state", 0);

	clock_gettime(CLOCK_REALTIME, &real);
	handover_state(text, sizeof(text), start_us, clock_us(),
		       (int64_t)real.tv_sec * 1000000 + real.tv_nsec / 1000);
	if (fd < 0 || file_write_all(fd, text, strlen(text)) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0) {
		cleanup_close(&fd);
		return -1;
	}
	return fd;
}

char **handover_arguments(const char *init, char **kernel_argv, int64_t start_us)
{
	static char number[16];
	size_t count = 0, used = 0;
	char **argv;
	int fd = is_systemd(init) ? open_state(start_us) : -1;

	while (kernel_argv[count])
		count++;
	argv = calloc(count + OWN_ARGUMENTS + 2, sizeof(*argv));
	if (!argv)
		return NULL;
	argv[used++] = (char *)init;
	if (fd >= 0) {
		snprintf(number, sizeof(number), "%d", fd);
		argv[used++] = "--switched-root";
		argv[used++] = "--system";
		argv[used++] = "--deserialize";
		argv[used++] = number;
	}
	for (size_t i = 1; i < count; i++)
		argv[used++] = kernel_argv[i];
	return argv;
}
