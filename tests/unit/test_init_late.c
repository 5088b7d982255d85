/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/late_unpack.c lib/cpio.c lib/err.c lib/file.c lib/strbuf.c LIBS: unzstd */
/* test_init_late.c: /init unpacks a late archive, and refuses what is none. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/late_unpack.h"
#include "lib/cpio.h"
#include "tests/unit/tap.h"

enum { ROOM = 1 << 18 };

struct memory {
	uint8_t data[ROOM];
	size_t size;
};

static struct memory plain, packed;

static int put(void *context, const void *data, size_t size, struct err *err)
{
	struct memory *memory = context;

	(void)err;
	memcpy(memory->data + memory->size, data, size);
	memory->size += size;
	return 0;
}

static void put_bytes(uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		packed.data[packed.size++] = (uint8_t)(value >> 8 * i);
}

/* A zstd frame of raw blocks (RFC 8878): magic, descriptor without checksum, a window of
 * 128 KiB, blocks of at most that size. */
static void pack(void)
{
	size_t at = 0;

	packed.size = 0;
	put_bytes(0xfd2fb528, 4);
	put_bytes(0, 1);
	put_bytes(7 << 3, 1);
	do {
		size_t size = plain.size - at > 65536 ? 65536 : plain.size - at;
		bool last = at + size == plain.size;

		put_bytes((uint32_t)(size << 3 | last), 3);
		memcpy(packed.data + packed.size, plain.data + at, size);
		packed.size += size;
		at += size;
	} while (at < plain.size);
}

static struct cpio_writer writer;

static void begin(void)
{
	plain.size = 0;
	writer = (struct cpio_writer){ .sink = put, .context = &plain };
}

static void add(const char *name, uint32_t mode, const char *content)
{
	struct cpio_entry entry = {
		.name = name, .mode = mode, .nlink = 1, .size = (uint32_t)strlen(content)
	};

	cpio_write(&writer, &entry, content, NULL);
}

static void finish(void)
{
	cpio_write_end(&writer, NULL);
	pack();
}

static void sample(void)
{
	begin();
	add("bin", S_IFDIR | 0755, "");
	add("bin/busybox", S_IFREG | 0755, "the program");
	add("bin/sh", S_IFLNK | 0777, "busybox");
	add("there", S_IFREG | 0644, "from the archive");
	finish();
}

static int make_dir(char *path)
{
	strcpy(path, "/tmp/test_init_late.XXXXXX");
	return mkdtemp(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

static void read_back(int dir_fd, const char *path, char text[64])
{
	int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, text, 63);

	text[got > 0 ? got : 0] = '\0';
	close(fd);
}

static void test_unpack(void)
{
	static const char *const made[] = { "bin/sh", "bin/busybox", "there" };
	char path[64], text[64];
	struct err err = ERR_INIT;
	struct stat st;
	int dir_fd = make_dir(path), fd;

	umask(022);
	fd = openat(dir_fd, "there", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	ok(write(fd, "before", 6) == 6, "a file is there before");
	close(fd);
	sample();
	is_int(late_unpack(packed.data, packed.size, -1, &err), 0, "it is sound");
	ok(faccessat(dir_fd, "bin", F_OK, 0) < 0, "looking at it writes nothing");
	is_int(late_unpack(packed.data, packed.size, dir_fd, &err), 0, "it is unpacked");
	read_back(dir_fd, "bin/sh", text);
	is_str(text, "the program", "content, folder and link are there");
	ok(!fstatat(dir_fd, "bin/busybox", &st, 0) && (st.st_mode & 0777) == 0755,
	   "with their modes");
	read_back(dir_fd, "there", text);
	is_str(text, "before", "what was there is left alone");
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		unlinkat(dir_fd, made[i], 0);
	unlinkat(dir_fd, "bin", AT_REMOVEDIR);
	close(dir_fd);
	rmdir(path);
}

static void test_refuse(const char *name, uint32_t mode, const char *why)
{
	struct err err = ERR_INIT;

	begin();
	add(name, mode, "");
	finish();
	is_int(late_unpack(packed.data, packed.size, -1, &err), -EBADMSG, "%s", why);
	ok(err.text[0], "and it is said why");
}

static void test_damage(void)
{
	struct err err = ERR_INIT;

	sample();
	for (size_t size = 0; size < packed.size; size += 37)
		if (late_unpack(packed.data, size, -1, &err) != -EBADMSG)
			break;
		else if (size + 37 >= packed.size)
			ok(true, "every truncation is an error");
	sample();
	packed.data[20] ^= 0x40;
	is_int(late_unpack(packed.data, packed.size, -1, &err), -EBADMSG,
	       "damage is an error");
	is_int(late_unpack("no zstd at all", 14, -1, &err), -EBADMSG,
	       "so is what is no archive");
}

int main(void)
{
	test_unpack();
	test_refuse("../out", S_IFREG | 0644, "a name that leads out is refused");
	test_refuse("/etc/passwd", S_IFREG | 0644, "a name from the root is refused");
	test_refuse("a//b", S_IFREG | 0644, "an empty part is refused");
	test_refuse("node", S_IFCHR | 0600, "a device node is refused");
	test_damage();
	return done_testing();
}
