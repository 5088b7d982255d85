/* SPDX-License-Identifier: GPL-2.0-or-later */
/* findings.h: what checks have found, with what to do about it. */
#ifndef BEDPLATE_LIB_FINDINGS_H
#define BEDPLATE_LIB_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/origin.h"

enum check_severity {
	CHECK_OK,
	CHECK_NOTE,    /* worth knowing */
	CHECK_WARNING, /* something does not work, or will not some day */
	CHECK_PROBLEM, /* guests do not run, or not as configured */
	CHECK_SEVERITIES
};

struct finding {
	enum check_severity severity;
	const char *check;       /* the check's name */
	const char *subject;     /* the guest's name, or "" */
	char origin[ORIGIN_MAX]; /* "guests/web.conf:12"; "" where no file is at fault */
	char *what;
	char *advice; /* "" where there is nothing to do */
};

struct findings {
	struct finding *items;
	size_t count;
	const char *check; /* that is at work */
	bool overflow;     /* memory ran out */
};

#define FINDINGS_INIT         \
	{                     \
		.items = NULL \
	}

void findings_release(struct findings *findings);
#define _cleanup_host_findings_ __attribute__((cleanup(findings_release)))

/* Adds a finding. */
void finding_add(struct findings *findings, enum check_severity severity, const char *fmt,
		 ...) __attribute__((format(printf, 3, 4)));
/* Says of the latest finding what to do about it. */
void finding_advise(struct findings *findings, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Says of the latest finding whom it is about and where that stands. The subject must stay
 * valid. */
void finding_locate(struct findings *findings, const char *subject, const char *origin);

/* The length of "FILE.conf:12" that a text begins with; 0 where it does not. */
size_t place_length(const char *text);

/* Such a place, or a path, below /etc/bedplate where it is there: programs name a file in two ways. */
const char *place_below_etc(const char *path);

/* Adds a CHECK_PROBLEM for each line of a mistake in files, with its place as the origin; the hint is
 * about the first. Returns how many. */
size_t findings_add_mistake(struct findings *findings, const struct err *mistake);

/* The worst of them, of one check or (NULL) of all. */
enum check_severity findings_worst(const struct findings *findings, const char *check);

const char *check_severity_word(enum check_severity severity);

#endif
