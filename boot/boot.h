/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot.h: what every command of bedplate boot works on. */
#ifndef BEDPLATE_BOOT_BOOT_H
#define BEDPLATE_BOOT_BOOT_H

#include "boot/args.h"
#include "boot/image_list.h"
#include "boot/state.h"
#include "boot/words.h"
#include "lib/kernel_rule.h"
#include "lib/place.h"
#include "lib/settings.h"

/* What this machine runs from, as far as it is known; "" where not. */
struct running {
	char *kernel;    /* version */
	char *image;     /* the image's id, from /init's report */
	char *cmdline;   /* all of it */
	char *kernel_id; /* as the boot loader knows it; or NULL */
	char *line; /* the part of that which an entry was given (boot_read_line); or NULL */
};

struct boot {
	const struct args *args;
	int root_fd;
	bool live; /* the root is that of the running system */
	struct settings settings;
	struct place place;       /* the folder of the images */
	struct image_list images; /* those that entries are made for */
	struct kernel_rules rules;
	struct words words; /* the command line, rules merged in; see has_cmdline */
	bool has_words;     /* they were read */
	bool keeps_line;    /* they are wrong; see boot_keep_line */
	bool has_cmdline;   /* etc/bedplate/cmdline is there: ours is the command line */
	char *line; /* that of entries of ours; "" where it is not ours; see boot_read_line */
	struct state state; /* what was last seen and done; loaders' plans change it */
	struct running running;
};

/* Reads all of it but the words; `lock`: after nobody else works on the images any more, and
 * so that nobody begins to. Returns an exit code. The boot is to be released whatever came
 * of it. */
int boot_open(struct boot *boot, const struct args *args, bool lock, struct err *err);

/* Reads the words of etc/bedplate/cmdline, once, and merges the rules into them. -EINVAL where they
 * contradict each other: each contradiction is a line with both places. */
int boot_read_words(struct boot *boot, struct err *err);

/* Adds the whole command line to `out`, in one line. `with_root`: for a loader whose
 * generator does not give root= by itself; where no word says root=, it is filled in, and
 * so are rootflags= for a btrfs subvolume and ro. -ENODEV where the root's device cannot
 * be told. */
int boot_cmdline(const struct boot *boot, bool with_root, struct strbuf *out,
		 struct err *err);

/* Sets boot->line, and by that boot->running.line, which may be a former one. `with_root` as
 * above. Words that were not read, or make no sense, are none: it is to be called after
 * boot_read_words. */
int boot_read_line(struct boot *boot, bool with_root, struct err *err);

/* Where boot_read_words has found the words to be wrong: from now on they are none, and the line is
 * that which apply brought in last, or else the last good one. -ENOENT where neither is
 * known, and -EEXIST where the words are not wrong. */
int boot_keep_line(struct boot *boot);

/* What the machine is running from, whole. */
struct booted boot_running(const struct boot *boot);

void boot_release(struct boot *boot);
#define _cleanup_boot_ __attribute__((cleanup(boot_release)))

#define BOOT_INIT                                                              \
	{                                                                      \
		.root_fd = -1, .settings = SETTINGS_INIT, .place = PLACE_INIT, \
		.images = IMAGE_LIST_INIT, .rules = KERNEL_RULES_INIT,         \
		.words = WORDS_INIT                                            \
	}

#endif
