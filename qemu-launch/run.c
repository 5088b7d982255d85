/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c: the command run: the supervisor of one guest, in the foreground. */
#include <stdlib.h>

#include "lib/log.h"
#include "qemu-launch/commands.h"
#include "qemu-launch/context.h"
#include "qemu-launch/supervise.h"

int run_run(const struct args *args, struct err *err)
{
	struct supervisor sup = { .args = args };

	if (!args->operand_count) {
		context_which(err);
		return EXIT_USAGE;
	}
	/* The journal knows the unit's name, and wants levels. */
	if (getenv("JOURNAL_STREAM"))
		log_open(LOG_TO_DAEMON, "bedplate qemu-launch");
	return supervise(&sup, args->operands[0], err);
}
