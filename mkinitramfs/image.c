/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image.c: writes entries through cpio and a compression into a file that appears whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "mkinitramfs/content.h"
#include "mkinitramfs/cpio.h"
#include "mkinitramfs/image.h"
#include "mkinitramfs/signature.h"

volatile sig_atomic_t image_interrupted;

static int image_sink(void *context, const void *data, size_t size, struct err *err)
{
	return compress_write(context, data, size, err);
}

static int image_write_entry(struct cpio_writer *writer, const struct entry *entry,
			     uint32_t mtime, struct content *content, struct err *err)
{
	struct cpio_entry header = {
		.name = entry->path,
		.mode = entry->mode,
		.nlink = entry->kind == ENTRY_DIR ? 2 : 1,
		.mtime = mtime,
		.size = (uint32_t)entry->size,
		.rdev_major = entry->major,
		.rdev_minor = entry->minor,
	};
	int result;

	if (entry->kind != ENTRY_FILE)
		return cpio_write(writer, &header, entry->text, err);
	result = content_load(content, entry->dir_fd, entry->source, entry->unpack, err);
	if (result)
		return result;
	if (entry->unsign)
		content->size = signature_cut(content->data, content->size);
	header.size = (uint32_t)content->size;
	return cpio_write(writer, &header, content->data, err);
}

static int image_write_entries(const struct plan *plan, struct compressor *compressor,
			       uint32_t mtime, uint64_t *unpacked, struct err *err)
{
	struct cpio_writer writer = { .sink = image_sink, .context = compressor };
	_cleanup_content_ struct content content = CONTENT_INIT;
	int result = 0;

	for (size_t i = 0; !result && i < plan->count; i++) {
		if (image_interrupted)
			return err_set(err, EINTR, "interrupted");
		result =
			image_write_entry(&writer, &plan->items[i], mtime, &content, err);
	}
	if (!result)
		result = cpio_write_end(&writer, err);
	*unpacked = writer.offset;
	return result;
}

/* Where the file is to appear: the end of links, so that a link stays one. */
static char *image_place(const char *path, struct err *err)
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

int image_write(const struct plan *plan, const char *path,
		const struct image_options *options, struct image_result *done,
		struct err *err)
{
	_cleanup_free_ char *place = image_place(path, err);
	_cleanup_aside_ struct file_aside aside = FILE_ASIDE_INIT;
	_cleanup_compressor_ struct compressor compressor = COMPRESSOR_INIT;
	int result;

	if (!place)
		return err->code;
	result = file_aside_open(&aside, AT_FDCWD, place, 0600, err);
	if (result)
		return result;
	result = compress_open(&compressor, options->method, options->level, aside.fd,
			       err);
	if (!result)
		result = image_write_entries(plan, &compressor, options->mtime,
					     &done->unpacked, err);
	if (!result)
		result = compress_finish(&compressor, err);
	done->packed = compressor.written;
	if (result)
		return err_wrap(err, "%s", path);
	return file_aside_commit(&aside, err);
}
