/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The firmware's boot entries: reading them, and what is done to them. */
/* SOURCES: boot/efi.c boot/efi_plan.c lib/file.c lib/err.c lib/strbuf.c */
#include <errno.h>
#include <stdlib.h>

#include "boot/efi.h"
#include "boot/efi_plan.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

#define ESP       "b3d91a7e-0000-4000-8000-000000000022"
#define OTHER_ESP "b3d91a7e-0000-4000-8000-000000000023"

/* ---- bytes ---- */

struct bytes {
	uint8_t data[1024];
	size_t size;
};

static void put(struct bytes *b, const void *data, size_t size)
{
	memcpy(b->data + b->size, data, size);
	b->size += size;
}

static void put_u16(struct bytes *b, unsigned value)
{
	put(b, (uint8_t[]){ value & 0xff, value >> 8 }, 2);
}

static void put_text(struct bytes *b, const char *text)
{
	for (; *text; text++)
		put_u16(b, (unsigned char)*text);
}

/* What efibootmgr 17 makes: a hard drive's partition by its GUID, a file, the end. */
static void put_path(struct bytes *b, const char *file)
{
	static const uint8_t drive[] = { 4,    1,    42,   0,    2,    0,    0,
					 0,    0,    16,   0,    0,    0,    0,
					 0,    0,    0,    0x50, 0,    0,    0,
					 0,    0,    0,    0x7e, 0x1a, 0xd9, 0xb3,
					 0x00, 0x00, 0x00, 0x40, 0x80, 0x00, 0x00,
					 0x00, 0x00, 0x00, 0x00, 0x22, 2,    2 };

	put(b, drive, sizeof(drive));
	put(b, (uint8_t[]){ 4, 4 }, 2);
	put_u16(b, 4 + 2 * (strlen(file) + 1));
	put_text(b, file);
	put_u16(b, 0);
	put(b, (uint8_t[]){ 0x7f, 0xff, 4, 0 }, 4);
}

static struct bytes option(const char *label, const char *file, const char *options)
{
	struct bytes path = { .size = 0 }, b = { .size = 0 };

	put_path(&path, file);
	put(&b, (uint8_t[]){ 1, 0, 0, 0 }, 4);
	put_u16(&b, path.size);
	put_text(&b, label);
	put_u16(&b, 0);
	put(&b, path.data, path.size);
	put_text(&b, options);
	return b;
}

static void test_parse(void)
{
	struct bytes b = option("Bedplate 6.1", "\\EFI\\bedplate\\vmlinuz-6.1",
				"root=/dev/a ro initrd=\\x");
	struct efi_entry entry = { .number = 1 };

	is_int(efi_entry_parse(&entry, b.data, b.size), 0, "an entry is read");
	ok(entry.active, "it is active");
	is_str(entry.label, "Bedplate 6.1", "its label");
	is_str(entry.file, "\\EFI\\bedplate\\vmlinuz-6.1", "its loader");
	is_str(entry.options, "root=/dev/a ro initrd=\\x", "its command line");
	is_str(entry.partition, ESP, "its partition");
	ok(!entry.ours, "whose it is nobody has said yet");
	efi_entry_release(&entry);
	put_u16(&b, 0);
	is_int(efi_entry_parse(&entry, b.data, b.size), 0, "one that ends in a zero");
	is_str(entry.options, "root=/dev/a ro initrd=\\x", "has the same command line");
	efi_entry_release(&entry);
}

static void test_parse_others(void)
{
	struct bytes b = option("Bedplate 6.1", "\\EFI\\debian\\shimx64.efi", "");
	struct efi_entry entry = { .number = 1 };

	put(&b, "odd", 3);
	is_int(efi_entry_parse(&entry, b.data, b.size), 0, "data that is no text");
	is_str(entry.options, "", "is no command line");
	ok(!efi_is_former(&entry, ESP),
	   "a label like ours on another loader is not ours");
	efi_entry_release(&entry);
	b = option("debian", "\\EFI\\bedplate\\vmlinuz-6.1", "");
	is_int(efi_entry_parse(&entry, b.data, b.size), 0, "another label");
	ok(!efi_is_former(&entry, ESP), "on our loader is not ours");
	efi_entry_release(&entry);
	/* U+00FC, U+20AC, U+1F600, and half of a pair. */
	b = option("", "\\a", "");
	put(&b, "\xfc\x00\xac\x20\x3d\xd8\x00\xde\x3d\xd8", 10);
	efi_entry_parse(&entry, b.data, b.size);
	is_str(entry.options, "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd",
	       "text beyond ASCII becomes UTF-8");
	efi_entry_release(&entry);
}

