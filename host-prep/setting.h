/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * setting.h: files of /proc and /sys that hold one value each: what they are to hold, what
 * they held before, and back.
 *
 * The journal's section has {PATH: {"name", "before", "after", "was", "gradual"}} in the order
 * in which the values were set; "was" is what was written before "after", which may still be
 * there after a crash. What somebody else has changed since is left as it is when it would
 * be taken back.
 */
#ifndef BEDPLATE_HOST_PREP_SETTING_H
#define BEDPLATE_HOST_PREP_SETTING_H

#include <stdbool.h>

#include "host-prep/part.h"

enum { SETTING_ORIGIN = 160 };

struct setting {
	char *name; /* for people: "vm.swappiness" */
	char *path; /* below the root: "proc/sys/vm/swappiness" */
	char *value;
	char origin[SETTING_ORIGIN];
	bool optional;    /* that it is not there is only noted */
	bool lenient;     /* that the kernel refuses it is only told */
	const char *hint; /* what to do where it cannot be set; NULL */
	/* How it is written, where the kernel comes to the value by and by; NULL. */
	int (*write)(int root_fd, const char *path, const char *value, struct err *err);
};

struct settings_wanted {
	struct setting *items;
	size_t count;
};

#define SETTINGS_WANTED_INIT  \
	{                     \
		.items = NULL \
	}

/* Adds one; texts are copied. Of two for one path the later counts. */
int setting_want(struct settings_wanted *wanted, const struct setting *setting,
		 struct err *err);
void settings_wanted_release(struct settings_wanted *wanted);
#define _cleanup_wanted_ __attribute__((cleanup(settings_wanted_release)))

/* Adds a step for each that does not hold its value now, and for each that the journal has
 * and that is no longer wanted, to what it was before. */
int setting_plan(const struct part_context *context, const char *part,
		 const struct settings_wanted *wanted, struct steps *steps,
		 struct err *err);

/* Adds the steps that take all back; the order is that of setting. */
int setting_down(const struct part_context *context, const char *part,
		 struct steps *steps, struct err *err);

/* Whether two values are the same to the kernel: blanks are, whatever they are, and of
 * switches Y and 1. */
bool setting_same(const char *a, const char *b);

/* Reads a value without blanks at its ends: 0, or -errno. */
int setting_read(int root_fd, const char *path, struct strbuf *value, struct err *err);

#endif
