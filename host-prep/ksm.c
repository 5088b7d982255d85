/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ksm.c: the part "ksm": merging of equal pages (kernel Documentation/admin-guide/mm/ksm.rst). */
#include <inttypes.h>
#include <stdio.h>

#include "host-prep/setting.h"
#include "lib/cleanup.h"
#include "lib/origin.h"

static const char busy[] =
	"the kernel changes this only while no page is merged: Run=unmerge first";

struct row {
	const char *key, *file;
	uint64_t value;
	bool wanted;
	const char *hint;
};

static int want(const struct part_context *context, const struct row *row,
		struct settings_wanted *wanted, struct err *err)
{
	char name[64], path[128], value[24];
	struct setting setting = {
		.name = name, .path = path, .value = value, .hint = row->hint
	};

	snprintf(name, sizeof(name), "ksm %s", row->file);
	snprintf(path, sizeof(path), "sys/kernel/mm/ksm/%s", row->file);
	snprintf(value, sizeof(value), "%" PRIu64, row->value);
	origin_text(context->conf, "Ksm", row->key, 0, setting.origin,
		    sizeof(setting.origin));
	return setting_want(wanted, &setting, err);
}

static int plan(const struct part_context *context, struct steps *steps, struct err *err)
{
	/* "no", "yes" and "unmerge" follow "keep" in the schema as 0, 1 and 2 do in the kernel;
	 * it runs last, with the others set. */
	const struct host_ksm *ksm = &context->host->ksm;
	const struct row rows[] = {
		{ "PagesToScan", "pages_to_scan", (uint64_t)ksm->pages_to_scan,
		  ksm->pages_to_scan, NULL },
		{ "Sleep", "sleep_millisecs", ksm->sleep_ms, ksm->sleep_ms, NULL },
		{ "MergeAcrossNodes", "merge_across_nodes",
		  (uint64_t)ksm->merge_across_nodes - 1, ksm->merge_across_nodes, busy },
		{ "UseZeroPages", "use_zero_pages", (uint64_t)ksm->use_zero_pages - 1,
		  ksm->use_zero_pages, NULL },
		{ "MaxPageSharing", "max_page_sharing", (uint64_t)ksm->max_page_sharing,
		  ksm->max_page_sharing, busy },
		{ "Run", "run", (uint64_t)ksm->run - 1, ksm->run, NULL },
	};
	_cleanup_wanted_ struct settings_wanted wanted = SETTINGS_WANTED_INIT;
	int result = 0;

	for (size_t i = 0; !result && i < ARRAY_SIZE(rows); i++)
		if (rows[i].wanted)
			result = want(context, &rows[i], &wanted, err);
	return result ? result
		      : setting_plan(context, ksm_part.name, &wanted, steps, err);
}

static int down(const struct part_context *context, struct steps *steps, struct err *err)
{
	return setting_down(context, ksm_part.name, steps, err);
}

const struct part ksm_part = {
	.name = "ksm",
	.help = "merging of guests' equal pages",
	.plan = plan,
	.down = down,
};
