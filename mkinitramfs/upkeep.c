/* SPDX-License-Identifier: GPL-2.0-or-later */
/* upkeep.c: opens what the commands about installed images work on. */
#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "mkinitramfs/collect.h"
#include "mkinitramfs/observe.h"
#include "mkinitramfs/show.h"
#include "mkinitramfs/upkeep.h"

int upkeep_open(struct upkeep *upkeep, const struct args *args, struct err *err)
{
	upkeep->args = args;
	upkeep->root_fd = file_open_root(args->root, err);
	upkeep->rows = json_array();
	if (upkeep->root_fd < 0 || !upkeep->rows)
		return EXIT_FAILED;
	if (settings_read_conf(&upkeep->settings, args, upkeep->root_fd, err) < 0)
		return EXIT_USAGE;
	if (place_check_mounted(upkeep->settings.host->image.directory, upkeep->root_fd,
				err) ||
	    place_open(&upkeep->place, upkeep->settings.host, upkeep->root_fd, err))
		return EXIT_FAILED;
	return EXIT_DONE;
}

void upkeep_release(struct upkeep *upkeep)
{
	settings_release(&upkeep->settings);
	place_release(&upkeep->place);
	inputs_release(&upkeep->texts);
	json_decref(upkeep->rows);
	cleanup_close(&upkeep->root_fd);
}

int upkeep_read_texts(struct upkeep *upkeep, struct err *err)
{
	const struct host_conf *host = upkeep->settings.host;
	bool is_host = host->image.mode == host_image_mode_host;
	_cleanup_chain_ struct chain chain = CHAIN_INIT;
	int result = 0;

	if (is_host)
		result = observe_chain(&chain, host, upkeep->root_fd, err);
	return result ? result
		      : collect_texts(&upkeep->texts, upkeep->args, &upkeep->settings,
				      is_host ? &chain : NULL, upkeep->root_fd, err);
}

int upkeep_check_version(const char *version, struct err *err)
{
	if (*version && *version != '.' && !strchr(version, '/'))
		return 0;
	return err_set(err, EINVAL, "\"%s\" is no kernel version", version);
}

void upkeep_fail(struct upkeep *upkeep, json_t *row, const struct err *err)
{
	upkeep->failed = true;
	log_err(err);
	json_object_set_new(row, "action", json_string("failed"));
	json_object_set_new(row, "error", show_json_text(err->text));
}

json_t *upkeep_add_row(struct upkeep *upkeep, const char *version, const char *image)
{
	json_t *row = json_object();
	_cleanup_free_ char *path = NULL;

	if (asprintf(&path, "%s/%s", upkeep->place.dir, image) < 0)
		path = NULL;
	json_object_set_new(row, "kernel", show_json_text(version));
	json_object_set_new(row, "image", show_json_text(path ? path : image));
	json_array_append_new(upkeep->rows, row);
	return row;
}

int upkeep_print(struct upkeep *upkeep, const char *name, struct err *err)
{
	json_t *all = json_object();

	if (!upkeep->args->json) {
		json_decref(all);
		return 0;
	}
	json_object_set_new(all, "version", json_integer(1));
	json_object_set_new(all, "directory", show_json_text(upkeep->place.dir));
	json_object_set(all, name, upkeep->rows);
	return show_json_value(all, err);
}
