/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file_copy.c: copies bytes. */
#include <errno.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/file_copy.h"
#include "lib/interrupt.h"

int file_copy(int from, int to)
{
	static char data[128 << 10];
	ssize_t got;
	int result = 0;

	while (!result && (got = read(from, data, sizeof(data))) != 0) {
		if (got < 0 && errno != EINTR)
			result = -errno;
		else if (got > 0)
			result = file_write_all(to, data, (size_t)got);
		if (!result && interrupted)
			result = -EINTR;
	}
	return result;
}
