/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extract_entry.c: makes an archive's entries in a folder, and only in that. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/interrupt.h"
#include "lib/log.h"
#include "mkinitramfs/extract_private.h"
#include "mkinitramfs/image.h"

/* A name's one spelling, as a path lookup takes it: without "/" in front or twice, and
 * without "."; "" for the folder itself. Who compares names compares these. */
static int plain_name(const char *name, char plain[CPIO_NAME_MAX], struct err *err)
{
	size_t used = 0, length;

	for (const char *at = name; *at; at += length) {
		at += strspn(at, "/");
		length = strcspn(at, "/");
		if (!length || (length == 1 && at[0] == '.'))
			continue;
		if (length == 2 && !memcmp(at, "..", 2))
			return err_set(err, EBADMSG,
				       "%s: the name leads out of the folder", name);
		if (used)
			plain[used++] = '/';
		memcpy(plain + used, at, length);
		used += length;
	}
	plain[used] = '\0';
	return 0;
}

int extract_open_folder(int dir_fd, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};

	return (int)syscall(SYS_openat2, dir_fd, path, &how, sizeof(how));
}

/* Opens the folder that an entry goes into, making what is missing; *base is the entry's
 * own name. */
static int open_parent(struct extraction *x, const char *name, const char **base,
		       struct err *err)
{
	const char *slash = strrchr(name, '/');
	_cleanup_free_ char *parent =
		slash ? strndup(name, (size_t)(slash - name)) : strdup(".");
	int fd;

	*base = slash ? slash + 1 : name;
	if (!parent)
		return err_sys(err, ENOMEM, "unpacking %s", name);
	fd = extract_open_folder(x->dir_fd, parent);
	if (fd < 0 && errno == ENOENT) {
		const char *above_base;
		_cleanup_close_ int above = open_parent(x, parent, &above_base, err);

		if (above < 0)
			return above;
		if (mkdirat(above, above_base, 0755) < 0)
			return err_sys(err, errno, "unpacking %s", name);
		fd = extract_open_folder(x->dir_fd, parent);
	}
	if (fd < 0 && errno == ELOOP)
		return err_set(err, EBADMSG,
			       "%s: a link stands in its way, which is not followed",
			       name);
	return fd < 0 ? err_sys(err, errno, "unpacking %s", name) : fd;
}

/* ---- one function a kind of entry: creates NAME in the folder ---- */

struct place {
	int fd;           /* of the folder */
	const char *base; /* in it */
	const char *name; /* below the extraction */
};

static int write_content(struct extraction *x, int fd, const char *name, struct err *err)
{
	ssize_t got;

	while ((got = archive_read(&x->archive, x->buffer, sizeof(x->buffer), err)) > 0) {
		int result = file_write_all(fd, x->buffer, (size_t)got);

		if (result)
			return err_sys(err, -result, "writing %s", name);
	}
	return (int)got;
}

static struct hard_link *link_find(struct extraction *x, const struct cpio_entry *entry)
{
	for (size_t i = 0; i < x->link_count; i++)
		if (x->links[i].archive == x->archive.number &&
		    x->links[i].ino == entry->ino &&
		    x->links[i].dev_major == entry->dev_major &&
		    x->links[i].dev_minor == entry->dev_minor)
			return &x->links[i];
	return NULL;
}

static int link_remember(struct extraction *x, const struct cpio_entry *entry,
			 const char *name, struct err *err)
{
	struct hard_link *more = reallocarray(x->links, x->link_count + 1, sizeof(*more));

	if (!more)
		return err_sys(err, ENOMEM, "unpacking %s", name);
	x->links = more;
	more += x->link_count;
	*more = (struct hard_link){ x->archive.number, entry->ino, entry->dev_major,
				    entry->dev_minor, strdup(name) };
	if (!more->path)
		return err_sys(err, ENOMEM, "unpacking %s", name);
	x->link_count++;
	return 0;
}

/* Forgets a name that something else takes. */
static void link_forget(struct extraction *x, const char *name)
{
	for (size_t i = 0; i < x->link_count; i++)
		if (!strcmp(x->links[i].path, name)) {
			free(x->links[i].path);
			x->links[i--] = x->links[--x->link_count];
		}
}

