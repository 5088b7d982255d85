/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check.c: bedplate check: asks every program what is wrong, and tells it as one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bedplate/commands.h"
#include "bedplate/paint.h"
#include "bedplate/part.h"
#include "bedplate/told.h"
#include "lib/cleanup.h"
#include "lib/show_json.h"

static const struct part check_parts[] = {
	{ .program = "host-prep",
	  .words = { "check" },
	  .title = "the host",
	  .area = "Host",
	  .read = told_read_host },
	{ .program = "boot",
	  .words = { "status" },
	  .title = "the boot loader",
	  .area = "Boot loader",
	  .read = told_read_loader },
	{ .program = "mkinitramfs",
	  .words = { "status" },
	  .title = "the images",
	  .area = "Images",
	  .read = told_read_images },
	{ .program = "qemu-launch",
	  .words = { "check" },
	  .title = "the guests",
	  .area = "Guests",
	  .read = told_read_guests },
};

/* Of a tree that is somebody's own there is nothing that only root may read. */
static void note_rights(struct told_list *list, const char *root)
{
	if (root || !geteuid())
		return;
	told_add(list,
		 &(struct told){
			 .severity = CHECK_NOTE,
			 .area = "Host",
			 .source = "check",
			 .check = "rights",
			 .what = "not looked at: what only root may read (firewall, "
				 "leases, guests' files, keys)",
			 .advice = "`sudo bedplate check` looks at all",
		 });
}

int check_collect(struct told_list *list, const char *root, struct err *err)
{
	struct part parts[ARRAY_SIZE(check_parts)];
	int result;

	memcpy(parts, check_parts, sizeof(parts));
	result = parts_run(parts, ARRAY_SIZE(parts), root, err);
	for (size_t i = 0; !result && i < ARRAY_SIZE(parts); i++)
		told_add_part(list, &parts[i]);
	parts_release(parts, ARRAY_SIZE(parts));
	if (!result)
		note_rights(list, root);
	told_finish(list);
	return result || !list->overflow ? result
					 : err_sys(err, ENOMEM, "gathering findings");
}

/* ---- as text ---- */

static void show_row(const struct told *row)
{
	printf("  %s%-8s%s ", paint_begin(row->severity),
	       check_severity_word(row->severity), paint_end());
	if (*row->origin)
		printf("%s: ", row->origin);
	if (*row->subject)
		printf("%s: ", row->subject);
	printf("%s\n", row->what);
	if (*row->advice)
		printf("           -> %s\n", row->advice);
}

static bool is_shown(const struct told *row, bool verbose)
{
	return verbose || row->severity != CHECK_OK;
}

/* All of the area to which this row, the first of it, belongs; the worst last. */
static void show_area(const struct told_list *list, const char *area, bool verbose)
{
	printf("%s\n", area);
	for (int severity = CHECK_OK; severity < CHECK_SEVERITIES; severity++)
		for (size_t i = 0; i < list->count; i++)
			if ((int)list->items[i].severity == severity &&
			    !strcmp(list->items[i].area, area) &&
			    is_shown(&list->items[i], verbose))
				show_row(&list->items[i]);
	putchar('\n');
}

/* The list has the worst first: whoever comes first of an area says how bad that is. */
static bool is_first(const struct told_list *list, size_t number)
{
	for (size_t i = 0; i < number; i++)
		if (!strcmp(list->items[i].area, list->items[number].area))
			return false;
	return true;
}

static void show_count(size_t count, const char *one, const char *many,
		       const char **between)
{
	if (!count)
		return;
	printf("%s%zu %s", *between, count, count == 1 ? one : many);
	*between = ", ";
}

/* "2 problems, 1 note; 9 checks found nothing wrong" */
static void show_sum(const struct told_list *list)
{
	const char *between = "";

	show_count(told_count(list, CHECK_PROBLEM), "problem", "problems", &between);
	show_count(told_count(list, CHECK_WARNING), "warning", "warnings", &between);
	show_count(told_count(list, CHECK_NOTE), "note", "notes", &between);
	between = *between ? "; " : "";
	show_count(told_count(list, CHECK_OK), "check found nothing wrong",
		   "checks found nothing wrong", &between);
	putchar('\n');
}

/* The worst stand last, where a terminal still shows them. */
static int show_text(const struct told_list *list, bool verbose, struct err *err)
{
	for (size_t i = list->count; i-- > 0;)
		if (is_first(list, i) && is_shown(&list->items[i], verbose))
			show_area(list, list->items[i].area, verbose);
	show_sum(list);
	return show_end(err);
}

int check_run(const struct args *args, struct err *err)
{
	_cleanup_told_ struct told_list list = TOLD_LIST_INIT;
	int result = check_collect(&list, args->root, err);

	if (!result)
		result = args->json ? show_json_value(told_json(&list), err)
				    : show_text(&list, args->verbose, err);
	return result ? EXIT_FAILED : told_exit_code(&list);
}
