/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swap_step.h: what can be done about swap space, each with its undoing. */
#ifndef BEDPLATE_HOST_PREP_SWAP_STEP_H
#define BEDPLATE_HOST_PREP_SWAP_STEP_H

#include "host-prep/swap.h"

enum swap_step {
	SWAP_STEP_CHANGE,   /* another priority, or another way to discard */
	SWAP_STEP_OFF,      /* out of use; undone as it was in use before */
	SWAP_STEP_ON,       /* in use */
	SWAP_STEP_FILE,     /* a file is made */
	SWAP_STEP_NEW_FILE, /* ... in place of another */
	SWAP_STEP_NO_FILE,  /* ... removed; undone by another of its size */
	SWAP_STEP_NO_REST,  /* what is left of one that was not finished is removed */
	SWAP_STEP_FORMAT,   /* a blank device becomes swap space */
	SWAP_STEP_MODE,     /* a file is closed to others */
	SWAP_STEP_ZRAM,     /* a zram device is made and in use */
	SWAP_STEP_NO_ZRAM,  /* ... gone */
	SWAP_STEP_NO_BLANK, /* one that was not finished is removed */
};

enum { SWAP_USE_TEXT = 48 };

/* How an area is in use: "priority 5, discard pages". */
void swap_use_text(int priority, int discard, char text[SWAP_USE_TEXT]);

/* What is there of a zram device, so that it can be made again. */
struct swap_job swap_job_of_zram(const struct swap_job *job,
				 const struct swap_seen *seen);

/* Adds a step with a copy of the job as its data. */
int swap_add_step(struct steps *steps, enum swap_step kind, const struct swap_job *job,
		  const char *before, const char *after, const char *origin,
		  struct err *err);

#endif
