/* SPDX-License-Identifier: GPL-2.0-or-later */
/* choice.h: which image is started first, and which if that does not come up. */
#ifndef BEDPLATE_BOOT_CHOICE_H
#define BEDPLATE_BOOT_CHOICE_H

#include "boot/image_list.h"
#include "boot/state.h"

enum trial {
	TRIAL_NONE,   /* it was good before, or there is no other, or nothing is tried */
	TRIAL_BEGINS, /* its tries are to be counted from now on */
	TRIAL_RUNS,   /* they are being counted */
	TRIAL_FAILED, /* it did not come up: the fallback is started */
};

struct choice {
	const struct boot_image *first;    /* the newest kernel's; NULL: there is none */
	const struct boot_image *fallback; /* NULL: there is no other */
	enum trial trial;
};

/* The fallback is the image that was last marked as good, or else the kernel's previous one of
 * ours, or else another kernel's, or else what somebody else had made for the kernel that
 * runs, or for this one. `tries` 0:
 * nothing is tried from now on. `retry`: one that failed begins again. Pure. */
void choice_make(struct choice *choice, const struct image_list *images,
		 const struct state *state, int tries, bool retry);

/* What would become of the trial of choice->first, were there a fallback. */
enum trial choice_trial(const struct choice *choice, const struct state *state, int tries,
			bool retry);

/* The menu's, and the EFI entry's name: "bedplate-VERSION", "bedplate-VERSION-prev",
 * "bedplate-VERSION-prev2"; a heap string. */
char *choice_entry_name(const struct boot_image *image);

#endif
