/* SPDX-License-Identifier: GPL-2.0-or-later */
/* secret.h: processes that hold passwords or keys. */
#ifndef BEDPLATE_LIB_SECRET_H
#define BEDPLATE_LIB_SECRET_H

/* To be called before a secret is read: from then on this process leaves no core dump, and no
 * other process of its user can look into its memory (prctl(2), PR_SET_DUMPABLE). What it
 * executes is not concerned. */
void secret_hold(void);

#endif
