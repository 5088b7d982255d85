/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modprobe.h: /init as the program that the kernel calls for a module (request_module).
 */
#ifndef BEDPLATE_INIT_MODPROBE_H
#define BEDPLATE_INIT_MODPROBE_H

#include <stdbool.h>

/* Makes the kernel call /init, so that file systems get the ciphers and character sets
 * they ask for with or without busybox, and with the same options and blacklist as all
 * others. */
void modprobe_install(int root_fd);

/* Gives the kernel back the program that it would call on the new root. */
void modprobe_restore(int root_fd);

/* Whether this is such a call: PROGRAM -q -- NAME (kernel/kmod.c, call_modprobe). */
bool modprobe_is_call(int argc, char **argv);

/* Loads the module of that name or alias, with what it needs. Returns an exit code. */
int modprobe_main(const char *name);

#endif
