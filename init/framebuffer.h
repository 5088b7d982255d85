/* SPDX-License-Identifier: GPL-2.0-or-later */
/* framebuffer.h: the screen that the firmware left behind, and whose memory it is. */
#ifndef BEDPLATE_INIT_FRAMEBUFFER_H
#define BEDPLATE_INIT_FRAMEBUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/pci.h"

enum { FRAMEBUFFER_MAX = 8, FRAMEBUFFER_NAME = 48 };

struct framebuffers {
	/* Memory that a screen's driver, or the kernel for one, has reserved: efifb, vesafb,
	 * simplefb, simpledrm, BOOTFB in /proc/iomem. */
	struct {
		char name[FRAMEBUFFER_NAME];
		struct pci_range range;
	} screens[FRAMEBUFFER_MAX];
	size_t screen_count;
	/* Platform devices with a driver, such as efi-framebuffer.0. */
	char devices[FRAMEBUFFER_MAX][FRAMEBUFFER_NAME];
	size_t device_count;
};

/* Reads /proc/iomem and /sys/bus/platform; what is not there is no screen. */
void framebuffers_read(int root_fd, struct framebuffers *framebuffers);

/* The name of the screen that lies in one of the function's ranges, or NULL. Where nothing
 * reserved the memory it is the boot VGA device's. */
const char *framebuffers_on(const struct framebuffers *framebuffers,
			    const struct pci_function *function);

/* Takes their drivers from all of them; they show nothing any more. */
int framebuffers_detach(int root_fd, const struct framebuffers *framebuffers,
			int timeout_ms, struct err *err);

/* Whether what the kernel writes still appears on something that is no screen. */
bool framebuffers_has_other_console(int root_fd);

#endif
