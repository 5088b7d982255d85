/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * coexist_bridge.h: frames inside of bridges that others' firewalls refuse.
 *
 * With br_netfilter (Docker loads it) a frame that only passes a bridge is shown to the
 * forward chains as if the host routed it (kernel Documentation/networking/ip-sysctl.rst,
 * /proc/sys/net/bridge/). One of others' that drops what it does not know keeps guests of
 * one and the same network from each other.
 */
#ifndef BEDPLATE_HOST_PREP_COEXIST_BRIDGE_H
#define BEDPLATE_HOST_PREP_COEXIST_BRIDGE_H

#include "host-prep/nat_others.h"
#include "host-prep/part.h"
#include "host-prep/want.h"

/* Adds one note where that happens to networks without rules of ours in these chains, unless
 * [Sysctl] is about to turn it off. */
void coexist_tell_bridges(const struct part_context *context, const struct want *want,
			  const struct nat_others *others);

#endif
