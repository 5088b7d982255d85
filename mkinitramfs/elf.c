/* SPDX-License-Identifier: GPL-2.0-or-later */
/* elf.c: reads program headers and the dynamic section, of either word size. */
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "mkinitramfs/elf.h"

struct elf {
	const uint8_t *data;
	size_t size;
	bool wide; /* 64 bits */
};

/* One program header, whatever its size. */
struct segment {
	uint32_t type;
	uint64_t offset, address, size; /* size in the file */
};

static int damaged(const char *what, struct err *err)
{
	return err_set(err, EBADMSG, "a damaged ELF file: %s", what);
}

static bool has_bytes(const struct elf *elf, uint64_t offset, uint64_t size)
{
	return offset <= elf->size && size <= elf->size - offset;
}

/* A little-endian number of 2, 4 or 8 bytes, which has been seen to be there. */
static uint64_t number(const struct elf *elf, uint64_t offset, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = bytes; i-- > 0;)
		value = value << 8 | elf->data[offset + i];
	return value;
}

#define FIELD(elf, at, type, member)                                      \
	((elf)->wide ? number(elf, (at) + offsetof(Elf64_##type, member), \
			      sizeof(((Elf64_##type *)0)->member))        \
		     : number(elf, (at) + offsetof(Elf32_##type, member), \
			      sizeof(((Elf32_##type *)0)->member)))
#define SIZE_OF(elf, type) ((elf)->wide ? sizeof(Elf64_##type) : sizeof(Elf32_##type))

/* None where they are not as ld.so has them. */
static size_t segment_count(const struct elf *elf)
{
	uint64_t start = FIELD(elf, 0, Ehdr, e_phoff);
	size_t count = FIELD(elf, 0, Ehdr, e_phnum);

	if (FIELD(elf, 0, Ehdr, e_phentsize) != SIZE_OF(elf, Phdr) || start > elf->size)
		return 0;
	if (count > (elf->size - start) / SIZE_OF(elf, Phdr))
		count = (elf->size - start) / SIZE_OF(elf, Phdr);
	return count;
}

/* The header's number: false where it is not in the file. */
static bool segment_read(const struct elf *elf, size_t index, struct segment *segment)
{
	uint64_t at =
		FIELD(elf, 0, Ehdr, e_phoff) + index * FIELD(elf, 0, Ehdr, e_phentsize);

	if (!has_bytes(elf, at, SIZE_OF(elf, Phdr)))
		return false;
	*segment = (struct segment){ .type = (uint32_t)FIELD(elf, at, Phdr, p_type),
				     .offset = FIELD(elf, at, Phdr, p_offset),
				     .address = FIELD(elf, at, Phdr, p_vaddr),
				     .size = FIELD(elf, at, Phdr, p_filesz) };
	return has_bytes(elf, segment->offset, segment->size);
}

static bool segment_find(const struct elf *elf, uint32_t type, struct segment *segment)
{
	size_t count = segment_count(elf);

	for (size_t i = 0; i < count; i++)
		if (segment_read(elf, i, segment) && segment->type == type)
			return true;
	return false;
}

/* Where a loaded address lies in the file; the file's size where it does not. */
static uint64_t address_offset(const struct elf *elf, uint64_t address)
{
	size_t count = segment_count(elf);
	struct segment segment;

	for (size_t i = 0; i < count; i++)
		if (segment_read(elf, i, &segment) && segment.type == PT_LOAD &&
		    address >= segment.address &&
		    address - segment.address < segment.size)
			return segment.offset + (address - segment.address);
	return elf->size;
}

/* A text that ends inside the file, or NULL. */
static const char *text_at(const struct elf *elf, uint64_t offset)
{
	if (offset >= elf->size || !memchr(elf->data + offset, 0, elf->size - offset))
		return NULL;
	return (const char *)elf->data + offset;
}

/* The value of the dynamic section's next row of a tag, from *at (a row's number) on, which
 * then stands behind it: true, or false. */
static bool dynamic_next(const struct elf *elf, const struct segment *dynamic,
			 int64_t tag, size_t *at, uint64_t *value)
{
	size_t row = SIZE_OF(elf, Dyn);

	while ((*at + 1) * row <= dynamic->size) {
		uint64_t offset = dynamic->offset + (*at)++ * row;
		int64_t found = (int64_t)FIELD(elf, offset, Dyn, d_tag);

		if (found == DT_NULL)
			return false;
		if (found == tag) {
			*value = FIELD(elf, offset, Dyn, d_un.d_val);
			return true;
		}
	}
	return false;
}

static bool dynamic_find(const struct elf *elf, const struct segment *dynamic,
			 int64_t tag, uint64_t *value)
{
	size_t at = 0;

	return dynamic_next(elf, dynamic, tag, &at, value);
}

static int read_libraries(const struct elf *elf, const struct segment *dynamic,
			  uint64_t strings, struct names *libraries, struct err *err)
{
	uint64_t value;
	size_t at = 0;

	while (dynamic_next(elf, dynamic, DT_NEEDED, &at, &value)) {
		const char *name = text_at(elf, strings + value);

		if (!name)
			return damaged("a library's name is not in it", err);
		if (names_add(libraries, name))
			return err_sys(err, ENOMEM, "reading an ELF file");
	}
	return 0;
}

static int read_folders(const struct elf *elf, const struct segment *dynamic,
			uint64_t strings, struct names *folders, struct err *err)
{
	_cleanup_free_ char *copy = NULL;
	const char *text;
	uint64_t value;

	if (!dynamic_find(elf, dynamic, DT_RUNPATH, &value) &&
	    !dynamic_find(elf, dynamic, DT_RPATH, &value))
		return 0;
	text = text_at(elf, strings + value);
	if (!text)
		return damaged("its library path is not in it", err);
	copy = strdup(text);
	for (char *next = copy, *word; next && (word = strsep(&next, ":"));)
		if (*word && names_add(folders, word))
			return err_sys(err, ENOMEM, "reading an ELF file");
	return copy ? 0 : err_sys(err, ENOMEM, "reading an ELF file");
}

static int read_dynamic(const struct elf *elf, struct elf_needs *needs, struct err *err)
{
	struct segment dynamic;
	uint64_t address, strings;
	int result;

	if (!segment_find(elf, PT_DYNAMIC, &dynamic))
		return 0;
	if (!dynamic_find(elf, &dynamic, DT_STRTAB, &address))
		return damaged("it has no table of names", err);
	strings = address_offset(elf, address);
	result = read_libraries(elf, &dynamic, strings, &needs->libraries, err);
	return result ? result
		      : read_folders(elf, &dynamic, strings, &needs->folders, err);
}

static int read_interpreter(const struct elf *elf, struct elf_needs *needs,
			    struct err *err)
{
	struct segment segment;
	const char *text;

	if (!segment_find(elf, PT_INTERP, &segment))
		return 0;
	text = text_at(elf, segment.offset);
	if (!text)
		return damaged("its interpreter's name is not in it", err);
	needs->interpreter = strdup(text);
	return needs->interpreter ? 0 : err_sys(err, ENOMEM, "reading an ELF file");
}

/* execve(2): "#!", blanks, a path up to a blank. */
static int read_script(struct elf_needs *needs, const uint8_t *data, size_t size,
		       struct err *err)
{
	char line[256];
	size_t length = size < sizeof(line) ? size : sizeof(line) - 1;
	char *path = line + 2;

	memcpy(line, data, length);
	line[length] = '\0';
	line[strcspn(line, "\n")] = '\0';
	path += strspn(path, " \t");
	path[strcspn(path, " \t")] = '\0';
	if (!*path)
		return 0;
	needs->interpreter = strdup(path);
	return needs->interpreter ? 0 : err_sys(err, ENOMEM, "reading a script");
}

int elf_read_needs(struct elf_needs *needs, const uint8_t *data, size_t size,
		   struct err *err)
{
	struct elf elf = { .data = data, .size = size };
	int result;

	*needs = (struct elf_needs){ .interpreter = NULL };
	if (size > 2 && data[0] == '#' && data[1] == '!')
		return read_script(needs, data, size, err);
	if (size < EI_NIDENT || memcmp(data, ELFMAG, SELFMAG) != 0)
		return 0;
	elf.wide = data[EI_CLASS] == ELFCLASS64;
	if (data[EI_DATA] != ELFDATA2LSB || size < SIZE_OF(&elf, Ehdr))
		return damaged("its header is cut off, or of a big-endian machine", err);
	needs->wordsize = elf.wide ? 64 : 32;
	needs->machine = (unsigned)FIELD(&elf, 0, Ehdr, e_machine);
	result = read_interpreter(&elf, needs, err);
	return result ? result : read_dynamic(&elf, needs, err);
}

void elf_needs_release(struct elf_needs *needs)
{
	free(needs->interpreter);
	names_release(&needs->libraries);
	names_release(&needs->folders);
	*needs = (struct elf_needs){ .interpreter = NULL };
}
