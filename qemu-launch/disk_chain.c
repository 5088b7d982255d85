/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_chain.c: which file is each of a guest's disks now. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "qemu-launch/disk_chain.h"

enum { VERSION = 1, NAME_SIZE = 320 };

static const char folder[] = "var/lib/bedplate/guests";

/* ---- the file ---- */

int disk_chains_read(json_t **chains, int root_fd, const char *guest, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	char path[NAME_SIZE];
	int result;

	strbuf_init(&text, 0);
	*chains = NULL;
	snprintf(path, sizeof(path), "%s/%.255s.disks.json", folder, guest);
	if (!file_exists(root_fd, path)) {
		*chains = json_pack("{s:i, s:[]}", "version", VERSION, "disks");
		return *chains ? 0 : err_sys(err, ENOMEM, "reading /%s", path);
	}
	result = file_read(root_fd, path, &text, err);
	if (result)
		return result;
	*chains = json_loadb(text.text, text.length, 0, NULL);
	if (json_integer_value(json_object_get(*chains, "version")) == VERSION &&
	    json_is_array(json_object_get(*chains, "disks")))
		return 0;
	json_decref(*chains);
	*chains = NULL;
	err_set(err, EBADMSG, "/%s is none of this version's", path);
	return err_hint(err,
			"it says which overlays the guest's disks are in: without it the "
			"guest would start from older data");
}

int disk_chains_write(const json_t *chains, int root_fd, const char *guest,
		      struct err *err)
{
	_cleanup_free_ char *text = json_dumps(chains, JSON_INDENT(2));
	char path[NAME_SIZE];
	int result = file_make_dirs(root_fd, folder, err);

	if (result)
		return result;
	snprintf(path, sizeof(path), "%s/%.255s.disks.json", folder, guest);
	if (!text)
		return err_sys(err, ENOMEM, "writing /%s", path);
	return file_replace(root_fd, path, 0644, text, err);
}

/* ---- looking ---- */

static json_t *part(const json_t *chain, const char *key)
{
	return json_object_get(chain, key);
}

json_t *disk_chain_find(const json_t *chains, const char *path)
{
	json_t *chain;
	size_t i;

	json_array_foreach(part(chains, "disks"), i, chain)
		if (!strcmp(json_text(chain, "path"), path))
			return chain;
	return NULL;
}

json_t *disk_chain_get(json_t *chains, const char *path, const char *format)
{
	json_t *chain = disk_chain_find(chains, path);

	if (chain)
		return chain;
	chain = json_pack("{s:s, s:s, s:[], s:[]}", "path", path, "format", format,
			  "overlays", "gone");
	if (json_array_append_new(part(chains, "disks"), chain))
		return NULL;
	return chain;
}

size_t disk_chain_count(const json_t *chain)
{
	return json_array_size(part(chain, "overlays"));
}

const char *disk_chain_image(const json_t *chain, size_t number)
{
	return json_text(number ? json_array_get(part(chain, "overlays"), number - 1)
				: chain,
			 "path");
}

const char *disk_chain_format(const json_t *chain, size_t number)
{
	return number ? "qcow2" : json_text(chain, "format");
}

const char *disk_chain_current(const json_t *chain)
{
	return disk_chain_image(chain, disk_chain_count(chain));
}

int disk_chain_place(const json_t *chain, const char *name)
{
	json_t *overlay;
	size_t i;

	json_array_foreach(part(chain, "overlays"), i, overlay)
		if (!strcmp(json_text(overlay, "name"), name))
			return (int)i;
	return -1;
}

/* ---- changing ---- */

int disk_chain_announce(json_t *chain, const char *name, const char *path, int64_t made)
{
	return json_array_append_new(part(chain, "gone"),
				     json_pack("{s:s, s:s, s:I}", "name", name, "path",
					       path, "made", (json_int_t)made))
		       ? -ENOMEM
		       : 0;
}

/* Moves items from `at` on behind those of another array. */
static int move_from(json_t *from, size_t at, json_t *to)
{
	while (json_array_size(from) > at) {
		if (json_array_append(to, json_array_get(from, at)))
			return -ENOMEM;
		json_array_remove(from, at);
	}
	return 0;
}

int disk_chain_push(json_t *chain, const char *path)
{
	json_t *gone = part(chain, "gone"), *overlay;
	size_t i;

	json_array_foreach(gone, i, overlay) {
		if (strcmp(json_text(overlay, "path"), path) != 0)
			continue;
		if (json_array_append(part(chain, "overlays"), overlay))
			return -ENOMEM;
		json_array_remove(gone, i);
		return 0;
	}
	return -ENOENT;
}

