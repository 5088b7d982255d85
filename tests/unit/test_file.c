/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/file.c lib/strbuf.c lib/err.c */
/* test_file.c: readers stay below their root; replaced files are whole or untouched. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "tests/unit/tap.h"

static void put(int root, const char *path, const char *text)
{
	_cleanup_close_ int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (write(fd, text, strlen(text)) < 0)
		perror(path);
}

static int entries(int root)
{
	_cleanup_closedir_ DIR *dir =
		fdopendir(openat(root, ".", O_RDONLY | O_DIRECTORY));
	int count = -2; /* . and .. */

	while (readdir(dir))
		count++;
	return count;
}

static void readers(int root)
{
	_cleanup_strbuf_ struct strbuf text;
	struct err err = ERR_INIT;
	char line[8];
	uint64_t number = 0;
	int slash;

	strbuf_init(&text, 0);
	put(root, "line", "first\nsecond\n");
	is_int(file_read_line(root, "/line", line, sizeof(line), &err), 0,
	       "a leading slash means the root descriptor");
	is_str(line, "first", "only the first line is read");
	put(root, "line", "0123456789");
	is_int(file_read_line(root, "line", line, sizeof(line), &err), -ENAMETOOLONG,
	       "a line that does not fit is an error, never cut");
	put(root, "number", "0x1af4\n");
	is_int(file_read_u64(root, "number", &number, &err), 0, "a sysfs number is read");
	is_int(number, 0x1af4, "hexadecimal, too");
	put(root, "number", "12 MB\n");
	is_int(file_read_u64(root, "number", &number, &err), -EINVAL,
	       "another text is refused");
	ok(strstr(err.text, "number") && strstr(err.text, "12 MB"),
	   "and the message has the file and the text");
	is_int(file_read(root, "absent", &text, &err), -ENOENT,
	       "an absent file is -ENOENT");
	slash = open("/", O_RDONLY | O_DIRECTORY);
	is_int(file_read(slash, "proc/self/maps", &text, &err), 0,
	       "a file without a size is read");
	ok(text.length > 100 && text.text[text.length - 1] == '\n', "to its end");
	close(slash);
}

static void links_stay_inside(int root)
{
	struct err err = ERR_INIT;
	char target[16];
	int fd;

	mkdirat(root, "etc", 0755);
	put(root, "etc/inside", "x");
	symlinkat("/etc/inside", root, "absolute");
	symlinkat("../../../../etc/inside", root, "upwards");
	fd = file_open_in_root(root, "absolute", O_RDONLY, &err);
	ok(fd >= 0, "an absolute link is resolved inside the root");
	close(fd);
	fd = file_open_in_root(root, "upwards", O_RDONLY, &err);
	ok(fd >= 0, "so is one that climbs");
	close(fd);
	is_int(file_read_link(root, "absolute", target, sizeof(target), &err), 11,
	       "a link is read");
	is_str(target, "/etc/inside", "with its end");
	is_int(file_read_link(root, "upwards", target, sizeof(target), &err),
	       -ENAMETOOLONG, "and never cut");
	is_int(file_make_dirs(root, "a/b/c", &err), 0,
	       "folders are made with their parents");
	is_int(file_make_dirs(root, "a/b/c", &err), 0, "and may be there already");
	ok(file_exists(root, "a/b/c"), "they are there");
	is_int(file_make_dirs(root, "etc/inside/x", &err), -ENOTDIR,
	       "a file in the way is an error");
}

