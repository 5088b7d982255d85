/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu_facts.h: what a QEMU knows: machines, CPU models, devices and objects.
 *
 * QEMU is asked once (query-version, query-machines, query-cpu-definitions and qom-list-types
 * of a QEMU without a machine); the answer is kept in /var/cache/bedplate/qemu-NAME.json for as long as
 * the program's size and time stay. What is not in a kept answer is asked for again, since
 * further modules of QEMU come without another program.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_QEMU_FACTS_H
#define BEDPLATE_QEMU_LAUNCH_QEMU_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

struct qemu_facts {
	char *binary;
	json_t *root; /* {"version", "qemu", "path", "size", "mtime", "machines", "cpus", "types"} */
	bool is_fresh; /* asked now, and not kept */
};

struct qemu_facts_list {
	struct qemu_facts **items;
	size_t count;
};

/* What a program, by its path or its name in $PATH, knows; asked for where there is no kept answer, or `again`. The cache is below
 * root_fd; one that cannot be written is no error. The facts belong to the list. NULL with
 * -ENOENT where there is no such program, -ETIMEDOUT, or its last words. */
const struct qemu_facts *qemu_facts_get(struct qemu_facts_list *list, const char *name,
					int root_fd, bool again, struct err *err);
void qemu_facts_release(struct qemu_facts_list *list);

/* Whether it knows a machine, a CPU model, a type (of a device or object). Device names that
 * QEMU completes ("virtio-blk") are known, too. Pure. */
bool qemu_knows_machine(const struct qemu_facts *facts, const char *name);
bool qemu_knows_cpu(const struct qemu_facts *facts, const char *name);
bool qemu_knows_type(const struct qemu_facts *facts, const char *name);

/* Its version, as 70200 is 7.2.0; 0: not known. Pure. */
unsigned qemu_version(const struct qemu_facts *facts);

/* Whether the machine is to go in some version. */
bool qemu_is_deprecated(const struct qemu_facts *facts, const char *machine);

/* The nearest known name of "machines", "cpus" or "types", or NULL. */
const char *qemu_nearest(const struct qemu_facts *facts, const char *kind,
			 const char *name);

/* The facts out of QEMU's replies; the references stay the caller's. NULL without memory.
 * Pure. */
json_t *qemu_facts_from(const json_t *version, const json_t *machines, const json_t *cpus,
			const json_t *types);

#endif
