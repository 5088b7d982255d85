/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image.c: writes entries through cpio and a compression. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/cpio.h"
#include "lib/digest.h"
#include "lib/file.h"
#include "lib/interrupt.h"
#include "lib/late_archive.h"
#include "mkinitramfs/content.h"
#include "mkinitramfs/image.h"
#include "mkinitramfs/signature.h"

enum { EARLY_ALIGN = 512 };

struct image_writer {
	const struct plan *plan;
	uint32_t mtime;
	struct cpio_writer cpio;
	struct compressor *compressor; /* NULL: it goes out as it is */
	int fd;
	uint64_t sum;     /* CRC-64 of what was written so far */
	size_t late_size; /* of the late archive, once it was written */
	char *id;         /* where the image's identity goes: IMAGE_ID_SIZE */
};

static int image_sink(void *context, const void *data, size_t size, struct err *err)
{
	struct image_writer *image = context;
	int result;

	image->sum = lzma_crc64(data, size, image->sum);
	if (image->compressor)
		return compress_write(image->compressor, data, size, err);
	result = file_write_all(image->fd, data, size);
	return result ? err_sys(err, -result, "writing the image") : 0;
}

/* The three archives of an image. */
enum image_part { IMAGE_EARLY, IMAGE_MAIN, IMAGE_LATE };

static int image_write_entries(struct image_writer *image, enum image_part part,
			       struct err *err);

/* Writes an archive of the late entries to a descriptor. */
static int late_pack(const struct image_writer *image, int fd, struct err *err)
{
	_cleanup_compressor_ struct compressor compressor = COMPRESSOR_INIT;
	struct image_writer late = { .plan = image->plan,
				     .mtime = image->mtime,
				     .compressor = &compressor,
				     .cpio = { .sink = image_sink, .context = &late } };
	int result = compress_open(&compressor, compress_find(LATE_ARCHIVE_METHOD), 0, fd,
				   err);

	if (!result)
		result = image_write_entries(&late, IMAGE_LATE, err);
	if (!result)
		result = cpio_write_end(&late.cpio, err);
	return result ? result : compress_finish(&compressor, err);
}

/* The archive goes through a file in memory, for its size stands before its content. */
static int late_write(struct image_writer *image, struct cpio_entry *header,
		      struct err *err)
{
	_cleanup_close_ int fd = memfd_create(LATE_ARCHIVE, MFD_CLOEXEC);
	void *data;
	int result;

	if (fd < 0)
		return err_sys(err, errno, "packing %s", LATE_ARCHIVE);
	result = late_pack(image, fd, err);
	if (result)
		return err_wrap(err, "packing %s", LATE_ARCHIVE);
	image->late_size = (size_t)lseek(fd, 0, SEEK_END);
	header->size = (uint32_t)image->late_size;
	data = mmap(NULL, image->late_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return err_sys(err, errno, "packing %s", LATE_ARCHIVE);
	result = cpio_write(&image->cpio, header, data, err);
	munmap(data, image->late_size);
	return result;
}

static int id_write(struct image_writer *image, struct cpio_entry *header,
		    struct err *err)
{
	char line[IMAGE_ID_SIZE + 1];

	digest_write(image->sum, image->id);
	header->size = (uint32_t)snprintf(line, sizeof(line), "%s\n", image->id);
	return cpio_write(&image->cpio, header, line, err);
}

static int image_write_entry(struct image_writer *image, const struct entry *entry,
			     struct content *content, struct err *err)
{
	struct cpio_entry header = {
		.name = entry->path,
		.mode = entry->mode,
		.nlink = entry->kind == ENTRY_DIR ? 2 : 1,
		.mtime = image->mtime,
		.size = (uint32_t)entry->size,
		/* Intel's processors want the update they are pointed at to be aligned, and
		 * older kernels point them into the archive. */
		.align = entry->early && S_ISREG(entry->mode) ? CPIO_ALIGN_MAX : 0,
		.rdev_major = entry->major,
		.rdev_minor = entry->minor,
	};
	int result;

