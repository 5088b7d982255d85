/* SPDX-License-Identifier: GPL-2.0-or-later */
/* handover.h: what the new init is told by its arguments. */
#ifndef BEDPLATE_INIT_HANDOVER_H
#define BEDPLATE_INIT_HANDOVER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Makes the arguments that `init` (a path that exists for us) is started with from those of
 * the kernel; argv[0] becomes the path. A systemd is also told when the initramfs began
 * (start_us, as clock_us has it), which systemd-analyze(1) shows as the initrd's share: in
 * the form that systemd's own switch-root uses, a descriptor with its state after
 * --deserialize. Other forms, as the variable RD_TIMESTAMP, are read by no systemd that is
 * in use. NULL where memory is short.
 */
char **handover_arguments(const char *init, char **kernel_argv, int64_t start_us);

/* The state's text: systemd's dual timestamp is the wall clock's and the monotonic clock's
 * microseconds. `now_real_us` is the wall clock's time at `now_us`. */
void handover_state(char *text, size_t size, int64_t start_us, int64_t now_us,
		    int64_t now_real_us);

#endif
