/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uki.c: reads sections of unified kernel images. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot/uki.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/kernel_file.h"

enum { CMDLINE_MAX = 16 << 10 };

/* The parts of Microsoft's PE format that are needed to find a section. */
struct coff_header {
	char magic[4]; /* "PE\0\0" */
	uint16_t machine;
	uint16_t sections;
	uint32_t time, symbols, symbol_count;
	uint16_t optional_size;
	uint16_t flags;
} __attribute__((packed));

struct coff_section {
	char name[8];
	uint32_t size, address;
	uint32_t raw_size, raw_offset;
	uint32_t relocations, lines;
	uint16_t relocation_count, line_count;
	uint32_t flags;
} __attribute__((packed));

enum { PE_OFFSET = 0x3c };

static bool read_at(int fd, void *data, size_t size, uint64_t offset)
{
	return pread(fd, data, size, (off_t)offset) == (ssize_t)size;
}

int uki_find_section(int fd, const char *name, struct uki_section *section)
{
	struct coff_header header;
	uint64_t offset;
	uint32_t start;

	if (!read_at(fd, &start, sizeof(start), PE_OFFSET))
		return -EBADMSG;
	start = le32toh(start);
	if (!read_at(fd, &header, sizeof(header), start) ||
	    memcmp(header.magic, "PE\0", sizeof(header.magic)) != 0)
		return -EBADMSG;
	offset = start + sizeof(header) + le16toh(header.optional_size);
	for (int i = 0; i < le16toh(header.sections); i++) {
		struct coff_section row;

		if (!read_at(fd, &row, sizeof(row), offset + (unsigned)i * sizeof(row)))
			return -EBADMSG;
		if (strncmp(row.name, name, sizeof(row.name)) != 0)
			continue;
		/* The file has it padded. */
		section->offset = le32toh(row.raw_offset);
		section->size = le32toh(row.raw_size);
		if (le32toh(row.size) < section->size)
			section->size = le32toh(row.size);
		return 0;
	}
	return -ENOENT;
}

static bool is_same(int a, uint64_t a_offset, int b, uint64_t b_offset, uint64_t size)
{
	static char mine[64 << 10], others[64 << 10];

	while (size) {
		size_t part = size < sizeof(mine) ? size : sizeof(mine);

		if (!read_at(a, mine, part, a_offset) ||
		    !read_at(b, others, part, b_offset) ||
		    memcmp(mine, others, part) != 0)
			return false;
		a_offset += part;
		b_offset += part;
		size -= part;
	}
	return true;
}

int uki_has_image(int root_fd, const char *uki, const char *image, struct err *err)
{
	_cleanup_close_ int image_fd = file_open_in_root(root_fd, image, O_RDONLY, err);
	_cleanup_close_ int fd = file_open_in_root(root_fd, uki, O_RDONLY, NULL);
	struct uki_section initrd;
	struct stat st;
	uint64_t size, padded;

	if (image_fd < 0)
		return image_fd;
	if (fstat(image_fd, &st) < 0)
		return err_sys(err, errno, "reading /%s", image);
	if (fd < 0 || uki_find_section(fd, ".initrd", &initrd))
		return 0;
	/* ukify pads each of several to four bytes, and ours is the last. */
	size = (uint64_t)st.st_size;
	padded = (size + 3) & ~3ULL;
	if (initrd.size == size)
		return is_same(image_fd, 0, fd, initrd.offset, size);
	return initrd.size >= padded &&
	       is_same(image_fd, 0, fd, initrd.offset + initrd.size - padded, size);
}

char *uki_banner(int root_fd, const char *uki)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, uki, O_RDONLY, NULL);
	struct uki_section kernel;

	if (fd < 0 || uki_find_section(fd, ".linux", &kernel))
		return NULL;
	return kernel_file_banner(fd, kernel.offset);
}

bool uki_has_cmdline(int root_fd, const char *uki, const char *cmdline)
{
	_cleanup_close_ int fd = file_open_in_root(root_fd, uki, O_RDONLY, NULL);
	char text[CMDLINE_MAX + 1], *start;
	struct uki_section section;
	size_t length;

	if (fd < 0 || uki_find_section(fd, ".cmdline", &section) ||
	    section.size > CMDLINE_MAX ||
	    !read_at(fd, text, section.size, section.offset))
		return false;
	text[section.size] = '\0';
	start = text + strspn(text, " \n");
	length = strlen(start);
	while (length && strchr(" \n", start[length - 1]))
		start[--length] = '\0';
	return !strcmp(start, cmdline);
}
