/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interrupt.c: catches and holds back the signals that end the program. */
#include <stddef.h>

#include "lib/cleanup.h"
#include "lib/interrupt.h"

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

void interrupt_catch(void)
{
	const struct sigaction action = { .sa_handler = on_signal };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
}

void interrupt_hold(sigset_t *before)
{
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(&held, signals[i]);
	sigprocmask(SIG_BLOCK, &held, before);
}

void interrupt_release(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}
