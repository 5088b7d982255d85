/* SPDX-License-Identifier: GPL-2.0-or-later */
/* update.c: makes the images that are missing or stale. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/failure.h"
#include "lib/interrupt.h"
#include "lib/log.h"
#include "mkinitramfs/build.h"
#include "mkinitramfs/collect.h"
#include "mkinitramfs/install.h"
#include "mkinitramfs/prove.h"
#include "mkinitramfs/space.h"
#include "mkinitramfs/stale.h"
#include "mkinitramfs/update.h"
#include "mkinitramfs/upkeep.h"

struct update {
	struct upkeep *upkeep;
	const char *version;
	json_t *row;      /* of the image; borrowed */
	json_t *reasons;  /* why it is made; the row's */
	uint64_t present; /* bytes of the image that is there; 0 */
};

static int stage(const struct update *update, struct install *install,
		 const struct build *build, const struct inputs *inputs, struct err *err)
{
	const struct upkeep *upkeep = update->upkeep;
	struct image_result done = { 0 };
	int result =
		install_stage(install, build, upkeep->settings.host, inputs, &done, err);

	if (result)
		return result;
	build_report(build, upkeep->settings.host,
		     json_string_value(json_object_get(update->row, "image")), &done);
	json_object_set_new(update->row, "size", json_integer((json_int_t)done.packed));
	return 0;
}

static int install(const struct update *update, const struct build *build,
		   struct err *err)
{
	const struct upkeep *upkeep = update->upkeep;
	_cleanup_install_ struct install install = { .place = NULL };
	_cleanup_inputs_ struct inputs inputs = INPUTS_INIT;
	uint64_t size;
	int result = collect_inputs(&inputs, upkeep->args, &upkeep->settings, build,
				    upkeep->root_fd, err);

	if (!result)
		result = install_open(&install, &upkeep->place, update->version, err);
	if (!result)
		result = stage(update, &install, build, &inputs, err);
	if (!result)
		result =
			prove_staged(upkeep, &install, update->version, update->row, err);
	size = install.facts.size;
	if (!result)
		result = install_commit(&install, err);
	if (!result)
		space_warn(&upkeep->place, size);
	return result;
}

static void say(const struct update *update, const char *fmt)
{
	_cleanup_strbuf_ struct strbuf reasons;
	const char *image = json_string_value(json_object_get(update->row, "image"));

	strbuf_init(&reasons, 0);
	stale_write(update->reasons, &reasons);
	if (!update->upkeep->args->dry_run)
		log_info("%s: kernel %s: %s: %s", image, update->version, fmt,
			 reasons.text);
	else if (!update->upkeep->args->json)
		printf("%s: kernel %s: %s%s%s\n", image, update->version, fmt,
		       reasons.length ? ": " : "", reasons.text);
}

static void act(const struct update *update, const char *action)
{
	json_object_set_new(update->row, "action", json_string(action));
}

static int make(const struct update *update, struct err *err)
{
	struct upkeep *upkeep = update->upkeep;
	_cleanup_build_ struct build build = BUILD_INIT;
	int result = build_prepare(&build, update->version, upkeep->args,
				   &upkeep->settings, upkeep->root_fd, err);

	if (!result)
		result = space_make(
			&upkeep->place,
			space_estimate(space_plain(&build.plan), update->present),
			upkeep->args->dry_run, err);
	if (result)
		return result;
	say(update, upkeep->args->dry_run ? "would be made" : "making it");
	act(update, upkeep->args->dry_run ? "would-make" : "made");
	return upkeep->args->dry_run ? 0 : install(update, &build, err);
}

static int look(struct update *update, const char *image, struct err *err)
{
	const struct upkeep *upkeep = update->upkeep;
	_cleanup_placed_ struct placed placed = { .name = NULL };
	struct record_facts facts;
	int result = placed_read(&upkeep->place, image, &placed, err);

	if (result)
		return result;
	record_get(&placed.record, &facts);
	update->present = placed.whole ? facts.size : 0;
	if (upkeep->args->force)
		json_array_append_new(update->reasons, json_string("--force was given"));
	return stale_find(&upkeep->place, &placed, &upkeep->texts,
			  upkeep->args->kernel_image, update->reasons, err);
}

