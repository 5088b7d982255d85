/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modules.h: the set of kernel modules that an image needs, for one kernel version,
 * closed over their dependencies. The one user of libkmod.
 *
 * Modules are asked for by name or alias with a reason; what they depend on (modules.dep)
 * and what their softdeps name comes along. What is built into that kernel is known and
 * needs nothing.
 */
#ifndef BEDPLATE_MKINITRAMFS_MODULES_H
#define BEDPLATE_MKINITRAMFS_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"
#include "lib/strbuf.h"
#include "mkinitramfs/modprobe_conf.h"

enum module_flags {
	MODULE_AT_ONCE =
		1
		<< 0, /* into modules.plan: loaded without being asked for by a device */
	MODULE_NEEDED = 1 << 1, /* an error where the configuration excludes it */
	MODULE_LATE =
		1 << 2, /* for the late archive, unless it is MODULE_AT_ONCE as well */
	MODULE_VFIO = 1 << 3,     /* into vfio.plan: loaded before all others */
	MODULE_KEYBOARD = 1 << 4, /* into keyboards.list, as those of MODULE_LATE */
};

struct module {
	char *name; /* with '_' */
	char *path; /* as it lies in the modules folder, with its compression's suffix;
		       NULL: built in */
	size_t *before; /* modules of the set that are loaded before it */
	size_t before_count;
	char *reason;
	unsigned flags;
};

struct kmod_ctx;

struct module_set {
	int root_fd;         /* not owned */
	int dir_fd;          /* the modules folder */
	char *dir;           /* below the root: lib/modules/VERSION */
	const char *version; /* not owned */
	struct kmod_ctx *kmod;
	struct modprobe_conf conf;
	char *const *exclude; /* names; not owned */
	size_t exclude_count;
	bool unsign; /* the image gets the modules without their signatures */
	struct module *items;
	size_t count, room;
};

#define MODULE_SET_INIT                     \
	{                                   \
		.root_fd = -1, .dir_fd = -1 \
	}

/* Opens a kernel's modules below a root. Fails with the versions that are there, or with
 * a hint at depmod. */
int module_set_open(struct module_set *set, int root_fd, const char *version,
		    struct err *err);
void module_set_release(struct module_set *set);
#define _cleanup_module_set_ __attribute__((cleanup(module_set_release)))

/* The only version below a root, as a heap string; fails where there are none or several.
 */
int module_version_find(int root_fd, char **version, struct err *err);

/* All versions that have a folder of modules below a root; with `whole`, those whose kernel
 * is there and not only what others built for it. 0, or -ENOMEM. */
struct names;
int module_versions(int root_fd, bool whole, struct names *versions);

/* Adds all modules that a name or alias stands for. Returns how many there are (built in
 * or not), 0 where the kernel knows none, or -errno (-EPERM: one is excluded and
 * MODULE_NEEDED). */
int module_set_add(struct module_set *set, const char *alias, unsigned flags,
		   const char *reason, struct err *err);

/* A part of the modules folder. */
struct module_folder {
	const char *folder; /* beginning of paths below kernel/ */
	const char *except; /* beginnings of paths below kernel/ that are left out, parted
			       by blanks; NULL */
	const char *reason;
};

/* Adds the modules that lie in one of the folders, without flags, and those that take the place
 * of such a one (updates/). */
int module_set_add_folders(struct module_set *set, const struct module_folder *folders,
			   size_t count, struct err *err);

/* Has every other module of the set wait for this one, but for those that it needs itself. */
int module_set_put_first(struct module_set *set, const char *name, struct err *err);

/* The set's module of this name, or NULL. */
const struct module *module_set_find(const struct module_set *set, const char *name);

/* The indices of all modules that are files, each behind those it needs; *count entries
 * on the heap. */
int module_set_order(const struct module_set *set, size_t **order, size_t *count,
		     struct err *err);

/* Walks the firmware that a module names; `found` is called for each. */
int module_firmware(const struct module_set *set, const struct module *module,
		    int (*found)(void *context, const char *name, struct err *err),
		    void *context, struct err *err);

/* Whether the module lies in the late archive: it is asked for there and nowhere else. */
bool module_is_late(const struct module *module);

/* The path as the image has it: without the compression's suffix. Valid until `buffer`
 * changes. */
const char *module_plain_path(const char *path, struct strbuf *buffer);

#endif
