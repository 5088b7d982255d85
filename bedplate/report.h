/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h: what a bug report needs, in one archive.
 *
 * How it works: report_plan makes the list of sources; report_gather runs all programs side by
 * side and reads the files, and leaves secrets out (secret.h); report_pack writes the archive.
 * A source that fails is recorded in the archive's list, and is no failure.
 */
#ifndef BEDPLATE_BEDPLATE_REPORT_H
#define BEDPLATE_BEDPLATE_REPORT_H

#include <stddef.h>

#include "lib/conf_schema.h"
#include "lib/err.h"
#include "lib/names.h"

enum report_kind {
	REPORT_COMMAND, /* what a program says; `argv` */
	REPORT_FILE,    /* a file's text; `path` */
	REPORT_CONF,    /* a file of this `schema` */
	REPORT_TAIL,    /* a file's end */
};

/* A program may wait for another one itself (PART_TIMEOUT_MS). */
enum { REPORT_WORDS_MAX = 12, REPORT_TIMEOUT_MS = 90000, REPORT_TAIL_SIZE = 64 << 10 };

struct report_item {
	char *name; /* in the archive: "host/ip-link.txt" */
	enum report_kind kind;
	char *argv[REPORT_WORDS_MAX + 1];
	char *path; /* below the root */
	const struct conf_schema *schema;
	/* results */
	char *text;        /* without secrets; NULL: there is none */
	char why[ERR_MAX]; /* that it is not whole; "" */
};

struct report {
	struct report_item *items;
	size_t count;
	const char *root; /* NULL: the running system */
	int root_fd;
	struct names secrets;
};

void report_release(struct report *report);
#define _cleanup_report_ __attribute__((cleanup(report_release)))

/* Adds what is to be gathered. Of another root only what stands in files. */
int report_plan(struct report *report, struct err *err);

/* Fills the texts. What fails is told in the items; -ENOMEM, -EINTR (lib/interrupt.h). */
int report_gather(struct report *report, struct err *err);

/* Writes a new archive, mode 0600; `folder` is what all stands in there. -EEXIST; -EINTR. What
 * fails leaves no file. */
int report_pack(const struct report *report, const char *path, const char *folder,
		struct err *err);

/* The list that stands in the archive, too: a line for each item. A heap text; NULL. */
char *report_contents(const struct report *report);

/* Adds a program with its words, parted by spaces; `last` is one more, as it is, or NULL. -ENOMEM. */
int report_add_command(struct report *report, const char *name, const char *words,
		       const char *last);

#endif
