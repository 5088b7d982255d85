/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: mkinitramfs/layout.c mkinitramfs/part_table.c lib/err.c */
/* LIBS: z */
/* test_mki_layout.c: each byte of a volume has its place on a disk, as device-mapper maps it. */
#include <errno.h>
#include <stdlib.h>

#include "mkinitramfs/layout.h"
#include "tests/unit/tap.h"

static struct layout_pv pvs[] = {
	{ .id = "a", .disk = 0, .offset = 0 },
	{ .id = "b", .disk = 1, .offset = 0 },
	{ .id = "c", .disk = 1, .offset = 1000 },
};

/* Sectors in, sectors out. */
static void at(const struct layout *layout, uint64_t sector, size_t disk, uint64_t offset,
	       uint64_t length)
{
	uint64_t got_offset = 0, got_length = 0;
	size_t got_disk = 99;

	ok(layout_place(layout, sector * 512, &got_disk, &got_offset, &got_length) &&
		   got_disk == disk && got_offset == offset * 512 &&
		   got_length == length * 512,
	   "sector %llu is disk %zu, sector %llu, %llu long (got %zu, %llu, %llu)",
	   (unsigned long long)sector, disk, (unsigned long long)offset,
	   (unsigned long long)length, got_disk, (unsigned long long)got_offset / 512,
	   (unsigned long long)got_length / 512);
}

static struct layout *with(const char *table, int code)
{
	static struct layout layout;
	struct err err = ERR_INIT;

	layout = (struct layout){ .pvs = pvs, .pv_count = 3 };
	is_int(layout_add_table(&layout, table, &err), code, "the table's result");
	return &layout;
}

static void done(struct layout *layout)
{
	layout->pvs = NULL;
	layout_release(layout);
}

static void test_linear(void)
{
	struct layout *layout = with("0 100 linear 1:0 2048\n100 50 linear 1:2 8\n", 0);
	uint64_t offset, length;
	size_t disk;

	ok(layout->sectors == 150, "the size is that of all runs");
	at(layout, 0, 0, 2048, 100);
	at(layout, 99, 0, 2147, 1);
	at(layout, 100, 1, 1008, 50);
	ok(!layout_place(layout, 150 * 512, &disk, &offset, &length),
	   "nothing lies behind the end");
	done(layout);
}

static void test_striped(void)
{
	struct layout *layout = with("0 64 striped 2 8 1:0 100 1:1 200\n", 0);

	at(layout, 0, 0, 100, 8);
	at(layout, 5, 0, 105, 3);
	at(layout, 8, 1, 200, 8);
	at(layout, 16, 0, 108, 8);
	at(layout, 27, 1, 211, 5);
	done(layout);
}

int main(void)
{
	test_linear();
	test_striped();
	done(with("0 64 raid 1:0 100\n", -EOPNOTSUPP));
	done(with("0 64 linear 1:7 100\n", -EBADMSG));
	done(with("0 64 striped 9 8 1:0 100\n", -EOPNOTSUPP));
	done(with("0 64 striped 2 8 1:0 100\n", -EBADMSG));
	return done_testing();
}