static int update_image(struct update *update, const char *image, struct err *err)
{
	int result = look(update, image, err);

	if (result)
		return result;
	if (json_array_size(update->reasons))
		return make(update, err);
	act(update, "none");
	if (update->upkeep->args->dry_run)
		say(update, "is up to date");
	else
		log_info("%s is up to date",
			 json_string_value(json_object_get(update->row, "image")));
	return 0;
}

/* Somebody who was interrupted knows of it, and a name that is none has no place. */
static void fail(const struct update *update, const char *image, const struct err *err)
{
	const struct failure failure = {
		.kernel = update->version,
		.reason = err->text,
		.verified = json_object_get(update->row, "verified"),
	};

	upkeep_fail(update->upkeep, update->row, err);
	if (image && !update->upkeep->args->dry_run && !interrupted &&
	    !upkeep_check_version(update->version, NULL))
		failure_keep(&update->upkeep->place, image, &failure);
}

static void update_one(struct upkeep *upkeep, const char *version)
{
	_cleanup_free_ char *image = place_image(&upkeep->place, version);
	struct update update = { .upkeep = upkeep, .version = version };
	struct err err = ERR_INIT;

	update.row = upkeep_add_row(upkeep, version, image ? image : "");
	update.reasons = json_array();
	json_object_set_new(update.row, "reasons", update.reasons);
	if (!image || !update.reasons)
		err_sys(&err, ENOMEM, "updating the image of kernel %s", version);
	else if (!upkeep_check_version(version, &err) &&
		 !update_image(&update, image, &err) && !upkeep->args->dry_run)
		failure_forget(&upkeep->place, image);
	if (err.code)
		fail(&update, image, &err);
}

/* Those that were named, else all, else the one that runs. */
static int update_versions(const struct upkeep *upkeep, struct names *versions,
			   struct err *err)
{
	const struct args *args = upkeep->args;
	_cleanup_free_ char *version = NULL;
	int result = 0;

	for (size_t i = 0; !result && i < args->operand_count; i++)
		result = names_add(versions, args->operands[i]);
	if (args->all)
		result = module_versions(upkeep->root_fd, true, versions);
	if (result)
		return err_sys(err, -result, "listing kernels");
	if (args->all && !versions->count)
		return err_set(err, ENOENT, "there are no kernels in lib/modules");
	if (versions->count)
		return 0;
	if (observe_version(&version, args, upkeep->root_fd, err)) {
		err_hint(err, "name one, or say --all");
		return err->code;
	}
	return names_add(versions, version) ? err_sys(err, ENOMEM, "listing kernels") : 0;
}

static int update_open(struct upkeep *upkeep, struct names *versions, struct err *err)
{
	int result = guests_read(&upkeep->settings.guests, upkeep->root_fd, err);

	if (result < 0)
		return EXIT_USAGE;
	result = update_versions(upkeep, versions, err);
	if (!result)
		result = upkeep_read_texts(upkeep, err);
	if (!result && !upkeep->args->dry_run)
		result = place_lock(&upkeep->place, err);
	if (!result && !upkeep->args->dry_run)
		result = install_tidy(&upkeep->place, err);
	return result ? EXIT_FAILED : EXIT_DONE;
}

/* Whether what was asked for makes sense together. */
static int check(const struct args *args, struct err *err)
{
	if (args->all && args->operand_count)
		return err_set(err, EINVAL, "either --all or kernels' versions");
	if (!args->kernel_image)
		return 0;
	if (args->operand_count != 1)
		return err_set(err, EINVAL,
			       "--kernel-image is for one kernel: VERSION "
			       "names it");
	if (access(args->kernel_image, R_OK) < 0)
		return err_sys(err, errno, "opening the kernel image %s",
			       args->kernel_image);
	return 0;
}

int update_run(const struct args *args, struct err *err)
{
	_cleanup_upkeep_ struct upkeep upkeep = UPKEEP_INIT;
	_cleanup_names_ struct names versions = NAMES_INIT;
	int code;

	if (check(args, err))
		return EXIT_USAGE;
	code = upkeep_open(&upkeep, args, err);
	if (code == EXIT_DONE)
		code = update_open(&upkeep, &versions, err);
	if (code != EXIT_DONE)
		return code;
	for (size_t i = 0; i < versions.count && !interrupted; i++)
		update_one(&upkeep, versions.items[i]);
	if (upkeep_print(&upkeep, "images", err))
		return EXIT_FAILED;
	return upkeep.failed || interrupted ? EXIT_FAILED : EXIT_DONE;
}
