/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loader.h: boot loaders, one row each.
 *
 * How it works: detect says whether a loader is there. plan adds the steps that bring its
 * files, entries and variables from what they are to what they ought to be; it changes
 * nothing, and where all is as it ought to be it adds none. Then the steps are shown, and
 * done (plan.h). good does the same for the moment when a boot was marked as good, when
 * the state already says so. A plan may change boot->state: what it has by then is
 * written as the last step.
 *
 * With a root that is not the running system's (boot->live is false) programs are run in it by
 * chroot(8), and nothing of the machine's firmware is to be changed.
 */
#ifndef BEDPLATE_BOOT_LOADER_H
#define BEDPLATE_BOOT_LOADER_H

#include <jansson.h>

#include "boot/boot.h"
#include "boot/plan.h"

enum loader_presence {
	LOADER_ABSENT,
	LOADER_INSTALLED, /* its files are there */
	LOADER_BOOTED,    /* it started this machine */
};

struct loader {
	const char *name; /* as in [BootLoader] Type= */
	int type;         /* that word's number */
	bool gives_root;  /* its generator gives root= by itself */
	bool names_paths; /* of images: a new one is started next, whatever apply does */
	enum loader_presence (*detect)(const struct boot *boot);
	int (*plan)(struct boot *boot, struct plan *plan, struct err *err);
	int (*good)(struct boot *boot, struct plan *plan, struct err *err);
	/* The id of the kernel's file that this boot came from, where several of one version may
	 * be started; a heap string, or NULL where it cannot be told. May be NULL. */
	char *(*kernel_id)(const struct boot *boot);
	/* Takes back what is ours, where another loader is set up, or none. NULL: nothing
	 * is left behind. */
	int (*clear)(struct boot *boot, struct plan *plan, struct err *err);
	/* Adds what there is to tell to an object; keys that all loaders have are in
	 * status.c. */
	int (*status)(const struct boot *boot, json_t *into, struct err *err);
	/* Adds the command line that the loader would give without ours, for `cmdline
	 * --import`. NULL: as /proc/cmdline has it. */
	int (*import)(const struct boot *boot, struct strbuf *out, struct err *err);
};

extern const struct loader loader_efistub, loader_systemd_boot, loader_grub;

/* The loader that host.conf names, or with Type=auto the one that started this machine, or
 * else the only one that is installed. NULL without an error: none is to be set up (Type=none,
 * --clear), or with Type=auto there is none. NULL with one: that which is named is not known, or it
 * cannot be told which. */
const struct loader *loader_find(const struct boot *boot, struct err *err);

/* All that are known, ended by NULL. */
extern const struct loader *const loaders[];

#endif
