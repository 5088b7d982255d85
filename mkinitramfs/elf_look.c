/* SPDX-License-Identifier: GPL-2.0-or-later */
/* elf_look.c: headers, sections and .modinfo of ELF files. */
#include <elf.h>
#include <string.h>

#include "mkinitramfs/elf_look.h"

/* Headers may lie at any address of the buffer. */
static bool elf_header(const void *data, size_t size, Elf64_Ehdr *header)
{
	if (size < sizeof(*header))
		return false;
	memcpy(header, data, sizeof(*header));
	return !memcmp(header->e_ident, ELFMAG, SELFMAG) &&
	       header->e_ident[EI_CLASS] == ELFCLASS64 &&
	       header->e_ident[EI_DATA] == ELFDATA2LSB && header->e_machine == EM_X86_64;
}

bool elf_is_native(const void *data, size_t size)
{
	Elf64_Ehdr header;

	return elf_header(data, size, &header);
}

/* Whether `length` bytes at `offset` lie in the file. */
static bool within(size_t size, uint64_t offset, uint64_t length)
{
	return offset <= size && length <= size - offset;
}

bool elf_is_program(const void *data, size_t size, const char **interpreter)
{
	const char *bytes = data;
	Elf64_Ehdr header;
	bool loads = false;

	*interpreter = NULL;
	if (!elf_header(data, size, &header) ||
	    (header.e_type != ET_EXEC && header.e_type != ET_DYN) ||
	    header.e_phentsize != sizeof(Elf64_Phdr))
		return false;
	for (size_t i = 0; i < header.e_phnum; i++) {
		Elf64_Phdr part;

		if (!within(size, header.e_phoff, (i + 1) * sizeof(part)))
			return false;
		memcpy(&part, bytes + header.e_phoff + i * sizeof(part), sizeof(part));
		if (!within(size, part.p_offset, part.p_filesz))
			return false;
		loads |= part.p_type == PT_LOAD;
		if (part.p_type == PT_INTERP && part.p_filesz &&
		    !bytes[part.p_offset + part.p_filesz - 1])
			*interpreter = bytes + part.p_offset;
	}
	return loads;
}

static bool section_at(const void *data, size_t size, const Elf64_Ehdr *header,
		       size_t index, Elf64_Shdr *section)
{
	if (index >= header->e_shnum || header->e_shentsize != sizeof(*section) ||
	    !within(size, header->e_shoff, (index + 1) * sizeof(*section)))
		return false;
	memcpy(section, (const char *)data + header->e_shoff + index * sizeof(*section),
	       sizeof(*section));
	return section->sh_type == SHT_NOBITS ||
	       within(size, section->sh_offset, section->sh_size);
}

bool elf_section(const void *data, size_t size, const char *name, const char **content,
		 size_t *length)
{
	const char *bytes = data;
	Elf64_Shdr names, section;
	Elf64_Ehdr header;

	if (!elf_header(data, size, &header) ||
	    !section_at(data, size, &header, header.e_shstrndx, &names) ||
	    names.sh_type == SHT_NOBITS)
		return false;
	for (size_t i = 1; i < header.e_shnum; i++) {
		if (!section_at(data, size, &header, i, &section))
			return false;
		if (section.sh_type == SHT_NOBITS || section.sh_name >= names.sh_size ||
		    names.sh_size - section.sh_name <= strlen(name) ||
		    memcmp(bytes + names.sh_offset + section.sh_name, name,
			   strlen(name) + 1) != 0)
			continue;
		*content = bytes + section.sh_offset;
		*length = section.sh_size;
		return true;
	}
	return false;
}

const char *elf_modinfo(const char *info, size_t length, const char *key,
			const char *after)
{
	const char *end = info + length;
	size_t key_length = strlen(key);

	if (after)
		info = after + strlen(after) + 1;
	while (info < end) {
		const char *stop = memchr(info, '\0', (size_t)(end - info));

		if (!stop)
			return NULL;
		if (!strncmp(info, key, key_length) && info[key_length] == '=')
			return info + key_length + 1;
		info = stop + 1;
	}
	return NULL;
}
