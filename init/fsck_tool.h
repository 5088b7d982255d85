/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsck_tool.h: runs a file system's checker for as long as it takes.
 *
 * A check may take minutes on a big file system, and one that is killed while it repairs
 * leaves more damage than it found. So there is no deadline for the whole: the tool is
 * asked to end (SIGTERM) only after FSCK_STALL_MS in which it neither said anything, nor got
 * further, nor used the processor, as when its disk does not answer any more.
 */
#ifndef BEDPLATE_INIT_FSCK_TOOL_H
#define BEDPLATE_INIT_FSCK_TOOL_H

#include <stdbool.h>

#include "lib/err.h"

enum { FSCK_PROGRESS_MS = 5000, FSCK_STALL_MS = 600000, FSCK_TERM_MS = 30000 };

enum fsck_outcome {
	FSCK_CLEAN,
	FSCK_CORRECTED,
	FSCK_REBOOT,      /* the tool asks for a restart */
	FSCK_UNCORRECTED, /* errors are left */
	FSCK_FAILED,      /* the tool could not do its work */
};

/* What an exit status says; fsck(8), e2fsck(8). */
enum fsck_outcome fsck_judge(int exit_status);

struct fsck_progress {
	int pass; /* 0: none was told */
	unsigned long done, total;
};

/* Parses "PASS DONE TOTAL [DEVICE]", as e2fsck -C writes it. */
bool fsck_progress_parse(struct fsck_progress *progress, const char *line);

/* Runs `argv`, which writes its progress to descriptor FSCK_PROGRESS_FD, and logs what it
 * says and how far it is. `what` names the file system in those lines. The exit status, or
 * a negative errno where it did not exit by itself. */
enum { FSCK_PROGRESS_FD = 3 };
int fsck_tool_run(const char *const *argv, const char *what, struct err *err);

#endif
