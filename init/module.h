/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * module.h: which modules to load, from the image's plan or by what the machine has.
 *
 * The plan is enough in an image made for its host. The index (modules.alias and its kin)
 * is read at the first modules_request or modules_request_alias, and not before.
 */
#ifndef BEDPLATE_INIT_MODULE_H
#define BEDPLATE_INIT_MODULE_H

#include <stdbool.h>

#include "init/loader.h"
#include "init/module_index.h"
#include "lib/cmdline.h"
#include "lib/err.h"

struct modules {
	int root_fd;
	char version[128];
	char dir[192]; /* lib/modules/VERSION */
	const struct cmdline *cmdline;
	struct loader loader;
	struct module_index index;
	bool index_read;
	bool aliases_wanted; /* uevents' MODALIAS is to be followed from now on */
};

/* Prepares loading for the running kernel. Where the image has no modules for it, a plan
 * with nothing in it is an error with that reason. */
int modules_open(struct modules *modules, int root_fd, const struct cmdline *cmdline,
		 struct err *err);

/* Hands the image's plan to the loader. */
int modules_load_plan(struct modules *modules, struct err *err);

/* Hands another plan of the image to the loader. A module that was added before is not
 * added again. */
int modules_load_plan_file(struct modules *modules, const char *path, struct err *err);

/* Loads a module by its name or by an alias, with what it needs, unless it is blacklisted
 * there. True when the image knows such a module. */
bool modules_request(struct modules *modules, const char *name);

/* Requests the modules that a file of the image names, one a line; nothing where there is
 * no such file. */
void modules_request_list(struct modules *modules, const char *path);

/* Loads the modules for every device below /sys/bus, and from now on those of new ones.
 * Returns how many modaliases there were. */
unsigned modules_coldplug(struct modules *modules, int sys_fd);

/* Writes a line for each failure since the last call. */
void modules_report_failures(struct modules *modules);

/* Whether the argument modprobe.blacklist= or modprobe.d names this module. */
bool modules_blacklisted(struct modules *modules, const char *name);

/* Waits until every module is loaded or has failed, and says every three seconds which is not.
 * False after this many seconds. */
bool modules_wait(struct modules *modules, int seconds);

#endif
