/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inputs.h: what an image was made from, and whether that has changed since.
 *
 * How it works: each file has its size, times, inode and a digest. Where the first four
 * are as they were, the file is the same and is not read; otherwise its digest decides, so
 * that a file that was only touched, copied or installed again does not count as changed.
 * Of a folder the digest is that of its names: a new drop-in shows. What is not there is
 * an input, too, if the image would be another one with it. What is no file (the root's
 * devices, options given) is a text, of which the digest is kept.
 *
 * The digest is CRC-64 (ECMA-182, as in xz). It is to find changes and guards against
 * nobody: who may write the files may write the image.
 */
#ifndef BEDPLATE_LIB_INPUTS_H
#define BEDPLATE_LIB_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum input_state { INPUT_ABSENT, INPUT_FILE, INPUT_FOLDER, INPUT_TEXT };

/* The kind of the kernel's own file (kernel_file.h). */
#define INPUT_KERNEL_FILE "kernel-file"

struct input {
	char *kind; /* "module", "configuration", ... */
	char *path; /* with a leading slash it is the machine's, else below the root; of a
		       text its name */
	enum input_state state;
	uint64_t size, inode, digest;
	int64_t modified_ns, changed_ns; /* mtime and ctime */
};

struct inputs {
	struct input *items;
	size_t count, room;
};

#define INPUTS_INIT           \
	{                     \
		.items = NULL \
	}

/* Adds a file or folder as it is now, unless it is among them. -ENOMEM, or the error of a
 * file that is there and cannot be read. */
int inputs_add_path(struct inputs *inputs, int root_fd, const char *kind,
		    const char *path, struct err *err);

int inputs_add_text(struct inputs *inputs, const char *kind, const char *name,
		    const char *text, struct err *err);

/* Adds one as it was recorded. */
int inputs_add(struct inputs *inputs, const struct input *input, struct err *err);

/* The first of this kind, or NULL. */
const struct input *inputs_find(const struct inputs *inputs, const char *kind);

/* Fills in what is known of input->path without reading it: 0, or -errno. */
int input_look(struct input *input, int root_fd);

/* Whether a file or folder is not what it was. What cannot be read has changed. */
bool input_has_changed(const struct input *then, int root_fd);

void inputs_release(struct inputs *inputs);
#define _cleanup_inputs_ __attribute__((cleanup(inputs_release)))

#endif
