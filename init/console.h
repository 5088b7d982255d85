/* SPDX-License-Identifier: GPL-2.0-or-later */
/* console.h: texts on every console that the kernel has. */
#ifndef BEDPLATE_INIT_CONSOLE_H
#define BEDPLATE_INIT_CONSOLE_H

/* Writes a text to each console of sys/class/tty/console/active below the root: who sits
 * where is not known. One that takes nothing for two seconds (it is flow-controlled, or its
 * line is dead) is passed over, so that the boot does not hang on it. */
void console_show(int root_fd, const char *text);

#endif
