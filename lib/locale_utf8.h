/* SPDX-License-Identifier: GPL-2.0-or-later */
/* locale_utf8.h: whether the terminal shows more than ASCII. */
#ifndef BEDPLATE_LIB_LOCALE_UTF8_H
#define BEDPLATE_LIB_LOCALE_UTF8_H

#include <stdbool.h>

/* By LC_ALL, LC_CTYPE and LANG, the first that is set (locale(7)): a static program has no
 * locale data of the system's to ask, and musl's own answer is UTF-8 unless told "C". */
bool locale_is_utf8(void);

#endif
