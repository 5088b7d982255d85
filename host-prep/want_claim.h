/* SPDX-License-Identifier: GPL-2.0-or-later */
/* want_claim.h: what the checks across files share: who claims something, and where. */
#ifndef BEDPLATE_HOST_PREP_WANT_CLAIM_H
#define BEDPLATE_HOST_PREP_WANT_CLAIM_H

#include "host-prep/want.h"

/* The key of a network file that claims something. */
struct want_claim {
	const struct want_network *network;
	const char *section, *key;
	size_t index;
	const char *origin; /* instead of the key's line, "guests/web.conf:3"; NULL */
};

/* Adds "FILE:LINE: [Section] Key: ..." and the hint. */
void want_report(struct conf_errors *errors, struct want_claim claim, const char *hint,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* The same of what is no mistake in a file: the host has something else. `errnum` is ENODEV
 * where it may still come. */
void want_report_host(struct conf_errors *errors, struct want_claim claim, int errnum,
		      const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* The parts of want_check: what is claimed of one another, by guests and of ports. */
void want_check_uses(const struct want *want, const struct guests *guests,
		     struct conf_errors *errors);

#endif
