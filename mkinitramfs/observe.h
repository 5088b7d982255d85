/* SPDX-License-Identifier: GPL-2.0-or-later */
/* observe.h: what an image follows from, besides what people have set. */
#ifndef BEDPLATE_MKINITRAMFS_OBSERVE_H
#define BEDPLATE_MKINITRAMFS_OBSERVE_H

#include <stdbool.h>

#include "lib/kernel_config.h"
#include "lib/kernel_rule.h"
#include "mkinitramfs/args.h"
#include "mkinitramfs/chain.h"
#include "mkinitramfs/modules.h"
#include "mkinitramfs/parts.h"
#include "mkinitramfs/passthrough.h"
#include "mkinitramfs/settings.h"

struct observed {
	char *version;      /* of the kernel */
	struct chain chain; /* in host mode */
	struct module_set modules;
	struct kernel_config config;
	struct parts parts;
	struct kernel_rules rules; /* about the kernel's arguments */
	struct passthrough passthrough;
	bool has_chain;
};

/* The kernel that was named, else the running one, else the only one below another root; a
 * heap string. */
int observe_version(char **version, const struct args *args, int root_fd,
		    struct err *err);

/* The root's devices and, if there is a rescue shell, the keyboards: for host mode. */
int observe_chain(struct chain *chain, const struct host_conf *host, int root_fd,
		  struct err *err);

/* Where the programs are that go into an image. */
const char *observe_parts_dir(const struct args *args);

/* All of it for one kernel. What speaks against the host's boot is an error or a warning. */
int observe(struct observed *o, const char *version, const struct args *args,
	    const struct settings *settings, int root_fd, struct err *err);

void observed_init(struct observed *o);
void observed_release(struct observed *o);

#endif
