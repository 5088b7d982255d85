/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ksm.c: the part "ksm": merging of equal pages (kernel Documentation/admin-guide/mm/ksm.rst). */
#include <inttypes.h>
#include <stdio.h>

#include "host-prep/setting.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/origin.h"

#define FOLDER "sys/kernel/mm/ksm/"

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
	snprintf(path, sizeof(path), FOLDER "%s", row->file);
	snprintf(value, sizeof(value), "%" PRIu64, row->value);
	origin_text(context->conf, "Ksm", row->key, 0, setting.origin,
		    sizeof(setting.origin));
	return setting_want(wanted, &setting, err);
}

/* While pages are merged the kernel refuses to give these back; that is no reason to give nothing
 * back at all. */
static void leave_busy(const struct part_context *context, const char *file, bool wanted)
{
	_cleanup_strbuf_ struct strbuf now;
	uint64_t shared = 0;
	char path[128];
	const json_t *entry;

	strbuf_init(&now, 0);
	snprintf(path, sizeof(path), FOLDER "%s", file);
	entry = json_object_get(context->journal, path);
	file_read_u64(context->root_fd, FOLDER "pages_shared", &shared, NULL);
	if (!entry || wanted || !shared ||
	    setting_read(context->root_fd, path, &now, NULL) ||
	    setting_same(now.text, json_string_value(json_object_get(entry, "before"))))
		return;
	part_note(
		context,
		"ksm %s is left at %s: the kernel changes it only while no page is merged",
		file, now.text);
	json_object_del(context->journal, path);
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

	leave_busy(context, "merge_across_nodes", ksm->merge_across_nodes);
	leave_busy(context, "max_page_sharing", ksm->max_page_sharing);
	for (size_t i = 0; !result && i < ARRAY_SIZE(rows); i++)
		if (rows[i].wanted)
			result = want(context, &rows[i], &wanted, err);
	return result ? result
		      : setting_plan(context, ksm_part.name, &wanted, steps, err);
}

static int down(const struct part_context *context, struct steps *steps, struct err *err)
{
	leave_busy(context, "merge_across_nodes", false);
	leave_busy(context, "max_page_sharing", false);
	return setting_down(context, ksm_part.name, steps, err);
}

const struct part ksm_part = {
	.name = "ksm",
	.help = "merging of guests' equal pages",
	.plan = plan,
	.down = down,
	.drops_entries = true,
};
