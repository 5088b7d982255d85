/* SPDX-License-Identifier: GPL-2.0-or-later */
/* snapshot_commit.c: snapshot commit, forget and list. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/json_text.h"
#include "lib/show_json.h"
#include "qemu-launch/disk_chain.h"
#include "qemu-launch/qemu_img.h"
#include "qemu-launch/snapshot_actions.h"

json_t *snapshot_chosen(const struct snapshot *snapshot, size_t disk)
{
	return snapshot->chosen[disk]
		       ? disk_chain_find(snapshot->chains,
					 snapshot->guest->data->disk.items[disk].path)
		       : NULL;
}

json_t *snapshot_chain(const struct snapshot *snapshot, size_t disk, size_t *at)
{
	json_t *chain = snapshot_chosen(snapshot, disk);
	int place;

	if (!chain || !disk_chain_count(chain))
		return NULL;
	*at = disk_chain_count(chain) - 1;
	if (!snapshot->name)
		return chain;
	place = disk_chain_place(chain, snapshot->name);
	*at = (size_t)place;
	return place < 0 ? NULL : chain;
}

/* ---- commit ---- */

static int check_guest(const struct guest *guest, const char *base, struct err *err)
{
	for (size_t i = 0; i < guest->data->disk.count; i++)
		if (!strcmp(guest->data->disk.items[i].backing, base))
			return err_set(err, EBUSY, "%s is what %s's disk%zu lies over",
				       base, guest->name, i);
	return 0;
}

/* Who else reads what is to be written to: another guest's overlay, or what a rollback set aside. */
static int check_base(const struct snapshot *snapshot, const json_t *chain, size_t at,
		      struct err *err)
{
	const struct guests *guests = &snapshot->context.settings.guests;
	const json_t *aside = json_object_get(chain, "aside");
	const char *base = disk_chain_image(chain, at);
	int result = 0;

	for (size_t i = 0; !result && i < guests->count; i++)
		result = check_guest(&guests->items[i], base, err);
	for (size_t i = 0; !result && i < guests->wrong_count; i++)
		if (guests->wrong[i].guest.data)
			result = check_guest(&guests->wrong[i].guest, base, err);
	if (result)
		return result;
	if (!aside || (size_t)json_integer_value(json_object_get(aside, "at")) < at)
		return 0;
	err_set(err, EBUSY, "what a rollback set aside lies over %s", base);
	return err_hint(err, "`bedplate qemu-launch snapshot forget` removes that");
}

/* Killed anywhere it can be done again: until the chain is cut, reading through the overlays is right. */
static int commit_off(struct snapshot *snapshot, json_t *chain, size_t at,
		      struct err *err)
{
	const char *base = disk_chain_image(chain, at);
	struct qemu_img call;
	int result;

	qemu_img_commit(&call, disk_chain_current(chain), base);
	result = qemu_img_run(&call, NULL, err);
	if (!result)
		result = qemu_img_sync(base, err);
	if (!result && disk_chain_cut(chain, at))
		result = err_sys(err, ENOMEM, "committing");
	return result ? result : snapshot_save(snapshot, err);
}

int snapshot_commit(struct snapshot *snapshot, struct err *err)
{
	size_t done = 0, at;
	int result = 0;

	for (size_t i = 0; !result && i < snapshot->guest->data->disk.count; i++) {
		json_t *chain = snapshot_chain(snapshot, i, &at);

		if (!chain)
			continue;
		done++;
		result = check_base(snapshot, chain, at, err);
		if (!result)
			result = disk_check_chain(chain, err);
		if (!result)
			result = snapshot->runs ? snapshot_live_commit(snapshot, i, chain,
								       at, err)
						: commit_off(snapshot, chain, at, err);
		if (result)
			err_wrap(err, "disk%zu", i);
	}
	if (result || done)
		return result;
	return snapshot->name
		       ? err_set(err, ENOENT, "no disk has a snapshot %s", snapshot->name)
		       : err_set(err, ENOENT, "no disk has a snapshot");
}

/* ---- forget ---- */

int snapshot_forget(struct snapshot *snapshot, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < snapshot->guest->data->disk.count; i++) {
		json_t *chain = snapshot_chosen(snapshot, i);

		if (chain)
			result = disk_chain_forget(chain);
	}
	return result ? err_sys(err, -result, "forgetting")
		      : snapshot_save(snapshot, err);
}

/* ---- list ---- */

static void print_overlays(const json_t *overlays, const char *note)
{
	const json_t *overlay;
	size_t i;

	json_array_foreach(overlays, i, overlay) {
		time_t made =
			(time_t)json_integer_value(json_object_get(overlay, "made"));
		struct tm local;
		char when[32];

		strftime(when, sizeof(when), "%F %T", localtime_r(&made, &local));
		printf("  %-20s %s  %s%s\n", json_text(overlay, "name"), when,
		       json_text(overlay, "path"), note);
	}
}

int snapshot_list(struct snapshot *snapshot, struct err *err)
{
	const struct guest_conf *data = snapshot->guest->data;
	json_t *shown = json_array();

	for (size_t i = 0; i < data->disk.count; i++) {
		const char *path = data->disk.items[i].path;
		json_t *chain = disk_chain_find(snapshot->chains, path);
		json_t *overlays = json_object_get(chain, "overlays");
		json_t *aside =
			json_object_get(json_object_get(chain, "aside"), "overlays");

		json_array_append_new(
			shown,
			json_pack("{s:I, s:s, s:s, s:o, s:o}", "disk", (json_int_t)i,
				  "path", path, "current",
				  chain ? disk_chain_current(chain) : path, "overlays",
				  overlays ? json_incref(overlays) : json_array(),
				  "aside", aside ? json_incref(aside) : json_array()));
		if (snapshot->args->json)
			continue;
		printf("disk%zu %s\n", i, path);
		print_overlays(overlays, "");
		print_overlays(aside, "  set aside");
	}
	if (snapshot->args->json)
		return show_json_value(shown, err);
	json_decref(shown);
	return 0;
}