	if (entry->kind == ENTRY_LATE)
		return late_write(image, &header, err);
	if (entry->kind == ENTRY_ID)
		return id_write(image, &header, err);
	if (entry->kind != ENTRY_FILE)
		return cpio_write(&image->cpio, &header, entry->text, err);
	result = content_load(content, entry->dir_fd, entry->source, entry->unpack, err);
	if (result)
		return result;
	if (entry->unsign)
		content->size = signature_cut(content->data, content->size);
	header.size = (uint32_t)content->size;
	return cpio_write(&image->cpio, &header, content->data, err);
}

static enum image_part entry_part(const struct entry *entry)
{
	if (entry->early)
		return IMAGE_EARLY;
	return entry->late ? IMAGE_LATE : IMAGE_MAIN;
}

static int image_write_entries(struct image_writer *image, enum image_part part,
			       struct err *err)
{
	_cleanup_content_ struct content content = CONTENT_INIT;
	int result = 0;

	for (size_t i = 0; !result && i < image->plan->count; i++) {
		if (interrupted)
			return err_set(err, EINTR, "interrupted");
		if (entry_part(&image->plan->items[i]) == part)
			result = image_write_entry(image, &image->plan->items[i],
						   &content, err);
	}
	return result;
}

/* The archive in front is plain: the kernel looks into it before it can unpack anything. What
 * is behind it begins on a boundary that cpio(1) would pad to. Its bytes, or -errno. */
static int64_t early_write(struct image_writer *early, struct err *err)
{
	static const uint8_t zeros[EARLY_ALIGN];
	uint64_t rest;
	int result = 0;

	if (!early->plan->count || !early->plan->items[0].early)
		return 0;
	result = image_write_entries(early, IMAGE_EARLY, err);
	if (!result)
		result = cpio_write_end(&early->cpio, err);
	rest = -early->cpio.offset % EARLY_ALIGN;
	if (!result)
		result = image_sink(early, zeros, rest, err);
	return result ? result : (int64_t)(early->cpio.offset + rest);
}

static int main_write(struct image_writer *image, struct image_result *done,
		      struct err *err)
{
	int result = image_write_entries(image, IMAGE_MAIN, err);

	if (!result)
		result = cpio_write_end(&image->cpio, err);
	done->unpacked = image->cpio.offset;
	done->late = image->late_size;
	return result;
}

char *image_place(const char *path, struct err *err)
{
	char *place = realpath(path, NULL);
	struct stat st;

	if (!place && errno == ENOENT) {
		place = strdup(path);
	} else if (place && (stat(place, &st) < 0 || !S_ISREG(st.st_mode))) {
		err_set(err, EINVAL, "%s is there and is no regular file", path);
		free(place);
		return NULL;
	}
	if (!place)
		err_sys(err, errno, "writing %s", path);
	return place;
}

int image_write(const struct plan *plan, int fd, const struct image_options *options,
		struct image_result *done, struct err *err)
{
	_cleanup_compressor_ struct compressor compressor = COMPRESSOR_INIT;
	struct image_writer early = { .plan = plan,
				      .mtime = options->mtime,
				      .fd = fd,
				      .cpio = { .sink = image_sink, .context = &early } };
	struct image_writer image = { .plan = plan,
				      .mtime = options->mtime,
				      .compressor = &compressor,
				      .id = done->id,
				      .cpio = { .sink = image_sink, .context = &image } };
	int64_t size = early_write(&early, err);
	int result = size < 0 ? (int)size
			      : compress_open(&compressor, options->method,
					      options->level, fd, err);

	image.sum = early.sum;
	if (!result)
		result = main_write(&image, done, err);
	if (!result)
		result = compress_finish(&compressor, err);
	done->packed = compressor.written + (size > 0 ? (uint64_t)size : 0);
	return result;
}
