/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/ext_super.c lib/err.c */
/* A check is run when e2fsck -p would run one, and not otherwise. */
#include <errno.h>
#include <stdint.h>

#include "init/ext_super.h"
#include "tests/unit/tap.h"

enum { CLEAN = 1, ERRORS = 2, DAY = 86400 };

static uint8_t bytes[EXT_SUPER_SIZE];

static void put(unsigned at, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		bytes[at + i] = (uint8_t)(value >> 8 * i);
}

static const char *due(int64_t now_s)
{
	struct ext_super super;

	if (ext_super_parse(&super, bytes, NULL) < 0)
		return "not parsed";
	return ext_super_due(&super, now_s);
}

static void make_clean(void)
{
	memset(bytes, 0, sizeof(bytes));
	put(0x38, 0xef53, 2);
	put(0x3a, CLEAN, 2);
	put(0x36, 0xffff, 2); /* tune2fs -c -1, as mke2fs sets it */
	put(0x34, 500, 2);
}

static void judges_the_state(void)
{
	make_clean();
	is_str(due(0), NULL, "a clean file system without limits is never due");
	put(0x3a, 0, 2);
	is_str(due(0), "it was not cleanly unmounted", "without the valid bit it is due");
	put(0x3a, CLEAN | ERRORS, 2);
	is_str(due(0), "the kernel found errors on it", "with the error bit it is due");
	make_clean();
	put(0x60, 4, 4);
	is_str(due(0), NULL, "a journal to replay is the kernel's business");
}

static void counts_mounts(void)
{
	make_clean();
	put(0x36, 20, 2);
	put(0x34, 19, 2);
	is_str(due(0), NULL, "one mount below the limit");
	put(0x34, 20, 2);
	ok(due(0) != NULL, "at the limit it is due");
	put(0x36, 0, 2);
	is_str(due(0), NULL, "a limit of 0 is none");
}

static void looks_at_the_age(void)
{
	make_clean();
	put(0x40, 1000 * DAY, 4);
	is_str(due(1L << 40), NULL, "without an interval age does not count");
	put(0x44, 30 * DAY, 4);
	is_str(due(1030 * DAY - 1), NULL, "within the interval");
	ok(due(1030 * DAY) != NULL, "past the interval it is due");
	is_str(due(0), NULL, "a clock that stands before the last check is not believed");
	put(0x277, 1, 1);
	is_str(due(1030 * DAY), NULL, "the last check's high byte counts");
	ok(due((1LL << 32) + 1030 * DAY) != NULL, "... and is due in its time");
}

static void refuses_others(void)
{
	struct err err = ERR_INIT;
	struct ext_super super;

	memset(bytes, 0, sizeof(bytes));
	is_int(ext_super_parse(&super, bytes, &err), -EINVAL, "no magic number");
	ok(err.text[0], "... and that is said");
}

int main(void)
{
	judges_the_state();
	counts_mounts();
	looks_at_the_age();
	refuses_others();
	return done_testing();
}
