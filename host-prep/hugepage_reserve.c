/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugepage_reserve.c: has the kernel find huge pages. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/hugepage.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/value/units.h"

enum hugepage_next hugepage_next(struct hugepage_try *try, uint64_t now)
{
	if (now >= try->wanted)
		return HUGEPAGE_DONE;
	try->fruitless = now > try->got ? 0 : try->fruitless + 1;
	try->got = now > try->got ? now : try->got;
	return try->fruitless < HUGEPAGE_FRUITLESS_MAX ? HUGEPAGE_COMPACT
						       : HUGEPAGE_GIVE_UP;
}

/* In tenths of the unit that suits, for a message: "1.2G". */
static void add_rough_size(struct strbuf *out, uint64_t bytes)
{
	const char *unit = "KMGT";
	uint64_t tenths = bytes / 1024 * 10;

	for (; tenths >= 10240 && unit[1]; unit++)
		tenths /= 1024;
	strbuf_addf(out, "%" PRIu64 ".%" PRIu64 "%c", tenths / 10, tenths % 10, *unit);
}

/* "node 0 1.2G, node 1 200.0M" */
static void add_free(struct strbuf *out, int root_fd)
{
	struct hugepages pages;

	if (hugepage_read(&pages, root_fd, NULL))
		return;
	for (size_t i = 0; i < pages.node_count; i++) {
		strbuf_addf(out, "%snode %u ", i ? ", " : "", pages.nodes[i].id);
		add_rough_size(out, pages.nodes[i].free);
	}
}

/* The page's size by the folder's name in its path. */
static uint64_t size_in_path(const char *path)
{
	const char *at = strstr(path, "hugepages-");

	return at ? strtoull(at + strlen("hugepages-"), NULL, 10) * 1024 : 0;
}

/* The node in a path, as the kernel's command line has it in front of a number; -1: none. */
static int node_in_path(const char *path)
{
	const char *at = strstr(path, "/node/node");

	return at ? (int)strtoul(at + strlen("/node/node"), NULL, 10) : -1;
}

static int tell_shortfall(int root_fd, const char *path, const struct hugepage_try *try,
			  struct err *err)
{
	_cleanup_strbuf_ struct strbuf free_text;
	int node = node_in_path(path);
	char size[24], place[16] = "";

	if (node >= 0)
		snprintf(place, sizeof(place), "%d:", node);
	strbuf_init(&free_text, 4096);
	add_free(&free_text, root_fd);
	hugepage_size_text(size_in_path(path), size);
	err_set(err, ENOMEM,
		"%" PRIu64 " pages of %s are wanted, and the kernel finds %" PRIu64
		"; free memory: %s",
		try->wanted, size, try->got,
		free_text.length ? free_text.text : "not known");
	return err_hint(
		err,
		"what is free is in pieces that are too small, or too little; the "
		"kernel's command line gets them in time: hugepagesz=%s "
		"hugepages=%s%" PRIu64,
		size, place, try->wanted);
}

/* All memory, or a node's; that it cannot be asked for is not what fails here. */
static void compact(int root_fd, const char *path)
{
	const char *node = strstr(path, "/node/node");
	const char *end = node ? strchr(node + strlen("/node/node"), '/') : NULL;
	_cleanup_strbuf_ struct strbuf file;

	strbuf_init(&file, 4096);
	if (end)
		strbuf_addf(&file, "%.*s/compact", (int)(end - path), path);
	else
		strbuf_adds(&file, "proc/sys/vm/compact_memory");
	file_write(root_fd, file.text, "1", NULL);
}

/* What was found is no use to anybody if it is not enough. */
static void put_back(int root_fd, const char *path, uint64_t before)
{
	char value[24];

	snprintf(value, sizeof(value), "%" PRIu64, before);
	file_write(root_fd, path, value, NULL);
}

int hugepage_reserve(int root_fd, const char *path, const char *value, struct err *err)
{
	struct hugepage_try try = { .wanted = strtoull(value, NULL, 10) };
	enum hugepage_next next = HUGEPAGE_COMPACT;
	uint64_t before = 0;

	file_read_u64(root_fd, path, &before, NULL);
	while (next == HUGEPAGE_COMPACT) {
		uint64_t now = 0;
		int result = file_write(root_fd, path, value, err);

		if (!result)
			result = file_read_u64(root_fd, path, &now, err);
		if (result)
			return result;
		next = hugepage_next(&try, now);
		if (next == HUGEPAGE_COMPACT)
			compact(root_fd, path);
	}
	if (next == HUGEPAGE_DONE)
		return 0;
	put_back(root_fd, path, before);
	return tell_shortfall(root_fd, path, &try, err);
}
