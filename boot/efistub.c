/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * efistub.c: the firmware as the boot loader: it starts the kernel, which is a program of
 * EFI's by itself (Documentation/admin-guide/efi-stub.rst).
 *
 * How it works: kernels and images are copied to EFI/bedplate/ID on the EFI system
 * partition, each under a name with its id, so that an entry goes on naming what it was made for. Each
 * has an entry with initrd= and the whole command line. An entry that is not yet known to be
 * good is started once, by BootNext; in BootOrder it stands behind those that are, until the
 * boot is marked as good. The last good boot keeps its entry until then, even if its kernel is
 * not the one in /boot any more.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/choice.h"
#include "boot/efi.h"
#include "boot/efi_plan.h"
#include "boot/efistub.h"
#include "boot/esp.h"
#include "boot/loader.h"
#include "boot/trial_word.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/names.h"
#include "lib/schema/host.h"
#include "lib/show_json.h"

/* ---- what is wanted ---- */

/* What efistub_plan works on. */
struct job {
	struct boot *boot;
	struct plan *plan;
	struct efi efi;
	struct esp esp;
	struct choice choice;
	struct efi_wants wants;
	struct names names; /* of the files that entries are to name */
};

static char *label_of(const struct boot_image *image, bool more)
{
	if (more)
		return format_text(EFI_OUR_LABEL "%s (previous command line)",
				   image->version);
	if (!image->previous)
		return format_text(EFI_OUR_LABEL "%s", image->version);
	if (image->previous == 1)
		return format_text(EFI_OUR_LABEL "%s (previous)", image->version);
	return format_text(EFI_OUR_LABEL "%s (previous %d)", image->version,
			   image->previous);
}

static bool is_first_good(const struct job *job)
{
	const struct booted first =
		choice_booted(&job->boot->images.items[0], job->boot->line);

	return state_is_good(&job->boot->state, &first);
}

/* Without Previous= only what is good stays beside a newer one that is not yet. */
static bool is_wanted(const struct job *job, const struct boot_image *image)
{
	if (!image->id[0])
		return false;
	return !image->previous || job->boot->settings.host->boot_loader.previous ||
	       (!is_first_good(job) && image == job->choice.fallback);
}

/* Takes the label over. */
static int want(struct job *job, const struct booted *booted, char *label,
		struct err *err)
{
	bool proven = state_is_good(&job->boot->state, booted) ||
		      !job->boot->settings.host->boot_loader.tries;
	_cleanup_free_ char *kernel = efistub_kernel_name(booted);
	_cleanup_free_ char *image = efistub_image_name(booted);
	const char *id = job->esp.id;
	char panic[TRIAL_WORD];

	trial_panic_word(job->boot->settings.host, panic);
	return efi_wants_add(
		&job->wants,
		(struct efi_want){
			.label = label,
			.file = kernel ? format_text(EFI_OUR_FOLDER "%s\\%s", id, kernel)
				       : NULL,
			.options = image ? format_text("%sinitrd=" EFI_OUR_FOLDER
						       "%s\\%s %s",
						       proven ? "" : panic, id, image,
						       booted->cmdline)
					 : NULL,
			.proven = proven },
		err);
}

static int keep_names(struct job *job, const struct booted *booted)
{
	_cleanup_free_ char *kernel = efistub_kernel_name(booted);
	_cleanup_free_ char *image = efistub_image_name(booted);

	return !kernel || !image || names_add(&job->names, kernel) ||
	       names_add(&job->names, image);
}

static int want_image(struct job *job, const struct boot_image *image, bool more,
		      struct err *err)
{
	const struct choice *choice = &job->choice;
	const struct booted booted = choice_booted(
		image, more ? choice->fallback_line : choice_line(choice, image));

	if (keep_names(job, &booted))
		return err_sys(err, ENOMEM, "planning EFI's entries");
	return want(job, &booted, label_of(image, more), err);
}

static bool is_in_list(const struct job *job, const struct booted *good)
{
	for (size_t i = 0; i < job->boot->images.count; i++) {
		const struct boot_image *image = &job->boot->images.items[i];

		if (!strcmp(image->id, good->image) &&
		    !strcmp(image->kernel_id, good->kernel_id))
			return true;
	}
	return false;
}

/* The last good boot of all may be there only as our copies: its kernel was replaced under the
 * same version. */
