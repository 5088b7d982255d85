/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * efistub.c: the firmware as the boot loader: it starts the kernel, which is a program of
 * EFI's by itself (Documentation/admin-guide/efi-stub.rst).
 *
 * How it works: kernels and images are copied to EFI/bedplate on the EFI system partition,
 * each image under a name with its id, so that an entry goes on naming what it was made
 * for. Each has an entry with initrd= and the whole command line. An entry that is not yet known to be good is started once, by BootNext; in
 * BootOrder it stands behind those that are, until the boot is marked as good.
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

#define FOLDER "EFI/bedplate"

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

/* ---- what is wanted ---- */

static char *image_name(const struct boot_image *image)
{
	return format_text("initrd-%s-%s.img", image->version, image->id);
}

static char *label_of(const struct boot_image *image)
{
	if (!image->previous)
		return format_text(EFI_OUR_LABEL "%s", image->version);
	if (image->previous == 1)
		return format_text(EFI_OUR_LABEL "%s (previous)", image->version);
	return format_text(EFI_OUR_LABEL "%s (previous %d)", image->version,
			   image->previous);
}

/* Without Previous= only what is good stays beside a newer one that is not yet. */
static bool is_wanted(const struct boot *boot, const struct boot_image *image)
{
	const struct booted first = choice_booted(&boot->images.items[0], boot->line),
			    whole = choice_booted(image, NULL);
	bool proven = state_is_good(&boot->state, &first);

	if (!image->id[0])
		return false;
	return !image->previous || boot->settings.host->boot_loader.previous ||
	       (!proven && state_is_good(&boot->state, &whole));
}

static int want_image(const struct boot *boot, const struct boot_image *image,
		      const char *cmdline, struct efi_wants *wants, struct err *err)
{
	const struct booted whole = choice_booted(image, cmdline);
	bool proven = state_is_good(&boot->state, &whole) ||
		      !boot->settings.host->boot_loader.tries;
	_cleanup_free_ char *name = image_name(image);
	char panic[TRIAL_WORD];

	trial_panic_word(boot->settings.host, panic);
	return efi_wants_add(
		wants,
		(struct efi_want){
			.label = label_of(image),
			.file = format_text(EFI_OUR_FOLDER "vmlinuz-%s", image->version),
			.options = format_text("%sinitrd=" EFI_OUR_FOLDER "%s %s",
					       proven ? "" : panic, name ? name : "",
					       cmdline),
			.proven = proven },
		err);
}

static int want_all(struct boot *boot, struct plan *plan, struct efi_wants *wants,
		    struct err *err)
{
	_cleanup_strbuf_ struct strbuf cmdline;
	int result;

	strbuf_init(&cmdline, 0);
	if (!boot->has_cmdline) {
		err_set(err, ENOENT,
			"/" WORDS_PATH " is not there, and EFI's entries need the whole "
			"command line");
		return err_hint(err, "bedplate boot cmdline --import writes it");
	}
	result = boot_cmdline(boot, true, &cmdline, err);
	for (size_t i = 0; !result && i < boot->images.count; i++)
		if (!boot->images.items[i].id[0])
			plan_note(plan, "/%s does not say its id: it gets no entry",
				  boot->images.items[i].path);
		else if (is_wanted(boot, &boot->images.items[i]))
			result = want_image(boot, &boot->images.items[i], cmdline.text,
					    wants, err);
	return result;
}

static bool has_ours(const struct efi *efi)
{
	for (size_t i = 0; i < efi->count; i++)
		if (efi_is_ours(&efi->entries[i]))
			return true;
	return false;
}

/* Whether the first entry is to be started once. So it is with the first entry of ours even if
 * it is good: the way there is new. */
static bool begins_trial(const struct boot *boot, const struct efi *efi,
			 const struct booted *first)
{
	bool failed;

	if (!boot->settings.host->boot_loader.tries)
		return false;
	if (state_trial_is(&boot->state, first, &failed))
		return failed && boot->args->retry;
	return !state_is_good(&boot->state, first) || !has_ours(efi);
}

static bool is_tried(const struct boot *boot, const struct efi *efi,
		     const struct booted *first)
{
	const struct efi_entry *next = efi_find(efi, efi->next);
	bool failed;

	return state_trial_is(&boot->state, first, &failed) && !failed && next &&
	       efi_is_ours(next);
}

/* Where nothing is tried, the first entries of ours go before all others at once. */
static void want_trial(struct boot *boot, struct plan *plan, const struct efi *efi,
		       struct efi_wants *wants)
{
	const struct booted first = choice_booted(&boot->images.items[0], boot->line);
	const struct efi_entry *next = efi_find(efi, efi->next);
	bool begins;

	wants->front = !boot->settings.host->boot_loader.tries && !has_ours(efi);
	if (boot->images.items[0].previous || !*first.image)
		return;
	begins = begins_trial(boot, efi, &first);
	if (begins && efi->next != EFI_NONE && !(next && efi_is_ours(next))) {
		plan_note(plan,
			  "BootNext is somebody else's: nothing is tried before that "
			  "boot and another apply");
		return;
	}
	if (begins)
		state_begin_trial(&boot->state, &first);
	wants->items[0].next = begins || is_tried(boot, efi, &first);
}

