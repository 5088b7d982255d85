/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hugepage.h: huge pages: how many there are to be, of which size and on which NUMA node,
 * and where they are mounted (kernel Documentation/admin-guide/mm/hugetlbpage.rst).
 *
 * How it works: hugepage_read takes in the pools; hugepage_want adds up the sections and the
 * guests' files; hugepage_target (pure) makes numbers of pages of both, for the whole pool
 * where no section names a node, otherwise for each node. The part writes these as settings
 * whose write looks at what the kernel has made of it (hugepage_reserve).
 */
#ifndef BEDPLATE_HOST_PREP_HUGEPAGE_H
#define BEDPLATE_HOST_PREP_HUGEPAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-prep/part.h"
#include "host-prep/setting.h"

enum { HUGEPAGE_SIZES = 8, HUGEPAGE_NODES = 64, HUGEPAGE_PATH = 160, HUGEPAGE_NAME = 80 };

/* ---- what is there ---- */

struct hugepage_count {
	uint64_t total, free,
		surplus; /* pages; surplus: those that go once they are free */
};

struct hugepage_pool {
	uint64_t size; /* of a page, bytes */
	struct hugepage_count all, nodes[HUGEPAGE_NODES];
};

struct hugepages {
	struct hugepage_pool pools[HUGEPAGE_SIZES];
	size_t count;
	struct {
		unsigned id;
		uint64_t free;   /* memory, bytes */
	} nodes[HUGEPAGE_NODES]; /* by number */
	size_t node_count;       /* 0: the kernel knows no nodes */
	uint64_t memory;         /* of the machine, bytes */
};

int hugepage_read(struct hugepages *pages, int root_fd, struct err *err);

/* The pool of a size, or NULL. */
const struct hugepage_pool *hugepage_find(const struct hugepages *pages, uint64_t size);

/* ---- what is wanted ---- */

struct hugepage_wish {
	uint64_t size;
	uint64_t guests; /* pages that the guests' files add up to */
	uint64_t any;    /* pages on any node */
	bool exact;      /* `any` is a number of the configuration's, not a least one */
	bool has_nodes;
	uint64_t nodes[HUGEPAGE_NODES]; /* by number */
	char origin[SETTING_ORIGIN];
	char node_origins[HUGEPAGE_NODES][SETTING_ORIGIN];
};

struct hugepage_wishes {
	struct hugepage_wish items[HUGEPAGE_SIZES];
	size_t count;
};

/* Of the sections [HugePages] and the guests. -E2BIG where there are more than
 * HUGEPAGE_SIZES sizes or HUGEPAGE_NODES nodes. */
int hugepage_want(struct hugepage_wishes *wishes, const struct part_context *context,
		  struct err *err);

/* How many pages there are to be. */
struct hugepage_target {
	bool by_node;
	uint64_t all;                   /* where not by node */
	uint64_t nodes[HUGEPAGE_NODES]; /* in the order of hugepages.nodes */
};

/* `before`: how many there were before the first change, which stay where guests decide.
 * -ENODEV where a node is not there. Pure. */
int hugepage_target(struct hugepage_target *target, const struct hugepages *pages,
		    const struct hugepage_wish *wish, uint64_t before, struct err *err);

/* ---- reserving ---- */

/* What to do about a kernel that found fewer pages than were asked for. */
enum hugepage_next { HUGEPAGE_DONE, HUGEPAGE_COMPACT, HUGEPAGE_GIVE_UP };

struct hugepage_try {
	uint64_t wanted, got;
	unsigned fruitless; /* tries in a row that brought no page */
};

enum { HUGEPAGE_FRUITLESS_MAX = 3 };

/* Takes in how many there are now. Pure. */
enum hugepage_next hugepage_next(struct hugepage_try *try, uint64_t now);

/* Writes a number of pages to nr_hugepages, has the memory compacted and tries again while
 * that helps. -ENOMEM with what is free on each node where it does not. */
int hugepage_reserve(int root_fd, const char *path, const char *value, struct err *err);

/* ---- the journal ---- */

/* Below the root: nr_hugepages of a pool, or of its part on a node. */
void hugepage_pool_path(char path[HUGEPAGE_PATH], uint64_t size);
void hugepage_node_path(char path[HUGEPAGE_PATH], uint64_t size, unsigned node);

/* "huge pages of 2M", with " on node 1" unless the node is below 0. */
void hugepage_name(char name[HUGEPAGE_NAME], uint64_t size, int node);

/* How many pages there were before the first change; those that are there now where none was
 * made. */
uint64_t hugepage_before(const json_t *journal, const struct hugepages *pages,
			 const struct hugepage_pool *pool, bool by_node);

/* By node: the configured numbers, and on nodes without one what was there before. */
uint64_t hugepage_least(const json_t *journal, const struct hugepages *pages,
			const struct hugepage_pool *pool,
			const struct hugepage_wish *wish);

/* Has the journal speak of nodes, or of the whole pool, where it spoke of the other. */
void hugepage_convert(json_t *journal, const struct hugepages *pages,
		      const struct hugepage_pool *pool, bool by_node);

/* ---- mounts ---- */

/* Adds the steps to the mounts that are configured (hugepage_mount.c). The journal's object
 * is {POINT: {}} of those that were mounted here. */
int hugepage_plan_mounts(const struct part_context *context, struct steps *steps,
			 struct err *err);
int hugepage_down_mounts(const struct part_context *context, struct steps *steps,
			 struct err *err);

/* "2M", "1G". */
const char *hugepage_size_text(uint64_t size, char text[24]);

#endif
