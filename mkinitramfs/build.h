/* SPDX-License-Identifier: GPL-2.0-or-later */
/* build.h: from settings and observations to an image. */
#ifndef BEDPLATE_MKINITRAMFS_BUILD_H
#define BEDPLATE_MKINITRAMFS_BUILD_H

#include "mkinitramfs/args.h"
#include "mkinitramfs/image.h"
#include "mkinitramfs/observe.h"
#include "mkinitramfs/plan.h"
#include "mkinitramfs/settings.h"

struct build {
	struct observed o;
	struct plan plan;
};

#define BUILD_INIT                                   \
	{                                            \
		.o = { .modules = MODULE_SET_INIT }, \
	}

/* Observes and plans; nothing is written. */
int build_prepare(struct build *build, const char *version, const struct args *args,
		  const struct settings *settings, int root_fd, struct err *err);

/* Writes the image to a descriptor. */
int build_write(const struct build *build, const struct host_conf *host, int fd,
		struct image_result *done, struct err *err);

/* Says what was written where. */
void build_report(const struct build *build, const struct host_conf *host,
		  const char *path, const struct image_result *done);

void build_release(struct build *build);
#define _cleanup_build_ __attribute__((cleanup(build_release)))

/* One image as the arguments say: observes, plans, shows, writes. */
int build_run(const struct args *args, const struct settings *settings, int root_fd,
	      struct err *err);

#endif
