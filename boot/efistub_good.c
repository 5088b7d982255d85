/* SPDX-License-Identifier: GPL-2.0-or-later */
/* efistub_good.c: the end of a trial, where the firmware is the boot loader. */
#include <string.h>

#include "boot/choice.h"
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

static bool is_good_entry(const struct boot *boot, const struct efi_entry *entry)
{
	for (size_t i = 0; i < boot->images.count; i++) {
		const struct booted whole = choice_booted(&boot->images.items[i], NULL);

		if (names_image(entry, whole.image) &&
		    state_is_good(&boot->state, &whole))
			return true;
	}
	return false;
}

/* Ours as they are, in BootOrder's order, but the one that has just come up first. */
static int want_present(const struct boot *boot, const struct efi *efi,
			struct efi_wants *wants, struct err *err)
{
	int result = 0;

	for (int running = 1; running >= 0; running--)
		for (size_t i = 0; !result && i < efi->order_count; i++) {
			const struct efi_entry *entry = efi_find(efi, efi->order[i]);

			if (!entry || !efi_is_ours(entry) ||
			    names_image(entry, boot->running.image) != running)
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
static bool is_pending(const struct efi *efi, const char *image)
{
	const struct efi_entry *next = efi_find(efi, efi->next);

	return next && efi_is_ours(next) && names_image(next, image);
}

/* Whether it was our entry that started this boot, and not another boot loader the same image. An
 * entry that has been made anew since then is not there any more. */
static bool was_started(const struct efi *efi, const char *image)
{
	const struct efi_entry *current = efi_find(efi, efi->current);

	return efi->current != EFI_NONE &&
	       (!current || (efi_is_ours(current) && names_image(current, image)));
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
		if (!is_pending(&efi, trial.image))
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
