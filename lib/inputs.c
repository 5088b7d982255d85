/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inputs.c: looks at files and remembers them. */
#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/inputs.h"
#include "lib/names.h"

enum { DIGEST_STEP = 128 << 10 };

static int input_open(int root_fd, const char *path, int flags)
{
	int fd = *path == '/' ? open(path, flags | O_CLOEXEC)
			      : file_open_in_root(root_fd, path, flags, NULL);

	return fd < 0 ? -errno : fd;
}

static int64_t nanoseconds(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

int input_look(struct input *input, int root_fd)
{
	_cleanup_close_ int fd = input_open(root_fd, input->path, O_PATH);
	struct stat st;

	if (fd < 0 && fd != -ENOENT && fd != -ENOTDIR)
		return fd;
	if (fd < 0) {
		input->state = INPUT_ABSENT;
		return 0;
	}
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return -EINVAL;
	input->state = S_ISDIR(st.st_mode) ? INPUT_FOLDER : INPUT_FILE;
	input->size = (uint64_t)st.st_size;
	input->inode = st.st_ino;
	input->modified_ns = nanoseconds(&st.st_mtim);
	input->changed_ns = nanoseconds(&st.st_ctim);
	return 0;
}

static int digest_file(struct input *input, int root_fd)
{
	_cleanup_close_ int fd = input_open(root_fd, input->path, O_RDONLY);
	_cleanup_free_ uint8_t *data = malloc(DIGEST_STEP);
	ssize_t got = 1;

	if (fd < 0 || !data)
		return fd < 0 ? fd : -ENOMEM;
	while (got > 0) {
		got = read(fd, data, DIGEST_STEP);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			input->digest = lzma_crc64(data, (size_t)got, input->digest);
	}
	return got < 0 ? -errno : 0;
}

static int digest_folder(struct input *input, int root_fd)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	_cleanup_close_ int fd = -1;
	int result;

	/* names_read looks below a root only. */
	if (*input->path == '/')
		fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	result = names_read(&names, fd < 0 ? root_fd : fd, input->path);
	for (size_t i = 0; i < names.count; i++)
		input->digest = lzma_crc64((uint8_t *)names.items[i],
					   strlen(names.items[i]) + 1, input->digest);
	return result;
}

static int input_digest(struct input *input, int root_fd)
{
	input->digest = 0;
	if (input->state == INPUT_FOLDER)
		return digest_folder(input, root_fd);
	return input->state == INPUT_FILE ? digest_file(input, root_fd) : 0;
}

int inputs_add(struct inputs *inputs, const struct input *input, struct err *err)
{
	struct input *items = inputs->items, *added;

	if (inputs->count == inputs->room) {
		size_t room = inputs->room ? inputs->room * 2 : 64;

		items = reallocarray(items, room, sizeof(*items));
		if (!items)
			return err_sys(err, ENOMEM,
				       "recording what the image is made of");
		inputs->items = items;
		inputs->room = room;
	}
	added = &items[inputs->count++];
	*added = *input;
	added->kind = strdup(input->kind);
	added->path = strdup(input->path);
	if (!added->kind || !added->path)
		return err_sys(err, ENOMEM, "recording what the image is made of");
	return 0;
}

static bool inputs_have(const struct inputs *inputs, const char *path)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (inputs->items[i].state != INPUT_TEXT &&
		    !strcmp(inputs->items[i].path, path))
			return true;
	return false;
}

int inputs_add_path(struct inputs *inputs, int root_fd, const char *kind,
		    const char *path, struct err *err)
{
	struct input input = { .kind = (char *)kind, .path = (char *)path };
	int result = 0;

	if (inputs_have(inputs, path))
		return 0;
	result = input_look(&input, root_fd);
	if (!result)
		result = input_digest(&input, root_fd);
	if (result)
		return err_sys(err, -result, "reading %s", path);
	return inputs_add(inputs, &input, err);
}

int inputs_add_text(struct inputs *inputs, const char *kind, const char *name,
		    const char *text, struct err *err)
{
	struct input input = { .kind = (char *)kind,
			       .path = (char *)name,
			       .state = INPUT_TEXT,
			       .size = strlen(text),
			       .digest = lzma_crc64((const uint8_t *)text, strlen(text),
						    0) };

	return inputs_add(inputs, &input, err);
}

const struct input *inputs_find(const struct inputs *inputs, const char *kind)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (!strcmp(inputs->items[i].kind, kind))
			return &inputs->items[i];
	return NULL;
}

bool input_has_changed(const struct input *then, int root_fd)
{
	struct input now = { .path = then->path };

	if (input_look(&now, root_fd) || now.state != then->state)
		return true;
	if (now.state == INPUT_ABSENT)
		return false;
	if (now.size == then->size && now.inode == then->inode &&
	    now.modified_ns == then->modified_ns && now.changed_ns == then->changed_ns)
		return false;
	if (now.state == INPUT_FILE && now.size != then->size)
		return true;
	return input_digest(&now, root_fd) || now.digest != then->digest;
}

void inputs_release(struct inputs *inputs)
{
	for (size_t i = 0; i < inputs->count; i++) {
		free(inputs->items[i].kind);
		free(inputs->items[i].path);
	}
	free(inputs->items);
	*inputs = (struct inputs)INPUTS_INIT;
}
