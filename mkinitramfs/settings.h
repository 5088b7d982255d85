/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings.h: the settings with mkinitramfs' own options over them. */
#ifndef BEDPLATE_MKINITRAMFS_SETTINGS_H
#define BEDPLATE_MKINITRAMFS_SETTINGS_H

#include "lib/settings.h"
#include "mkinitramfs/args.h"

/* Reads and checks host.conf, its drop-ins and the options that stand for its keys. */
int settings_read_conf(struct settings *settings, const struct args *args, int root_fd,
		       struct err *err);

/* The same, and the guests. */
int settings_read(struct settings *settings, const struct args *args, int root_fd,
		  struct err *err);

#endif
