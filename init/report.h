/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h: what happened and when, for /run/bedplate/boot.json and the kernel's log. */
#ifndef BEDPLATE_INIT_REPORT_H
#define BEDPLATE_INIT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

struct boot;

enum { REPORT_STEPS_MAX = 32, REPORT_NOTES_MAX = 32 };

enum report_result { REPORT_OK, REPORT_SKIPPED, REPORT_FAILED };

struct report_step {
	const char *name;
	int64_t start_us, end_us;
	enum report_result result;
	char detail[160];
};

struct report {
	int64_t start_us; /* /init's first instruction */
	struct report_step steps[REPORT_STEPS_MAX];
	unsigned step_count;
	char *notes[REPORT_NOTES_MAX];
	unsigned note_count;
};

/* Starts a step; a step that is done again gets a second entry. */
struct report_step *report_begin(struct report *report, const char *name);

/* Ends it with a result; `detail` may be "". */
void report_end(struct report_step *step, enum report_result result, const char *detail);

/* Time that went into steps of this name. */
int64_t report_time_us(const struct report *report, const char *name);

/* Logs a warning and keeps it for boot.json. */
void report_warning(struct report *report, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Writes /run/bedplate/boot.json; `result` is "ok", "rescue" or "reboot". */
int report_write(const struct boot *boot, const char *result, struct err *err);

/* Writes the line that sums the boot up. */
void report_summary(const struct boot *boot);

#endif