static struct efi_entry entry_of(const char *file)
{
	struct bytes b = option("Bedplate 6.1", file, "");
	struct efi_entry entry = { .number = 1 };

	if (efi_entry_parse(&entry, b.data, b.size))
		abort();
	return entry;
}

/* By the folder and the partition's GUID, both. */
static void test_whose(void)
{
	struct efi_entry entry = entry_of("\\EFI\\bedplate\\AB12\\vmlinuz-6.1");

	ok(efi_is_of(&entry, "ab12", ESP), "in our folder on our partition it is ours");
	ok(!efi_is_of(&entry, "ab13", ESP), "another installation's folder is not ours");
	ok(!efi_is_of(&entry, "ab1", ESP), "nor one that only begins alike");
	ok(!efi_is_of(&entry, "", ESP), "nor all of them, without an id");
	ok(!efi_is_of(&entry, "ab12", OTHER_ESP), "nor is one on another partition");
	ok(efi_is_of(&entry, "ab12", ""), "unless it is not known which is ours");
	ok(!efi_is_former(&entry, ESP), "it is none of an earlier version");
	efi_entry_release(&entry);
	entry = entry_of("\\EFI\\bedplate\\vmlinuz-6.1");
	ok(efi_is_former(&entry, ESP), "without a folder it is of an earlier version");
	ok(!efi_is_former(&entry, OTHER_ESP), "but not on another partition");
	ok(!efi_is_former(&entry, ""), "nor where it is not known which is ours");
	ok(!efi_is_of(&entry, "vmlinuz-6.1", ESP), "a file is no folder");
	efi_entry_release(&entry);
}

static void test_parse_damaged(void)
{
	struct bytes b = option("Bedplate 6.1", "\\EFI\\bedplate\\a", "");
	int wrong = 0;

	for (size_t size = 0; size < b.size; size++) {
		struct efi_entry entry = { .number = 1 };

		wrong += efi_entry_parse(&entry, b.data, size) != -EINVAL;
		efi_entry_release(&entry);
	}
	is_int(wrong, 0, "a part of an entry is none, wherever it was cut");
}

/* ---- efivarfs ---- */

static void variable(int root, const char *name, const struct bytes *value)
{
	char path[200];
	int fd;

	snprintf(path, sizeof(path), EFI_PATH "/%s-8be4df61-93ca-11d2-aa0d-00e098032b8c",
		 name);
	fake_file(root, path, "");
	fd = openat(root, path, O_WRONLY);
	if (fd < 0 || write(fd, "\7\0\0\0", 4) != 4 ||
	    write(fd, value->data, value->size) != (ssize_t)value->size)
		abort();
	close(fd);
}

static void test_read(void)
{
	int root = fake_tree_open();
	struct efi efi = EFI_INIT;
	struct bytes b;

	is_int(efi_read(&efi, root, NULL), -ENOENT, "no efivarfs is an error");
	b = option("debian", "\\EFI\\debian\\shimx64.efi", "");
	variable(root, "Boot000A", &b);
	b = option("Bedplate 6.1", "\\EFI\\bedplate\\vmlinuz-6.1", "ro");
	variable(root, "Boot0001", &b);
	b = (struct bytes){ .size = 0 };
	variable(root, "Boot0007", &b);
	put(&b, "\x0a\x00\x01\x00", 4);
	variable(root, "BootOrder", &b);
	b.size = 2;
	variable(root, "BootCurrent", &b);
	is_int(efi_read(&efi, root, NULL), 0, "efivarfs is read");
	is_int(efi.count, 3, "all entries");
	is_str(efi.entries[1].label, "", "one that makes no sense has no label");
	is_int(efi.entries[0].number, 1, "they are in the order of their numbers");
	is_str(efi_find(&efi, 10)->label, "debian", "and found by them");
	is_int(efi.order_count, 2, "BootOrder has two");
	is_int(efi.order[0], 10, "debian first");
	is_int(efi.current, 10, "BootCurrent");
	is_int(efi.next, EFI_NONE, "BootNext is not set");
	efi_release(&efi);
	close(root);
	fake_tree_remove();
}

