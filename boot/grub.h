/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub.h: what GRUB's row and the command for its script share. */
#ifndef BEDPLATE_BOOT_GRUB_H
#define BEDPLATE_BOOT_GRUB_H

#include "boot/boot.h"
#include "boot/grub_menu.h"

/* The menu for what is there, with the command line's words in `words`, which has to stay. What
 * only the script in /etc/grub.d knows is left empty. */
int grub_menu_open(struct grub_menu *menu, const struct boot *boot, struct strbuf *words,
		   struct err *err);

#endif
