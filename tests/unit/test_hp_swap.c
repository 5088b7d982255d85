/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: host-prep/swap.c host-prep/swap_step.c host-prep/swap_journal.c host-prep/swap_read.c host-prep/swap_probe.c host-prep/swap_find.c host-prep/swap_look.c host-prep/swap_decide.c host-prep/swap_others.c host-prep/swap_apply.c host-prep/swap_file.c host-prep/swap_zram.c host-prep/kmod.c lib/kmod.c host-prep/kmod_load.c host-prep/kmod_need.c host-prep/setting.c host-prep/part.c host-prep/step.c lib/mount_text.c lib/origin.c lib/format_text.c lib/names.c lib/log.c lib/show_json.c lib/process.c lib/interrupt.c */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/value/units.c lib/value/pci.c lib/value/pci_select.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c */
/* SOURCES: lib/guests.c lib/schema/guest*.c lib/guest_*.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/rule.c lib/kernel_rule.c lib/password_hash.c LIBS: inih jansson blkid */
/* clang-format on */
/* test_hp_swap.c: what is decided about swap space. */
#include <errno.h>
#include <inttypes.h>

#include "host-prep/swap.h"
#include "lib/cleanup.h"
#include "tests/unit/part_fixture.h"

#define MB *(UINT64_C(1) << 20)

/* ---- what is decided ---- */

enum { DEVICE, FILE_, ZRAM };

struct row {
	const char *promise;
	int kind;
	struct host_swap conf;
	uint64_t size;
	int priority;
	struct swap_seen seen;
	uint64_t available;
	int result;
	const char *words; /* of the failure */
	struct swap_decision expected;
};

#define DISK         .there = true, .mode = S_IFBLK | 0660, .path = "/dev/sda2"
#define PLAIN        .there = true, .is_file = true, .mode = S_IFREG | 0600, .path = "/swap"
#define HOLDS(what_) .probe = { .content = SWAP_OTHER, .what = what_ }
#define SPACE        .probe = { .content = SWAP_SPACE }

