/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp.h: the configuration of a network's dnsmasq(8).
 *
 * Each network has one of its own, bedplate-dhcp@NAME.service, bound to its bridge alone. It
 * reads no other file than the one that is made here: not /etc/dnsmasq.conf, nor /etc/hosts,
 * whose 127.0.1.1 is nothing to guests.
 */
#ifndef BEDPLATE_HOST_PREP_DHCP_H
#define BEDPLATE_HOST_PREP_DHCP_H

#include "host-prep/want.h"
#include "lib/strbuf.h"

#define DHCP_CONF_DIR  "run/bedplate/dnsmasq"
#define DHCP_STATE_DIR "var/lib/bedplate/dnsmasq"

/* Whether the network has a server. */
bool dhcp_is_wanted(const struct want_network *network);

/* Adds the text of run/bedplate/dnsmasq/NAME.conf. Pure. */
void dhcp_text(const struct want_network *network, struct strbuf *out);

/* The addresses that are given where Range= says none: of a network's upper half those that
 * are not the host's. False where there are none. */
bool dhcp_default_range(const struct ip_prefix *own, struct ip_range *range);

#endif
