/* SPDX-License-Identifier: GPL-2.0-or-later */
/* efi.c: reads the firmware's boot entries from efivarfs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/efi.h"
#include "lib/cleanup.h"
#include "lib/file.h"

/* EFI_GLOBAL_VARIABLE (UEFI Specification, 3.3). */
#define GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* systemd's Boot Loader Interface. */
#define LOADER "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

/* efivarfs puts a variable's attributes in front of its value
 * (Documentation/filesystems/efivarfs.rst; fs/efivarfs/file.c). */
enum { ATTRIBUTES = 4 };

enum { LOAD_OPTION_ACTIVE = 1 };

/* Nodes of a device path (UEFI Specification, 10.3). */
enum {
	NODE_HEADER = 4,
	NODE_MEDIA = 4,
	NODE_HARD_DRIVE = 1,
	NODE_FILE = 4,
	HARD_DRIVE_SIZE = 42,
	HARD_DRIVE_SIGNATURE = 24,
	HARD_DRIVE_KIND = 41,
	SIGNATURE_GUID = 2,
};

static unsigned u16_at(const uint8_t *data)
{
	return data[0] | data[1] << 8;
}

/* ---- text ---- */

static void add_utf8(struct strbuf *out, uint32_t c)
{
	if (c < 0x80) {
		strbuf_addc(out, (char)c);
	} else if (c < 0x800) {
		strbuf_addc(out, (char)(0xc0 | c >> 6));
		strbuf_addc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		if (c < 0x10000) {
			strbuf_addc(out, (char)(0xe0 | c >> 12));
		} else {
			strbuf_addc(out, (char)(0xf0 | c >> 18));
			strbuf_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		strbuf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		strbuf_addc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* Adds UTF-16 up to its '\0' or end; what is not well formed becomes U+FFFD. Returns the
 * number of bytes that it took, the '\0' included. */
static size_t add_utf16(struct strbuf *out, const uint8_t *data, size_t size)
{
	size_t at = 0;

	while (at + 2 <= size) {
		uint32_t c = u16_at(data + at);

		at += 2;
		if (!c)
			return at;
		if (c >= 0xd800 && c < 0xe000) {
			uint32_t low = at + 2 <= size ? u16_at(data + at) : 0;

			if (c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
				at += 2;
			} else {
				c = 0xfffd;
			}
		}
		add_utf8(out, c);
	}
	return at;
}

/* ---- one entry ---- */

static void read_guid(char text[EFI_GUID_TEXT], const uint8_t *g)
{
	snprintf(text, EFI_GUID_TEXT,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11],
		 g[12], g[13], g[14], g[15]);
}

static void read_node(struct efi_entry *entry, struct strbuf *file, const uint8_t *node,
		      size_t size)
{
	if (node[0] != NODE_MEDIA)
		return;
	if (node[1] == NODE_HARD_DRIVE && size == HARD_DRIVE_SIZE &&
	    node[HARD_DRIVE_KIND] == SIGNATURE_GUID)
		read_guid(entry->partition, node + HARD_DRIVE_SIGNATURE);
	else if (node[1] == NODE_FILE)
		add_utf16(file, node + NODE_HEADER, size - NODE_HEADER);
}

static int read_path(struct efi_entry *entry, struct strbuf *file, const uint8_t *data,
		     size_t size)
{
	size_t at = 0;

	while (at + NODE_HEADER <= size) {
		size_t length = u16_at(data + at + 2);

		if (length < NODE_HEADER || length > size - at)
			return -EINVAL;
		read_node(entry, file, data + at, length);
		at += length;
	}
	return at == size ? 0 : -EINVAL;
}

/* efibootmgr --unicode ends the text or does not; other loaders' data need be no text. */
static void read_options(struct strbuf *out, const uint8_t *data, size_t size)
{
	size_t used = add_utf16(out, data, size);

	if (size % 2 || used != size)
		strbuf_truncate(out, 0);
}

int efi_entry_parse(struct efi_entry *entry, const uint8_t *data, size_t size)
{
	_cleanup_strbuf_ struct strbuf label, file, options;
	size_t path, at = 6;
	int result;

	strbuf_init(&label, 0);
	strbuf_init(&file, 0);
	strbuf_init(&options, 0);
	if (size < at)
		return -EINVAL;
	entry->active = data[0] & LOAD_OPTION_ACTIVE;
	path = u16_at(data + 4);
	at += add_utf16(&label, data + at, size - at);
	if (path > size - at)
		return -EINVAL;
	result = read_path(entry, &file, data + at, path);
	if (result)
		return result;
	read_options(&options, data + at + path, size - at - path);
	entry->label = strbuf_steal(&label);
	entry->file = strbuf_steal(&file);
	entry->options = strbuf_steal(&options);
	return entry->label && entry->file && entry->options ? 0 : -ENOMEM;
}

void efi_entry_release(struct efi_entry *entry)
{
	free(entry->label);
	free(entry->file);
	free(entry->options);
	*entry = (struct efi_entry){ .number = EFI_NONE };
}

/* ---- all of them ---- */

bool efi_is_there(int root_fd)
{
	_cleanup_close_ int fd =
		file_open(root_fd, EFI_PATH, O_RDONLY | O_DIRECTORY, NULL);
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	bool there = false;

	if (dir)
		fd = -1;
	for (struct dirent *e; dir && !there && (e = readdir(dir));)
		there = e->d_name[0] != '.';
	return there;
}

/* The number of an entry's variable, or EFI_NONE. */
static int number_of(const char *name)
{
	unsigned number;
	int length = 0;

	if (sscanf(name, "Boot%4X-%n", &number, &length) != 1 ||
	    length != (int)strlen("Boot0000-") || strcmp(name + length, GLOBAL) != 0)
		return EFI_NONE;
	return (int)number;
}

/* A variable's value; `value` has to be initialised. -ENOENT where there is none. */
static int read_variable(int root_fd, const char *name, struct strbuf *value,
			 struct err *err)
{
	char path[sizeof(EFI_PATH) + 300];

	snprintf(path, sizeof(path), EFI_PATH "/%s", name);
	return file_read(root_fd, path, value, err);
}

int efi_read_loader_text(int root_fd, const char *name, struct strbuf *text)
{
	_cleanup_strbuf_ struct strbuf value;
	char variable[200];
	int result;

	strbuf_init(&value, 0);
	snprintf(variable, sizeof(variable), "%s-" LOADER, name);
	result = read_variable(root_fd, variable, &value, NULL);
	if (!result && value.length > ATTRIBUTES)
		add_utf16(text, (const uint8_t *)value.text + ATTRIBUTES,
			  value.length - ATTRIBUTES);
	return result;
}

/* One that makes no sense is there all the same: the firmware passes over it, and so does
 * whoever looks for an entry of his own. */
static int read_entry(struct efi_entry *entry, const struct strbuf *value)
{
	int result = -EINVAL;

	if (value->length >= ATTRIBUTES)
		result = efi_entry_parse(entry, (const uint8_t *)value->text + ATTRIBUTES,
					 value->length - ATTRIBUTES);
	if (result != -EINVAL)
		return result;
	entry->label = strdup("");
	entry->file = strdup("");
	entry->options = strdup("");
	return entry->label && entry->file && entry->options ? 0 : -ENOMEM;
}

static int add_entry(struct efi *efi, int root_fd, const char *name, struct err *err)
{
	struct efi_entry entry = { .number = number_of(name) }, *entries = NULL;
	_cleanup_strbuf_ struct strbuf value;
	int result;

	strbuf_init(&value, 0);
	result = read_variable(root_fd, name, &value, err);
	if (result)
		return result;
	if (!read_entry(&entry, &value))
		entries = reallocarray(efi->entries, efi->count + 1, sizeof(*entries));
	if (!entries) {
		efi_entry_release(&entry);
		return err_sys(err, ENOMEM, "reading EFI's entries");
	}
	efi->entries = entries;
	entries[efi->count++] = entry;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	return ((const struct efi_entry *)a)->number -
	       ((const struct efi_entry *)b)->number;
}

static int read_entries(struct efi *efi, int root_fd, struct err *err)
{
	int fd = file_open(root_fd, EFI_PATH, O_RDONLY | O_DIRECTORY, err), result = 0;
	_cleanup_closedir_ DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (fd < 0) {
		err_hint(err, "Type=efistub needs efivarfs on /" EFI_PATH);
		return fd;
	}
	for (struct dirent *e; !result && (e = readdir(dir));)
		if (number_of(e->d_name) != EFI_NONE)
			result = add_entry(efi, root_fd, e->d_name, err);
	if (efi->count)
		qsort(efi->entries, efi->count, sizeof(*efi->entries), by_number);
	return result;
}

/* Numbers of a variable; none where it is not there. */
static int read_numbers(int root_fd, const char *name, int **numbers, size_t *count,
			struct err *err)
{
	_cleanup_strbuf_ struct strbuf value;
	int result;

	strbuf_init(&value, 0);
	result = read_variable(root_fd, name, &value, NULL);
	*count = 0;
	*numbers = NULL;
	if (result || value.length < ATTRIBUTES)
		return result == -ENOENT || !result
			       ? 0
			       : err_sys(err, -result, "reading /" EFI_PATH "/%s", name);
	*count = (value.length - ATTRIBUTES) / 2;
	*numbers = calloc(*count + 1, sizeof(**numbers));
	if (!*numbers)
		return err_sys(err, ENOMEM, "reading EFI's entries");
	for (size_t i = 0; i < *count; i++)
		(*numbers)[i] =
			(int)u16_at((const uint8_t *)value.text + ATTRIBUTES + 2 * i);
	return 0;
}

static int read_number(int root_fd, const char *name, int *number, struct err *err)
{
	_cleanup_free_ int *numbers = NULL;
	size_t count;
	int result = read_numbers(root_fd, name, &numbers, &count, err);

	*number = count ? numbers[0] : EFI_NONE;
	return result;
}

int efi_read(struct efi *efi, int root_fd, struct err *err)
{
	int result = read_entries(efi, root_fd, err);

	if (!result)
		result = read_numbers(root_fd, "BootOrder-" GLOBAL, &efi->order,
				      &efi->order_count, err);
	if (!result)
		result = read_number(root_fd, "BootNext-" GLOBAL, &efi->next, err);
	if (!result)
		result = read_number(root_fd, "BootCurrent-" GLOBAL, &efi->current, err);
	return result;
}

void efi_release(struct efi *efi)
{
	for (size_t i = 0; i < efi->count; i++)
		efi_entry_release(&efi->entries[i]);
	free(efi->entries);
	free(efi->order);
	*efi = (struct efi)EFI_INIT;
}

const struct efi_entry *efi_find(const struct efi *efi, int number)
{
	for (size_t i = 0; i < efi->count; i++)
		if (efi->entries[i].number == number)
			return &efi->entries[i];
	return NULL;
}
