/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prove.c: from a staged image to a verdict in its record. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/log.h"
#include "mkinitramfs/plan.h"
#include "mkinitramfs/prove.h"
#include "mkinitramfs/verify.h"

enum { FINDINGS_TOLD = 5 };

/* Whether the bytes are those of an image that has passed as much as is asked for now. */
static bool has_passed(const struct record *record, bool by_boot)
{
	struct record_verdict verdict;

	return record_get_verdict(record, &verdict) &&
	       !strcmp(verdict.result, verify_outcome_words[VERIFY_PASSED]) &&
	       (!by_boot || !strcmp(verdict.method, verify_method_words[VERIFY_BOOT]));
}

static int keep_verdict(const struct install *install, struct record *record,
			const struct verify_result *result, struct err *err)
{
	char when[RECORD_TIME_SIZE];
	const struct record_verdict verdict = verify_verdict(result, when);
	int failed = record_set_verdict(record, &verdict, err);

	return failed ? failed
		      : record_write_file(record, install->place->fd,
					  install->staged_record, err);
}

/* Where one is wrong, all of its kind often are. */
static void tell_findings(const struct verify_result *result)
{
	size_t count = 0;

	for (size_t i = 0; i < result->step_count; i++) {
		if (result->steps[i].kind == VERIFY_FINDING && count++ < FINDINGS_TOLD)
			log_error("%s", result->steps[i].text);
	}
	if (count > FINDINGS_TOLD)
		log_error("and %zu findings more", count - FINDINGS_TOLD);
}

static int judge(const struct verify_result *result, struct err *err)
{
	if (result->result == VERIFY_SKIPPED)
		log_warning("the image was looked at, and not booted: %s",
			    result->reason);
	if (result->result != VERIFY_FAILED)
		return 0;
	tell_findings(result);
	if (result->console)
		log_error("the last lines of the guest's console:\n%s", result->console);
	return err_set(err, EBADMSG, "the new image failed (%s) and is not installed: %s",
		       verify_method_words[result->method], result->reason);
}

int prove_image(const struct proof *proof, struct verify_result *result, struct err *err)
{
	const struct host_conf *host = proof->host;
	const struct verify_options options = {
		.file = proof->file,
		.kernel = proof->version,
		.kernel_image = proof->args->kernel_image,
		.image_dir = host->image.directory,
		.parts = proof->args->parts,
		.root_fd = proof->root_fd,
		.no_boot = host->image.verify != host_image_verify_boot,
		.timeout_ms = host->image.verify_timeout_ms,
		.memory_mib = VERIFY_MEMORY_MIB,
	};
	int failed;

	log_info("%s", options.no_boot ? "verifying it" : "verifying it by a boot");
	failed = verify_run(&options, result, err);
	return failed < 0 ? failed : judge(result, err);
}

/* The staged file under a name that QEMU can open as well. */
static char *path_of(const struct install *install)
{
	return format_text("/proc/%ld/fd/%d/%s", (long)getpid(), install->place->fd,
			   install->staged);
}

static int prove(const struct proof *proof, const struct install *install,
		 struct record *record, json_t *row, struct err *err)
{
	_cleanup_verify_result_ struct verify_result result = VERIFY_RESULT_INIT;
	int failed = prove_image(proof, &result, err);

	if (failed < 0 && failed != -EBADMSG)
		return failed;
	json_object_set_new(row, "verified", verify_result_json(&result));
	if (!failed)
		return keep_verdict(install, record, &result, err);
	return err_hint(err, "what was there before stays; \"bedplate mkinitramfs "
			     "-o FILE\" and \"verify FILE\" make and judge the image "
			     "without installing it");
}

int prove_staged(const struct upkeep *upkeep, const struct install *install,
		 const char *version, json_t *row, struct err *err)
{
	const struct host_conf *host = upkeep->settings.host;
	_cleanup_record_ struct record record = RECORD_INIT;
	_cleanup_free_ char *path = path_of(install);
	const struct proof proof = { .file = path,
				     .version = version,
				     .args = upkeep->args,
				     .host = host,
				     .root_fd = upkeep->root_fd };
	int failed;

	if (host->image.verify == host_image_verify_no)
		return 0;
	if (!path)
		return err_sys(err, ENOMEM, "verifying an image");
	failed = record_read_file(&record, install->place->fd, install->staged_record,
				  err);
	if (failed < 0)
		return failed;
	if (has_passed(&record, host->image.verify == host_image_verify_boot))
		return 0;
	return prove(&proof, install, &record, row, err);
}
