/* SPDX-License-Identifier: GPL-2.0-or-later */
/* port.h: ports of transport protocols, and where they are forwarded to. */
#ifndef BEDPLATE_LIB_VALUE_PORT_H
#define BEDPLATE_LIB_VALUE_PORT_H

#include <stdint.h>

#include "lib/err.h"
#include "lib/strbuf.h"
#include "lib/value/net.h"

enum port_protocol { PORT_TCP = 1 << 0, PORT_UDP = 1 << 1, PORT_SCTP = 1 << 2 };

/* Ports of one or more protocols. All zero: none. */
struct port_range {
	unsigned protocols; /* enum port_protocol, or'ed */
	uint16_t first, last;
};

/* Reads "tcp 2222", "udp 6000-6010", "tcp,udp 53"; a colon may stand for the blank. */
int port_range_parse(const char *text, struct port_range *range, struct err *err);
void port_range_format(const struct port_range *range, struct strbuf *out);

/* The words "tcp", "tcp,udp", ... and what is common to all the ranges' texts. */
void port_protocols_format(unsigned protocols, struct strbuf *out);

/* How many ports it spans. */
static inline unsigned port_range_count(const struct port_range *range)
{
	return (unsigned)range->last - range->first + 1;
}

enum { PORT_NAME_MAX = 63 };

/* Where ports lead to. All zero: nowhere. */
struct port_target {
	struct ip_address address;    /* family 0: a guest's name is given instead */
	char name[PORT_NAME_MAX + 1]; /* "" where an address is given */
	uint16_t first, last;         /* 0: the same ports */
};

/* Reads ADDRESS, ADDRESS:PORT, ADDRESS:PORT-PORT, an IPv6 address in brackets before a
 * colon; a guest's name may stand for the address. */
int port_target_parse(const char *text, struct port_target *target, struct err *err);
void port_target_format(const struct port_target *target, struct strbuf *out);

#endif
