/* SPDX-License-Identifier: GPL-2.0-or-later */
/* efistub_clear.c: takes back what is ours of the firmware's entries, unless nothing else would start
 * this host then. */
#include <stdlib.h>
#include <string.h>

#include "boot/efistub.h"
#include "boot/loader.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"

/* Where it is on the partition, with slashes. */
static bool has_file(const struct boot *boot, const struct esp *esp, const char *file)
{
	_cleanup_free_ char *path =
		format_text("%s%s%s", esp->path, *file == '\\' ? "" : "/", file);

	for (char *c = path; c && (c = strchr(c, '\\'));)
		*c = '/';
	return path && file_exists(boot->root_fd, path);
}

/* Windows, whatever an installer or Windows left for machines that forget their entries, other
 * installations of ours, and tools. */
static bool is_stranger(const char *file)
{
	static const char *const parts[] = { "\\EFI\\Microsoft\\", "\\EFI\\BOOT\\",
					     EFI_OUR_FOLDER,       "\\fwup",
					     "\\memtest",          "\\shell" };
	bool is = false;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		is |= strcasestr(file, parts[i]) != NULL;
	return is;
}

/* Whether it started this boot, and that is this host's and not a rescue system's. */
static bool has_started(const struct boot *boot, const struct efi *efi,
			const struct efi_entry *entry)
{
	return entry->number == efi->current && *boot->running.image &&
	       !strcasestr(entry->file, EFI_OUR_FOLDER);
}

/* Why an entry is not known to start this host; NULL where it is. */
static const char *why_not(const struct boot *boot, const struct esp *esp,
			   const struct efi *efi, const struct efi_entry *entry)
{
	if (!entry->active)
		return "it is switched off";
	if (has_started(boot, efi, entry))
		return NULL;
	if (!*entry->file)
		return "it names no file";
	if (strcmp(entry->partition, esp->uuid ? esp->uuid : "") != 0)
		return "its file is on another partition";
	if (!has_file(boot, esp, entry->file))
		return "its file is not there";
	return is_stranger(entry->file) ? "it starts something else" : NULL;
}

/* Whether the firmware would start this host without ours; adds to `said` why others do not. */
static bool starts_others(const struct boot *boot, const struct esp *esp,
			  const struct efi *efi, struct strbuf *said)
{
	for (size_t i = 0; i < efi->order_count; i++) {
		const struct efi_entry *entry = efi_find(efi, efi->order[i]);
		const char *why;

		if (!entry || entry->ours)
			continue;
		why = why_not(boot, esp, efi, entry);
		if (!why)
			return true;
		strbuf_addf(said, "%sBoot%04X \"%s\": %s", said->length ? "; " : " (",
			    (unsigned)entry->number & 0xffff, entry->label, why);
	}
	if (said->length)
		strbuf_addc(said, ')');
	return false;
}

/* The one that started this boot, or else the first one that the firmware would start. */
static const struct efi_entry *find_ours(const struct efi *efi)
{
	const struct efi_entry *entry = efi_find(efi, efi->current);

	for (size_t i = 0; (!entry || !entry->ours) && i < efi->order_count; i++)
		entry = efi_find(efi, efi->order[i]);
	for (size_t i = 0; (!entry || !entry->ours) && i < efi->count; i++)
		entry = &efi->entries[i];
	return entry && entry->ours ? entry : NULL;
}

/* Removal of the package must leave a machine that starts. */
static bool has_to_stay(const struct boot *boot, const struct esp *esp,
			const struct efi *efi, struct plan *plan)
{
	const struct efi_entry *entry = find_ours(efi);
	_cleanup_strbuf_ struct strbuf said;

	strbuf_init(&said, 0);
	if (!entry || starts_others(boot, esp, efi, &said))
		return false;
	plan_note(
		plan,
		"the firmware has no other entry that is known to start this host%s: "
		"Boot%04X \"%s\" stays, and so do its kernel %s and what else of ours is "
		"beside it; they start without us",
		said.text, (unsigned)entry->number & 0xffff, entry->label, entry->file);
	return true;
}

int efistub_clear(struct boot *boot, struct plan *plan, struct err *err)
{
	_cleanup_wants_ struct efi_wants wants = { .items = NULL };
	_cleanup_names_ struct names names = NAMES_INIT;
	_cleanup_efi_ struct efi efi = EFI_INIT;
	_cleanup_esp_ struct esp esp = ESP_INIT;
	int result;

	if (loader_efistub.detect(boot) == LOADER_ABSENT)
		return 0;
	result = efistub_find(boot, &efi, &esp, err);
	if (!result && boot->args->clear && has_to_stay(boot, &esp, &efi, plan))
		return 0;
	if (!result)
		result = efistub_plan_entries(plan, &efi, &wants, &esp, err);
	return result ? result
		      : efistub_remove_files(boot, plan, &esp, &efi, &names, err);
}
