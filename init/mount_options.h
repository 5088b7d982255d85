/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mount_options.h: rootflags= as mount(2) takes it. */
#ifndef BEDPLATE_INIT_MOUNT_OPTIONS_H
#define BEDPLATE_INIT_MOUNT_OPTIONS_H

#include <stdbool.h>

struct mount_options {
	unsigned long flags;
	char data[512]; /* what is the file system's own */
};

/* Parts a comma-separated list into mount(2)'s flags and the file system's options. "ro"
 * and "rw" in the list do not count: the arguments of these names do. */
void mount_options_parse(struct mount_options *options, const char *text, bool read_only);

#endif
