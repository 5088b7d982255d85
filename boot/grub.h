/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub.h: what GRUB's row and the command for its script share. */
#ifndef BEDPLATE_BOOT_GRUB_H
#define BEDPLATE_BOOT_GRUB_H

#include "boot/boot.h"
#include "boot/grub_menu.h"

/* The menu for what is there, for grub-mkconfig. What only the script in /etc/grub.d knows is left
 * empty. */
void grub_menu_open(struct grub_menu *menu, const struct boot *boot);

#endif