/* ---- plans ---- */

#define OTHER(n)                                                           \
	{                                                                  \
		.number = (n), .active = true, .label = (char *)"other",   \
		.file = (char *)"\\EFI\\other.efi", .options = (char *)"", \
	}
#define OURS(n, l, o)                                                             \
	{                                                                         \
		.ours = true, .number = (n), .active = true,                      \
		.label = (char *)"Bedplate " l,                                   \
		.file = (char *)"\\EFI\\bedplate\\vmlinuz", .options = (char *)o, \
	}
#define WANT(l, o, p, n)                                                          \
	{                                                                         \
		.label = (char *)"Bedplate " l,                                   \
		.file = (char *)"\\EFI\\bedplate\\vmlinuz", .options = (char *)o, \
		.proven = (p), .next = (n),                                       \
	}

/* A plan in words: "create 1; order 0,1; next 1; delete 2". */
static const char *planned_on(struct efi *efi, struct efi_wants *wants,
			      const char *partition)
{
	static const char *const words[] = { [EFI_CREATE] = "create",
					     [EFI_ORDER] = "order",
					     [EFI_NEXT] = "next",
					     [EFI_NO_NEXT] = "no-next",
					     [EFI_DELETE] = "delete" };
	static char text[500];
	struct efi_plan plan = EFI_PLAN_INIT;
	char *at = text;

	*at = '\0';
	if (efi_plan_make(&plan, efi, wants, partition))
		return "failed";
	for (size_t i = 0; i < plan.count; i++) {
		const struct efi_change *change = &plan.changes[i];

		at += sprintf(at, "%s%s ", i ? "; " : "", words[change->action]);
		if (change->action != EFI_ORDER)
			at += sprintf(at, "%d", change->number);
		for (size_t j = 0; change->action == EFI_ORDER && j < plan.order_count;
		     j++)
			at += sprintf(at, "%s%d", j ? "," : "", plan.order[j]);
	}
	efi_plan_release(&plan);
	return text;
}

static const char *planned(struct efi *efi, struct efi_wants *wants)
{
	return planned_on(efi, wants, "");
}

static void test_plan_first(void)
{
	struct efi_entry there[] = { OTHER(0), OTHER(3) };
	int order[] = { 3, 0, 1 };
	struct efi efi = { there, 2, order, 3, EFI_NONE, 3 };
	struct efi_want want[] = { WANT("6.1", "a", false, true),
				   WANT("6.1 (previous)", "b", false, false) };
	struct efi_wants wants = { want, 2, false };

	is_str(planned(&efi, &wants), "create 2; create 4; order 3,0,2,4; next 2",
	       "the first entries stand behind others', and one is tried");
	efi.next = 0;
	is_str(planned(&efi, &wants), "create 2; create 4; order 3,0,2,4",
	       "somebody else's BootNext stays");
	wants.count = 0;
	is_str(planned(&efi, &wants), "",
	       "others' entries are not removed, nor is BootOrder tidied");
}

static void test_plan_upgrade(void)
{
	struct efi_entry there[] = { OTHER(0), OURS(1, "6.1", "a"), OTHER(2) };
	int order[] = { 0, 1, 2 };
	struct efi efi = { there, 3, order, 3, EFI_NONE, 1 };
	struct efi_want want[] = { WANT("6.1", "b", false, true),
				   WANT("6.1 (previous)", "a", true, false) };
	struct efi_wants wants = { want, 2, false };

	is_str(planned(&efi, &wants),
	       "create 3; create 4; order 0,4,3,2; next 3; delete 1",
	       "what is known to be good stays before what is new, where it was");
	want[0].proven = true;
	want[0].next = false;
	wants.front = true;
	is_str(planned(&efi, &wants), "create 3; create 4; order 3,4,0,2; delete 1",
	       "at the end of its trial it moves to the front");
}

