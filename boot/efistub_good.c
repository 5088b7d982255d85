/* SPDX-License-Identifier: GPL-2.0-or-later */
/* efistub_good.c: the end of a trial, where the firmware is the boot loader. */
#include <string.h>

#include "boot/efistub.h"
#include "lib/cleanup.h"
#include "lib/format_text.h"

/* The options of the running image's entry without the panic= of its trial, or as they are. */
static char *good_options(const struct efi_entry *entry, bool running)
{
	const char *options = entry->options;
	size_t length = strcspn(options, " ");

	if (running && !strncmp(options, "panic=", 6) &&
	    !strncmp(options + length, " initrd=", 8))
		options += length + 1;
	return strdup(options);
}

static bool names_image(const struct efi_entry *entry, const char *id)
{
	_cleanup_free_ char *end = format_text("-%s.img", id);

	return *id && end && strstr(entry->options, end);
}

/* The command line that it was made with. */
static const char *line_of(const struct efi_entry *entry)
{
	const char *at = strstr(entry->options, "initrd=");

	at = at ? strchr(at, ' ') : NULL;
	return at ? at + 1 : entry->options;
}

/* The id in its loader's name: 16 digits behind the last '-'; "" of an older version. */
static const char *kernel_of(const struct efi_entry *entry)
{
	const char *id = strrchr(entry->file, '-');

	return id && strspn(id + 1, "0123456789abcdef") == 16 && !id[17] ? id + 1 : "";
}

/* Whether it starts this. */
static bool is_entry_of(const struct efi_entry *entry, const struct booted *booted)
{
	const struct booted whole = { .image = booted->image,
				      .kernel_id = kernel_of(entry),
				      .cmdline = line_of(entry) };

	return names_image(entry, booted->image) && booted_is(&whole, booted);
}

static bool is_good_entry(const struct boot *boot, const struct efi_entry *entry)
{
	struct booted good;

	for (size_t i = 0; state_good(&boot->state, i, &good); i++)
		if (is_entry_of(entry, &good))
			return true;
	return false;
}

static bool is_ordered(const struct efi *efi, const struct efi_entry *entry)
{
	for (size_t i = 0; i < efi->order_count; i++)
		if (efi->order[i] == entry->number)
			return true;
	return false;
}

/* Those of BootOrder in its order, then the others: firmware may have dropped them from there. NULL
 * where one of BootOrder is not there, or has been given out. */
static const struct efi_entry *entry_at(const struct efi *efi, size_t i)
{
	const struct efi_entry *entry;

	if (i < efi->order_count)
		return efi_find(efi, efi->order[i]);
	entry = &efi->entries[i - efi->order_count];
	return is_ordered(efi, entry) ? NULL : entry;
}

/* Ours as they are, in BootOrder's order, but the one that has just come up first. */
static int want_present(const struct boot *boot, const struct efi *efi,
			struct efi_wants *wants, struct err *err)
{
	const struct booted booted = boot_running(boot);
	int result = 0;

	for (int running = 1; running >= 0; running--)
		for (size_t i = 0; !result && i < efi->order_count + efi->count; i++) {
			const struct efi_entry *entry = entry_at(efi, i);

			if (!entry || !entry->ours ||
			    is_entry_of(entry, &booted) != running)
				continue;
			result = efi_wants_add(
				wants,
				(struct efi_want){ .label = strdup(entry->label),
						   .file = strdup(entry->file),
						   .options =
							   good_options(entry, running),
						   .proven = is_good_entry(boot, entry) },
				err);
		}
	return result;
}

/* Whether the firmware is still to start it. */
static bool is_pending(const struct efi *efi, const struct booted *trial)
{
	const struct efi_entry *next = efi_find(efi, efi->next);

	return next && next->ours && is_entry_of(next, trial);
}

/* Whether it was our entry that started this boot, and not another boot loader the same image. An
 * entry that has been made anew since then is not there any more. */
static bool was_started(const struct efi *efi, const char *image)
{
	const struct efi_entry *current = efi_find(efi, efi->current);

	return efi->current != EFI_NONE &&
	       (!current || (current->ours && names_image(current, image)));
}

char *efistub_kernel_id(const struct boot *boot)
{
	_cleanup_efi_ struct efi efi = EFI_INIT;
	const struct efi_entry *entry = NULL;

	if (boot->live && !efistub_read(boot, &efi, NULL))
		entry = efi_find(&efi, efi.current);
	return entry && entry->ours && *kernel_of(entry) ? strdup(kernel_of(entry))
							 : NULL;
}

/* Only the end of a trial changes anything: afterwards BootOrder is the administrator's. */
int efistub_good(struct boot *boot, struct plan *plan, struct err *err)
{
	_cleanup_wants_ struct efi_wants wants = { .front = true };
	_cleanup_efi_ struct efi efi = EFI_INIT;
	_cleanup_esp_ struct esp esp = ESP_INIT;
	const struct booted running = boot_running(boot);
	struct booted trial;
	bool failed;
	int result;

	if (!state_trial(&boot->state, &trial, &failed) || !*running.image)
		return 0;
	result = efistub_find(boot, &efi, &esp, err);
	if (result)
		return result;
	if (!booted_is(&trial, &running) || !was_started(&efi, boot->running.image)) {
		if (!is_pending(&efi, &trial) && !state_trial_is_of_now(&boot->state))
			state_fail_trial(&boot->state);
		return 0;
	}
	result = want_present(boot, &efi, &wants, err);
	if (!result)
		result = efistub_plan_entries(plan, &efi, &wants, &esp, err);
	if (!result)
		state_end_trial(&boot->state);
	return result;
}