/* Who takes a name makes the table forget it. Should one have been missed, what has it now
 * may be a device, or a link, to be neither written to nor given a mode. */
static int link_check(int fd, const char *base, const char *name, const char *first,
		      struct err *err)
{
	struct stat st;

	if (fstatat(fd, base, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, errno, "unpacking %s", name);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EBADMSG, "%s: its first name, %s, is no regular file",
			       name, first);
	return 0;
}

/* Gives a file a further name. 1 when that was done, 0 where this is its first. */
static int link_further(struct extraction *x, const struct cpio_entry *entry,
			const struct place *place, struct err *err)
{
	struct hard_link *first = entry->nlink > 1 ? link_find(x, entry) : NULL;
	_cleanup_close_ int from = -1;
	const char *base;
	int result;

	if (entry->nlink > 1 && !first)
		return link_remember(x, entry, place->name, err);
	if (!first)
		return 0;
	from = open_parent(x, first->path, &base, err);
	if (from < 0)
		return from;
	result = link_check(from, base, place->name, first->path, err);
	if (result)
		return result;
	if (linkat(from, base, place->fd, place->base, 0) < 0)
		return err_sys(err, errno, "unpacking %s", place->name);
	return 1;
}

/* Opens a file anew, or empties the one that a further name has. Only a regular one. */
static int open_file(const struct place *place, bool linked, struct err *err)
{
	int how = linked ? O_NONBLOCK : O_CREAT | O_EXCL;
	_cleanup_close_ int fd = -1;
	struct stat st;
	int opened;

	/* The first name's mode may forbid writing; this one's is set when it is written. */
	if (linked)
		fchmodat(place->fd, place->base, 0600, 0);
	opened = fd = openat(place->fd, place->base,
			     O_WRONLY | O_CLOEXEC | O_NOFOLLOW | how, 0600);

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "unpacking %s", place->name);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EBADMSG, "%s is no regular file", place->name);
	if (linked && ftruncate(fd, 0) < 0)
		return err_sys(err, errno, "unpacking %s", place->name);
	fd = -1;
	return opened;
}

static int make_file(struct extraction *x, const struct cpio_entry *entry,
		     const struct place *place, struct err *err)
{
	int linked = link_further(x, entry, place, err);
	_cleanup_close_ int fd = -1;

	if (linked < 0)
		return linked;
	if (linked && !entry->size)
		return 0;
	fd = open_file(place, linked, err);
	if (fd < 0)
		return fd;
	return write_content(x, fd, place->name, err);
}

static int make_dir(struct extraction *x, const struct cpio_entry *entry,
		    const struct place *place, struct err *err)
{
	struct stat st;

	if (mkdirat(place->fd, place->base, 0755) == 0 ||
	    (errno == EEXIST &&
	     !fstatat(place->fd, place->base, &st, AT_SYMLINK_NOFOLLOW) &&
	     S_ISDIR(st.st_mode)))
		return folder_remember(x, entry, place->name, err);
	return err_sys(err, errno, "unpacking %s", place->name);
}

static int make_link(struct extraction *x, const struct cpio_entry *entry,
		     const struct place *place, struct err *err)
{
	char target[PATH_MAX];
	size_t used = 0;
	ssize_t got = 1;

	if (!entry->size || entry->size >= sizeof(target))
		return err_set(err, EBADMSG, "%s: a link's target of %" PRIu32 " bytes",
			       place->name, entry->size);
	while (got > 0 && used < entry->size) {
		got = archive_read(&x->archive, target + used, entry->size - used, err);
		if (got < 0)
			return (int)got;
		used += (size_t)got;
	}
	target[used] = '\0';
	if (symlinkat(target, place->fd, place->base) < 0)
		return err_sys(err, errno, "unpacking %s", place->name);
	return 0;
}

