/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * choice.h: what is started first, and what if that does not come up.
 *
 * How it works: what is booted is an image, a kernel and a command line, and all three of them
 * together are what was good or is tried. A command line that no good boot had yet goes to
 * the first entry alone; every other keeps that of the last good boot, until the new one is
 * proven. Where the last good boot was of the same image, an entry of its own has the former
 * line.
 */
#ifndef BEDPLATE_BOOT_CHOICE_H
#define BEDPLATE_BOOT_CHOICE_H

#include "boot/image_list.h"
#include "boot/state.h"
#include "lib/strbuf.h"

enum trial {
	TRIAL_NONE,   /* it was good before, or there is no other, or nothing is tried */
	TRIAL_BEGINS, /* its tries are to be counted from now on */
	TRIAL_RUNS,   /* they are being counted */
	TRIAL_FAILED, /* it did not come up: the fallback is started */
};

/* As `tries`: tries are wanted, and the boot loader cannot count them. */
enum { CHOICE_UNCOUNTED = -1 };

struct choice {
	/* the newest kernel's, or where no kernel has a present one its previous; NULL: none */
	const struct boot_image *first;
	const struct boot_image *fallback; /* NULL: there is no other */
	bool same_image; /* the fallback is `first` with its former line: an entry more */
	enum trial trial;
	/* Command lines; "" where they are not ours. They belong to the caller or to the
	 * state, up to its next change. */
	const char *line;          /* of the first entry: the present one */
	const char *fallback_line; /* of the fallback's */
	const char *others_line;   /* of all others; the same where it is proven */
};

/* The fallback is what was last marked as good and is still there, or else the kernel's previous
 * image of ours (later, if it was good with a kernel that is gone), or else another kernel's, or else what somebody else had made for the
 * kernel that runs, or for this one. `line`: the command line that entries ought to have, "" where that is not ours.
 * `tries` 0: nothing is tried from now on, and all get the line. `retry`: one that failed
 * begins again. Pure. */
void choice_make(struct choice *choice, const struct image_list *images,
		 const struct state *state, const char *line, int tries, bool retry);

/* What would become of the trial of choice->first, were there a fallback. */
enum trial choice_trial(const struct choice *choice, const struct state *state, int tries,
			bool retry);

/* The image with a line, as a whole; "" is not known, since it is not ours. */
struct booted choice_booted(const struct boot_image *image, const char *line);

/* The command line of an image's entry; that of the entry more is choice->fallback_line. */
const char *choice_line(const struct choice *choice, const struct boot_image *image);

/* Notes in the state that choice->first is on trial with choice->line, if its trial begins. */
void choice_begin_trial(const struct choice *choice, struct state *state);

/* Adds what of a boot no good boot had yet: "the image", "the kernel", "the command line", or
 * several with "and" between them; "the image" where it is only new that they come
 * together. */
void choice_write_news(const struct state *state, const struct booted *booted,
		       struct strbuf *out);

/* Adds a line about a trial that begins, for people, and about what then becomes of the command
 * line; nothing where none begins. Ends with a newline. */
void choice_write_note(const struct choice *choice, const struct state *state, int tries,
		       struct strbuf *out);

/* The menu's, and the EFI entry's name: "bedplate-VERSION", "bedplate-VERSION-prev",
 * "bedplate-VERSION-prev2"; a heap string. */
char *choice_entry_name(const struct boot_image *image);

/* The fallback's: as above, or "bedplate-VERSION-cmdline" of the entry more; NULL where there is
 * none. */
char *choice_fallback_name(const struct choice *choice);

#endif
