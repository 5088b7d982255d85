/* SPDX-License-Identifier: GPL-2.0-or-later */
/* efi_plan.c: compares the firmware's boot entries with those that are wanted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/efi_plan.h"
#include "lib/cleanup.h"

enum { NUMBER_MAX = 0xffff };

/* What its loader's path goes on with behind \EFI\bedplate\; NULL: no Bedplate made it. */
static const char *file_of(const struct efi_entry *entry)
{
	size_t length = strlen(EFI_OUR_FOLDER);

	if (strncmp(entry->label, EFI_OUR_LABEL, strlen(EFI_OUR_LABEL)) != 0 ||
	    strncasecmp(entry->file, EFI_OUR_FOLDER, length) != 0)
		return NULL;
	return entry->file + length;
}

bool efi_is_of(const struct efi_entry *entry, const char *id, const char *partition)
{
	const char *file = file_of(entry);
	size_t length = strlen(id);

	return file && length && !strncasecmp(file, id, length) && file[length] == '\\' &&
	       (!*partition || !strcmp(entry->partition, partition));
}

bool efi_is_former(const struct efi_entry *entry, const char *partition)
{
	const char *file = file_of(entry);

	return file && !strchr(file, '\\') && !strcmp(entry->partition, partition);
}

static bool is_wanted(const struct efi_entry *entry, const struct efi_want *want,
		      const char *partition)
{
	return entry->active && !strcmp(entry->label, want->label) &&
	       !strcasecmp(entry->file, want->file) &&
	       !strcmp(entry->options, want->options) &&
	       (!*partition || !strcmp(entry->partition, partition));
}

/* Numbers that stand for the wanted entries, in the order of `wants`. */
struct match {
	int *numbers;
	size_t count;
};

static bool has_number(const int *numbers, size_t count, int number)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

static int find_match(const struct efi *efi, const struct match *match,
		      const struct efi_want *want, const char *partition)
{
	for (size_t i = 0; i < efi->count; i++)
		if (efi->entries[i].ours &&
		    is_wanted(&efi->entries[i], want, partition) &&
		    !has_number(match->numbers, match->count, efi->entries[i].number))
			return efi->entries[i].number;
	return EFI_NONE;
}

/* BootOrder may name entries that are not there; such a number is not free either, nor is that of
 * the entry which started this boot, whatever became of it: it would be taken for that. */
static int free_number(const struct efi *efi, const struct match *match)
{
	for (int number = 0; number <= NUMBER_MAX; number++)
		if (number != efi->current && !efi_find(efi, number) &&
		    !has_number(match->numbers, match->count, number) &&
		    !has_number(efi->order, efi->order_count, number))
			return number;
	return EFI_NONE;
}

static int add(struct efi_plan *plan, enum efi_action action, int number,
	       const struct efi_want *want)
{
	struct efi_change *changes =
		reallocarray(plan->changes, plan->count + 1, sizeof(*changes));

	if (!changes)
		return -ENOMEM;
	plan->changes = changes;
	changes[plan->count++] = (struct efi_change){ action, number, want };
	return 0;
}

static int plan_creation(struct efi_plan *plan, const struct efi *efi,
			 const struct efi_wants *wants, const char *partition,
			 struct match *match)
{
	int result = 0;

	match->numbers = calloc(wants->count + 1, sizeof(*match->numbers));
	if (!match->numbers)
		return -ENOMEM;
	for (size_t i = 0; !result && i < wants->count; i++) {
		int number = find_match(efi, match, &wants->items[i], partition);

		if (number == EFI_NONE) {
			number = free_number(efi, match);
			result = number == EFI_NONE ? -ENOSPC
						    : add(plan, EFI_CREATE, number,
							  &wants->items[i]);
		}
		match->numbers[match->count++] = number;
	}
	return result;
}

static bool was_ours(const struct efi *efi, int number)
{
	const struct efi_entry *entry = efi_find(efi, number);

	return entry && entry->ours;
}

static void append_block(struct efi_plan *plan, const struct efi_wants *wants,
			 const struct match *match)
{
	for (int proven = 1; proven >= 0; proven--)
		for (size_t i = 0; i < match->count; i++)
			if (wants->items[i].proven == proven)
				plan->order[plan->order_count++] = match->numbers[i];
}

