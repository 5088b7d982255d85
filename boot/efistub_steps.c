/* SPDX-License-Identifier: GPL-2.0-or-later */
/* efistub_steps.c: what is wanted of the firmware's boot entries, as runs of efibootmgr(8). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/efistub.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"

void efi_wants_release(struct efi_wants *wants)
{
	for (size_t i = 0; i < wants->count; i++) {
		free(wants->items[i].label);
		free(wants->items[i].file);
		free(wants->items[i].options);
	}
	free(wants->items);
	*wants = (struct efi_wants){ .items = NULL };
}

int efi_wants_add(struct efi_wants *wants, struct efi_want want, struct err *err)
{
	struct efi_want *items =
		reallocarray(wants->items, wants->count + 1, sizeof(*items));

	if (items)
		wants->items = items;
	if (!items || !want.label || !want.file || !want.options) {
		free(want.label);
		free(want.file);
		free(want.options);
		return err_sys(err, ENOMEM, "planning EFI's entries");
	}
	items[wants->count++] = want;
	return 0;
}

/* Numbers are given and shown as the variables have them: four hexadecimal digits. */
enum { NUMBER_SIZE = 5 };

struct context {
	struct plan *plan;
	const struct efi *efi;
	const struct efi_plan *changes;
	const struct esp *esp;
};

static void number_text(char text[NUMBER_SIZE], int number)
{
	snprintf(text, NUMBER_SIZE, "%04X", (unsigned)number & 0xffff);
}

static char *entry_text(const char *label, const char *file, const char *options)
{
	return format_text("%s\n%s\n%s\n", label, file, options);
}

static int create(const struct context *c, const struct efi_change *change,
		  struct err *err)
{
	const struct efi_want *want = change->want;
	char number[NUMBER_SIZE], part[16];
	_cleanup_free_ char *after = entry_text(want->label, want->file, want->options);
	_cleanup_free_ char *what = NULL;
	int result;

	number_text(number, change->number);
	snprintf(part, sizeof(part), "%u", c->esp->number);
	what = format_text("EFI variable Boot%s", number);
	if (!what || !after)
		return err_sys(err, ENOMEM, "planning EFI's entries");
	result = plan_run(c->plan,
			  (const char *const[]){ "efibootmgr", "--quiet", "--create-only",
						 "--bootnum", number, "--disk",
						 c->esp->disk, "--part", part, "--label",
						 want->label, "--loader", want->file,
						 "--unicode", want->options, NULL },
			  what, NULL, after, "", err);
	if (!result)
		c->plan->steps[c->plan->count - 1].hint =
			"BootOrder and all entries that it names are as they were; the "
			"firmware's memory may be full (efibootmgr -B removes an entry)";
	return result;
}

static int delete (const struct context *c, const struct efi_change *change,
		   struct err *err)
{
	const struct efi_entry *entry = efi_find(c->efi, change->number);
	_cleanup_free_ char *before =
		entry_text(entry->label, entry->file, entry->options);
	_cleanup_free_ char *what = NULL;
	char number[NUMBER_SIZE];

	number_text(number, change->number);
	what = format_text("EFI variable Boot%s", number);
	if (!what || !before)
		return err_sys(err, ENOMEM, "planning EFI's entries");
	return plan_run(c->plan,
			(const char *const[]){ "efibootmgr", "--quiet", "--bootnum",
					       number, "--delete-bootnum", NULL },
			what, before, NULL, "", err);
}

/* A number with the label of its entry, which may be one that is still to be made. */
static void add_named(const struct context *c, int number, struct strbuf *out)
{
	const struct efi_entry *entry = efi_find(c->efi, number);
	const char *label = entry ? entry->label : "";

	for (size_t i = 0; i < c->changes->count; i++)
		if (c->changes->changes[i].action == EFI_CREATE &&
		    c->changes->changes[i].number == number)
			label = c->changes->changes[i].want->label;
	strbuf_addf(out, "%04X %s\n", (unsigned)number & 0xffff, label);
}

static int set_order(const struct context *c, const struct efi_change *change,
		     struct err *err)
{
	_cleanup_strbuf_ struct strbuf before, after, list;

	(void)change;
	strbuf_init(&before, 0);
	strbuf_init(&after, 0);
	strbuf_init(&list, 0);
	for (size_t i = 0; i < c->efi->order_count; i++)
		add_named(c, c->efi->order[i], &before);
	for (size_t i = 0; i < c->changes->order_count; i++) {
		add_named(c, c->changes->order[i], &after);
		strbuf_addf(&list, "%s%04X", i ? "," : "",
			    (unsigned)c->changes->order[i] & 0xffff);
	}
	/* The last of ours goes, and nothing else is left: deleting it empties the order. */
	if (!list.length)
		return 0;
	return plan_run(c->plan,
			(const char *const[]){ "efibootmgr", "--quiet", "--bootorder",
					       list.text, NULL },
			"EFI variable BootOrder", before.text, after.text, "", err);
}

static int set_next(const struct context *c, const struct efi_change *change,
		    struct err *err)
{
	_cleanup_strbuf_ struct strbuf before, after;
	char number[NUMBER_SIZE];

	strbuf_init(&before, 0);
	strbuf_init(&after, 0);
	number_text(number, change->number);
	if (c->efi->next != EFI_NONE)
		add_named(c, c->efi->next, &before);
	add_named(c, change->number, &after);
	return plan_run(c->plan,
			(const char *const[]){ "efibootmgr", "--quiet", "--bootnext",
					       number, NULL },
			"EFI variable BootNext",
			c->efi->next == EFI_NONE ? NULL : before.text, after.text,
			"it is tried once", err);
}

static int drop_next(const struct context *c, const struct efi_change *change,
		     struct err *err)
{
	_cleanup_strbuf_ struct strbuf before;

	strbuf_init(&before, 0);
	add_named(c, change->number, &before);
	return plan_run(c->plan,
			(const char *const[]){ "efibootmgr", "--quiet",
					       "--delete-bootnext", NULL },
			"EFI variable BootNext", before.text, NULL, "", err);
}

static int (*const steps[])(const struct context *c, const struct efi_change *change,
			    struct err *err) = {
	[EFI_CREATE] = create,     [EFI_ORDER] = set_order, [EFI_NEXT] = set_next,
	[EFI_NO_NEXT] = drop_next, [EFI_DELETE] = delete,
};

int efistub_plan_entries(struct plan *plan, const struct efi *efi,
			 const struct efi_wants *wants, const struct esp *esp,
			 struct err *err)
{
	_cleanup_efi_plan_ struct efi_plan changes = EFI_PLAN_INIT;
	struct context c = { plan, efi, &changes, esp };
	int result = efi_plan_make(&changes, efi, wants, esp->uuid ? esp->uuid : "");

	if (result)
		return err_sys(err, -result, "planning EFI's entries");
	for (size_t i = 0; !result && i < changes.count; i++)
		result = steps[changes.changes[i].action](&c, &changes.changes[i], err);
	return result;
}
