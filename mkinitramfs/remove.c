/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remove.c: removes images of kernels. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "lib/cleanup.h"
#include "lib/log.h"
#include "mkinitramfs/install.h"
#include "mkinitramfs/modules.h"
#include "mkinitramfs/update.h"
#include "mkinitramfs/upkeep.h"

/* A kernel that runs and whose modules are still there is most likely going to be booted
 * again. */
static bool is_needed(const struct upkeep *upkeep, const char *version)
{
	_cleanup_names_ struct names versions = NAMES_INIT;
	struct utsname running;

	if (upkeep->args->root || uname(&running) < 0 ||
	    strcmp(running.release, version) != 0 ||
	    module_versions(upkeep->root_fd, true, &versions))
		return false;
	return names_have(&versions, version);
}

static int check(const struct upkeep *upkeep, const char *version, const char *image,
		 struct err *err)
{
	_cleanup_placed_ struct placed placed = { .name = NULL };
	int result = upkeep_check_version(version, err);

	if (!result)
		result = placed_read(&upkeep->place, image, &placed, err);
	if (result)
		return result;
	if (placed.there && !placed.record.json)
		return err_set(err, EPERM,
			       "%s/%s has no record: it is somebody else's image",
			       upkeep->place.dir, image);
	if (upkeep->args->force || !is_needed(upkeep, version))
		return 0;
	err_set(err, EBUSY, "%s/%s is the running kernel's image", upkeep->place.dir,
		image);
	err_hint(err, "--force removes it all the same");
	return -EBUSY;
}

static int remove_image(struct upkeep *upkeep, const char *version, const char *image,
			json_t *row, struct err *err)
{
	int result = check(upkeep, version, image, err);

	if (result)
		return result;
	if (upkeep->args->dry_run) {
		json_object_set_new(row, "action", json_string("would-remove"));
		if (!upkeep->args->json)
			printf("%s/%s: would be removed\n", upkeep->place.dir, image);
		return 0;
	}
	result = install_remove(&upkeep->place, image, err);
	json_object_set_new(row, "action", json_string(result ? "none" : "removed"));
	if (result == -ENOENT && upkeep->args->force) {
		err_clear(err);
		return 0;
	}
	if (!result)
		log_info("%s/%s: removed", upkeep->place.dir, image);
	return result;
}

static void remove_one(struct upkeep *upkeep, const char *version)
{
	_cleanup_free_ char *image = place_image(&upkeep->place, version);
	json_t *row = upkeep_add_row(upkeep, version, image ? image : "");
	struct err err = ERR_INIT;

	if (!image)
		err_sys(&err, ENOMEM, "removing the image of kernel %s", version);
	else
		remove_image(upkeep, version, image, row, &err);
	if (err.code)
		upkeep_fail(upkeep, row, &err);
}

int remove_run(const struct args *args, struct err *err)
{
	_cleanup_upkeep_ struct upkeep upkeep = UPKEEP_INIT;
	int code;

	if (!args->operand_count) {
		err_set(err, EINVAL, "of which kernel? VERSION names it");
		err_hint(err, "bedplate mkinitramfs status lists them");
		return EXIT_USAGE;
	}
	code = upkeep_open(&upkeep, args, err);
	if (code != EXIT_DONE)
		return code;
	if (!args->dry_run &&
	    (place_lock(&upkeep.place, err) || install_tidy(&upkeep.place, err)))
		return EXIT_FAILED;
	for (size_t i = 0; i < args->operand_count; i++)
		remove_one(&upkeep, args->operands[i]);
	if (upkeep_print(&upkeep, "images", err))
		return EXIT_FAILED;
	return upkeep.failed ? EXIT_FAILED : EXIT_DONE;
}
