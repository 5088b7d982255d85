/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: mkinitramfs/part_table.c lib/err.c */
/* LIBS: z */
/* test_mki_part_table.c: partition tables byte by byte, as the UEFI specification and DOS have
 * them. That tools read them is among the golden tests. */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "mkinitramfs/part_table.h"
#include "tests/unit/tap.h"

enum { SECTORS = 262144 };

static int blank(void)
{
	int fd = memfd_create("disk", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)SECTORS * 512) < 0)
		abort();
	return fd;
}

static const unsigned char *map(int fd)
{
	void *disk = mmap(NULL, (size_t)SECTORS * 512, PROT_READ, MAP_SHARED, fd, 0);

	if (disk == MAP_FAILED)
		abort();
	return disk;
}

static uint32_t get32(const unsigned char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return le32toh(value);
}

static uint64_t get64(const unsigned char *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}

static struct part gpt_parts[] = {
	{ 1, 2048, 16384, "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
	  "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "spare" },
	{ 3, 18432, 100000, "11111111-2222-3333-4444-555555555555",
	  "0fc63daf-8483-4772-8e79-3d69d8477de4", "d\303\251j\303\240 \342\202\254" },
};

static struct part dos_parts[] = {
	{ 1, 2048, 16384, "1a2b3c4d-01", "0x0c", "" },
	{ 2, 18432, 100000, "1a2b3c4d-02", "0x8e", "" },
};

/* One of the two headers: where it is, where the other one is, where its entries are. */
static void header(const unsigned char *disk, uint64_t own, uint64_t other,
		   uint64_t entries)
{
	const unsigned char *at = disk + own * 512;
	unsigned char copy[92];

	memcpy(copy, at, sizeof(copy));
	memset(copy + 16, 0, 4);
	ok(!memcmp(at, "EFI PART\0\0\1\0\134\0\0\0", 16), "signature, revision, size");
	ok(get32(at + 16) == crc32(0, copy, sizeof(copy)), "the header's checksum");
	ok(get64(at + 24) == own && get64(at + 32) == other,
	   "its place, and the other's");
	ok(get64(at + 40) == 34 && get64(at + 48) == SECTORS - 34, "what may be used");
	ok(get64(at + 72) == entries && get32(at + 80) == 128 && get32(at + 84) == 128,
	   "where the entries are");
	ok(get32(at + 88) == crc32(0, disk + entries * 512, 128 * 128),
	   "the entries' checksum");
}

static void test_gpt(const struct part_table *table)
{
	static const unsigned char guid[16] = { 0x3d, 0x2c, 0x1b, 0x0a, 0x5f, 0x4e,
						0x71, 0x60, 0x82, 0x93, 0xa4, 0xb5,
						0xc6, 0xd7, 0xe8, 0xf9 };
	static const unsigned char name[] = { 'd', 0,   0xe9, 0,    'j',  0, 0xe0,
					      0,   ' ', 0,    0xac, 0x20, 0, 0 };
	struct err err = ERR_INIT;
	const unsigned char *disk, *entry;
	int fd = blank();

	is_int(part_table_write(fd, SECTORS, table, &err), 0, "written");
	disk = map(fd);
	ok(disk[450] == 0xee && get32(disk + 454) == 1 &&
		   get32(disk + 458) == SECTORS - 1 && disk[510] == 0x55 &&
		   disk[511] == 0xaa,
	   "the protective table");
	header(disk, 1, SECTORS - 1, 2);
	header(disk, SECTORS - 1, 1, SECTORS - 33);
	ok(!memcmp(disk + 1024, disk + (size_t)(SECTORS - 33) * 512, 128 * 128),
	   "both have the same entries");
	entry = disk + 1024;
	ok(!memcmp(entry + 16, guid, sizeof(guid)), "a UUID's first fields are turned");
	ok(get64(entry + 32) == 2048 && get64(entry + 40) == 2048 + 16384 - 1,
	   "from its first to its last sector");
	ok(!get64(entry + 128), "a number that is not used has an empty entry");
	ok(!memcmp(entry + 256 + 56, name, sizeof(name)), "a name in UTF-16");
	munmap((void *)(uintptr_t)disk, (size_t)SECTORS * 512);
	close(fd);
}

static void test_dos(const struct part_table *table)
{
	struct err err = ERR_INIT;
	const unsigned char *disk;
	int fd = blank();

	is_int(part_table_write(fd, SECTORS, table, &err), 0, "written");
	disk = map(fd);
	ok(get32(disk + 440) == 0x1a2b3c4d, "the disk's id");
	ok(disk[450] == 0x0c && get32(disk + 454) == 2048 && get32(disk + 458) == 16384,
	   "the first partition");
	ok(disk[466] == 0x8e && get32(disk + 470) == 18432, "the second");
	ok(!disk[482] && disk[510] == 0x55 && disk[511] == 0xaa, "and no third");
	munmap((void *)(uintptr_t)disk, (size_t)SECTORS * 512);
	close(fd);
}

/* A table that cannot be one is refused, and not written in part. */
static void refused(struct part_table table, struct part part, const char *why)
{
	struct err err = ERR_INIT;
	char sector[512];
	int fd = blank();

	table.parts = &part;
	table.count = 1;
	is_int(part_table_write(fd, SECTORS, &table, &err), -EINVAL, "%s: %s", why,
	       err.text);
	ok(pread(fd, sector, sizeof(sector), 0) == sizeof(sector) && !sector[510] &&
		   !sector[511],
	   "nothing was written");
	close(fd);
}

int main(void)
{
	const struct part_table gpt = { PART_TABLE_GPT,
					"deadbeef-0123-4567-89ab-cdef01234567", gpt_parts,
					2 };
	const struct part_table dos = { PART_TABLE_DOS, "1a2b3c4d", dos_parts, 2 };
	const struct part_table none = { .kind = PART_TABLE_NONE };
	struct part part = gpt_parts[0];

	test_gpt(&gpt);
	test_dos(&dos);
	is_int(part_table_write(-1, SECTORS, &none, NULL), 0, "none is nothing to write");
	ok(part_table_find(&gpt, 3) == &gpt_parts[1] && !part_table_find(&gpt, 2),
	   "a partition is found by its number");
	part.start = 10;
	refused(gpt, part, "a partition within the table");
	part.start = SECTORS - 1000;
	refused(gpt, part, "a partition behind the end");
	refused(dos, part, "a partition behind the end (DOS)");
	part = gpt_parts[0];
	part.number = 129;
	refused(gpt, part, "too high a number");
	refused(dos, part, "too high a number (DOS)");
	part = gpt_parts[0];
	strcpy(part.uuid, "0a1b2c3d");
	refused(gpt, part, "half a UUID");
	return done_testing();
}
