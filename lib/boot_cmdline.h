/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot_cmdline.h: the command lines that the next boot's kernel will be given. */
#ifndef BEDPLATE_LIB_BOOT_CMDLINE_H
#define BEDPLATE_LIB_BOOT_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/strbuf.h"

enum { BOOT_CMDLINES_MAX = 2 };

struct boot_cmdlines {
	struct {
		const char *source; /* "etc/default/grub" */
		char *text;
	} items[BOOT_CMDLINES_MAX];
	size_t count;
};

/* Reads below the root: GRUB's (etc/default/grub and etc/default/grub.d/NAME.cfg:
 * GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT, as update-grub puts them together) and
 * kernel-install's (etc/kernel/cmdline). None where neither is there. */
int boot_cmdlines_read(struct boot_cmdlines *cmdlines, int root_fd, struct err *err);
void boot_cmdlines_release(struct boot_cmdlines *cmdlines);
#define _cleanup_boot_cmdlines_ __attribute__((cleanup(boot_cmdlines_release)))

/* Adds to `out` what a shell script that consists of such assignments leaves in the variable
 * `name`, whose value `out` has at first: NAME=VALUE, NAME+=VALUE, with quotes, and $NAME
 * of itself inside. Other lines are passed over. */
void boot_cmdline_assign(struct strbuf *out, const char *script, const char *name);

#endif
