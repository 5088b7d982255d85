/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * microcode.h: the processor's microcode, which the kernel loads out of an archive in front
 * of the image before anything else (kernel Documentation/arch/x86/microcode.rst).
 */
#ifndef BEDPLATE_MKINITRAMFS_MICROCODE_H
#define BEDPLATE_MKINITRAMFS_MICROCODE_H

#include "lib/schema/host.h"
#include "lib/strbuf.h"
#include "mkinitramfs/cpu.h"
#include "mkinitramfs/plan.h"

/* Adds what [Image] Microcode= asks for, as far as it is there. */
int microcode_add(struct plan *plan, const struct host_conf *host, int root_fd,
		  struct err *err);

/* Adds to `out` a container with those patches of an AMD container (the files of amd-ucode)
 * that are for this signature: 1, or 0 where there is none, or -EBADMSG. */
int microcode_pick_amd(const uint8_t *data, size_t size, uint32_t signature,
		       struct strbuf *out, struct err *err);

/* Whether an Intel file (of intel-ucode) is what it should be: updates one behind the other,
 * whole, with a right checksum, and one for this signature: 1, or 0, or -EBADMSG. */
int microcode_check_intel(const uint8_t *data, size_t size, uint32_t signature,
			  struct err *err);

#endif
