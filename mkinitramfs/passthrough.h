/* SPDX-License-Identifier: GPL-2.0-or-later */
/* passthrough.h: the PCI devices that the host's and the guests' files give to vfio-pci. */
#ifndef BEDPLATE_MKINITRAMFS_PASSTHROUGH_H
#define BEDPLATE_MKINITRAMFS_PASSTHROUGH_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/conf.h"
#include "lib/err.h"
#include "lib/guests.h"
#include "lib/origin.h"
#include "lib/pci.h"
#include "lib/strbuf.h"
#include "lib/value/pci_select.h"
#include "mkinitramfs/chain.h"
#include "mkinitramfs/modules.h"

/* One section, in the words of init.conf. */
struct passthrough_wish {
	struct pci_select *selects;
	size_t count;
	const char *on_failure, *framebuffer;
	char origin[ORIGIN_MAX];
};

struct passthrough {
	struct passthrough_wish *items;
	size_t count;
};

#define PASSTHROUGH_INIT      \
	{                     \
		.items = NULL \
	}

/* Collects [Vfio] of host.conf, then [Passthrough] of the guests. */
int passthrough_collect(struct passthrough *passthrough, struct conf *host,
			const struct guests *guests, struct err *err);
void passthrough_release(struct passthrough *passthrough);

/* Adds the [Vfio] sections of init.conf. */
void passthrough_write(const struct passthrough *passthrough, struct strbuf *out);

/* Refuses a device that the root stands on; -EBUSY. `functions` are the host's. Keyboards that
 * hang on such a device lose their drivers in the image. */
int passthrough_check_chain(const struct passthrough *passthrough, struct chain *chain,
			    const struct pci_list *functions, struct err *err);

/* Puts vfio-pci, vfio_iommu_type1 and what they need into the set, to be loaded first. A
 * kernel without them is a warning; where they are needed, excluding them is an error. */
int passthrough_choose(struct module_set *set, bool needed, struct err *err);

#endif
