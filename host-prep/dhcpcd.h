/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcpcd.h: dhcpcd(8) as the DHCP client of one interface and one family.
 *
 * It reads no configuration of the system's: what that says of interfaces (denyinterfaces,
 * allowinterfaces) is for the dhcpcd that runs for all of them. Which of the client's files
 * are whose is told by their names: the interface's and the family's (main in dhcpcd.c of its
 * source). It changes nothing itself (--noconfigure): our script does, and runs the system's
 * hooks (dhcpcd-run-hooks(8)).
 */
#ifndef BEDPLATE_HOST_PREP_DHCPCD_H
#define BEDPLATE_HOST_PREP_DHCPCD_H

#include <sys/types.h>

#include "lib/err.h"

/* The one of this interface and family (4 or 6); 0: it does not run. */
pid_t dhcpcd_pid(int root_fd, const char *link, int family);

/* Starts it in the background, beside one that runs for all interfaces; `script` does what it
 * is told of. -errno where that failed. */
int dhcpcd_start(int root_fd, const char *link, int family, const char *script,
		 struct err *err);

/* Ends it, if it runs. What the script has made stays. */
int dhcpcd_stop(int root_fd, const char *link, int family, struct err *err);

#endif
