/* SPDX-License-Identifier: GPL-2.0-or-later */
/* swap_decide.c: what is to be done about swap space, or why it must not be touched. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "host-prep/swap.h"

/* Before what was swapped out is read back in: the memory must have room for it, and then
 * some, or the kernel starts to kill. */
static int check_room(const struct swap_wish *wish, const struct swap_seen *seen,
		      uint64_t available, struct err *err)
{
	if (seen->used + seen->used / 8 <= available)
		return 0;
	err_set(err, ENOMEM,
		"%s: %s would have to go out of use to be changed, and holds %" PRIu64
		"M, for which the memory has no room (%" PRIu64 "M are free)",
		wish->origin, seen->path, seen->used >> 20, available >> 20);
	return err_hint(err, "stop guests first, or change it at the next boot");
}

/* The kernel gives priorities below 0 itself. */
static bool is_in_use_so(const struct swap_wish *wish, const struct swap_seen *seen)
{
	if (seen->discard >= 0 && seen->discard != (int)wish->conf->discard)
		return false;
	return wish->priority < 0 ? seen->priority < 0 : seen->priority == wish->priority;
}

static int refuse(const struct swap_wish *wish, const struct swap_seen *seen, int errnum,
		  const char *why, struct err *err)
{
	return err_set(err, errnum, "%s: %s is not taken: %s", wish->origin, seen->path,
		       why);
}

static int refuse_content(const struct swap_wish *wish, const struct swap_seen *seen,
			  struct err *err)
{
	if (seen->probe.content == SWAP_HIBERNATED) {
		refuse(wish, seen, EMEDIUMTYPE,
		       "it holds the memory of a machine that was put to sleep", err);
		return err_hint(err, "resume that, or drop it with mkswap");
	}
	err_set(err, EMEDIUMTYPE, "%s: %s is not taken: it holds %s", wish->origin,
		seen->path, seen->probe.what);
	return err_hint(err, "if that is not needed any more, wipefs -a takes it away");
}

static int decide_device(struct swap_decision *decision, const struct swap_wish *wish,
			 const struct swap_seen *seen, struct err *err)
{
	if (S_ISDIR(seen->mode) || S_ISCHR(seen->mode) ||
	    strncmp(seen->path, "/dev/", 5) != 0)
		return refuse(wish, seen, ENOTBLK, "it is no disk; File= is for files",
			      err);
	if (seen->held[0])
		return refuse(wish, seen, EBUSY, seen->held, err);
	if (seen->probe.content == SWAP_SPACE)
		return 0;
	if (seen->probe.content != SWAP_BLANK)
		return refuse_content(wish, seen, err);
	if (wish->conf->format) {
		decision->format = true;
		return 0;
	}
	refuse(wish, seen, EMEDIUMTYPE, "it is no swap space yet", err);
	return err_hint(err, "with Format=yes it is made into that");
}

/* Whether there is somewhere to put a file of this size, with the room of the one before. */
static int check_place(const struct swap_wish *wish, const struct swap_seen *seen,
		       struct err *err)
{
	uint64_t room = seen->room + (seen->there ? seen->size : 0);

	if (seen->unfit[0])
		return refuse(wish, seen, EOPNOTSUPP, seen->unfit, err);
	if (wish->size <= room)
		return 0;
	return err_set(err, ENOSPC,
		       "%s: %s: %" PRIu64 "M are wanted, %" PRIu64 "M are free",
		       wish->origin, seen->path, wish->size >> 20, room >> 20);
}

static int decide_new_file(struct swap_decision *decision, const struct swap_wish *wish,
			   const struct swap_seen *seen, struct err *err)
{
	decision->make = true;
	if (wish->size)
		return check_place(wish, seen, err);
	err_set(err, ENOENT, "%s: there is no %s", wish->origin, seen->path);
	return err_hint(err, "with Size= it is made");
}

/* A share of the memory is not the same to the byte under every kernel. */
static bool has_size(const struct swap_wish *wish, const struct swap_seen *seen)
{
	uint64_t slack = strchr(wish->conf->size, '%') ? wish->size / 16 : 0;

	return seen->size + slack >= wish->size && seen->size <= wish->size + slack;
}

/* What keeps the kernel from swapping to a file; NULL: nothing. */
static const char *flaw_of(const struct swap_seen *seen)
{
	if (seen->is_sparse)
		return "it has holes";
	return seen->is_copied ? "btrfs copies it on write" : NULL;
}

static int decide_file(struct swap_decision *decision, const struct swap_wish *wish,
		       const struct swap_seen *seen, struct err *err)
{
	if (!seen->there)
		return decide_new_file(decision, wish, seen, err);
	if (!S_ISREG(seen->mode))
		return refuse(wish, seen, EINVAL, "it is no file; Device= is for disks",
			      err);
	if (seen->probe.content == SWAP_BLANK) {
		refuse(wish, seen, EMEDIUMTYPE,
		       "it holds something that is no swap space", err);
		return err_hint(err, "take it away, and it is made anew");
	}
	if (seen->probe.content != SWAP_SPACE)
		return refuse_content(wish, seen, err);
	if (wish->size && (!has_size(wish, seen) || flaw_of(seen)))
		return decide_new_file(decision, wish, seen, err);
	if (flaw_of(seen)) {
		refuse(wish, seen, EINVAL, flaw_of(seen), err);
		return err_hint(err, "with Size= it is made anew");
	}
	decision->chmod = (seen->mode & 07777) != 0600;
	return 0;
}

static int decide_zram(struct swap_decision *decision, const struct swap_wish *wish,
		       const struct swap_seen *seen)
{
	decision->make = !seen->there || seen->size != wish->size ||
			 seen->limit != wish->conf->memory_limit ||
			 (*wish->conf->algorithm &&
			  strcmp(seen->algorithm, wish->conf->algorithm) != 0);
	return 0;
}

int swap_decide(struct swap_decision *decision, const struct swap_wish *wish,
		const struct swap_seen *seen, uint64_t available, struct err *err)
{
	int result = 0;

	*decision = (struct swap_decision){ .off = false };
	/* What the kernel swaps to already is swap space. */
	if (*wish->conf->device)
		result = seen->active ? 0 : decide_device(decision, wish, seen, err);
	else if (*wish->conf->file)
		result = decide_file(decision, wish, seen, err);
	else
		result = decide_zram(decision, wish, seen);
	if (result)
		return result;
	decision->off = seen->active && (decision->make || !is_in_use_so(wish, seen));
	decision->on = !seen->active || decision->off;
	return decision->off ? check_room(wish, seen, available, err) : 0;
}
