/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugepage.c: the part "hugepages". */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/hugepage.h"
#include "lib/cleanup.h"
#include "lib/cmdline.h"
#include "lib/kernel_match.h"

/* From here on the kernel can find pages only where memory is whole by chance: they are
 * larger than what its allocator deals in. */
enum { GIGANTIC = 1 << 30 };

void hugepage_name(char name[HUGEPAGE_NAME], uint64_t size, int node)
{
	char text[24];

	hugepage_size_text(size, text);
	if (node < 0)
		snprintf(name, HUGEPAGE_NAME, "huge pages of %s", text);
	else
		snprintf(name, HUGEPAGE_NAME, "huge pages of %s on node %d", text, node);
}

/* Surplus pages are counted among the kernel's, but go by themselves once they are free. */
static int want_number(struct settings_wanted *wanted, const char *name, const char *path,
		       const struct hugepage_count *now, uint64_t pages,
		       const char *origin, struct err *err)
{
	char value[24];
	struct setting setting = { .name = (char *)name,
				   .path = (char *)path,
				   .value = value,
				   .write = hugepage_reserve };

	if (now->surplus && now->total - now->surplus == pages)
		pages = now->total;
	snprintf(value, sizeof(value), "%" PRIu64, pages);
	snprintf(setting.origin, sizeof(setting.origin), "%s", origin);
	return setting_want(wanted, &setting, err);
}

static int want_target(struct settings_wanted *wanted, const struct hugepages *pages,
		       const struct hugepage_wish *wish, const struct hugepage_pool *pool,
		       const struct hugepage_target *target, struct err *err)
{
	char name[HUGEPAGE_NAME], path[HUGEPAGE_PATH];
	int result = 0;

	if (!target->by_node) {
		hugepage_name(name, wish->size, -1);
		hugepage_pool_path(path, wish->size);
		return want_number(wanted, name, path, &pool->all, target->all,
				   wish->origin, err);
	}
	for (size_t i = 0; !result && i < pages->node_count; i++) {
		unsigned id = pages->nodes[i].id;
		const char *origin = id < HUGEPAGE_NODES ? wish->node_origins[id] : "";

		hugepage_name(name, wish->size, (int)id);
		hugepage_node_path(path, wish->size, id);
		result =
			want_number(wanted, name, path, &pool->nodes[i], target->nodes[i],
				    *origin ? origin : wish->origin, err);
	}
	return result;
}

static uint64_t sum_of(const struct hugepages *pages,
		       const struct hugepage_target *target)
{
	uint64_t sum = target->by_node ? 0 : target->all;

	for (size_t i = 0; target->by_node && i < pages->node_count; i++)
		sum += target->nodes[i];
	return sum;
}

static int check_memory(const struct hugepages *pages, const struct hugepage_wish *wish,
			uint64_t sum, struct err *err)
{
	char size[24];

	if (!pages->memory || sum <= pages->memory / wish->size)
		return 0;
	err_set(err, ENOMEM,
		"%s%s%" PRIu64
		" pages of %s are more than this machine's memory (%" PRIu64 "M)",
		wish->origin, wish->origin[0] ? ": " : "", sum,
		hugepage_size_text(wish->size, size), pages->memory >> 20);
	return -ENOMEM;
}

static int missing_size(const struct hugepages *pages, const struct hugepage_wish *wish,
			struct err *err)
{
	_cleanup_strbuf_ struct strbuf sizes;
	char size[24];

	strbuf_init(&sizes, 0);
	for (size_t i = 0; i < pages->count; i++)
		strbuf_addf(&sizes, "%s%s", i ? ", " : "",
			    hugepage_size_text(pages->pools[i].size, size));
	err_set(err, EOPNOTSUPP, "%s%sthis machine has no huge pages of %s", wish->origin,
		wish->origin[0] ? ": " : "", hugepage_size_text(wish->size, size));
	return sizes.length ? err_hint(err, "it has: %s", sizes.text) : -EOPNOTSUPP;
}

/* As the kernel's command line takes it: "4", of nodes "0:1,1:3" (since Linux 5.16). */
static void write_number(const struct hugepages *pages,
			 const struct hugepage_target *target, struct strbuf *out)
{
	if (!target->by_node)
		strbuf_addf(out, "%" PRIu64, target->all);
	for (size_t i = 0; target->by_node && i < pages->node_count; i++)
		if (target->nodes[i])
			strbuf_addf(out, "%s%u:%" PRIu64, out->length ? "," : "",
				    pages->nodes[i].id, target->nodes[i]);
}

