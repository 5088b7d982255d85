/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_config.h: what a kernel was built with, where its configuration lies beside it.
 */
#ifndef BEDPLATE_LIB_KERNEL_CONFIG_H
#define BEDPLATE_LIB_KERNEL_CONFIG_H

#include <stdbool.h>

#include "lib/err.h"
#include "lib/strbuf.h"

struct kernel_config {
	char *path; /* below the root; NULL where no configuration was found */
	struct strbuf text;
};

/* Reads boot/config-VERSION or lib/modules/VERSION/config below a root; having neither is
 * no error. */
int kernel_config_read(struct kernel_config *config, int root_fd, const char *version,
		       struct err *err);
void kernel_config_release(struct kernel_config *config);
#define _cleanup_kernel_config_ __attribute__((cleanup(kernel_config_release)))

/* Whether an option is built in (=y); false also where nothing is known. */
bool kernel_config_has(const struct kernel_config *config, const char *option);

#endif
