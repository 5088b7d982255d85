/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * microcode_format.c: the makers' formats, little endian.
 *
 * AMD (kernel arch/x86/kernel/cpu/microcode/amd.c): "DMA\0"; then sections of type, length
 * and content: type 0, the table of 16 bytes a processor: signature, 8 bytes about errata,
 * the number that patches know it by, 2 bytes; ended by a row of zeros; type 1, a patch,
 * which has that number at its byte 24.
 *
 * Intel (Software Developer's Manual 3, "Microcode update facilities"): a header of 48
 * bytes, of which the 4th word is the signature, the 8th the size of the data (0: 2000)
 * and the 9th the whole size (0: 2048); behind the data a table of more signatures: their
 * count, 16 bytes, then 12 bytes each. The sum of all words is 0.
 */
#include <errno.h>
#include <string.h>

#include "mkinitramfs/microcode.h"

enum {
	AMD_MAGIC = 0x00414d44,
	AMD_TABLE = 0,
	AMD_PATCH = 1,
	AMD_ROW = 16,
	AMD_PATCH_MIN = 64,
	INTEL_HEADER = 48,
	INTEL_DATA = 2000,
	INTEL_TABLE = 20,
	INTEL_ROW = 12,
};

static uint32_t word_at(const uint8_t *data)
{
	return (uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
	       (uint32_t)data[3] << 24;
}

static void add_word(struct strbuf *out, uint32_t word)
{
	const uint8_t bytes[] = { (uint8_t)word, (uint8_t)(word >> 8),
				  (uint8_t)(word >> 16), (uint8_t)(word >> 24) };

	strbuf_add(out, bytes, sizeof(bytes));
}

static int bad(const char *what, struct err *err)
{
	return err_set(err, EBADMSG, "it is no microcode: %s", what);
}

/* The table's row of this processor, or NULL. */
static const uint8_t *amd_find_row(const uint8_t *table, size_t size, uint32_t signature)
{
	for (size_t i = 0; i + AMD_ROW <= size && word_at(table + i); i += AMD_ROW)
		if (word_at(table + i) == signature)
			return table + i;
	return NULL;
}

static void amd_begin(const uint8_t *row, struct strbuf *out)
{
	static const uint8_t end[AMD_ROW];

	add_word(out, AMD_MAGIC);
	add_word(out, AMD_TABLE);
	add_word(out, 2 * AMD_ROW);
	strbuf_add(out, row, AMD_ROW);
	strbuf_add(out, end, sizeof(end));
}

/* The patches of one container for a row: their number, or -EBADMSG. *used is where it
 * ends: at the file's end or at another container. */
static int amd_pick(const uint8_t *data, size_t size, const uint8_t *row, size_t *used,
		    struct strbuf *out, struct err *err)
{
	size_t at = *used;
	int found = 0;

	while (at < size) {
		uint32_t length;

		if (size - at < 8)
			return bad("a section is cut off", err);
		if (word_at(data + at) == AMD_MAGIC)
			break;
		length = word_at(data + at + 4);
		if (word_at(data + at) != AMD_PATCH || length < AMD_PATCH_MIN ||
		    length > size - at - 8)
			return bad("a patch is damaged", err);
		if (row && !memcmp(data + at + 8 + 24, row + 12, 2)) {
			if (!found++)
				amd_begin(row, out);
			strbuf_add(out, data + at, length + 8);
		}
		at += length + 8;
	}
	*used = at;
	return found;
}

int microcode_pick_amd(const uint8_t *data, size_t size, uint32_t signature,
		       struct strbuf *out, struct err *err)
{
	size_t at = 0;
	int found = 0;

	while (at < size) {
		uint32_t length;
		int more;

		if (size - at < 12 || word_at(data + at) != AMD_MAGIC ||
		    word_at(data + at + 4) != AMD_TABLE)
			return bad("no table of processors", err);
		length = word_at(data + at + 8);
		if (length > size - at - 12)
			return bad("the table of processors is cut off", err);
		at += 12 + length;
		more = amd_pick(data, size,
				amd_find_row(data + at - length, length, signature), &at,
				out, err);
		if (more < 0)
			return more;
		found += more;
	}
	return found > 0;
}

static bool intel_is_for(const uint8_t *update, uint32_t data, uint32_t total,
			 uint32_t signature)
{
	const uint8_t *table = update + INTEL_HEADER + data;
	uint32_t room = total - INTEL_HEADER - data;

	if (word_at(update + 12) == signature)
		return true;
	if (room < INTEL_TABLE)
		return false;
	room -= INTEL_TABLE;
	for (uint32_t i = 0; i < word_at(table) && (i + 1) * INTEL_ROW <= room; i++)
		if (word_at(table + INTEL_TABLE + i * INTEL_ROW) == signature)
			return true;
	return false;
}

int microcode_check_intel(const uint8_t *data, size_t size, uint32_t signature,
			  struct err *err)
{
	bool found = false;

	for (size_t at = 0; at < size;) {
		uint32_t length, total, sum = 0;

		if (size - at < INTEL_HEADER || word_at(data + at) != 1)
			return bad("no header", err);
		length = word_at(data + at + 28);
		total = length ? word_at(data + at + 32) : INTEL_DATA + INTEL_HEADER;
		length = length ? length : INTEL_DATA;
		if (total > size - at || total % 4 || total < INTEL_HEADER ||
		    length > total - INTEL_HEADER)
			return bad("an update is cut off", err);
		for (uint32_t i = 0; i < length + INTEL_HEADER; i += 4)
			sum += word_at(data + at + i);
		if (sum)
			return bad("a checksum is wrong", err);
		found = found || intel_is_for(data + at, length, total, signature);
		at += total;
	}
	return found;
}