static int want_last_good(struct job *job, struct err *err)
{
	struct booted good;

	if (is_first_good(job) || !job->boot->settings.host->boot_loader.tries ||
	    !state_good(&job->boot->state, 0, &good) || !good.kernel_id ||
	    !good.cmdline || is_in_list(job, &good) ||
	    !efistub_has_files(job->boot, &job->esp, &good))
		return 0;
	return keep_names(job, &good) || want(job, &good,
					      format_text(EFI_OUR_LABEL "%s (last good)",
							  good.version),
					      err)
		       ? err_sys(err, ENOMEM, "planning EFI's entries")
		       : 0;
}

/* The first entry, what comes instead of it, then all others. */
static int want_all(struct job *job, struct err *err)
{
	const struct image_list *images = &job->boot->images;
	const struct choice *choice = &job->choice;
	int result = 0;

	if (!images->count)
		return 0;
	if (is_wanted(job, choice->first))
		result = want_image(job, choice->first, false, err);
	if (!result)
		result = want_last_good(job, err);
	if (!result && choice->same_image)
		result = want_image(job, choice->first, true, err);
	for (int fallback = 1; fallback >= 0; fallback--)
		for (size_t i = 0; !result && i < images->count; i++) {
			const struct boot_image *image = &images->items[i];

			if (image != choice->first && is_wanted(job, image) &&
			    (image == choice->fallback) == fallback)
				result = want_image(job, image, false, err);
		}
	return result;
}

static void note_images(const struct job *job)
{
	for (size_t i = 0; i < job->boot->images.count; i++)
		if (!job->boot->images.items[i].id[0])
			plan_note(job->plan, "/%s does not say its id: it gets no entry",
				  job->boot->images.items[i].path);
}

static bool has_ours(const struct efi *efi)
{
	for (size_t i = 0; i < efi->count; i++)
		if (efi->entries[i].ours)
			return true;
	return false;
}

static bool is_next_ours(const struct efi *efi)
{
	const struct efi_entry *next = efi_find(efi, efi->next);

	return next && next->ours;
}

/* Whether the first entry is to be started once. So it is with the first entry of ours even if
 * it is good: the way there is new. A trial that was begun in this boot, and that BootNext is not
 * set for, was broken off: nothing of it was started. */
static bool begins_trial(const struct boot *boot, const struct efi *efi,
			 const struct booted *first)
{
	bool failed;

	if (!boot->settings.host->boot_loader.tries)
		return false;
	if (state_trial_is(&boot->state, first, &failed))
		return boot->args->retry ||
		       (!failed && state_trial_is_of_now(&boot->state) &&
			!is_next_ours(efi));
	return !state_is_good(&boot->state, first) || !has_ours(efi);
}

static bool is_tried(const struct boot *boot, const struct efi *efi,
		     const struct booted *first)
{
	bool failed;

	return state_trial_is(&boot->state, first, &failed) && !failed &&
	       is_next_ours(efi);
}

/* Where nothing is tried, the first entries of ours go before all others at once. */
static void want_trial(struct job *job)
{
	struct boot *boot = job->boot;
	const struct booted first = choice_booted(&boot->images.items[0], boot->line);
	bool begins;

	job->wants.front =
		!boot->settings.host->boot_loader.tries && !has_ours(&job->efi);
	job->choice.trial = TRIAL_NONE;
	if (boot->images.items[0].previous || !*first.image)
		return;
	begins = begins_trial(boot, &job->efi, &first);
	if (begins && job->efi.next != EFI_NONE && !is_next_ours(&job->efi)) {
		plan_note(job->plan,
			  "BootNext is somebody else's: nothing is tried before that "
			  "boot and another apply");
		return;
	}
	job->choice.trial = begins ? TRIAL_BEGINS : TRIAL_NONE;
	choice_write_note(&job->choice, &boot->state, 1, &job->plan->notes);
	job->wants.items[0].next = begins || is_tried(boot, &job->efi, &first);
}

/* ---- the loader ---- */

static enum loader_presence efistub_detect(const struct boot *boot)
{
	_cleanup_efi_ struct efi efi = EFI_INIT;
	enum loader_presence presence = LOADER_ABSENT;

	if (!boot->live || !efi_is_there(boot->root_fd) || efistub_read(boot, &efi, NULL))
		return LOADER_ABSENT;
	for (size_t i = 0; i < efi.count; i++) {
		if (!efi.entries[i].ours)
			continue;
		if (efi.entries[i].number == efi.current)
			return LOADER_BOOTED;
		presence = LOADER_INSTALLED;
	}
	return presence;
}

static int find_esp(const struct boot *boot, struct esp *esp, struct err *err)
{
	int result =
		esp_find(esp, boot->root_fd, boot->settings.host->boot_loader.esp, err);

	return result ? result : esp_find_disk(esp, boot->root_fd, err);
}