/* Numbers of entries that are not there are not kept: efibootmgr takes none. They alone are no
 * reason to write it anew. */
static bool is_same_order(const struct efi_plan *plan, const struct efi *efi)
{
	size_t same = 0;

	for (size_t i = 0; i < efi->order_count; i++) {
		if (!efi_find(efi, efi->order[i]))
			continue;
		if (same == plan->order_count || plan->order[same] != efi->order[i])
			return false;
		same++;
	}
	return same == plan->order_count;
}

/* The block stands where the first of ours stood; if none did, behind all others. */
static int plan_order(struct efi_plan *plan, const struct efi *efi,
		      const struct efi_wants *wants, const struct match *match)
{
	bool done = wants->front;

	plan->order = calloc(efi->order_count + match->count + 1, sizeof(*plan->order));
	if (!plan->order)
		return -ENOMEM;
	if (done)
		append_block(plan, wants, match);
	for (size_t i = 0; i < efi->order_count; i++) {
		bool ours = was_ours(efi, efi->order[i]);

		if (ours && !done) {
			append_block(plan, wants, match);
			done = true;
		}
		if (!ours && efi_find(efi, efi->order[i]))
			plan->order[plan->order_count++] = efi->order[i];
	}
	if (!done)
		append_block(plan, wants, match);
	if (is_same_order(plan, efi))
		return 0;
	return add(plan, EFI_ORDER, EFI_NONE, NULL);
}

/* A BootNext that is not ours is somebody's wish for the next boot, and stays. */
static int plan_next(struct efi_plan *plan, const struct efi *efi,
		     const struct efi_wants *wants, const struct match *match)
{
	bool foreign = efi->next != EFI_NONE && !was_ours(efi, efi->next);

	for (size_t i = 0; !foreign && i < match->count; i++)
		if (wants->items[i].next)
			return efi->next == match->numbers[i]
				       ? 0
				       : add(plan, EFI_NEXT, match->numbers[i], NULL);
	if (efi->next != EFI_NONE && !foreign &&
	    !has_number(match->numbers, match->count, efi->next))
		return add(plan, EFI_NO_NEXT, efi->next, NULL);
	return 0;
}

/* Whether the firmware would start it by itself. */
static bool is_in_use(const struct efi *efi, int number)
{
	return number == efi->next || number == efi->current ||
	       has_number(efi->order, efi->order_count, number);
}

static int plan_removal(struct efi_plan *plan, const struct efi *efi, bool in_use,
			const struct match *match)
{
	int result = 0;

	for (size_t i = 0; !result && i < efi->count; i++) {
		int number = efi->entries[i].number;

		if (efi->entries[i].ours && is_in_use(efi, number) == in_use &&
		    !has_number(match->numbers, match->count, number))
			result = add(plan, EFI_DELETE, number, NULL);
	}
	return result;
}

/* Those that nothing starts go first: the firmware has little memory. */
static int make_room(struct efi_plan *plan, const struct efi *efi,
		     const struct match *match)
{
	struct efi_change *created = plan->changes;
	size_t count = plan->count;
	int result;

	plan->changes = NULL;
	plan->count = 0;
	result = plan_removal(plan, efi, false, match);
	for (size_t i = 0; !result && i < count; i++)
		result = add(plan, created[i].action, created[i].number, created[i].want);
	free(created);
	return result;
}

int efi_plan_make(struct efi_plan *plan, const struct efi *efi,
		  const struct efi_wants *wants, const char *partition)
{
	struct match match = { .numbers = NULL };
	int result = plan_creation(plan, efi, wants, partition, &match);

	if (!result)
		result = make_room(plan, efi, &match);
	if (!result)
		result = plan_order(plan, efi, wants, &match);
	if (!result)
		result = plan_next(plan, efi, wants, &match);
	if (!result)
		result = plan_removal(plan, efi, true, &match);
	free(match.numbers);
	return result;
}

void efi_plan_release(struct efi_plan *plan)
{
	free(plan->changes);
	free(plan->order);
	*plan = (struct efi_plan)EFI_PLAN_INIT;
}
