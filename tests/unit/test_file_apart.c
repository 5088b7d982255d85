/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/file_apart.c lib/err.c */
/* test_file_apart.c: a write that never comes back keeps nobody. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "lib/file_apart.h"
#include "tests/unit/tap.h"

enum { HANG_S = 60 };

static bool hangs;
static pid_t parent;
static volatile bool synced_here;

/* Instead of the C library's: a disk that does not answer. */
void sync(void)
{
	synced_here = getpid() == parent;
	if (hangs)
		sleep(HANG_S);
}

int main(void)
{
	struct err err = ERR_INIT;
	time_t start = time(NULL);

	parent = getpid();
	is_int(file_sync_apart(10000, &err), 0, "a sync that comes back is 0");
	ok(!synced_here, "and is another process's");
	hangs = true;
	is_int(file_sync_apart(200, &err), -ETIMEDOUT, "one that does not is left: %s",
	       err.text);
	ok(time(NULL) - start < HANG_S / 2, "at the deadline");
	return done_testing();
}
