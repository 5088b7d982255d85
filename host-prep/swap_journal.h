/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swap_journal.h: what was done about swap space, and the steps that take it back. */
#ifndef BEDPLATE_HOST_PREP_SWAP_JOURNAL_H
#define BEDPLATE_HOST_PREP_SWAP_JOURNAL_H

#include "host-prep/swap.h"
#include "lib/names.h"

/* What the journal knows an area by. */
const char *swap_key(const struct swap_job *job);

/* Notes what is decided, before it is done; takes out, once it is, what held until then. */
void swap_journal_note(const struct part_context *context, const struct swap_job *job,
		       const struct swap_decision *decision,
		       const struct swap_seen *seen);
void swap_journal_settle(json_t *section);

/* Fills in what the kernel does not tell of an area that was brought into use here. `entry` may
 * be NULL. */
void swap_journal_recall(struct swap_seen *seen, const json_t *entry);

/* Adds the step that removes what a crash has left of a zram device. */
int swap_drop_unfinished(const struct part_context *context, const char *label,
			 struct steps *steps, struct err *err);

/* Adds the steps that take back what is not wanted (keys), and takes that out of the journal. What
 * the memory has no room for stays in use, and there. */
int swap_take_back(const struct part_context *context, const struct names *wanted,
		   const struct swap_areas *areas, struct steps *steps, struct err *err);

/* Whether a zram device is in the journal's section. */
bool swap_journal_has_zram(const json_t *section);

#endif
