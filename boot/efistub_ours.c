/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * efistub_ours.c: tells this installation's entries and files from those of another Bedplate.
 *
 * How it works: two installations may share the firmware's memory, and the EFI system partition
 * too. So ours lie in a folder of our own, EFI/bedplate/ID, and an entry is ours where its loader
 * lies there, on our partition. Earlier versions kept them in EFI/bedplate itself, all
 * installations alike. Such an entry is ours where it is on our partition, its image is one that
 * we know, and its root= one that this host had: another installation has another root.
 */
#include <stdio.h>
#include <string.h>

#include "boot/choice.h"
#include "boot/efistub.h"
#include "boot/line.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/sha512.h"

/* ---- the installation ---- */

enum { MACHINE_ID = 32 };

/* A machine's id is not for others' eyes, so what they see is a hash with a text of our own in
 * front (machine-id(5), sd_id128_get_machine_app_specific(3)). */
static void hash_id(const char *text, char id[DIGEST_TEXT_SIZE])
{
	static const char key[] = "Bedplate: folder on the EFI system partition";
	uint8_t digest[SHA512_SIZE];
	struct sha512 sha;

	sha512_init(&sha);
	sha512_add(&sha, key, sizeof(key));
	sha512_add(&sha, text, strlen(text));
	sha512_finish(&sha, digest);
	for (size_t i = 0; i < (DIGEST_TEXT_SIZE - 1) / 2; i++)
		snprintf(id + 2 * i, 3, "%02x", digest[i]);
}

/* Before the first start systemd has "uninitialized" in there, or nothing. */
static bool read_machine_id(int root_fd, char id[MACHINE_ID + 1])
{
	return !file_read_line(root_fd, "etc/machine-id", id, MACHINE_ID + 1, NULL) &&
	       strspn(id, "0123456789abcdef") == MACHINE_ID;
}

bool efistub_id(const struct boot *boot, char id[DIGEST_TEXT_SIZE])
{
	const char *kept = state_efi_id(&boot->state);
	char machine[MACHINE_ID + 1];

	if (read_machine_id(boot->root_fd, machine)) {
		hash_id(machine, id);
		return true;
	}
	/* The id of this boot will do for one that is kept: no other installation runs in it. */
	if (kept && strlen(kept) == DIGEST_TEXT_SIZE - 1)
		strcpy(id, kept);
	else
		hash_id(boot->state.boot, id);
	return false;
}

/* ---- what is known here ---- */

static bool has_id(const struct booted *booted, const char *id, bool kernel)
{
	const char *its = kernel ? booted->kernel_id : booted->image;

	return its && !strcmp(its, id);
}

bool efistub_knows(const struct boot *boot, const char *id, bool kernel)
{
	struct booted booted;
	bool failed;

	for (size_t i = 0; i < boot->images.count; i++) {
		booted = choice_booted(&boot->images.items[i], NULL);
		if (has_id(&booted, id, kernel))
			return true;
	}
	for (size_t i = 0; state_good(&boot->state, i, &booted); i++)
		if (has_id(&booted, id, kernel))
			return true;
	return state_trial(&boot->state, &booted, &failed) && has_id(&booted, id, kernel);
}

/* The last root= of a line, a heap string; NULL where there is none. */
static char *root_of(const char *line)
{
	const char *root = NULL;
	size_t length, root_length = 0;

	for (const char *word = line; (word = line_next(word, &length)); word += length)
		if (!strncmp(word, "root=", 5)) {
			root = word;
			root_length = length;
		}
	return root ? strndup(root, root_length) : NULL;
}

static bool has_word(const char *line, const char *word)
{
	return line && line_find(word, line) > 0;
}

static bool had_word(const struct boot *boot, const char *word)
{
	struct booted booted;
	bool failed;

	if (has_word(boot->line, word) || has_word(boot->running.cmdline, word))
		return true;
	for (size_t i = 0; state_good(&boot->state, i, &booted); i++)
		if (has_word(booted.cmdline, word))
			return true;
	return state_trial(&boot->state, &booted, &failed) &&
	       has_word(booted.cmdline, word);
}

/* ---- entries ---- */

char *efistub_image_id(const struct efi_entry *entry)
{
	const char *file = strstr(entry->options, "initrd=");
	size_t length = file ? strcspn(file, " ") : 0;
	const char *end = file ? memmem(file, length, ".img", 4) : NULL;

	if (!end || end - file < DIGEST_TEXT_SIZE || end[-DIGEST_TEXT_SIZE] != '-')
		return NULL;
	return strndup(end - (DIGEST_TEXT_SIZE - 1), DIGEST_TEXT_SIZE - 1);
}

static bool is_our_former(const struct boot *boot, const struct efi_entry *entry,
			  const char *partition)
{
	_cleanup_free_ char *image =
		efi_is_former(entry, partition) ? efistub_image_id(entry) : NULL;
	_cleanup_free_ char *root = image ? root_of(entry->options) : NULL;

	return root && efistub_knows(boot, image, false) && had_word(boot, root);
}

void efistub_mark(const struct boot *boot, struct efi *efi, struct esp *esp)
{
	const char *partition = esp->uuid ? esp->uuid : "";

	efistub_id(boot, esp->id);
	for (size_t i = 0; i < efi->count; i++) {
		struct efi_entry *entry = &efi->entries[i];

		entry->ours = efi_is_of(entry, esp->id, partition) ||
			      is_our_former(boot, entry, partition);
	}
}
