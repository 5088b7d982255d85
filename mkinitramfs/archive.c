/* SPDX-License-Identifier: GPL-2.0-or-later */
/* archive.c: walks the streams of an initramfs file and the archives within each. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/late_archive.h"
#include "mkinitramfs/archive.h"

/* Set in the number of a late archive, so that it is no other archive's. */
#define NUMBER_LATE (SIZE_MAX ^ SIZE_MAX >> 1)

static ssize_t archive_source(void *context, void *data, size_t size, struct err *err)
{
	return unpack_read(context, data, size, err);
}

void archive_open_memory(struct archive *archive, const void *data, size_t size)
{
	*archive = (struct archive){ .data = data, .size = size };
}

int archive_open_file(struct archive *archive, const char *path, struct err *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *data;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "opening %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "%s is no regular file", path);
	if (!st.st_size)
		return err_set(err, EBADMSG, "%s is empty", path);
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return err_sys(err, errno, "reading %s", path);
	archive_open_memory(archive, data, (size_t)st.st_size);
	archive->mapped = data;
	return 0;
}

/* What /init's late_unpack() does not take is no late archive here either. */
static int archive_limit_late(struct archive *archive, struct err *err)
{
	const char *name = archive->unpack.method->name;

	if (strcmp(name, LATE_ARCHIVE_METHOD) != 0)
		return err_set(err, EBADMSG, "its compression is %s, and has to be %s",
			       name, LATE_ARCHIVE_METHOD);
	return unpack_limit_window(&archive->unpack, LATE_ARCHIVE_WINDOW, err);
}

/* Opens the stream that begins at or, past zeros, behind archive->segment: 1, or 0 at the
 * file's end. */
static int archive_open_stream(struct archive *archive, struct err *err)
{
	const struct unpack_method *method;
	int result;

	if (archive->is_late && archive->number)
		return 0; /* /init reads no further */
	if (archive->is_late && !archive->size)
		return err_set(err, EBADMSG, "it is empty");
	while (!archive->is_late && archive->segment < archive->size &&
	       !archive->data[archive->segment])
		archive->segment++;
	if (archive->segment == archive->size)
		return 0;
	method = unpack_detect(archive->data + archive->segment,
			       archive->size - archive->segment);
	if (!method)
		return err_set(err, EBADMSG,
			       "what stands at byte %zu is neither a cpio archive nor "
			       "known as compressed",
			       archive->segment);
	result = unpack_open(&archive->unpack, method, archive->data + archive->segment,
			     archive->size - archive->segment, err);
	if (!result && archive->is_late)
		result = archive_limit_late(archive, err);
	if (result)
		return err_wrap(err, "at byte %zu", archive->segment);
	archive->reader = (struct cpio_reader){ .source = archive_source,
						.context = &archive->unpack };
	archive->open = true;
	return 1;
}

static bool archive_is_plain(const struct archive *archive)
{
	return !strcmp(archive->unpack.method->name, "none");
}

/* After a trailer: 1 where the stream holds another archive; 0 where it ends, and is
 * closed. A plain archive's stream ends with it, for what follows may be compressed. */
static int archive_after_trailer(struct archive *archive, struct err *err)
{
	int result =
		archive_is_plain(archive) ? 0 : cpio_read_more(&archive->reader, err);

	archive->number++;
	if (result)
		return result;
	archive->segment += archive_is_plain(archive) ? (size_t)archive->reader.offset
						      : archive->unpack.consumed;
	unpack_release(&archive->unpack);
	archive->open = false;
	return 0;
}

static int archive_wrap(const struct archive *archive, struct err *err)
{
	if (archive->is_late)
		return err_wrap(err, "in its %s stream", LATE_ARCHIVE_METHOD);
	if (archive_is_plain(archive) && !archive->segment)
		return err_wrap(err, "cpio archive");
	return err_wrap(err, "in the %s stream at byte %zu of the file",
			archive_is_plain(archive) ? "cpio" : archive->unpack.method->name,
			archive->segment);
}

bool archive_is_late_archive(const struct cpio_entry *entry)
{
	return S_ISREG(entry->mode) && !strcmp(entry->name, LATE_ARCHIVE);
}

static void archive_leave_late(struct archive *archive)
{
	if (archive->late)
		archive_release(archive->late);
	if (archive->late)
		archive->number ^= NUMBER_LATE;
	free(archive->late);
	free(archive->late_data);
	archive->late = NULL;
	archive->late_data = NULL;
}

/* Reads the present entry's content, which is an archive, and opens that. */
static int archive_enter_late(struct archive *archive, struct err *err)
{
	size_t size = archive->reader.entry.size, used = 0;
	ssize_t got = 1;

	if (archive->is_late)
		return err_set(err, EBADMSG, "another %s is in it", LATE_ARCHIVE);
	archive->late = calloc(1, sizeof(*archive->late));
	archive->late_data = malloc(size + 1);
	if (!archive->late || !archive->late_data)
		return err_sys(err, ENOMEM, "reading %s", LATE_ARCHIVE);
	/* Inode numbers begin anew. */
	archive->number ^= NUMBER_LATE;
	while (got > 0 && used < size) {
		got = cpio_read_content(&archive->reader, archive->late_data + used,
					size - used, err);
		used += got > 0 ? (size_t)got : 0;
	}
	archive_open_memory(archive->late, archive->late_data, used);
	archive->late->is_late = true;
	return got < 0 ? (int)got : 0;
}

/* The next entry that is not within a late archive. */
static int archive_next_outer(struct archive *archive, const struct cpio_entry **entry,
			      struct err *err)
{
	for (;;) {
		int result = archive->open ? 1 : archive_open_stream(archive, err);

		if (result <= 0)
			return result;
		result = cpio_read(&archive->reader, err);
		*entry = &archive->reader.entry;
		if (result > 0 && archive_is_late_archive(*entry))
			result = archive_enter_late(archive, err) < 0 ? err->code : 1;
		if (result > 0)
			return 1;
		if (!result)
			result = archive_after_trailer(archive, err);
		if (result < 0)
			return archive_wrap(archive, err);
	}
}

int archive_next(struct archive *archive, const struct cpio_entry **entry,
		 struct err *err)
{
	int result;

	if (!archive->late)
		return archive_next_outer(archive, entry, err);
	result = archive_next(archive->late, entry, err);
	if (result < 0)
		return err_wrap(err, "%s", LATE_ARCHIVE);
	if (result)
		return 1;
	archive_leave_late(archive);
	return archive_next_outer(archive, entry, err);
}

ssize_t archive_read(struct archive *archive, void *data, size_t size, struct err *err)
{
	ssize_t got;

	if (archive->late) {
		got = archive_read(archive->late, data, size, err);
		return got < 0 ? err_wrap(err, "%s", LATE_ARCHIVE) : got;
	}
	got = cpio_read_content(&archive->reader, data, size, err);
	return got < 0 ? archive_wrap(archive, err) : got;
}

const char *archive_method(const struct archive *archive)
{
	if (archive->late && archive->late->open)
		return archive_method(archive->late);
	return archive->unpack.method ? archive->unpack.method->name : "none";
}

void archive_release(struct archive *archive)
{
	archive_leave_late(archive);
	unpack_release(&archive->unpack);
	if (archive->mapped)
		munmap(archive->mapped, archive->size);
	*archive = (struct archive)ARCHIVE_INIT;
}
