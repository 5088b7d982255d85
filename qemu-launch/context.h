/* SPDX-License-Identifier: GPL-2.0-or-later */
/* context.h: what every command has read: host.conf, the guests' files, what the host is. */
#ifndef BEDPLATE_QEMU_LAUNCH_CONTEXT_H
#define BEDPLATE_QEMU_LAUNCH_CONTEXT_H

#include "lib/settings.h"
#include "qemu-launch/args.h"
#include "qemu-launch/setup.h"

struct context {
	int root_fd;
	struct settings settings; /* with all guests */
	struct setup_host host;
	char arch[SETUP_NAME_MAX];
};

/* On failure, too, it is to be released. */
int context_open(struct context *context, const struct args *args, struct err *err);
void context_release(struct context *context);
#define _cleanup_context_ __attribute__((cleanup(context_release)))

/* The guest of this name. NULL with -ENOENT and the nearest name, or with NULL for a name
 * -EINVAL. */
const struct guest *context_find(const struct context *context, const char *name,
				 struct err *err);

/* The guest that the first operand names. */
const struct guest *context_operand(const struct context *context,
				    const struct args *args, struct err *err);

#endif
