/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpio.c: the one writer and the one reader of "newc" archives. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cpio.h"

static const char trailer_name[] = "TRAILER!!!";

enum { CPIO_FIELDS = 13, CPIO_MAGIC = 6 };

/* ---- writing ---- */

static int cpio_put(struct cpio_writer *writer, const void *data, size_t size,
		    struct err *err)
{
	if (!size)
		return 0;
	writer->offset += size;
	return writer->sink(writer->context, data, size, err);
}

static int cpio_pad(struct cpio_writer *writer, struct err *err)
{
	static const char zeros[3];

	return cpio_put(writer, zeros, -writer->offset & 3, err);
}

static int cpio_put_entry(struct cpio_writer *writer, uint32_t ino,
			  const struct cpio_entry *e, const void *content,
			  struct err *err)
{
	char header[CPIO_HEADER + 1];
	static const char zeros[CPIO_ALIGN_MAX];
	size_t length = strlen(e->name) + 1, name_size = length;
	int result;

	if (e->align)
		name_size += -(writer->offset + CPIO_HEADER + length) & (e->align - 1);
	if (name_size > CPIO_NAME_MAX)
		return err_set(err, ENAMETOOLONG,
			       "%.60s...: the name is too long for cpio", e->name);
	snprintf(header, sizeof(header),
		 "070701%08" PRIX32 "%08" PRIX32 "%08" PRIX32 "%08" PRIX32 "%08" PRIX32
		 "%08" PRIX32 "%08" PRIX32 "%08" PRIX32 "%08" PRIX32 "%08" PRIX32
		 "%08" PRIX32 "%08" PRIX32 "%08" PRIX32,
		 ino, e->mode, e->uid, e->gid, e->nlink, e->mtime, e->size, e->dev_major,
		 e->dev_minor, e->rdev_major, e->rdev_minor, (uint32_t)name_size,
		 (uint32_t)0);
	result = cpio_put(writer, header, CPIO_HEADER, err);
	if (!result)
		result = cpio_put(writer, e->name, length, err);
	if (!result)
		result = cpio_put(writer, zeros, name_size - length, err);
	if (!result)
		result = cpio_pad(writer, err);
	if (!result)
		result = cpio_put(writer, content, e->size, err);
	return result ? result : cpio_pad(writer, err);
}

int cpio_write(struct cpio_writer *writer, const struct cpio_entry *entry,
	       const void *content, struct err *err)
{
	return cpio_put_entry(writer, ++writer->ino, entry, content, err);
}

int cpio_write_end(struct cpio_writer *writer, struct err *err)
{
	struct cpio_entry trailer = { .name = trailer_name, .nlink = 1 };

	return cpio_put_entry(writer, 0, &trailer, NULL, err);
}

/* ---- reading ---- */

static int cpio_truncated(const struct cpio_reader *reader, const char *what,
			  struct err *err)
{
	return err_set(err, EBADMSG, "the archive ends at byte %" PRIu64 ", within %s",
		       reader->offset, what);
}

/* Reads exactly `size` bytes; 1, or 0 where the source ends before the first byte. */
static int cpio_get(struct cpio_reader *reader, void *data, size_t size, const char *what,
		    struct err *err)
{
	size_t done = 0;

	if (reader->has_ahead && size) {
		*(char *)data = reader->ahead;
		reader->has_ahead = false;
		reader->offset++;
		done = 1;
	}
	while (done < size) {
		ssize_t got = reader->source(reader->context, (char *)data + done,
					     size - done, err);

		if (got < 0)
			return (int)got;
		if (!got && !done)
			return 0;
		if (!got)
			return cpio_truncated(reader, what, err);
		done += (size_t)got;
		reader->offset += (size_t)got;
	}
	return 1;
}

static int cpio_get_padding(struct cpio_reader *reader, struct err *err)
{
	char padding[3];
	size_t size = -reader->offset & 3;
	int result = size ? cpio_get(reader, padding, size, "padding", err) : 1;

	if (!result)
		return cpio_truncated(reader, "padding", err);
	return result < 0 ? result : 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int hex_field(const char *text, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < 8; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return -1;
		*value = *value << 4 | (uint32_t)digit;
	}
	return 0;
}

