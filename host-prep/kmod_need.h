/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kmod_need.h: modules that parts load for their own sake (zram, vfio-pci), and that go when
 * nobody needs them any more.
 *
 * The journal's section "loaded" has {NAME: PART} of each that was not there before. What somebody
 * else uses by then stays, which is no failure.
 */
#ifndef BEDPLATE_HOST_PREP_KMOD_NEED_H
#define BEDPLATE_HOST_PREP_KMOD_NEED_H

#include "host-prep/part.h"

/* Adds a step that loads a module, with one option (NULL: none), unless it is there or has such a
 * step already. `part` is a constant. */
int kmod_need(const struct part_context *context, const char *part, const char *name,
	      const char *option, struct steps *steps, struct err *err);

/* Adds steps that unload what was loaded for the part. */
int kmod_need_no_more(const struct part_context *context, const char *part,
		      struct steps *steps, struct err *err);

/* Makes what `after` (the section as it will be) has of a part what `before` had; before may
 * be NULL. */
void kmod_need_forget(json_t *after, const json_t *before, const char *part);

#endif
