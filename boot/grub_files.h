/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grub_files.h: where GRUB is, and the files of its configuration that are written. */
#ifndef BEDPLATE_BOOT_GRUB_FILES_H
#define BEDPLATE_BOOT_GRUB_FILES_H

#include <stdbool.h>

#include "boot/boot.h"
#include "boot/plan.h"
#include "lib/strbuf.h"

#define GRUB_SCRIPT   "etc/grub.d/09_bedplate"
#define GRUB_DROPIN   "etc/default/grub.d/bedplate.cfg"
#define GRUB_DEFAULTS "etc/default/grub"

/* GRUB as a distribution has it: Debian, Arch and others call all of it grub, Fedora and SUSE
 * grub2. */
struct grub {
	const char *config;      /* "boot/grub/grub.cfg" */
	const char *environment; /* "boot/grub/grubenv" */
	const char *folder;      /* "/boot/grub", for programs */
	const char *mkconfig, *script_check, *editenv, *probe; /* programs */
};

/* The one whose grub.cfg is there; NULL. */
const struct grub *grub_find(int root_fd);

/* Plans the command line's assignments, as a drop-in file, or as a block in etc/default/grub
 * where grub-mkconfig reads no drop-ins; with NULL they are taken back. */
int grub_plan_cmdline(const struct boot *boot, struct plan *plan, const char *cmdline,
		      struct err *err);

/* Plans the script that puts our entries into grub.cfg, or that it goes. */
int grub_plan_script(struct plan *plan, bool wanted, struct err *err);

/* Adds the lines of our variables in GRUB's environment block: "NAME=value". */
void grub_read_environment(int root_fd, const struct grub *grub, struct strbuf *out);

/* Plans what the variables are to be: `trial` NULL: they are not to be there. */
int grub_plan_environment(struct plan *plan, const struct grub *grub, const char *trial,
			  int tries, struct err *err);

/* Whether GRUB can write its environment block when it boots; `why` says why not. By what
 * 00_header asks for the same purpose. */
bool grub_can_count(const struct plan *plan, const struct grub *grub, const char **why);

#endif
