/* SPDX-License-Identifier: GPL-2.0-or-later */
/* settings.c: the settings with mkinitramfs' own options over them. */
#include "mkinitramfs/settings.h"

int settings_read_conf(struct settings *settings, const struct args *args, int root_fd,
		       struct err *err)
{
	const struct setting_override overrides[] = {
		{ "Image", "Mode", args->mode, "--mode" },
		{ "Image", "Compression", args->compression, "--compression" },
		{ "Image", "Level", args->level, "--level" },
		{ .key = NULL },
	};

	return settings_load(settings, root_fd, overrides, &args->set, err);
}

int settings_read(struct settings *settings, const struct args *args, int root_fd,
		  struct err *err)
{
	int result = settings_read_conf(settings, args, root_fd, err);

	return result < 0 ? result : guests_read(&settings->guests, root_fd, err);
}
