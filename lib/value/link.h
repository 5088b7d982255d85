/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link.h: names of network interfaces, and what else may choose one. */
#ifndef BEDPLATE_LIB_VALUE_LINK_H
#define BEDPLATE_LIB_VALUE_LINK_H

#include "lib/err.h"
#include "lib/strbuf.h"
#include "lib/value/net.h"

enum { LINK_NAME_MAX = 15, LINK_TEXT_MAX = 79 };

/* Whether the kernel takes the text for an interface's name (dev_valid_name() in
 * net/core/dev.c), and nft, dnsmasq and /proc/sys in their own languages: 1 to 15
 * characters, no white space, no / : % * " and the like. -EINVAL with the reason where not. */
int link_name_check(const char *text, struct err *err);

enum link_select_kind {
	LINK_SELECT_NONE,
	LINK_SELECT_NAME,
	LINK_SELECT_MAC,    /* its hardware address */
	LINK_SELECT_PATH,   /* udev's ID_PATH: pci-0000:03:00.0 */
	LINK_SELECT_DRIVER, /* e1000e */
};

/* What chooses an interface. */
struct link_select {
	enum link_select_kind kind;
	struct mac_address mac;
	char text[LINK_TEXT_MAX + 1]; /* of the others, without what stands in front */
};

/* Reads NAME, a hardware address, path:ID_PATH or driver:NAME. */
int link_select_parse(const char *text, struct link_select *select, struct err *err);

/* Adds it in the same notation; nothing where none is set. */
void link_select_format(const struct link_select *select, struct strbuf *out);

#endif
