/* SPDX-License-Identifier: GPL-2.0-or-later */
/* merge_item.h: what one alternative of a rule comes to on the command line. */
#ifndef BEDPLATE_BOOT_MERGE_ITEM_H
#define BEDPLATE_BOOT_MERGE_ITEM_H

#include "boot/merge.h"

/* The alternative in terms of arguments, with borrowed names; false where nothing needs to be
 * given for it. */
bool merge_item_translate(const struct kernel_alternative *item,
			  const struct merge_machine *machine,
			  struct kernel_alternative *out);

/* Whether it only asks for something that generators give without being asked. */
bool merge_item_is_generated(const struct kernel_alternative *item);

/* The first alternative that fits; the other maker's IOMMU does not. */
const struct kernel_alternative *merge_item_choose(const struct kernel_rule *rule,
						   enum cpu_maker maker);

/* Adds the word for a translated alternative; of huge pages only their number. */
void merge_item_write(const struct kernel_alternative *item, struct strbuf *out);

/* Adds a size as the kernel reads it: "1G". */
void merge_item_write_size(uint64_t bytes, struct strbuf *out);

#endif
