/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report_pack.c: writes a compressed archive in the format ustar (POSIX.1-1990, pax(1)). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "bedplate/report.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"
#include "lib/interrupt.h"

enum { BLOCK = 512 };

struct ustar {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], chksum[8], typeflag,
		linkname[100], magic[6], version[2], uname[32], gname[32], devmajor[8],
		devminor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct ustar) == BLOCK, "a header is a block");

static void write_sum(struct ustar *header)
{
	const unsigned char *bytes = (const unsigned char *)header;
	unsigned sum = 0;

	memset(header->chksum, ' ', sizeof(header->chksum));
	for (size_t i = 0; i < sizeof(*header); i++)
		sum += bytes[i];
	snprintf(header->chksum, sizeof(header->chksum), "%06o", sum);
}

static void write_header(struct ustar *header, const char *folder, const char *name,
			 size_t size)
{
	*header = (struct ustar){ .typeflag = '0',
				  .mode = "0000600",
				  .uid = "0000000",
				  .gid = "0000000",
				  .devmajor = "0000000",
				  .devminor = "0000000" };
	/* A name that is too long is cut off: it is still another's than that of what it is about. */
	snprintf(header->name, sizeof(header->name), "%s", name);
	snprintf(header->prefix, sizeof(header->prefix), "%s", folder);
	snprintf(header->size, sizeof(header->size), "%011o", (unsigned)size);
	snprintf(header->mtime, sizeof(header->mtime), "%011llo",
		 (unsigned long long)time(NULL));
	memcpy(header->magic, "ustar", 6);
	memcpy(header->version, "00", 2);
	write_sum(header);
}

static bool put(gzFile out, const void *data, size_t size)
{
	return !size || gzwrite(out, data, (unsigned)size) == (int)size;
}

static bool put_file(gzFile out, const char *folder, const char *name, const char *text)
{
	static const char zeros[BLOCK];
	size_t size = strlen(text);
	struct ustar header;

	write_header(&header, folder, name, size);
	return put(out, &header, sizeof(header)) && put(out, text, size) &&
	       put(out, zeros, (BLOCK - size % BLOCK) % BLOCK);
}

static bool put_all(gzFile out, const struct report *report, const char *folder)
{
	static const char end[2 * BLOCK];
	_cleanup_free_ char *contents = report_contents(report);
	bool done = contents && put_file(out, folder, "contents.txt", contents);

	for (size_t i = 0; done && !interrupted && i < report->count; i++)
		if (report->items[i].text)
			done = put_file(out, folder, report->items[i].name,
					report->items[i].text);
	return done && !interrupted && put(out, end, sizeof(end));
}

int report_pack(const struct report *report, const char *path, const char *folder,
		struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	gzFile out = fd < 0 ? NULL : gzdopen(fd, "wb9");
	bool done;
	int code;

	if (fd < 0)
		return err_sys(err, errno, "writing %s", path);
	if (!out) {
		close(fd);
		unlink(path);
		return err_sys(err, ENOMEM, "writing %s", path);
	}
	errno = 0;
	done = put_all(out, report, folder);
	done = gzclose(out) == Z_OK && done;
	if (done)
		return 0;
	code = interrupted ? EINTR : errno;
	unlink(path);
	return err_sys(err, code ? code : EIO, "writing %s", path);
}
