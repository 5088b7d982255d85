/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h: what goes into an image: a list of entries, each with the reason why it is
 * there.
 *
 * Adding never fails on the spot: a shortage of memory or a contradiction (one path with
 * two contents) is remembered, and plan_finish tells.
 */
#ifndef BEDPLATE_MKINITRAMFS_PLAN_H
#define BEDPLATE_MKINITRAMFS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/err.h"
#include "lib/format_text.h"
#include "lib/names.h"
#include "lib/strbuf.h"

enum entry_kind {
	ENTRY_DIR,
	ENTRY_FILE,
	ENTRY_TEXT,
	ENTRY_LINK,
	ENTRY_NODE,
	ENTRY_LATE,
	ENTRY_ID
};

struct entry {
	char *path; /* in the image, without a leading slash */
	enum entry_kind kind;
	mode_t mode; /* with the type's bits */
	char *text;  /* of a text, its content; of a link, its target */
	size_t size; /* of the text */
	int dir_fd;  /* of a file: where source is looked up; not owned */
	char *source;
	bool unpack;           /* the source is compressed, the image gets it plain */
	bool unsign;           /* a module that goes in without its signature */
	unsigned major, minor; /* of a (character) device node */
	bool late;             /* lies in the late archive, see image.h */
	bool early;            /* lies in the archive in front, see image.h */
	bool weak;             /* yields to another entry of this path */
	char *reason;          /* one or more, parted by "; " */
};

struct plan {
	struct entry *items;
	size_t count, room;
	struct names watched; /* paths below the root: were such a file there, it would
				 be in the image */
	bool late;            /* what is added from now on is for the late archive */
	bool early;           /* the same for the archive in front */
	bool weak;            /* what is added from now on yields to others */
	struct err failed;    /* the first thing that went wrong while adding */
};

#define PLAN_INIT             \
	{                     \
		.items = NULL \
	}

void plan_add_dir(struct plan *plan, const char *path, const char *reason);
void plan_add_text(struct plan *plan, const char *path, mode_t mode,
		   const struct strbuf *text, const char *reason);
/* A text that may have any bytes. */
void plan_add_data(struct plan *plan, const char *path, mode_t mode,
		   const struct strbuf *data, const char *reason);
void plan_add_link(struct plan *plan, const char *path, const char *target,
		   const char *reason);
void plan_add_node(struct plan *plan, const char *path, mode_t mode, unsigned major,
		   unsigned minor, const char *reason);
/* The image's identity, which is known once all else is written (lib/image_id.h). */
void plan_add_id(struct plan *plan);
/* A file of the machine: `source` below dir_fd. */
void plan_add_file(struct plan *plan, const char *path, mode_t mode, int dir_fd,
		   const char *source, bool unpack, const char *reason);

/* A kernel module; `unsign` leaves out the signature behind it. */
void plan_add_module(struct plan *plan, const char *path, int dir_fd, const char *source,
		     bool unpack, bool unsign, const char *reason);

/* Adds missing parent folders, sorts by path (bytes), merges what is there twice: what one
 * of two wants early is early. Early entries come first, late ones
 * behind that of their archive, and last the image's identity. */
int plan_finish(struct plan *plan, struct err *err);

void plan_release(struct plan *plan);
#define _cleanup_plan_ __attribute__((cleanup(plan_release)))

/* Appends "; more" to a heap string unless it has it already or has grown long. Takes the
 * text (may be NULL), gives the new one; NULL without memory. */
char *reason_join(char *text, const char *more);

#endif