int efistub_find(const struct boot *boot, struct efi *efi, struct esp *esp,
		 struct err *err)
{
	int result;

	if (!boot->live)
		return err_set(err, ENOTSUP,
			       "EFI's entries are this machine's, not those of %s",
			       boot->args->root);
	result = efi_read(efi, boot->root_fd, err);
	if (!result)
		result = find_esp(boot, esp, err);
	efistub_mark(boot, efi, esp);
	return result;
}

int efistub_read(const struct boot *boot, struct efi *efi, struct err *err)
{
	_cleanup_esp_ struct esp esp = ESP_INIT;
	int result = efi_read(efi, boot->root_fd, err);

	find_esp(boot, &esp, NULL);
	efistub_mark(boot, efi, &esp);
	return result;
}

static void job_release(struct job *job)
{
	efi_wants_release(&job->wants);
	names_release(&job->names);
	efi_release(&job->efi);
	esp_release(&job->esp);
}

/* Entries that are made have it. */
static void keep_id(const struct job *job)
{
	char id[DIGEST_TEXT_SIZE];

	if (!efistub_id(job->boot, id))
		state_set_efi_id(&job->boot->state, id);
}

/* Once all names are known: what is removed makes room for the copies. */
static int plan_files(struct job *job, struct err *err)
{
	const struct image_list *images = &job->boot->images;
	int result = efistub_clear_files(job->boot, job->plan, &job->esp, &job->efi,
					 &job->names, err);

	for (size_t i = 0; !result && i < images->count; i++)
		if (is_wanted(job, &images->items[i]))
			result = efistub_copy_files(job->plan, &job->esp,
						    &images->items[i], &job->names, err);
	return result ? result
		      : efistub_move_files(job->boot, job->plan, &job->esp, &job->names,
					   err);
}

static int plan_all(struct job *job, struct err *err)
{
	int result = plan_files(job, err);

	if (!result)
		result = efistub_check_room(job->boot, job->plan, &job->esp, err);
	if (result)
		return result;
	keep_id(job);
	want_trial(job);
	result = efistub_plan_entries(job->plan, &job->efi, &job->wants, &job->esp, err);
	if (!result)
		result = efistub_remove_files(job->boot, job->plan, &job->esp, &job->efi,
					      &job->names, err);
	choice_begin_trial(&job->choice, &job->boot->state);
	return result;
}

static int efistub_plan(struct boot *boot, struct plan *plan, struct err *err)
{
	struct job job = { .boot = boot,
			   .plan = plan,
			   .efi = EFI_INIT,
			   .esp = ESP_INIT,
			   .names = NAMES_INIT };
	int result = efistub_find(boot, &job.efi, &job.esp, err);

	if (!result && !boot->has_cmdline) {
		err_set(err, ENOENT,
			"/" WORDS_PATH " is not there, and EFI's entries need the whole "
			"command line");
		result = err_hint(err, "bedplate boot cmdline --import writes it");
	}
	choice_make(&job.choice, &boot->images, &boot->state, boot->line,
		    (int)boot->settings.host->boot_loader.tries, boot->args->retry);
	note_images(&job);
	if (!result)
		result = want_all(&job, err);
	if (!result && !job.wants.count)
		plan_note(plan, "there is no image to make EFI entries for; those that "
				"are there stay");
	else if (!result)
		result = plan_all(&job, err);
	job_release(&job);
	return result;
}

static int efistub_status(const struct boot *boot, json_t *into, struct err *err)
{
	_cleanup_efi_ struct efi efi = EFI_INIT;
	json_t *list = json_array();
	int result = efistub_read(boot, &efi, err);

	for (size_t i = 0; i < efi.count; i++) {
		const struct efi_entry *entry = &efi.entries[i];
		char number[5];

		if (!entry->ours)
			continue;
		snprintf(number, sizeof(number), "%04X",
			 (unsigned)entry->number & 0xffff);
		json_array_append_new(
			list,
			json_pack("{s:s, s:o, s:o, s:b, s:b, s:b}", "number", number,
				  "label", show_json_text(entry->label), "options",
				  show_json_text(entry->options), "first",
				  efi.order_count && efi.order[0] == entry->number,
				  "next", efi.next == entry->number, "booted",
				  efi.current == entry->number));
	}
	json_object_set_new(into, "efi_entries", list);
	return result;
}

const struct loader loader_efistub = {
	.name = "efistub",
	.type = host_boot_loader_type_efistub,
	.detect = efistub_detect,
	.plan = efistub_plan,
	.good = efistub_good,
	.kernel_id = efistub_kernel_id,
	.status = efistub_status,
	.clear = efistub_clear,
};
