/* SPDX-License-Identifier: GPL-2.0-or-later */
/* late_unpack.c: from the late archive's bytes to folders, files and links. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zstd.h>

#include "init/late_unpack.h"
#include "lib/cleanup.h"
#include "lib/cpio.h"
#include "lib/file.h"
#include "lib/late_archive.h"

enum { LATE_BUFFER = 64 << 10 };

struct late {
	ZSTD_DStream *stream;
	ZSTD_inBuffer in;
	bool ended; /* the checksum of the whole was right */
	struct cpio_reader reader;
	char buffer[LATE_BUFFER];
};

static ssize_t late_source(void *context, void *data, size_t size, struct err *err)
{
	struct late *late = context;
	ZSTD_outBuffer out = { data, size, 0 };

	while (!late->ended && !out.pos) {
		size_t code = ZSTD_decompressStream(late->stream, &out, &late->in);

		if (ZSTD_isError(code))
			return err_set(err, EBADMSG, "damaged near byte %zu: %s",
				       late->in.pos, ZSTD_getErrorName(code));
		late->ended = !code;
		if (code && !out.pos && late->in.pos == late->in.size)
			return err_set(err, EBADMSG, "it ends too early, at byte %zu",
				       late->in.size);
	}
	return (ssize_t)out.pos;
}

/* The image's maker writes plain relative names; others are no archive of ours. */
static int check_name(const char *name, struct err *err)
{
	const char *at = name;

	while (at) {
		size_t length = strcspn(at, "/");

		if (!length || (length == 1 && at[0] == '.') ||
		    (length == 2 && !strncmp(at, "..", 2)))
			return err_set(err, EBADMSG,
				       "a name that it may not have: %.100s", name);
		at = at[length] ? at + length + 1 : NULL;
	}
	return 0;
}

/* One descriptor for reading and, where nothing is to be written, -1. */
static int copy_content(struct late *late, int fd, struct err *err)
{
	ssize_t got;

	while ((got = cpio_read_content(&late->reader, late->buffer, sizeof(late->buffer),
					err)) > 0) {
		int result = fd < 0 ? 0 : file_write_all(fd, late->buffer, (size_t)got);

		if (result < 0)
			return err_sys(err, -result, "writing");
	}
	return (int)got;
}

static int make_file(struct late *late, int dir_fd, const struct cpio_entry *entry,
		     struct err *err)
{
	_cleanup_close_ int fd =
		openat(dir_fd, entry->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		       entry->mode & 07777);

	if (fd < 0)
		return errno == EEXIST ? 0 : err_sys(err, errno, "making it");
	return copy_content(late, fd, err);
}

static int make_dir(struct late *late, int dir_fd, const struct cpio_entry *entry,
		    struct err *err)
{
	(void)late;
	if (mkdirat(dir_fd, entry->name, entry->mode & 07777) == 0 || errno == EEXIST)
		return 0;
	return err_sys(err, errno, "making it");
}

static int make_link(struct late *late, int dir_fd, const struct cpio_entry *entry,
		     struct err *err)
{
	ssize_t got = cpio_read_content(&late->reader, late->buffer,
					sizeof(late->buffer) - 1, err);

	if (got < 0)
		return (int)got;
	late->buffer[got] = '\0';
	if (symlinkat(late->buffer, dir_fd, entry->name) == 0 || errno == EEXIST)
		return 0;
	return err_sys(err, errno, "making it");
}

static const struct maker {
	mode_t type;
	int (*make)(struct late *late, int dir_fd, const struct cpio_entry *entry,
		    struct err *err);
} makers[] = {
	{ S_IFREG, make_file },
	{ S_IFDIR, make_dir },
	{ S_IFLNK, make_link },
};

static int take_entry(struct late *late, int dir_fd, struct err *err)
{
	const struct cpio_entry *entry = &late->reader.entry;
	int result = check_name(entry->name, err);

	if (result)
		return result;
	for (size_t i = 0; i < ARRAY_SIZE(makers); i++) {
		if ((entry->mode & S_IFMT) != makers[i].type)
			continue;
		result = dir_fd < 0 ? copy_content(late, -1, err)
				    : makers[i].make(late, dir_fd, entry, err);
		return result < 0 ? err_wrap(err, "%s", entry->name) : 0;
	}
	return err_set(err, EBADMSG, "%.100s: neither file, folder nor link",
		       entry->name);
}

static int take_all(struct late *late, int dir_fd, struct err *err)
{
	char rest;
	int result;

	while ((result = cpio_read(&late->reader, err)) > 0) {
		result = take_entry(late, dir_fd, err);
		if (result < 0)
			return result;
	}
	/* Behind the trailer come zeros at most, and then the checksum. */
	while (!result && !late->ended)
		result = late_source(late, &rest, 1, err) < 0 ? -EBADMSG : 0;
	return result;
}

static void late_free(struct late **late)
{
	if (*late)
		ZSTD_freeDStream((*late)->stream);
	free(*late);
}

int late_unpack(const void *data, size_t size, int dir_fd, struct err *err)
{
	__attribute__((cleanup(late_free))) struct late *late = calloc(1, sizeof(*late));

	if (late)
		late->stream = ZSTD_createDStream();
	if (!late || !late->stream)
		return err_sys(err, ENOMEM, "unpacking");
	ZSTD_DCtx_setParameter(late->stream, ZSTD_d_windowLogMax, LATE_ARCHIVE_WINDOW);
	late->in = (ZSTD_inBuffer){ data, size, 0 };
	late->reader = (struct cpio_reader){ .source = late_source, .context = late };
	return take_all(late, dir_fd, err);
}
