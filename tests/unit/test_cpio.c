/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/cpio.c lib/err.c */
/* test_cpio.c: what cpio's writer writes, its reader reads; and what it refuses. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/cpio.h"
#include "tests/unit/tap.h"

struct memory {
	char data[8192];
	size_t size, at;
	size_t step; /* at most so many bytes a read; 0: all */
};

static int put(void *context, const void *data, size_t size, struct err *err)
{
	struct memory *memory = context;

	(void)err;
	memcpy(memory->data + memory->size, data, size);
	memory->size += size;
	return 0;
}

static ssize_t get(void *context, void *data, size_t size, struct err *err)
{
	struct memory *memory = context;

	(void)err;
	if (size > memory->size - memory->at)
		size = memory->size - memory->at;
	if (memory->step && size > memory->step)
		size = memory->step;
	memcpy(data, memory->data + memory->at, size);
	memory->at += size;
	return (ssize_t)size;
}

static void write_sample(struct memory *memory)
{
	struct cpio_writer writer = { .sink = put, .context = memory };
	struct cpio_entry dir = { .name = "dir", .mode = S_IFDIR | 0755, .nlink = 2 };
	struct cpio_entry file = { .name = "dir/file",
				   .mode = S_IFREG | 0640,
				   .nlink = 1,
				   .mtime = 0xfedcba98,
				   .size = 5 };
	struct cpio_entry node = { .name = "null",
				   .mode = S_IFCHR | 0666,
				   .nlink = 1,
				   .rdev_major = 1,
				   .rdev_minor = 3 };

	memset(memory, 0, sizeof(*memory));
	ok(!cpio_write(&writer, &dir, NULL, NULL), "a folder is written");
	ok(!cpio_write(&writer, &file, "hello", NULL), "a file is written");
	ok(!cpio_write(&writer, &node, NULL, NULL), "a node is written");
	ok(!cpio_write_end(&writer, NULL), "the trailer is written");
	is_int(writer.offset, memory->size, "the offset counts every byte");
	is_int(memory->size % 4, 0, "the archive ends on a multiple of 4");
}

static void test_bytes(void)
{
	static const char header[] = "070701"
				     "00000001"
				     "000041ED"
				     "00000000"
				     "00000000"
				     "00000002"
				     "00000000"
				     "00000000"
				     "00000000"
				     "00000000"
				     "00000000"
				     "00000000"
				     "00000004"
				     "00000000"
				     "dir";
	struct memory memory;

	write_sample(&memory);
	ok(!memcmp(memory.data, header, sizeof(header)),
	   "a folder's bytes are as specified");
}

static void test_round_trip(size_t step)
{
	struct memory memory;
	struct cpio_reader reader = { .source = get, .context = &memory };
	char content[16] = "";

	write_sample(&memory);
	memory.step = step;
	is_int(cpio_read(&reader, NULL), 1, "step %zu: first entry", step);
	is_str(reader.entry.name, "dir", "its name");
	is_int(cpio_read(&reader, NULL), 1, "second entry");
	is_int(reader.entry.mtime, 0xfedcba98, "its time");
	is_int(reader.entry.ino, 2, "inodes count up");
	is_int(cpio_read_content(&reader, content, 2, NULL), 2, "content by pieces");
	is_int(cpio_read_content(&reader, content + 2, 14, NULL), 3, "the rest of it");
	is_str(content, "hello", "the content");
	is_int(cpio_read_content(&reader, content, 16, NULL), 0, "its end");
	is_int(cpio_read(&reader, NULL), 1, "third entry");
	is_int(reader.entry.rdev_minor, 3, "device numbers");
	is_int(cpio_read(&reader, NULL), 0, "the trailer");
	is_int(cpio_read_more(&reader, NULL), 0, "nothing behind it");
}

static void test_unread_content_is_skipped(void)
{
	struct memory memory;
	struct cpio_reader reader = { .source = get, .context = &memory };
	int count = 0;

	write_sample(&memory);
	while (cpio_read(&reader, NULL) > 0)
		count++;
	is_int(count, 3, "content that nobody reads is passed over");
}

