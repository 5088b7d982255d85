/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modprobe_conf.h: the lines of modprobe.d(5) folders and of modules.softdep.
 *
 * Read here and not by libkmod, because libkmod mixes in the options of the running
 * kernel's command line, which have no business in an image.
 */
#ifndef BEDPLATE_MKINITRAMFS_MODPROBE_CONF_H
#define BEDPLATE_MKINITRAMFS_MODPROBE_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

struct modprobe_line {
	char *command; /* "options", "softdep", ... */
	char *name;    /* of the module or alias, '-' written '_' */
	char *rest;    /* what follows, words parted by one blank */
	bool system;   /* from the kernel's own modules.softdep */
};

struct modprobe_conf {
	struct modprobe_line *lines;
	size_t count, room;
};

#define MODPROBE_CONF_INIT    \
	{                     \
		.lines = NULL \
	}

/* Where those folders are below the root, ended by NULL. */
extern const char *const modprobe_conf_folders[];

/* Adds the lines of a text. */
int modprobe_conf_parse(struct modprobe_conf *conf, const char *text, bool system,
			struct err *err);

/* Reads the modprobe.d folders below a root: a file in an earlier folder hides those of
 * the same name in later ones. */
int modprobe_conf_read(struct modprobe_conf *conf, int root_fd, struct err *err);

/* Walks the lines of one command for one module, first to last: `after` is the one
 * before, or NULL. */
const struct modprobe_line *modprobe_conf_next(const struct modprobe_conf *conf,
					       const char *command, const char *name,
					       const struct modprobe_line *after);

void modprobe_conf_release(struct modprobe_conf *conf);

/* Writes '-' as '_', as module names are compared. */
void module_name_normalize(char *name);

#endif
