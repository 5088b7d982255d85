/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link_local.h: the link-local IPv6 address of an interface, for programs that have to send
 * from it at once (DHCPv6: RFC 8415, 17).
 *
 * No program can use it while the kernel still asks whether another machine has it (RFC 4862,
 * 5.4), and without a carrier the kernel makes none at all.
 */
#ifndef BEDPLATE_HOST_PREP_LINK_LOCAL_H
#define BEDPLATE_HOST_PREP_LINK_LOCAL_H

#include "lib/err.h"

enum { LINK_LOCAL_WAIT_MS = 4000 };

/* Returns when the link has one that can be used: the kernel's own, for which it waits that
 * long, or else the one of its hardware address (RFC 4291, appendix A), without the question.
 * -ENODEV: there is no such link. -EADDRINUSE: another machine has it. */
int link_local_ready(int root_fd, const char *link, struct err *err);

#endif
