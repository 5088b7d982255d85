/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dns.h: whoever keeps the host's name servers: systemd-resolved or resolvconf. */
#ifndef BEDPLATE_HOST_PREP_DNS_H
#define BEDPLATE_HOST_PREP_DNS_H

#include "lib/err.h"

/* "systemd-resolved", "resolvconf", or NULL. */
const char *dns_keeper(int root_fd);

/* Tells it which servers an interface has: addresses parted by blanks, "" for none any more. */
int dns_hand_over(int root_fd, const char *link, const char *servers, struct err *err);

#endif
