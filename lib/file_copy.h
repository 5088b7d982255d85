/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file_copy.h: one open file's content into another. */
#ifndef BEDPLATE_LIB_FILE_COPY_H
#define BEDPLATE_LIB_FILE_COPY_H

/* From where `from` stands to its end. 0 or -errno; -EINTR once somebody wants the program to
 * stop (interrupt.h). Nothing is synced. */
int file_copy(int from, int to);

#endif
