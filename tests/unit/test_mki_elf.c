/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: mkinitramfs/elf.c lib/names.c lib/err.c lib/strbuf.c lib/file.c */
/* test_mki_elf.c: what programs need, read from this one and from files that are damaged. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "mkinitramfs/elf.h"
#include "tests/unit/tap.h"

static void test_script(void)
{
	static const char script[] = "#! /usr/bin/python3 -E\nprint(1)\n";
	_cleanup_elf_needs_ struct elf_needs needs;

	is_int(elf_read_needs(&needs, (const uint8_t *)script, sizeof(script), NULL), 0,
	       "a script is read");
	is_str(needs.interpreter, "/usr/bin/python3", "its interpreter has no options");
	is_int((int)needs.wordsize, 0, "it is no ELF file");
}

/* A 64-bit file: header, three program headers, the dynamic section, names. */
struct file {
	Elf64_Ehdr header;
	Elf64_Phdr segments[3];
	Elf64_Dyn rows[6];
	char names[64];
};

static void make(struct file *file)
{
	static const char names[] = "\0libc.so.6\0libm.so.6\0$ORIGIN/../lib:/opt/lib\0"
				    "/lib64/ld.so";

	*file = (struct file){
		.header = { .e_machine = EM_X86_64,
			    .e_phoff = offsetof(struct file, segments),
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = 3 },
		.segments = { { .p_type = PT_LOAD,
				.p_vaddr = 0x1000,
				.p_filesz = sizeof(*file) },
			      { .p_type = PT_INTERP,
				.p_offset = offsetof(struct file, names) + 45,
				.p_filesz = 13 },
			      { .p_type = PT_DYNAMIC,
				.p_offset = offsetof(struct file, rows),
				.p_filesz = sizeof(file->rows) } },
		.rows = { { DT_NEEDED, { 1 } },
			  { DT_RUNPATH, { 21 } },
			  { DT_NEEDED, { 11 } },
			  { DT_STRTAB, { 0x1000 + offsetof(struct file, names) } },
			  { DT_NULL, { 0 } },
			  { DT_NEEDED, { 1 } } },
	};
	memcpy(file->header.e_ident, ELFMAG, SELFMAG);
	file->header.e_ident[EI_CLASS] = ELFCLASS64;
	file->header.e_ident[EI_DATA] = ELFDATA2LSB;
	memcpy(file->names, names, sizeof(names));
}

static void test_needs(void)
{
	_cleanup_elf_needs_ struct elf_needs needs;
	struct file file;

	make(&file);
	is_int(elf_read_needs(&needs, (const uint8_t *)&file, sizeof(file), NULL), 0,
	       "a program is read");
	is_str(needs.interpreter, "/lib64/ld.so", "its interpreter");
	is_int((int)needs.libraries.count, 2, "its libraries, up to the section's end");
	is_str(needs.libraries.items[1], "libm.so.6", "by name");
	is_int((int)needs.folders.count, 2, "its folders");
	is_str(needs.folders.items[0], "$ORIGIN/../lib", "as they stand");
	is_int((int)needs.wordsize, 64, "its word size");
	is_int((int)needs.machine, EM_X86_64, "its machine");
}

static void refused(const struct file *file, size_t size, const char *what)
{
	_cleanup_elf_needs_ struct elf_needs needs;

	is_int(elf_read_needs(&needs, (const uint8_t *)file, size, NULL), -EBADMSG, "%s",
	       what);
}

static void test_damage(void)
{
	struct file file;
	int wrong = 0;

	make(&file);
	file.rows[3].d_un.d_val = 0x9000;
	refused(&file, sizeof(file), "names outside of the file are seen");
	make(&file);
	file.rows[0].d_un.d_val = 1000;
	refused(&file, sizeof(file), "a name outside of the file is seen");
	refused(&file, 30, "a header that is cut off is seen");
	/* Under the sanitizers a read outside of it would end the test. */
	for (size_t size = 0; size < sizeof(file); size++) {
		uint8_t *copy = malloc(size + 1);
		_cleanup_elf_needs_ struct elf_needs needs;
		int result;

		make(&file);
		memcpy(copy, &file, size);
		result = elf_read_needs(&needs, copy, size, NULL);
		wrong += result && result != -EBADMSG;
		free(copy);
	}
	is_int(wrong, 0, "a file may be cut off anywhere");
}

int main(void)
{
	test_script();
	test_needs();
	test_damage();
	return done_testing();
}
