/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner_dhcpcd.h: the dhcpcd(8) that runs for all interfaces, as a row of owners[] (owner.h). */
#ifndef BEDPLATE_HOST_PREP_OWNER_DHCPCD_H
#define BEDPLATE_HOST_PREP_OWNER_DHCPCD_H

#include <stdbool.h>

#include "lib/strbuf.h"

#define OWNER_DHCPCD_PATH "etc/systemd/system/dhcpcd.service.d/90-bedplate.conf"

bool owner_dhcpcd_is_here(int root_fd);

/* It takes what comes, also bridges and taps that are made after it was started. */
bool owner_dhcpcd_claims(int root_fd, const char *link);

/* What stands behind `mark` in its file. */
void owner_dhcpcd_write(const char *mark, const char *links, struct strbuf *out);

#endif
