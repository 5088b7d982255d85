/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * draft.h: the files that init-config writes, as texts.
 *
 * What is not commented out must be safe on any machine: it changes nothing of how the host
 * is reached or what it shows, and takes nothing away from it. A line that begins with "#["
 * or "#KEY=" is configuration that is commented out: without the "#" it must be right, too.
 */
#ifndef BEDPLATE_BEDPLATE_DRAFT_H
#define BEDPLATE_BEDPLATE_DRAFT_H

#include "bedplate/machine.h"
#include "bedplate/proposal.h"
#include "lib/strbuf.h"

typedef void draft_write(const struct machine *machine, const struct proposal *proposal,
			 struct strbuf *out);

draft_write draft_host;   /* host.conf */
draft_write draft_nat;    /* network/NAME.conf: guests behind the host's address */
draft_write draft_public; /* network/NAME.conf.sample: guests in the host's network */
draft_write draft_guest;  /* guests/NAME.conf.sample */

/* [Vfio] of host.conf, for each set of devices. */
draft_write draft_vfio;

/* Adds lines of comment: the text broken at blanks, with "# " in front. */
void draft_comment(struct strbuf *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A size as people say it, with one digit behind the point: "62.7G". */
enum { DRAFT_SIZE_TEXT = 32 };
const char *draft_size(uint64_t bytes, char text[DRAFT_SIZE_TEXT]);

#endif
