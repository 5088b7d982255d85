/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify.h: whether an image is any good: by looking at it, and by booting it.
 *
 *	struct verify_result result = VERIFY_RESULT_INIT;
 *	struct verify_options options = { .file = path, .root_fd = root_fd, ... };
 *
 *	if (verify_run(&options, &result, &err) < 0)
 *		... it could not be tried at all
 *	... result.result, result.reason
 *	verify_result_release(&result);
 */
#ifndef BEDPLATE_MKINITRAMFS_VERIFY_H
#define BEDPLATE_MKINITRAMFS_VERIFY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/record.h"

/* How far it went: a boot comes after the look, and counts for more. */
enum verify_method { VERIFY_STATIC, VERIFY_BOOT };

enum verify_outcome { VERIFY_PASSED, VERIFY_FAILED, VERIFY_SKIPPED };

enum verify_step_kind {
	VERIFY_DONE,    /* was tried and is right */
	VERIFY_NOTE,    /* could not be tried, or is worth a word */
	VERIFY_FINDING, /* is wrong */
};

struct verify_step {
	enum verify_step_kind kind;
	char *text;     /* one line */
	double seconds; /* since the verification began */
};

struct verify_result {
	enum verify_method method;
	enum verify_outcome result;
	char *reason; /* why it failed or was skipped; NULL where it passed */
	struct verify_step *steps;
	size_t step_count;
	double seconds; /* that it took */
	char *console;  /* the last lines of a failed boot; NULL */
	int64_t start_ms;
};

#define VERIFY_RESULT_INIT    \
	{                     \
		.steps = NULL \
	}

enum verify_accel { VERIFY_ACCEL_AUTO, VERIFY_ACCEL_KVM, VERIFY_ACCEL_TCG };

enum { VERIFY_TIMEOUT_MS = 120000, VERIFY_MEMORY_MIB = 512 };

struct verify_options {
	const char *file;
	const char *kernel_image; /* NULL: the one of its version below the root */
	const char *image_dir; /* the folder of images, where that lies as well; NULL */
	const char *kernel;    /* the version that is wanted; NULL: the image's own */
	const char *parts; /* the folder that has init-probe; NULL: the installed one */
	int root_fd;       /* the host that the image is for */
	bool no_static, no_boot;
	uint64_t timeout_ms; /* of the boot */
	uint64_t memory_mib; /* of the guest */
	enum verify_accel accel;
};

/* Verifies an image. 0 with the result filled, whatever that is; -errno where nothing
 * could be tried (the file cannot be opened, no memory, interrupted). */
int verify_run(const struct verify_options *options, struct verify_result *result,
	       struct err *err);

void verify_result_release(struct verify_result *result);
#define _cleanup_verify_result_ __attribute__((cleanup(verify_result_release)))

/* The result as an object, as --json prints it. */
json_t *verify_result_json(const struct verify_result *result);

/* What a record keeps of it; of now. The texts belong to the result and to `when`. */
struct record_verdict verify_verdict(const struct verify_result *result,
				     char when[RECORD_TIME_SIZE]);

/* "static" and "boot"; "passed", "failed" and "skipped". */
extern const char *const verify_method_words[];
extern const char *const verify_outcome_words[];

#endif
