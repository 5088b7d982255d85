/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trial_word.c: writes the word that lets a panic end. */
#include <limits.h>
#include <stdio.h>

#include "boot/trial_word.h"

void trial_panic_word(const struct host_conf *host, char word[TRIAL_WORD])
{
	long long ms = host->boot_loader.trial_panic_ms;

	word[0] = '\0';
	if (host->boot_loader.tries && ms > 0 && ms / 1000 < INT_MAX)
		snprintf(word, TRIAL_WORD, "panic=%lld ", (ms + 999) / 1000);
}
