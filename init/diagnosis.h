/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diagnosis.h: what is missing, what is there instead, and what to try. */
#ifndef BEDPLATE_INIT_DIAGNOSIS_H
#define BEDPLATE_INIT_DIAGNOSIS_H

#include "lib/err.h"
#include "lib/strbuf.h"

struct boot;

/* One line: why the root is not there yet, with the nearest name that is. */
void diagnosis_missing(struct boot *boot, struct strbuf *out);

/* The whole screen for a person at the console: the failure, block devices and file
 * systems, volume groups and physical volumes, what to try. */
void diagnosis_full(struct boot *boot, const struct err *err, struct strbuf *out);

#endif