/* Fills the entry from a header's text. */
static int cpio_parse_header(struct cpio_entry *e, const char *header,
			     uint32_t *name_size)
{
	uint32_t *fields[CPIO_FIELDS] = { &e->ino,        &e->mode,       &e->uid,
					  &e->gid,        &e->nlink,      &e->mtime,
					  &e->size,       &e->dev_major,  &e->dev_minor,
					  &e->rdev_major, &e->rdev_minor, name_size,
					  &e->check };

	if (memcmp(header, "07070", 5) != 0 || (header[5] != '1' && header[5] != '2'))
		return -1;
	for (int i = 0; i < CPIO_FIELDS; i++)
		if (hex_field(header + CPIO_MAGIC + 8 * i, fields[i]) < 0)
			return -1;
	e->has_check = header[5] == '2' && S_ISREG(e->mode);
	return 0;
}

/* Passes what is left of the present entry, so that its checksum is looked at as well. */
static int cpio_skip_content(struct cpio_reader *reader, struct err *err)
{
	char buffer[16384];
	ssize_t got;

	do
		got = cpio_read_content(reader, buffer, sizeof(buffer), err);
	while (got > 0);
	return (int)got;
}

/* More '\0' behind it than one align the content; the kernel takes them as well. */
static bool name_is_whole(const char *name, size_t size)
{
	size_t length = strnlen(name, size), at = length;

	while (at < size && !name[at])
		at++;
	return length < size && at == size;
}

static int cpio_read_name(struct cpio_reader *reader, uint32_t size, struct err *err)
{
	uint64_t at = reader->offset;
	int result;

	if (!size || size > sizeof(reader->name))
		return err_set(err, EBADMSG,
			       "a name of %" PRIu32 " bytes at byte %" PRIu64, size, at);
	result = cpio_get(reader, reader->name, size, "a name", err);
	if (result < 0)
		return result;
	if (!result)
		return cpio_truncated(reader, "a name", err);
	if (!name_is_whole(reader->name, size))
		return err_set(err, EBADMSG, "a damaged name at byte %" PRIu64, at);
	reader->entry.name = reader->name;
	return cpio_get_padding(reader, err);
}

int cpio_read(struct cpio_reader *reader, struct err *err)
{
	char header[CPIO_HEADER];
	uint32_t name_size = 0;
	uint64_t at;
	int result = cpio_skip_content(reader, err);

	if (result < 0)
		return result;
	at = reader->offset;
	result = cpio_get(reader, header, sizeof(header), "a header", err);
	if (result < 0)
		return result;
	if (!result)
		return err_set(err, EBADMSG,
			       "the archive ends at byte %" PRIu64 " without a trailer",
			       at);
	if (cpio_parse_header(&reader->entry, header, &name_size) < 0)
		return err_set(err, EBADMSG, "no cpio header (newc) at byte %" PRIu64,
			       at);
	result = cpio_read_name(reader, name_size, err);
	if (result < 0)
		return result;
	reader->left = reader->entry.size;
	reader->check = 0;
	if (strcmp(reader->name, trailer_name) != 0)
		return 1;
	result = cpio_skip_content(reader, err);
	return result;
}

static int cpio_verify(const struct cpio_reader *reader, struct err *err)
{
	if (!reader->entry.has_check || reader->check == reader->entry.check)
		return 0;
	return err_set(err, EBADMSG, "%s: the checksum before byte %" PRIu64 " is wrong",
		       reader->name, reader->offset);
}

ssize_t cpio_read_content(struct cpio_reader *reader, void *data, size_t size,
			  struct err *err)
{
	int result;

	if (!reader->left || !size)
		return 0;
	if (size > reader->left)
		size = (size_t)reader->left;
	result = cpio_get(reader, data, size, reader->name, err);
	if (!result)
		result = cpio_truncated(reader, reader->name, err);
	if (result < 0)
		return result;
	reader->left -= size;
	for (size_t i = 0; reader->entry.has_check && i < size; i++)
		reader->check += ((const uint8_t *)data)[i];
	if (!reader->left) {
		result = cpio_verify(reader, err);
		if (!result)
			result = cpio_get_padding(reader, err);
		if (result < 0)
			return result;
	}
	return (ssize_t)size;
}

int cpio_read_more(struct cpio_reader *reader, struct err *err)
{
	int result;

	reader->has_ahead = false;
	do
		result = cpio_get(reader, &reader->ahead, 1, "padding", err);
	while (result > 0 && !reader->ahead);
	if (result <= 0)
		return result;
	reader->has_ahead = true;
	reader->offset--;
	return 1;
}