static int make_node(struct extraction *x, const struct cpio_entry *entry,
		     const struct place *place, struct err *err)
{
	dev_t device = makedev(entry->rdev_major, entry->rdev_minor);

	if (mknodat(place->fd, place->base, entry->mode & (S_IFMT | 0777), device) == 0)
		return 0;
	if (errno != EPERM)
		return err_sys(err, errno, "unpacking %s", place->name);
	if (!x->warned_node)
		log_warning("%s: device nodes are left out, for making them needs root",
			    place->name);
	x->warned_node = true;
	return 0;
}

struct maker {
	mode_t type;
	int (*make)(struct extraction *x, const struct cpio_entry *entry,
		    const struct place *place, struct err *err);
};

static const struct maker makers[] = {
	{ S_IFREG, make_file },  { S_IFDIR, make_dir },  { S_IFLNK, make_link },
	{ S_IFCHR, make_node },  { S_IFBLK, make_node }, { S_IFIFO, make_node },
	{ S_IFSOCK, make_node },
};

/* ---- an entry ---- */

/* Owner first, for a change of it takes the set-user-ID bits away. */
static int set_attributes(struct extraction *x, const struct cpio_entry *entry,
			  const struct place *place, struct err *err)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
				     { .tv_sec = (time_t)entry->mtime } };
	struct stat st;

	if (S_ISDIR(entry->mode))
		return 0; /* not yet */
	if (fstatat(place->fd, place->base, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0; /* a node that was left out */
	if (fchownat(place->fd, place->base, entry->uid, entry->gid,
		     AT_SYMLINK_NOFOLLOW) < 0 &&
	    !x->warned_owner) {
		log_debug("%s: owners are left as they are", place->name);
		x->warned_owner = true;
	}
	if (!S_ISLNK(entry->mode) &&
	    fchmodat(place->fd, place->base, entry->mode & 07777, 0) < 0)
		return err_sys(err, errno, "setting the mode of %s", place->name);
	utimensat(place->fd, place->base, times, AT_SYMLINK_NOFOLLOW);
	return 0;
}

/* A later archive's entry takes the place of an earlier one's, folders excepted, as in
 * the kernel (init/initramfs.c, clean_path). */
static int clear_place(struct extraction *x, const struct cpio_entry *entry,
		       const struct place *place, struct err *err)
{
	struct stat st;

	if (fstatat(place->fd, place->base, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (S_ISDIR(st.st_mode) && S_ISDIR(entry->mode)))
		return 0;
	if (unlinkat(place->fd, place->base, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0) < 0)
		return err_sys(err, errno, "replacing %s", place->name);
	link_forget(x, place->name);
	return 0;
}

/* What is in a late archive takes nobody's place: /init leaves alone what is there. */
static bool is_left_out(const struct extraction *x, const struct place *place)
{
	return x->archive.late &&
	       faccessat(place->fd, place->base, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static int extract_entry(struct extraction *x, const struct cpio_entry *entry,
			 struct err *err)
{
	struct place place = { .name = x->name };
	_cleanup_close_ int fd = -1;
	int result = plain_name(entry->name, x->name, err);

	if (result || !*x->name)
		return result;
	fd = place.fd = open_parent(x, place.name, &place.base, err);
	if (fd < 0)
		return fd;
	if (is_left_out(x, &place))
		return 0;
	result = clear_place(x, entry, &place, err);
	for (size_t i = 0; !result && i < ARRAY_SIZE(makers); i++)
		if ((entry->mode & S_IFMT) == makers[i].type) {
			result = makers[i].make(x, entry, &place, err);
			return result ? result : set_attributes(x, entry, &place, err);
		}
	return result ? result
		      : err_set(err, EBADMSG, "%s: mode %o is of no known kind",
				entry->name, entry->mode);
}

int extract_all(struct extraction *x, struct err *err)
{
	const struct cpio_entry *entry;
	int result;

	while ((result = archive_next(&x->archive, &entry, err)) > 0) {
		int failed = interrupted ? err_set(err, EINTR, "interrupted") : 0;

		/* What is in a late archive comes next, and needs it no more. */
		if (!failed && !archive_is_late_archive(entry))
			failed = extract_entry(x, entry, err);
		if (failed)
			return failed;
	}
	return result ? result : folders_finish(x, err);
}
