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

/* A guest's file that is wrong is told, and the others are read: only who asks for that guest fails
 * (settings.guests.wrong). On failure, too, it is to be released. */
int context_open(struct context *context, const struct args *args, struct err *err);
/* As context_open, for who tells himself what is wrong with a guest's file. */
int context_open_quietly(struct context *context, const struct args *args,
			 struct err *err);
/* As context_open for what guests that run need: host.conf may be wrong, too, which is told; and
 * guests whose files are gone while there is something of them to be stopped or given back are among those that
 * are wrong. */
int context_open_any(struct context *context, const struct args *args, struct err *err);
/* Says that no guest is named where one is meant. Returns -EINVAL. */
int context_which(struct err *err);

/* As context_open, for a command whose operands are guests, one at least; they are looked for. */
int context_open_operands(struct context *context, const struct args *args,
			  struct err *err);
void context_release(struct context *context);
#define _cleanup_context_ __attribute__((cleanup(context_release)))

/* The guest of this name. NULL with -ENOENT and the nearest name, or with NULL for a name
 * -EINVAL. */
const struct guest *context_find(const struct context *context, const char *name,
				 struct err *err);

/* The same, but one whose file is wrong is found, too, as far as that could be read: for what a guest that runs needs
 * no file for. */
const struct guest *context_find_any(const struct context *context, const char *name,
				     struct err *err);

/* The guest that the first operand names. */
const struct guest *context_operand(const struct context *context,
				    const struct args *args, struct err *err);

#endif
