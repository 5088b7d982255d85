/* SPDX-License-Identifier: GPL-2.0-or-later */
/* secret.c: keeps a process's memory from core dumps and from its user's other processes. */
#include <sys/prctl.h>

#include "lib/secret.h"

void secret_hold(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