static void test_plan_same(void)
{
	struct efi_entry there[] = { OURS(0, "6.1", "a"), OTHER(2), OURS(1, "6.1", "a") };
	int order[] = { 2, 0 };
	struct efi efi = { there, 3, order, 2, 0, 1 };
	struct efi_want want[] = { WANT("6.1", "a", true, false) };
	struct efi_wants wants = { want, 1, false };

	is_str(planned(&efi, &wants), "delete 1", "a second one of the same is removed");
	efi.count = 2;
	is_str(planned(&efi, &wants), "", "what is as it ought to be stays");
	wants.count = 0;
	is_str(planned(&efi, &wants), "order 2; no-next 0; delete 0",
	       "where none is wanted ours go");
	there[0].active = false;
	wants.count = 1;
	is_str(planned(&efi, &wants), "create 3; order 2,3; no-next 0; delete 0",
	       "one that was switched off is made anew");
}

/* Two Bedplates share the firmware's memory: one of them changes nothing of the other's. */
static void test_plan_stranger(void)
{
	struct efi_entry there[] = { OURS(0, "6.1", "a"), OURS(1, "6.1", "a"),
				     OURS(2, "6.1", "b") };
	int order[] = { 1, 0, 2 };
	struct efi efi = { there, 3, order, 3, 1, 0 };
	struct efi_want want[] = { WANT("6.1", "b", true, true) };
	struct efi_wants wants = { want, 1, false };

	there[1].ours = there[2].ours = false;
	is_str(planned(&efi, &wants), "create 3; order 1,3,2; delete 0",
	       "another's entry is not taken for one that is wanted, moved or removed");
	wants.count = 0;
	is_str(planned(&efi, &wants), "order 1,2; delete 0",
	       "nor does it go with ours, nor its BootNext");
}

/* The disk was replaced, or the partition made anew. */
static void test_plan_partition(void)
{
	struct efi_entry there[] = { OURS(0, "6.1", "a") };
	int order[] = { 0 };
	struct efi efi = { there, 1, order, 1, EFI_NONE, 0 };
	struct efi_want want[] = { WANT("6.1", "a", true, false) };
	struct efi_wants wants = { want, 1, false };

	strcpy(there[0].partition, ESP);
	is_str(planned_on(&efi, &wants, ESP), "", "an entry on this partition stays");
	is_str(planned_on(&efi, &wants, OTHER_ESP), "create 1; order 1; delete 0",
	       "one on another does not count");
	is_str(planned(&efi, &wants), "", "unless it is not known which is the one");
}

/* The entry that started this boot was removed by a good boot or an apply before. */
static void test_plan_current(void)
{
	struct efi_entry there[] = { OTHER(0) };
	int order[] = { 0 };
	struct efi efi = { there, 1, order, 1, EFI_NONE, 1 };
	struct efi_want want[] = { WANT("6.1", "b", false, true) };
	struct efi_wants wants = { want, 1, false };

	is_str(planned(&efi, &wants), "create 2; order 0,2; next 2",
	       "no other entry gets the number that started this boot");
}

/* NVRAM is small: what nothing starts makes room first, and what is started goes last. */
static void test_plan_room(void)
{
	struct efi_entry there[] = { OURS(0, "6.1", "a"), OURS(1, "6.1", "b"),
				     OURS(2, "6.1", "c") };
	int order[] = { 1 };
	struct efi efi = { there, 3, order, 1, EFI_NONE, 2 };
	struct efi_want want[] = { WANT("6.1", "d", false, true),
				   WANT("6.1 (previous)", "e", true, false) };
	struct efi_wants wants = { want, 2, false };

	is_str(planned(&efi, &wants),
	       "delete 0; create 3; create 4; order 4,3; next 3; delete 1; delete 2",
	       "an entry that nothing starts goes before others are made");
}

int main(void)
{
	test_plan_partition();
	test_parse();
	test_parse_others();
	test_parse_damaged();
	test_read();
	test_plan_first();
	test_plan_upgrade();
	test_plan_same();
	test_plan_room();
	test_plan_current();
	test_plan_stranger();
	test_whose();
	return done_testing();
}
