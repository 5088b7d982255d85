/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * config_files.h: a set of new configuration files: all of them come to stand, or none.
 *
 * How it works: a file that is there stays as it is, whatever it holds; so does a sample whose
 * name without ".sample" is there, and a first network where there is any. The others are
 * written beside their places and synced, all of them; then each gets its name, unless
 * somebody has made one of that name meanwhile. When one fails, those before it go again.
 */
#ifndef BEDPLATE_BEDPLATE_CONFIG_FILES_H
#define BEDPLATE_BEDPLATE_CONFIG_FILES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/err.h"
#include "lib/file.h"
#include "lib/strbuf.h"

enum config_file_state { CONFIG_FILE_NEW, CONFIG_FILE_WRITTEN, CONFIG_FILE_KEPT };

struct config_file {
	char *path;   /* below the folder: "network/nat.conf" */
	char *folder; /* of that: "network"; "" */
	char *name;   /* and the rest, in `path` */
	char *text;
	char *keeper; /* of a kept one: what is there, "network/lan.conf" */
	mode_t mode;
	enum config_file_state state;
	struct file_aside aside;
};

struct config_files {
	char *folder;  /* as it is shown: "/etc/bedplate" */
	int parent_fd; /* of the folder `below` */
	const char *below;
	struct config_file *items;
	size_t count;
};

#define CONFIG_FILES_INIT       \
	{                       \
		.parent_fd = -1 \
	}

/* The folder is `output`, which is made if only it itself is missing; or, where that is NULL,
 * etc/bedplate below `root` (NULL: "/"). Nothing is made yet. */
int config_files_open(struct config_files *files, const char *root, const char *output,
		      struct err *err);

/* Adds a file, and finds out whether it is to be kept. Takes the text. */
int config_files_add(struct config_files *files, const char *path, mode_t mode,
		     struct strbuf *text, struct err *err);

int config_files_write(struct config_files *files, struct err *err);

/* Says on the standard output what became of each; with `texts` what is in those to be written. */
int config_files_show(const struct config_files *files, bool texts, struct err *err);
json_t *config_files_json(const struct config_files *files);

void config_files_release(struct config_files *files);
#define _cleanup_config_files_ __attribute__((cleanup(config_files_release)))

#endif