int disk_chain_cut(json_t *chain, size_t at)
{
	return move_from(part(chain, "overlays"), at, part(chain, "gone"));
}

int disk_chain_roll_back(json_t *chain, size_t at, const char *path)
{
	json_t *aside = json_pack("{s:I, s:[]}", "at", (json_int_t)at, "overlays");

	if (part(chain, "aside")) {
		json_decref(aside);
		return -EEXIST;
	}
	if (move_from(part(chain, "overlays"), at, part(aside, "overlays")) ||
	    json_object_set_new(chain, "aside", aside))
		return -ENOMEM;
	return disk_chain_push(chain, path);
}

int disk_chain_undo(json_t *chain)
{
	json_t *aside = part(chain, "aside"), *overlays = part(chain, "overlays");
	size_t at = (size_t)json_integer_value(part(aside, "at"));
	size_t before = json_array_size(part(aside, "overlays"));
	int result;

	if (!aside)
		return -ENOENT;
	if (at > json_array_size(overlays))
		return -ERANGE;
	result = move_from(overlays, at, part(aside, "overlays"));
	for (size_t i = 0; !result && i < before; i++) {
		json_t *overlay = json_array_get(part(aside, "overlays"), 0);

		if (json_array_append(overlays, overlay))
			return -ENOMEM;
		json_array_remove(part(aside, "overlays"), 0);
	}
	return result;
}

int disk_chain_forget(json_t *chain)
{
	json_t *overlays = part(part(chain, "aside"), "overlays");
	int result = move_from(overlays, 0, part(chain, "gone"));

	json_object_del(chain, "aside");
	return result;
}

/* ---- what is ---- */

bool disk_chain_reconcile(json_t *chain, bool (*is_open)(const char *path, void *data),
			  void *data)
{
	json_t *overlays = json_array(), *gone = json_array(), *overlay;
	bool changed;
	size_t i;

	json_array_foreach(part(chain, "overlays"), i, overlay)
		json_array_append(is_open(json_text(overlay, "path"), data) ? overlays
									    : gone,
				  overlay);
	json_array_foreach(part(chain, "gone"), i, overlay)
		json_array_append(is_open(json_text(overlay, "path"), data) ? overlays
									    : gone,
				  overlay);
	changed = !json_equal(overlays, part(chain, "overlays"));
	if (changed) {
		json_object_set(chain, "overlays", overlays);
		json_object_set(chain, "gone", gone);
	}
	json_decref(overlays);
	json_decref(gone);
	return changed;
}

/* A QEMU that has an image open has locks on single bytes of it, from 100 on (block/file-posix.c). Whatever we
 * believe, such a file is not removed. */
static bool is_in_use(const char *path)
{
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 100, .l_len = 200
	};
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static bool sweep_chain(json_t *chain)
{
	json_t *gone = part(chain, "gone");
	bool changed = false;

	for (size_t i = json_array_size(gone); i-- > 0;) {
		const char *path = json_text(json_array_get(gone, i), "path");

		if (is_in_use(path) || (unlink(path) < 0 && errno != ENOENT))
			continue;
		json_array_remove(gone, i);
		changed = true;
	}
	return changed;
}

bool disk_chains_sweep(json_t *chains)
{
	json_t *disks = part(chains, "disks");
	bool changed = false;

	for (size_t i = json_array_size(disks); i-- > 0;) {
		json_t *chain = json_array_get(disks, i);

		changed |= sweep_chain(chain);
		if (disk_chain_count(chain) || json_array_size(part(chain, "gone")) ||
		    part(chain, "aside"))
			continue;
		json_array_remove(disks, i);
		changed = true;
	}
	return changed;
}

int disk_chain_check(const json_t *chain, const json_t *info, struct err *err)
{
	size_t top = disk_chain_count(chain);

	for (size_t i = 0; i <= top; i++) {
		const json_t *image = json_array_get(info, i);
		const char *want = disk_chain_image(chain, top - i);
		const char *have = json_text(image, "filename");

		if (strcmp(want, have) != 0)
			return err_set(
				err, ESTALE,
				"%s lies over %s, and not over %s as it did when it was made",
				i ? disk_chain_image(chain, top - i + 1) : want,
				*have ? have : "nothing", want);
		if (strcmp(json_text(image, "format"),
			   disk_chain_format(chain, top - i)) != 0)
			return err_set(err, ESTALE, "%s is taken for %s, and is %s", have,
				       json_text(image, "format"),
				       disk_chain_format(chain, top - i));
	}
	return 0;
}
