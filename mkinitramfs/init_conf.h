/* SPDX-License-Identifier: GPL-2.0-or-later */
/* init_conf.h: the configuration that /init finds in the image. */
#ifndef BEDPLATE_MKINITRAMFS_INIT_CONF_H
#define BEDPLATE_MKINITRAMFS_INIT_CONF_H

#include "lib/kernel_rule.h"
#include "lib/schema/host.h"
#include "mkinitramfs/chain.h"
#include "mkinitramfs/passthrough.h"
#include "mkinitramfs/plan.h"

/* Adds etc/bedplate/init.conf; `chain` is NULL in generic mode. */
int init_conf_add(struct plan *plan, const struct host_conf *host,
		  const struct chain *chain, const struct kernel_rules *rules,
		  const struct passthrough *passthrough, const char *version,
		  struct err *err);

#endif
