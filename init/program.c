/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.c: looks whether execve(2) of a program on another root would succeed. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/program.h"
#include "lib/cleanup.h"
#include "lib/file.h"

enum { HEAD_SIZE = 1024, DEPTH_MAX = 4 };

static int check_at_depth(int root_fd, const char *path, int depth, struct err *err);

/* "#!interpreter [argument]" */
static int check_script(int root_fd, const char *path, char *head, int depth,
			struct err *err)
{
	char *interpreter = head + 2;
	int result;

	interpreter += strspn(interpreter, " \t");
	interpreter[strcspn(interpreter, " \t\n")] = '\0';
	result = check_at_depth(root_fd, interpreter, depth + 1, err);
	if (result < 0)
		err_wrap(err, "%s: its interpreter", path);
	return result;
}

static int check_loader(int root_fd, int fd, const char *path, const ElfW(Phdr) * header,
			int depth, struct err *err)
{
	char loader[PATH_MAX];
	int result;

	if (header->p_filesz == 0 || header->p_filesz >= sizeof(loader) ||
	    pread(fd, loader, header->p_filesz, (off_t)header->p_offset) !=
		    (ssize_t)header->p_filesz)
		return err_set(err, ENOEXEC, "%s: damaged program", path);
	loader[header->p_filesz] = '\0';
	result = check_at_depth(root_fd, loader, depth + 1, err);
	if (result < 0)
		err_wrap(err, "%s: its loader", path);
	return result;
}

static int check_elf(int root_fd, int fd, const char *path, const ElfW(Ehdr) * elf,
		     int depth, struct err *err)
{
	ElfW(Phdr) header;

	/* Programs for the 32-bit sibling are the kernel's to judge. */
	if (elf->e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
		return 0;
	for (unsigned i = 0; i < elf->e_phnum; i++) {
		off_t at = (off_t)(elf->e_phoff + i * sizeof(header));

		if (pread(fd, &header, sizeof(header), at) != (ssize_t)sizeof(header))
			return err_set(err, ENOEXEC, "%s: damaged program", path);
		if (header.p_type == PT_INTERP)
			return check_loader(root_fd, fd, path, &header, depth, err);
	}
	return 0;
}

static int check_content(int root_fd, int fd, const char *path, int depth,
			 struct err *err)
{
	union {
		char bytes[HEAD_SIZE];
		ElfW(Ehdr) elf;
	} head;
	ssize_t got = pread(fd, head.bytes, sizeof(head.bytes) - 1, 0);

	if (got < 0)
		return err_sys(err, errno, "reading %s", path);
	head.bytes[got] = '\0';
	if (got > 2 && memcmp(head.bytes, "#!", 2) == 0)
		return check_script(root_fd, path, head.bytes, depth, err);
	if ((size_t)got >= sizeof(head.elf) && memcmp(head.bytes, ELFMAG, SELFMAG) == 0)
		return check_elf(root_fd, fd, path, &head.elf, depth, err);
	return err_set(err, ENOEXEC, "%s: neither a program nor a script", path);
}

static int check_at_depth(int root_fd, const char *path, int depth, struct err *err)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (depth > DEPTH_MAX)
		return err_sys(err, ELOOP, "%s", path);
	fd = file_open_in_root(root_fd, path, O_RDONLY | O_NONBLOCK, NULL);
	if (fd < 0)
		return err_sys(err, -fd, "%s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, EACCES, "%s: not a regular file", path);
	if (!(st.st_mode & 0111))
		return err_set(err, EACCES, "%s: not executable", path);
	return check_content(root_fd, fd, path, depth, err);
}

int program_check(int root_fd, const char *path, struct err *err)
{
	return check_at_depth(root_fd, path, 0, err);
}
