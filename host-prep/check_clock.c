/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_clock.c: whether somebody keeps the clock right, which guests take over. */
#include "host-prep/check.h"
#include "lib/cleanup.h"
#include "lib/file.h"

void check_clock(const struct check_context *context, struct findings *findings)
{
	/* as in /proc/PID/comm, which is cut to 15 characters */
	static const char *const keepers[] = { "systemd-timesyn", "chronyd", "ntpd",
					       "openntpd" };
	bool kept = false;

	for (size_t i = 0; i < ARRAY_SIZE(keepers); i++)
		kept |= check_process_runs(context->root_fd, keepers[i]);
	if (context->synchronized == 1 ||
	    (context->synchronized < 0 &&
	     file_exists(context->root_fd, "run/systemd/timesync/synchronized")))
		return;
	if (context->synchronized < 0) {
		finding_add(findings, CHECK_NOTE,
			    "whether the clock is right is not known here");
		return;
	}
	finding_add(
		findings, CHECK_WARNING,
		kept ? "the clock is not synchronised (yet)"
		     : "the clock is not synchronised, and nothing is there to do it");
	finding_advise(
		findings,
		kept ? "wait, or see `timedatectl timesync-status` or "
		       "`chronyc tracking` for who is asked; in a virtual machine "
		       "or container the host may do it"
		     : "install chrony or systemd-timesyncd; guests take their time "
		       "from this clock");
}