static void replaced_whole_or_not(int root)
{
	_cleanup_aside_ struct file_aside aside = FILE_ASIDE_INIT;
	struct rlimit limit = { 4096, RLIM_INFINITY };
	static char big[8192];
	struct err err = ERR_INIT;
	struct stat st;
	int before;

	put(root, "target", "old");
	before = entries(root);
	is_int(file_aside_open(&aside, root, "target", 0600, &err), 0,
	       "a replacement is begun");
	is_int(file_write_all(aside.fd, "new!", 4), 0, "and written");
	fstatat(root, "target", &st, 0);
	is_int(st.st_size, 3, "the old file stands until the commit");
	is_int(file_aside_commit(&aside, &err), 0, "the commit replaces it");
	fstatat(root, "target", &st, 0);
	is_int(st.st_size, 4, "by the new one");
	is_int(st.st_mode & 07777, 0600, "with the mode asked for, whatever the umask");
	is_int(entries(root), before, "nothing is left beside it");

	is_int(file_replace(root, "target", 0640, "a text", &err), 0,
	       "a text takes a file's place in one go");
	fstatat(root, "target", &st, 0);
	ok(st.st_size == 6 && (st.st_mode & 07777) == 0640, "with its mode");
	is_int(entries(root), before, "and nothing beside it");

	file_aside_open(&aside, root, "target", 0600, &err);
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	is_int(file_write_all(aside.fd, big, sizeof(big)), -EFBIG,
	       "a write that fails says so");
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	file_aside_release(&aside);
	fstatat(root, "target", &st, 0);
	is_int(st.st_size, 6, "and the file is as it was");
	is_int(entries(root), before, "with nothing left beside it");
	ok(file_aside_open(&aside, root, "no/such/folder", 0600, &err) < 0,
	   "a folder that is not there is an error");
	ok(strstr(err.text, "no/such/folder"), "that names the file");
}

static void never_over_another(int root)
{
	_cleanup_aside_ struct file_aside aside = FILE_ASIDE_INIT;
	struct err err = ERR_INIT;
	int before = entries(root);
	struct stat st;

	file_aside_open(&aside, root, "first", 0644, &err);
	file_write_all(aside.fd, "1", 1);
	is_int(file_aside_commit_new(&aside, &err), 0, "a new file takes a free name");
	fstatat(root, "first", &st, 0);
	ok(st.st_size == 1 && st.st_nlink == 1, "... and is there once");
	is_int(entries(root), before + 1, "... with nothing beside it");
	file_aside_open(&aside, root, "first", 0644, &err);
	file_write_all(aside.fd, "22", 2);
	is_int(file_aside_commit_new(&aside, &err), -EEXIST, "a name that is taken");
	fstatat(root, "first", &st, 0);
	is_int(st.st_size, 1, "... keeps its file");
	is_int(entries(root), before + 1, "... and nothing is left beside it");
	symlinkat("nowhere", root, "link");
	file_aside_open(&aside, root, "link", 0644, &err);
	is_int(file_aside_commit_new(&aside, &err), -EEXIST,
	       "so does a link that leads nowhere");
	unlinkat(root, "link", 0);
	unlinkat(root, "first", 0);
}

/* /proc/cpuinfo of a large machine: its size is not known before. */
static void too_large(void)
{
	_cleanup_strbuf_ struct strbuf text;
	char bytes[8192];
	int ends[2];

	memset(bytes, 'x', sizeof(bytes));
	strbuf_init(&text, 7000);
	strbuf_add(&text, bytes, 6000);
	strbuf_truncate(&text, 0);
	if (pipe(ends) < 0 || write(ends[1], bytes, sizeof(bytes)) < 0)
		return;
	close(ends[1]);
	is_int(file_read_fd(ends[0], "pipe", &text, NULL), -EFBIG,
	       "too large is an error");
	is_int(strlen(text.text), text.length,
	       "... and what was read ends where it ends");
	close(ends[0]);
}

int main(void)
{
	char path[] = "/tmp/test_file.XXXXXX", command[64];
	int root;

	umask(077);
	if (!mkdtemp(path))
		return 1;
	root = file_open_root(path, NULL);
	readers(root);
	too_large();
	links_stay_inside(root);
	replaced_whole_or_not(root);
	never_over_another(root);
	close(root);
	snprintf(command, sizeof(command), "rm -rf %s", path);
	ok(system(command) == 0, "the test's folder is gone");
	return done_testing();
}