static void test_two_archives(void)
{
	struct memory memory;
	struct cpio_reader reader = { .source = get, .context = &memory };
	size_t size;

	write_sample(&memory);
	size = memory.size;
	memcpy(memory.data + size + 8, memory.data, size);
	memory.size = 2 * size + 8;
	while (cpio_read(&reader, NULL) > 0)
		;
	is_int(cpio_read_more(&reader, NULL), 1, "a second archive is behind the zeros");
	is_int(cpio_read(&reader, NULL), 1, "its first entry is read");
	is_str(reader.entry.name, "dir", "from its first byte on");
}

static void test_every_truncation_is_an_error(void)
{
	struct memory memory;
	size_t whole, refused = 0;

	write_sample(&memory);
	whole = memory.size;
	for (size_t size = 0; size < whole; size++) {
		struct cpio_reader reader = { .source = get, .context = &memory };
		int result;

		memory.size = size;
		memory.at = 0;
		do
			result = cpio_read(&reader, NULL);
		while (result > 0);
		refused += result == -EBADMSG;
	}
	/* The last bytes are padding of the trailer's name. */
	ok(refused == whole, "an archive cut anywhere is refused (%zu of %zu)", refused,
	   whole);
}

static void refuse(size_t at, const char *bytes, const char *words)
{
	struct memory memory;
	struct cpio_reader reader = { .source = get, .context = &memory };
	struct err err = ERR_INIT;
	int result;

	write_sample(&memory);
	memcpy(memory.data + at, bytes, strlen(bytes));
	do
		result = cpio_read(&reader, &err);
	while (result > 0);
	is_int(result, -EBADMSG, "damage at byte %zu is refused", at);
	ok(strstr(err.text, words), "in words (%s)", err.text);
}

static void test_align(void)
{
	struct memory memory = { .size = 0 };
	struct cpio_writer writer = { .sink = put, .context = &memory };
	struct cpio_reader reader = { .source = get, .context = &memory };
	char name[] = "abcdefghijklmnopqrstuvwxyz";
	struct cpio_entry entry = {
		.mode = S_IFREG | 0644, .nlink = 1, .size = 3, .align = CPIO_ALIGN_MAX
	};
	int wrong = 0;

	for (int i = 0; i < 20; i++) {
		entry.name = name + i;
		cpio_write(&writer, &entry, "123", NULL);
		wrong += memcmp(memory.data + memory.size - 4, "123", 4) != 0 ||
			 (memory.size - 4) % CPIO_ALIGN_MAX != 0;
	}
	cpio_write_end(&writer, NULL);
	is_int(wrong, 0, "contents lie where they are wanted");
	for (int i = 0; i < 20; i++)
		wrong += cpio_read(&reader, NULL) != 1 ||
			 strcmp(reader.entry.name, name + i) != 0 ||
			 reader.offset % CPIO_ALIGN_MAX != 0;
	is_int(wrong, 0, "and the names are read as they were");
	is_int(cpio_read(&reader, NULL), 0, "up to the end");
}

static void test_names(void)
{
	char name[CPIO_NAME_MAX + 1];
	struct memory memory = { .size = 0 };
	struct cpio_writer writer = { .sink = put, .context = &memory };
	struct cpio_entry entry = { .name = name, .mode = S_IFDIR | 0755, .nlink = 2 };

	memset(name, 'x', sizeof(name));
	name[CPIO_NAME_MAX] = '\0';
	is_int(cpio_write(&writer, &entry, NULL, NULL), -ENAMETOOLONG,
	       "a name that is too long");
	name[CPIO_NAME_MAX - 1] = '\0';
	is_int(cpio_write(&writer, &entry, NULL, NULL), 0, "the longest name");
}

int main(void)
{
	test_bytes();
	test_round_trip(0);
	test_round_trip(1);
	test_round_trip(7);
	test_unread_content_is_skipped();
	test_two_archives();
	test_every_truncation_is_an_error();
	refuse(0, "07070X", "byte 0");
	refuse(6, "0000000g", "byte 0");
	refuse(94, "00000000", "name of 0 bytes");
	refuse(94, "7FFFFFFF", "name of");
	refuse(94, "00000003", "damaged name");
	test_names();
	test_align();
	return done_testing();
}
