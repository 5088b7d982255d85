/* SPDX-License-Identifier: GPL-2.0-or-later */
/* late.c: keeps what is still to come. */
#include <errno.h>
#include <unistd.h>

#include "host-prep/late.h"
#include "lib/file.h"

static const char folder[] = "run/bedplate";
static const char place[] = "run/bedplate/host-prep.late";

int late_note(int root_fd, const char *missing, struct err *err)
{
	int result;

	if (!*missing) {
		if (unlinkat(root_fd, place, 0) < 0 && errno != ENOENT)
			return err_sys(err, errno, "removing /%s", place);
		return 0;
	}
	result = file_make_dirs(root_fd, folder, err);
	return result ? result : file_replace(root_fd, place, 0644, missing, err);
}

bool late_is_awaited(int root_fd)
{
	return file_exists(root_fd, place);
}
