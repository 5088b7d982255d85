/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trial_word.h: the word that lets a kernel restart that panics while its image is tried. */
#ifndef BEDPLATE_BOOT_TRIAL_WORD_H
#define BEDPLATE_BOOT_TRIAL_WORD_H

#include "lib/schema/host.h"

enum { TRIAL_WORD = 32 };

/* Writes "panic=SECONDS " ([BootLoader] TrialPanic=), to stand before all other words: of several
 * the last one counts, so the command line's own goes over it. "" where none is wanted. */
void trial_panic_word(const struct host_conf *host, char word[TRIAL_WORD]);

#endif
