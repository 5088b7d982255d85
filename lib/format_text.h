/* SPDX-License-Identifier: GPL-2.0-or-later */
/* format_text.h: printf(3) into a new string. */
#ifndef BEDPLATE_LIB_FORMAT_TEXT_H
#define BEDPLATE_LIB_FORMAT_TEXT_H

/* A formatted heap string; NULL without memory. */
char *format_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
