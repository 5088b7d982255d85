/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings.h: what people have set: host.conf, options over it, and the guests' files. */
#ifndef BEDPLATE_MKINITRAMFS_SETTINGS_H
#define BEDPLATE_MKINITRAMFS_SETTINGS_H

#include "lib/conf.h"
#include "lib/schema/host.h"
#include "mkinitramfs/args.h"
#include "mkinitramfs/guests.h"

struct settings {
	struct conf *conf;
	const struct host_conf *host; /* conf's */
	struct guests guests;
};

#define SETTINGS_INIT        \
	{                    \
		.conf = NULL \
	}

/* Reads and checks host.conf, its drop-ins and the options that stand for its keys. */
int settings_read_conf(struct settings *settings, const struct args *args, int root_fd,
		       struct err *err);

/* The same, and the guests. */
int settings_read(struct settings *settings, const struct args *args, int root_fd,
		  struct err *err);

void settings_release(struct settings *settings);
#define _cleanup_settings_ __attribute__((cleanup(settings_release)))

#endif
