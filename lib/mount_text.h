/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mount_text.h: the text of the fields in fstab(5) and /proc/PID/mountinfo. */
#ifndef BEDPLATE_LIB_MOUNT_TEXT_H
#define BEDPLATE_LIB_MOUNT_TEXT_H

/* Turns "\ooo" into the byte with that octal number, in place: blanks, tabs, newlines and
 * backslashes stand so (fstab(5); the kernel's fs/proc_namespace.c, mangle()). */
void mount_text_decode(char *text);

#endif
