/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * own_file.h: files of other programs' that are made from the configuration: rules of udev, names
 * of interfaces, the bridge helper's list.
 *
 * The journal's section has {PATH: true} for each that was made. A file appears whole or not
 * at all; one that was there keeps its mode and owner.
 */
#ifndef BEDPLATE_HOST_PREP_OWN_FILE_H
#define BEDPLATE_HOST_PREP_OWN_FILE_H

#include "host-prep/part.h"

struct own_file {
	const char *part;   /* a constant */
	const char *path;   /* below the root */
	const char *text;   /* NULL: it is to go */
	const char *origin; /* of what asks for it */
	/* Called when the file has been written or removed, with the texts before and after
	 * (NULL: none), also when that is undone. May be NULL. */
	int (*changed)(int root_fd, const char *before, const char *after,
		       struct err *err);
};

/* Reads the file's text, which the caller frees; NULL where there is none, or none that we may
 * read. Whatever else cannot be read fails: what is written in its place could not be taken back. */
int own_file_read(int root_fd, const char *path, char **text, struct err *err);

/* Writes a text at once, with a file's folders; NULL removes it, and its folder where
 * nothing else is in it. */
int own_file_write(int root_fd, const char *path, const char *text, struct err *err);

/* Adds a step where the file has another text than it is to have. Nothing is kept but
 * copies. */
int own_file_plan(const struct part_context *context, const struct own_file *file,
		  struct steps *steps, struct err *err);

/* own_file_plan for all of these, and for those of the journal that are no longer among them;
 * the journal has these from then on. `changed` of the removals is `changed`. */
int own_files_plan(const struct part_context *context, const char *part,
		   const struct own_file *files, size_t count,
		   int (*changed)(int root_fd, const char *before, const char *after,
				  struct err *err),
		   struct steps *steps, struct err *err);

/* Has udev, where it runs, read its files again. */
int own_file_reload_udev(int root_fd, const char *before, const char *after,
			 struct err *err);

/* Runs a program quietly, a minute at most. */
int own_file_run(const char *const *argv, struct err *err);

#endif