static const struct row rows[] = {
	{ "swap space is used",
	  DEVICE,
	  { 0 },
	  0,
	  -1,
	  { DISK, SPACE },
	  .expected = { .on = true } },
	{ "what is in use already stays",
	  DEVICE,
	  { 0 },
	  0,
	  -1,
	  { DISK, SPACE, .active = true, .priority = -2 },
	  .expected = { .on = false } },
	{ "... with its priority",
	  DEVICE,
	  { 0 },
	  0,
	  5,
	  { DISK, SPACE, .active = true, .priority = 5 },
	  .expected = { .on = false } },
	{ "... which is changed otherwise",
	  DEVICE,
	  { 0 },
	  0,
	  5,
	  { DISK, SPACE, .active = true, .priority = -2, .used = 8 MB },
	  .available = 9 MB,
	  .expected = { .off = true, .on = true } },
	{ "... as is the way to discard",
	  DEVICE,
	  { .discard = host_swap_discard_pages },
	  0,
	  5,
	  { DISK, SPACE, .active = true, .priority = 5, .discard = host_swap_discard_no },
	  .expected = { .off = true, .on = true } },
	{ "... unless nobody knows it",
	  DEVICE,
	  { .discard = host_swap_discard_pages },
	  0,
	  5,
	  { DISK, SPACE, .active = true, .priority = 5, .discard = -1 },
	  .expected = { .on = false } },
	{ "... if the memory has room for what is in it",
	  DEVICE,
	  { 0 },
	  0,
	  5,
	  { DISK, SPACE, .active = true, .priority = -2, .used = 8 MB },
	  .available = 8 MB,
	  .result = -ENOMEM,
	  .words =
		  "host.conf:2: /dev/sda2 would have to go out of use to be changed, and holds 8M, for which "
		  "the memory has no room (8M are free)" },
	{ "a file system is refused",
	  DEVICE,
	  { .format = true },
	  0,
	  -1,
	  { DISK, HOLDS("ext4 \"data\"") },
	  .result = -EMEDIUMTYPE,
	  .words = "host.conf:2: /dev/sda2 is not taken: it holds ext4 \"data\"" },
	{ "a machine that sleeps is refused",
	  DEVICE,
	  { .format = true },
	  0,
	  -1,
	  { DISK, .probe = { .content = SWAP_HIBERNATED } },
	  .result = -EMEDIUMTYPE,
	  .words =
		  "host.conf:2: /dev/sda2 is not taken: it holds the memory of a machine that was put "
		  "to sleep" },
	{ "what is mounted is refused",
	  DEVICE,
	  { .format = true },
	  0,
	  -1,
	  { DISK, .held = "it is mounted on /srv" },
	  .result = -EBUSY,
	  .words = "host.conf:2: /dev/sda2 is not taken: it is mounted on /srv" },
	{ "a blank disk is not taken unasked",
	  DEVICE,
	  { 0 },
	  0,
	  -1,
	  { DISK },
	  .result = -EMEDIUMTYPE,
	  .words = "host.conf:2: /dev/sda2 is not taken: it is no swap space yet" },
	{ "... but made into swap space when asked to",
	  DEVICE,
	  { .format = true },
	  0,
	  -1,
	  { DISK },
	  .expected = { .format = true, .on = true } },
	{ "a file is no device",
	  DEVICE,
	  { .format = true },
	  0,
	  -1,
	  { PLAIN },
	  .result = -ENOTBLK,
	  .words = "host.conf:2: /swap is not taken: it is no disk; File= is for files" },
	{ "a file is made",
	  FILE_,
	  { 0 },
	  64 MB,
	  -1,
	  { .path = "/swap", .room = 64 MB },
	  .expected = { .make = true, .on = true } },
	{ "... where there is room",
	  FILE_,
	  { 0 },
	  64 MB,
	  -1,
	  { .path = "/swap", .room = 63 MB },
	  .result = -ENOSPC,
	  .words = "host.conf:2: /swap: 64M are wanted, 63M are free" },
	{ "... and a file system that can",
	  FILE_,
	  { 0 },
	  64 MB,
	  -1,
	  { .path = "/swap", .room = 64 MB, .unfit = "a tmpfs is memory itself" },
	  .result = -EOPNOTSUPP,
	  .words = "host.conf:2: /swap is not taken: a tmpfs is memory itself" },
	{ "... and a size",
	  FILE_,
	  { 0 },
	  0,
	  -1,
	  { .path = "/swap", .room = 64 MB },
	  .result = -ENOENT,
	  .words = "host.conf:2: there is no /swap" },
	{ "a file of this size is used",
	  FILE_,
	  { 0 },
	  64 MB,
	  -1,
	  { PLAIN, SPACE, .size = 64 MB },
	  .expected = { .on = true } },
	{ "... and closed to others",
	  FILE_,
	  { 0 },
	  64 MB,
	  -1,
	  { .there = true,
	    .is_file = true,
	    .mode = S_IFREG | 0644,
	    .path = "/swap",
	    SPACE,
	    .size = 64 MB },
	  .expected = { .chmod = true, .on = true } },
	{ "one of another size is made anew",
	  FILE_,
	  { 0 },
	  64 MB,
	  -1,
	  { PLAIN, SPACE, .size = 32 MB, .room = 32 MB, .active = true, .priority = -2 },
	  .expected = { .off = true, .make = true, .on = true } },
	{ "... not for a share that is a little off",
	  FILE_,
	  { .size = (char *)"50%" },
	  64 MB,
	  -1,
	  { PLAIN, SPACE, .size = 63 MB, .active = true, .priority = -2 },
	  .expected = { .on = false } },
	{ "one with holes is made anew",
	  FILE_,
	  { 0 },
	  64 MB,
	  -1,
	  { PLAIN, SPACE, .size = 64 MB, .is_sparse = true },
	  .expected = { .make = true, .on = true } },
	{ "... or refused",
	  FILE_,
	  { 0 },
	  0,
	  -1,
	  { PLAIN, SPACE, .size = 64 MB, .is_sparse = true },
	  .result = -EINVAL,
	  .words = "host.conf:2: /swap is not taken: it has holes" },
	{ "one that btrfs copies on write is made anew",
	  FILE_,
	  { 0 },
	  64 MB,
	  -1,
	  { PLAIN, SPACE, .size = 64 MB, .is_copied = true },
	  .expected = { .make = true, .on = true } },
	{ "... or refused",
	  FILE_,
	  { 0 },
	  0,
	  -1,
	  { PLAIN, SPACE, .size = 64 MB, .is_copied = true },
	  .result = -EINVAL,
	  .words = "host.conf:2: /swap is not taken: btrfs copies it on write" },
	{ "somebody's file is not overwritten",
	  FILE_,
	  { 0 },
	  64 MB,
	  -1,
	  { PLAIN, .size = 64 MB },
	  .result = -EMEDIUMTYPE,
	  .words =
		  "host.conf:2: /swap is not taken: it holds something that is no swap space" },
	{ "nor a disk image",
	  FILE_,
	  { 0 },
	  64 MB,
	  -1,
	  { PLAIN, HOLDS("partitions (gpt)") },
	  .result = -EMEDIUMTYPE,
	  .words = "host.conf:2: /swap is not taken: it holds partitions (gpt)" },
	{ "a zram device is made",
	  ZRAM,
	  { 0 },
	  64 MB,
	  100,
	  { 0 },
	  .expected = { .make = true, .on = true } },
	{ "... once",
	  ZRAM,
	  { .algorithm = (char *)"zstd" },
	  64 MB,
	  100,
	  { .there = true,
	    .size = 64 MB,
	    .algorithm = "zstd",
	    .active = true,
	    .priority = 100 },
	  .expected = { .on = false } },
	{ "... and anew for another algorithm",
	  ZRAM,
	  { .algorithm = (char *)"lz4" },
	  64 MB,
	  100,
	  { .there = true,
	    .size = 64 MB,
	    .algorithm = "zstd",
	    .active = true,
	    .priority = 100 },
	  .expected = { .off = true, .make = true, .on = true } },
	{ "... or limit",
	  ZRAM,
	  { .memory_limit = 1 MB },
	  64 MB,
	  100,
	  { .there = true, .size = 64 MB, .active = true, .priority = 100 },
	  .expected = { .off = true, .make = true, .on = true } },
};

static void decides(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct host_swap conf = rows[i].conf;
		struct swap_wish wish = { .conf = &conf,
					  .origin = "host.conf:2",
					  .size = rows[i].size,
					  .priority = rows[i].priority };
		struct swap_decision got;
		struct err err = ERR_INIT;
		int result;

		conf.device = (char *)(rows[i].kind == DEVICE ? "/dev/sda2" : "");
		conf.file = (char *)(rows[i].kind == FILE_ ? "/swap" : "");
		conf.zram = rows[i].kind == ZRAM;
		conf.size = conf.size ? conf.size : (char *)"";
		conf.algorithm = conf.algorithm ? conf.algorithm : (char *)"";
		result = swap_decide(&got, &wish, &rows[i].seen, rows[i].available, &err);
		is_int(result, rows[i].result, "%s", rows[i].promise);
		if (rows[i].words)
			is_str(err.text, rows[i].words, "... in words");
		else
			ok(memcmp(&got, &rows[i].expected, sizeof(got)) == 0,
			   "... off %d, make %d, format %d, chmod %d, on %d", got.off,
			   got.make, got.format, got.chmod, got.on);
	}
}

int main(void)
{
	decides();
	return done_testing();
}
