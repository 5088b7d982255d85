/* SPDX-License-Identifier: GPL-2.0-or-later */
/* generator.h: the program as systemd's generator of guests' units (systemd.generator(7)). */
#ifndef BEDPLATE_QEMU_LAUNCH_GENERATOR_H
#define BEDPLATE_QEMU_LAUNCH_GENERATOR_H

#define GENERATOR_NAME "bedplate-guest-generator"

/* `bedplate-guest-generator [--root DIR] NORMAL-DIR [EARLY-DIR LATE-DIR]`: writes below NORMAL-DIR a
 * drop-in for each guest, and what has those with Autostart= wanted by bedplate-guests.target.
 * Whatever is wrong is said in the kernel's log (with --root: to the standard error) and left
 * out. An exit code; systemd does no more than note it. */
int generator_main(int argc, char **argv);

#endif
