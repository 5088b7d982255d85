/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_main.c: the command `bedplate mkinitramfs verify`. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/record.h"
#include "lib/settings.h"
#include "lib/value/units.h"
#include "mkinitramfs/show.h"
#include "mkinitramfs/verify.h"
#include "mkinitramfs/verify_main.h"

/* Numbers with units; what they must be is in the message. */
static int read_limits(const struct args *args, struct verify_options *options,
		       struct err *err)
{
	uint64_t memory = (uint64_t)VERIFY_MEMORY_MIB << 20;
	int result = 0;

	options->timeout_ms = VERIFY_TIMEOUT_MS;
	if (args->timeout)
		result = span_parse(args->timeout, &options->timeout_ms, err);
	if (!result && (!options->timeout_ms || options->timeout_ms > INT32_MAX))
		result = err_set(err, EINVAL, "\"%s\" is no time to wait", args->timeout);
	if (result)
		return err_wrap(err, "--timeout");
	if (args->memory)
		result = size_parse(args->memory, &memory, err);
	options->memory_mib = memory >> 20;
	if (!result && (options->memory_mib < 64 || options->memory_mib > 1 << 20))
		result = err_set(err, EINVAL,
				 "\"%s\" is not enough or too much for a guest",
				 args->memory);
	return result ? err_wrap(err, "--memory") : 0;
}

static int read_args(const struct args *args, struct verify_options *options,
		     struct err *err)
{
	static const char *const accels[] = { "auto", "kvm", "tcg" };

	if (args->only_static && args->only_boot)
		return err_set(err, EINVAL,
			       "--static and --boot: one of them, or neither for both");
	options->kernel_image = args->kernel_image;
	options->kernel = args->kernel;
	options->parts = args->parts;
	options->no_static = args->only_boot;
	options->no_boot = args->only_static;
	for (size_t i = 0; args->accel && i < ARRAY_SIZE(accels); i++)
		if (!strcmp(args->accel, accels[i]))
			options->accel = (enum verify_accel)i;
	return read_limits(args, options, err);
}

static void print_result(const char *file, const struct verify_result *result)
{
	static const char *const marks[] = {
		[VERIFY_DONE] = "ok", [VERIFY_NOTE] = "note", [VERIFY_FINDING] = "WRONG"
	};

	for (size_t i = 0; i < result->step_count; i++)
		printf("%-6s %s\n", marks[result->steps[i].kind], result->steps[i].text);
	if (result->console)
		printf("--- the last lines of the guest's console:\n%s---\n",
		       result->console);
	printf("%s: %s (%s, %.1f s)%s%s\n", file, verify_outcome_words[result->result],
	       verify_method_words[result->method], result->seconds,
	       result->reason ? ": " : "", result->reason ? result->reason : "");
}

/* An image that mkinitramfs installed has a record, in which `status` looks. */
static void keep(const char *file, const struct verify_result *result)
{
	_cleanup_close_ int fd = open(file, O_RDONLY | O_CLOEXEC);
	_cleanup_record_ struct record record = RECORD_INIT;
	char when[RECORD_TIME_SIZE];
	const struct record_verdict verdict = verify_verdict(result, when);
	struct err err = ERR_INIT;
	int failed;

	if (fd < 0 || record_read(&record, AT_FDCWD, file, &err) <= 0 ||
	    !record_is_about(&record, fd))
		return;
	failed = record_set_verdict(&record, &verdict, &err);
	if (!failed)
		failed = record_write(&record, AT_FDCWD, file, &err);
	if (failed)
		log_warning("the result is not kept: %s", err.text);
}

static int verify_file(const struct args *args, struct verify_options *options,
		       struct err *err)
{
	_cleanup_verify_result_ struct verify_result result = VERIFY_RESULT_INIT;
	_cleanup_close_ int root_fd = file_open_root(args->root, err);
	_cleanup_settings_ struct settings settings = SETTINGS_INIT;
	const struct option_list none = { .items = NULL };
	int failed;

	if (root_fd < 0)
		return EXIT_FAILED;
	options->root_fd = root_fd;
	/* An image can be judged without the host's configuration. */
	if (settings_load(&settings, root_fd, NULL, &none, NULL) >= 0)
		options->image_dir = settings.host->image.directory;
	failed = verify_run(options, &result, err);
	if (failed < 0)
		return EXIT_FAILED;
	keep(options->file, &result);
	if (args->json)
		failed = show_json_value(verify_result_json(&result), err);
	else
		print_result(options->file, &result);
	if (!failed && fflush(stdout) == EOF)
		failed = err_sys(err, errno, "writing to the standard output");
	return failed || result.result == VERIFY_FAILED ? EXIT_FAILED : EXIT_DONE;
}

int verify_main(const struct args *args, struct err *err)
{
	struct verify_options options = { .file = NULL };

	if (!args->operand_count) {
		err_set(err, EINVAL, "verify which image? FILE is missing");
		return EXIT_USAGE;
	}
	options.file = args->operands[0];
	return read_args(args, &options, err) ? EXIT_USAGE
					      : verify_file(args, &options, err);
}
