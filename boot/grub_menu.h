/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * grub_menu.h: the part of grub.cfg that is ours, as text.
 *
 * How it works: entries come in the order of the list, each with a name that lasts (--id).
 * Lines of remarks that begin with "#bedplate " say the same for people and for `bedplate
 * boot plan`, which compares them with those that it would have now.
 *
 * What is on trial counts its boots itself: its entry takes one off bedplate_tries in
 * GRUB's environment block before it loads anything, if bedplate_trial is its key, and once that has come to 0, the
 * fallback is the default. GRUB's script has no arithmetic, so it is spelled out. What else
 * was chosen for the next boot (grub-reboot), or as the default (GRUB_DEFAULT other than 0),
 * is left alone. An entry that cannot even be loaded goes on to the fallback at once.
 */
#ifndef BEDPLATE_BOOT_GRUB_MENU_H
#define BEDPLATE_BOOT_GRUB_MENU_H

#include <stddef.h>

#include "boot/choice.h"
#include "lib/strbuf.h"

/* The names of GRUB's variables. */
#define GRUB_TRIAL "bedplate_trial"
#define GRUB_TRIES "bedplate_tries"

/* What the lines that describe our part begin with. */
#define GRUB_REMARK "#bedplate "

struct grub_folder {
	char *here;   /* "boot", below the root */
	char *there;  /* its path in the file system that GRUB reads: "/boot", or "" */
	char *access; /* GRUB's commands to get at that, a line each */
};

struct grub_menu {
	const struct image_list *images;
	struct choice choice;
	char key[DIGEST_TEXT_SIZE]; /* of what is tried, for GRUB's variables */
	int tries;                  /* 0: GRUB cannot count, or is not to */
	unsigned panic; /* seconds that a panic stands during a trial; 0: for ever */
	bool previous;  /* entries for previous images, too */
	bool other; /* where we have no fallback, the distribution\'s first entry is one */
	bool ours;  /* command lines are those of `choice` */
	const char *cmdline; /* else: words, as GRUB's script has them */
	const char *root;    /* words for lines without a root=: "root=UUID=... ro" */
	const char *title;   /* "Debian GNU/Linux" */
	const struct grub_folder *folders;
	size_t folder_count;
};

/* Adds a word of the kernel's command line as a word of GRUB's script. */
void grub_menu_quote(const char *word, struct strbuf *out);

/* The same of all words of a line. */
void grub_menu_quote_line(const char *line, struct strbuf *out);

/* Adds the remarks alone, without GRUB_REMARK in front. */
void grub_menu_describe(const struct grub_menu *menu, struct strbuf *out);

/* Adds those of a grub.cfg, in the same form. */
void grub_menu_find(const char *config, struct strbuf *out);

/* Adds all of it. Nothing where there are no images. */
void grub_menu_write(const struct grub_menu *menu, struct strbuf *out);

#endif
