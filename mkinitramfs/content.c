/* SPDX-License-Identifier: GPL-2.0-or-later */
/* content.c: reads files whole, decompressing on the way. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "mkinitramfs/content.h"
#include "mkinitramfs/unpack.h"

enum { CONTENT_STEP = 256 << 10 };

static int content_reserve(struct content *content, size_t room, const char *path,
			   struct err *err)
{
	uint8_t *data;

	if (room <= content->room)
		return 0;
	if (room < content->room + content->room / 2)
		room = content->room + content->room / 2;
	data = realloc(content->data, room);
	if (!data)
		return err_sys(err, ENOMEM, "reading %s", path);
	content->data = data;
	content->room = room;
	return 0;
}

static int content_open(int root_fd, const char *path, struct stat *st, struct err *err)
{
	int fd;

	if (root_fd != AT_FDCWD)
		fd = file_open_in_root(root_fd, path, O_RDONLY, err);
	else if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return err_sys(err, errno, "opening %s", path);
	if (fd < 0)
		return fd;
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode)) {
		close(fd);
		return err_set(err, EINVAL, "reading %s: not a regular file", path);
	}
	if (st->st_size > UINT32_MAX) {
		close(fd);
		return err_set(err, EFBIG,
			       "reading %s: 4 GiB or more do not fit into an initramfs",
			       path);
	}
	return fd;
}

static int content_read(struct content *content, int fd, size_t size, const char *path,
			struct err *err)
{
	int result = content_reserve(content, size, path, err);

	content->size = 0;
	while (!result && content->size < size) {
		ssize_t got =
			read(fd, content->data + content->size, size - content->size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, errno, "reading %s", path);
		if (!got)
			return err_set(err, EIO, "reading %s: it shrank meanwhile", path);
		content->size += (size_t)got;
	}
	return result;
}

static int content_unpack(struct content *packed, struct content *plain,
			  const struct unpack_method *method, const char *path,
			  struct err *err)
{
	_cleanup_unpack_ struct unpack u = { .method = NULL };
	int result = unpack_open(&u, method, packed->data, packed->size, err);
	ssize_t got = 1;

	while (!result && got > 0) {
		result = content_reserve(plain, plain->size + CONTENT_STEP, path, err);
		if (result)
			return result;
		got = unpack_read(&u, plain->data + plain->size, CONTENT_STEP, err);
		if (got < 0)
			result = err_wrap(err, "reading %s", path);
		else
			plain->size += (size_t)got;
		if (plain->size > UINT32_MAX)
			return err_set(err, EFBIG,
				       "reading %s: it unpacks to 4 GiB or more", path);
	}
	return result;
}

int content_load(struct content *content, int root_fd, const char *path, bool unpack,
		 struct err *err)
{
	struct stat st;
	_cleanup_close_ int fd = content_open(root_fd, path, &st, err);
	_cleanup_content_ struct content packed = CONTENT_INIT;
	const struct unpack_method *method;
	int result;

	if (fd < 0)
		return fd;
	content->size = 0;
	if (!unpack)
		return content_read(content, fd, (size_t)st.st_size, path, err);
	result = content_read(&packed, fd, (size_t)st.st_size, path, err);
	if (result)
		return result;
	method = unpack_detect(packed.data, packed.size);
	if (!method)
		return err_set(err, EBADMSG,
			       "reading %s: not compressed as its name says", path);
	return content_unpack(&packed, content, method, path, err);
}

void content_release(struct content *content)
{
	free(content->data);
	*content = (struct content)CONTENT_INIT;
}