/* ---- files ---- */

static int copy_files(const struct boot *boot, struct plan *plan, const struct esp *esp,
		      struct names *names, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < boot->images.count; i++) {
		const struct boot_image *image = &boot->images.items[i];
		char *name[] = { format_text("vmlinuz-%s", image->version),
				 image_name(image) };
		const char *source[] = { image->kernel, image->path };

		for (size_t j = 0; is_wanted(boot, image) && !result && j < 2; j++) {
			_cleanup_free_ char *path = format_text(
				"%s/" FOLDER "/%s", esp->path, name[j] ? name[j] : "");

			result =
				!path || !name[j] || names_add(names, name[j])
					? err_sys(err, ENOMEM, "planning")
					: plan_copy(plan, source[j], path, 0644, "", err);
		}
		free(name[0]);
		free(name[1]);
	}
	return result;
}

static bool has_name(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcasecmp(names->items[i], name))
			return true;
	return false;
}

static bool is_our_file(const char *name)
{
	return !strncmp(name, "vmlinuz-", 8) || !strncmp(name, "initrd-", 7);
}

static int remove_files(const struct boot *boot, struct plan *plan, const struct esp *esp,
			const struct names *wanted, struct err *err)
{
	_cleanup_free_ char *folder = format_text("%s/" FOLDER, esp->path);
	_cleanup_names_ struct names there = NAMES_INIT;
	int result = 0;

	if (!folder || names_read(&there, boot->root_fd, folder))
		return err_sys(err, ENOMEM, "planning");
	for (size_t i = 0; !result && i < there.count; i++) {
		_cleanup_free_ char *path = format_text("%s/%s", folder, there.items[i]);

		if (!path)
			return err_sys(err, ENOMEM, "planning");
		if (is_our_file(there.items[i]) && !has_name(wanted, there.items[i]))
			result = plan_remove(plan, path, "no entry names it any more",
					     err);
	}
	return result;
}

/* ---- the loader ---- */

static enum loader_presence efistub_detect(const struct boot *boot)
{
	_cleanup_efi_ struct efi efi = EFI_INIT;
	enum loader_presence presence = LOADER_ABSENT;

	if (!boot->live || !efi_is_there(boot->root_fd) ||
	    efi_read(&efi, boot->root_fd, NULL))
		return LOADER_ABSENT;
	for (size_t i = 0; i < efi.count; i++) {
		if (!efi_is_ours(&efi.entries[i]))
			continue;
		if (efi.entries[i].number == efi.current)
			return LOADER_BOOTED;
		presence = LOADER_INSTALLED;
	}
	return presence;
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
		result = esp_find(esp, boot->root_fd,
				  boot->settings.host->boot_loader.esp, err);
	return result ? result : esp_find_disk(esp, boot->root_fd, err);
}

static int efistub_plan(struct boot *boot, struct plan *plan, struct err *err)
{
	_cleanup_wants_ struct efi_wants wants = { .items = NULL };
	_cleanup_names_ struct names names = NAMES_INIT;
	_cleanup_efi_ struct efi efi = EFI_INIT;
	_cleanup_esp_ struct esp esp = ESP_INIT;
	int result = efistub_find(boot, &efi, &esp, err);

	if (!result)
		result = want_all(boot, plan, &wants, err);
	if (!result && !wants.count) {
		plan_note(plan, "there is no image to make EFI entries for; those that "
				"are there stay");
		return 0;
	}
	if (!result)
		result = copy_files(boot, plan, &esp, &names, err);
	if (result)
		return result;
	want_trial(boot, plan, &efi, &wants);
	result = efistub_plan_entries(plan, &efi, &wants, &esp, err);
	return result ? result : remove_files(boot, plan, &esp, &names, err);
}

static int efistub_clear(struct boot *boot, struct plan *plan, struct err *err)
{
	_cleanup_wants_ struct efi_wants wants = { .items = NULL };
	_cleanup_names_ struct names names = NAMES_INIT;
	_cleanup_efi_ struct efi efi = EFI_INIT;
	_cleanup_esp_ struct esp esp = ESP_INIT;
	int result;

	if (efistub_detect(boot) == LOADER_ABSENT)
		return 0;
	result = efistub_find(boot, &efi, &esp, err);
	if (!result)
		result = efistub_plan_entries(plan, &efi, &wants, &esp, err);
	return result ? result : remove_files(boot, plan, &esp, &names, err);
}

static int efistub_status(const struct boot *boot, json_t *into, struct err *err)
{
	_cleanup_efi_ struct efi efi = EFI_INIT;
	json_t *list = json_array();
	int result = efi_read(&efi, boot->root_fd, err);

	for (size_t i = 0; i < efi.count; i++) {
		const struct efi_entry *entry = &efi.entries[i];
		char number[5];

		if (!efi_is_ours(entry))
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
	.status = efistub_status,
	.clear = efistub_clear,
};