/* Whether the next boot will have them, too. */
static int check_cmdline(const struct part_context *context,
			 const struct hugepages *pages, const struct hugepage_wish *wish,
			 const struct hugepage_target *target, struct err *err)
{
	_cleanup_cmdline_ struct cmdline cmdline = CMDLINE_INIT;
	_cleanup_strbuf_ struct strbuf number;
	uint64_t asked = 0, sum = sum_of(pages, target);
	char size[24];
	int result;

	strbuf_init(&number, 0);
	if (wish->size < GIGANTIC || !sum)
		return 0;
	result = cmdline_read(&cmdline, context->root_fd, err);
	if (result == -ENOMEM)
		return result;
	err_clear(err);
	if (!result)
		asked = kernel_match_pages(&cmdline, wish->size);
	hugepage_size_text(wish->size, size);
	write_number(pages, target, &number);
	if (asked < sum)
		part_note(context,
			  "%" PRIu64
			  " pages of %s are wanted (%s), the kernel's command line asks "
			  "for %" PRIu64
			  ": a running kernel finds them only while its memory is "
			  "whole. Give hugepagesz=%s hugepages=%s",
			  sum, size, wish->origin, asked, size, number.text);
	return 0;
}

/* What was there before us, where that is not to go. */
static uint64_t pages_before(const struct part_context *context,
			     const struct hugepages *pages,
			     const struct hugepage_wish *wish,
			     const struct hugepage_pool *pool)
{
	uint64_t before = hugepage_before(context->journal, pages, pool, wish->has_nodes);
	uint64_t least =
		wish->has_nodes ? hugepage_least(context->journal, pages, pool, wish) : 0;

	return before > least ? before : least;
}

static int want_size(const struct part_context *context, const struct hugepages *pages,
		     const struct hugepage_wish *wish, struct settings_wanted *wanted,
		     struct err *err)
{
	const struct hugepage_pool *pool = hugepage_find(pages, wish->size);
	struct hugepage_target target;
	int result;

	if (!pool)
		return missing_size(pages, wish, err);
	hugepage_convert(context->journal, pages, pool, wish->has_nodes);
	result = hugepage_target(&target, pages, wish,
				 pages_before(context, pages, wish, pool), err);
	if (!result)
		result = check_memory(pages, wish, sum_of(pages, &target), err);
	if (!result)
		result = check_cmdline(context, pages, wish, &target, err);
	return result ? result : want_target(wanted, pages, wish, pool, &target, err);
}

/* The journal's section has {"pages": {PATH: ...}, "mounts": {POINT: ...}}. */
static int plan(const struct part_context *context, struct steps *steps, struct err *err)
{
	const struct part_context numbers = part_below(context, "pages");
	const struct part_context mounts = part_below(context, "mounts");
	_cleanup_wanted_ struct settings_wanted wanted = SETTINGS_WANTED_INIT;
	struct hugepages *pages = malloc(sizeof(*pages));
	struct hugepage_wishes *wishes = malloc(sizeof(*wishes));
	int result = pages && wishes ? hugepage_read(pages, context->root_fd, err)
				     : err_sys(err, ENOMEM, "planning huge pages");

	if (!result)
		result = hugepage_want(wishes, context, err);
	for (size_t i = 0; !result && i < wishes->count; i++)
		result = want_size(&numbers, pages, &wishes->items[i], &wanted, err);
	free(pages);
	free(wishes);
	if (!result)
		result = setting_plan(&numbers, hugepage_part.name, &wanted, steps, err);
	return result ? result : hugepage_plan_mounts(&mounts, steps, err);
}

static int down(const struct part_context *context, struct steps *steps, struct err *err)
{
	const struct part_context numbers = part_below(context, "pages");
	const struct part_context mounts = part_below(context, "mounts");
	int result = hugepage_down_mounts(&mounts, steps, err);

	return result ? result : setting_down(&numbers, hugepage_part.name, steps, err);
}

const struct part hugepage_part = {
	.name = "hugepages",
	.help = "huge pages and their mounts",
	.plan = plan,
	.down = down,
	.drops_entries = true,
};
