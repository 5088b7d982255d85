/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit_text.h: what a guest's file says to systemd: a drop-in for its unit. Pure.
 *
 * Why Wants= and not Requires=: see needs.h.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_UNIT_TEXT_H
#define BEDPLATE_QEMU_LAUNCH_UNIT_TEXT_H

#include "lib/strbuf.h"
#include "lib/value/cpu_list.h"
#include "qemu-launch/order.h"

/* Adds the drop-in of a guest of the order. Guests that wait for each other (`in_circle`) are not
 * ordered: systemd would take a unit of its choice out of the boot. Their start says why it
 * fails. */
void unit_text_add(struct strbuf *out, const struct order *order, size_t guest,
		   const bool *in_circle);

/* The CPUs that all of the guest's threads are pinned on. False where one is not pinned. */
bool unit_text_cpus(const struct guest_cpu *cpu, struct cpu_list *cpus);

#endif
