/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h: what is kept beside an image about it: a JSON file, IMAGE.json.
 *
 *	{
 *	  "version": 1,                     of this format
 *	  "kernel": "6.1.0-18-amd64",
 *	  "mode": "host",                   or "generic"
 *	  "made": "2026-05-04T10:20:30Z",
 *	  "made_by": "0.1.0",               version of Bedplate
 *	  "image": { "id": "9f...", "size": 1913402, "sha512": "...",
 *	             "inode": 12, "modified_ns": 1 },
 *	  "inputs": [ ... ],                see inputs.h
 *	  "verified": { "method": "boot", "result": "passed", "reason": "", "when": "..." }
 *	}
 *
 * The JSON itself is the record, so that keys that somebody else put in stay when it is
 * written again. "verified" is about the image with this hash and goes when it is
 * replaced.
 */
#ifndef BEDPLATE_LIB_RECORD_H
#define BEDPLATE_LIB_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "lib/inputs.h"

#define RECORD_SUFFIX ".json"

enum { RECORD_TIME_SIZE = sizeof("2026-05-04T10:20:30Z") };

struct record {
	json_t *json; /* NULL: there is none */
};

#define RECORD_INIT          \
	{                    \
		.json = NULL \
	}

/* The texts belong to the record; what it does not have is "" or 0. */
struct record_facts {
	const char *kernel, *mode, *made, *made_by;
	const char *id;     /* of the image, see lib/image_id.h */
	const char *sha512; /* of the image, in hexadecimal digits */
	uint64_t size;      /* of the image */
};

/* What became of an attempt to prove the image. */
struct record_verdict {
	const char *method; /* "static" or "boot" */
	const char *result; /* "passed", "failed" or "skipped" */
	const char *reason; /* why it failed or was skipped; "" */
	const char *when;   /* as record_now gives it */
};

/* Reads the record beside an image (a path below dir_fd, or any with AT_FDCWD): 1, or 0
 * where there is none. -EBADMSG where the file is no record. */
int record_read(struct record *record, int dir_fd, const char *image, struct err *err);

/* The same by the record's own name. */
int record_read_file(struct record *record, int dir_fd, const char *path,
		     struct err *err);

/* Replaces the record beside an image; mode 0644. */
int record_write(const struct record *record, int dir_fd, const char *image,
		 struct err *err);

/* Writes it as a new file of this name and syncs that; what was there is overwritten. */
int record_write_file(const struct record *record, int dir_fd, const char *name,
		      struct err *err);

void record_release(struct record *record);
#define _cleanup_record_ __attribute__((cleanup(record_release)))

/* Makes a record with these facts. */
int record_make(struct record *record, const struct record_facts *facts,
		const struct inputs *inputs, struct err *err);
void record_get(const struct record *record, struct record_facts *facts);
int record_get_inputs(const struct record *record, struct inputs *inputs,
		      struct err *err);

/* False where nobody has tried. */
bool record_get_verdict(const struct record *record, struct record_verdict *verdict);
int record_set_verdict(struct record *record, const struct record_verdict *verdict,
		       struct err *err);

/* Notes what the image's file looks like; its content need not be read again to know it. */
int record_set_file(struct record *record, const struct stat *st, struct err *err);

/* Whether the open file is the image that the record is about: by its inode, time and
 * size, else by its hash. */
bool record_is_about(const struct record *record, int image_fd);

/* SHA-512 of an open file from its beginning, in hexadecimal digits. */
int record_hash(int fd, char text[129], struct err *err);

/* The present time, UTC. */
void record_now(char text[RECORD_TIME_SIZE]);

#endif
