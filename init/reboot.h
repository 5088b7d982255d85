/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reboot.h: a reboot that a finding of this boot asks for, and that happens at most once.
 *
 * A step that finds something for which the configuration says OnFailure=reboot calls
 * reboot_want. When the root is mounted, step "reboot" leaves a marker on it with the reasons,
 * and reboots. Where the marker is there already, the machine has been rebooted for nothing:
 * the boot goes on with a warning. Where the marker cannot be written, a reboot could
 * come again and again, so there is none. A boot without such a finding takes the
 * marker away.
 */
#ifndef BEDPLATE_INIT_REBOOT_H
#define BEDPLATE_INIT_REBOOT_H

struct boot;

enum { REBOOT_REASONS_MAX = 8 };

struct reboot {
	char *reasons[REBOOT_REASONS_MAX];
	unsigned count;
	const char *outcome; /* for boot.json: NULL, "rebooted before", "no marker" */
};

/* Records that this boot wants a reboot. `reason` is one line and is copied; the same reason
 * counts once. May be called by every step before "reboot". */
void reboot_want(struct boot *boot, const char *reason);

/* Writes to the disks what is to be written, before the machine goes down; a disk that does not
 * answer is said, and not waited for. 0 or -errno. */
int reboot_sync(void);

#endif
