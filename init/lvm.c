/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm.c: which volumes are activated, when, and by which way; see lvm.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "init/lvm.h"
#include "init/lvm_native.h"
#include "init/lvm_node.h"
#include "init/lvm_program.h"
#include "init/text.h"
#include "lib/log.h"

static struct lvm_volume *lvm_find(const struct lvm *lvm, const char *group,
				   const char *volume)
{
	for (size_t i = 0; i < lvm->count; i++) {
		if (strcmp(lvm->volumes[i].group, group) == 0 &&
		    strcmp(lvm->volumes[i].name, volume) == 0)
			return &lvm->volumes[i];
	}
	return NULL;
}

int lvm_want(struct lvm *lvm, const char *group, const char *volume)
{
	struct lvm_volume *volumes;
	char id[SPEC_LVM_ID_SIZE];
	size_t place = lvm->count;

	if (lvm_find(lvm, group, volume))
		return 0;
	volumes = realloc(lvm->volumes, (lvm->count + 1) * sizeof(*volumes));
	if (!volumes)
		return -ENOMEM;
	lvm->volumes = volumes;
	if (spec_is_group_uuid(group, id)) {
		memmove(volumes + 1, volumes, lvm->count * sizeof(*volumes));
		place = 0;
	}
	volumes[place] = (struct lvm_volume){ .active = false };
	text_copy(volumes[place].group, SPEC_NAME_MAX, group);
	text_copy(volumes[place].name, SPEC_NAME_MAX, volume);
	lvm->count++;
	return 0;
}

bool lvm_is_wanting(const struct lvm *lvm)
{
	for (size_t i = 0; i < lvm->count; i++) {
		if (!lvm->volumes[i].active)
			return true;
	}
	return false;
}

bool lvm_is_waiting(const struct lvm *lvm)
{
	for (size_t i = 0; i < lvm->count; i++) {
		if (!lvm->volumes[i].active && !lvm->volumes[i].refused[0])
			return true;
	}
	return false;
}

const char *lvm_refusal(const struct lvm *lvm, const char *group, const char *volume)
{
	const struct lvm_volume *found = lvm_find(lvm, group, volume);

	return found && !found->active && found->refused[0] ? found->refused : NULL;
}

int64_t lvm_degraded_due_ms(const struct lvm *lvm)
{
	switch (lvm->degraded) {
	case LVM_DEGRADED_NOW:
		return 0;
	case LVM_DEGRADED_AT_DEADLINE:
		return lvm->degraded_after_ms > INT64_MAX
			       ? -1
			       : (int64_t)lvm->degraded_after_ms;
	default:
		return -1;
	}
}

void lvm_judge(struct lvm *lvm, struct devices *devices)
{
	devices_scan(devices);
	for (size_t i = 0; i < lvm->count; i++) {
		struct lvm_volume *volume = &lvm->volumes[i];
		struct device *device;

		if (volume->active || !volume->name[0])
			continue;
		device = devices_find_volume(devices, volume->group, volume->name);
		volume->active = device != NULL;
		if (device)
			lvm_node_announce(devices->root_fd, device);
	}
}

static void keep_refusal(struct lvm_volume *volume, const struct err *err)
{
	text_copy(volume->refused, sizeof(volume->refused), err->text);
	if (err->hint[0] &&
	    strlen(err->text) + strlen(err->hint) + 3 < sizeof(volume->refused)) {
		strcat(volume->refused, "; ");
		strcat(volume->refused, err->hint);
	}
}

/* Codes of lvm_native.h that no further device changes. */
static bool is_final(int result)
{
	return result == -ENOENT || result == -EPERM || result == -ENOTUNIQ;
}

/* One volume without lvm. True where lvm should have a look: what is there is more than
 * lvm_native.h knows. */
static bool try_native(struct lvm *lvm, struct devices *devices,
		       struct lvm_volume *volume)
{
	struct err err = ERR_INIT;
	int result = volume->name[0] ? lvm_native_activate(devices, volume->group,
							   volume->name, &err)
				     : err_set(&err, EOPNOTSUPP, "a whole group");

	volume->refused[0] = '\0';
	log_debug("volume %s/%s: %s", volume->group, volume->name,
		  result ? err.text : "activated");
	if (result)
		text_copy(lvm->complaint, sizeof(lvm->complaint), err.text);
	if (!result) {
		lvm->path_taken = "native";
		lvm_judge(lvm, devices);
	} else if (is_final(result)) {
		keep_refusal(volume, &err);
	}
	return result && result != -ENXIO && result != -ENOENT;
}

static void announce_group(struct devices *devices, const char *group)
{
	for (size_t i = 0; i < devices->count; i++) {
		if (device_is_in_group(devices, devices->items[i], group))
			lvm_node_announce(devices->root_fd, devices->items[i]);
	}
}

/* A group asked for as a whole counts as soon as lvm had no complaint about it; what came up
 * of it may be used before that. */
static void judge_groups(struct lvm *lvm, struct devices *devices)
{
	devices_scan(devices);
	for (size_t i = 0; i < lvm->count; i++) {
		struct lvm_volume *volume = &lvm->volumes[i];

		if (volume->name[0] || volume->active)
			continue;
		volume->active = !lvm->complaint[0];
		announce_group(devices, volume->group);
	}
}

/* Of those that lvm has just brought up, which lack legs. */
static void judge_legs(struct lvm *lvm, int root_fd)
{
	for (size_t i = 0; i < lvm->count; i++) {
		struct lvm_volume *volume = &lvm->volumes[i];

		if (!volume->active || volume->legs_known)
			continue;
		volume->legs_known = true;
		volume->degraded = lvm_program_is_partial(root_fd, volume);
	}
}

static void need_no_legs(struct lvm *lvm)
{
	for (size_t i = 0; i < lvm->count; i++)
		lvm->volumes[i].legs_known |= lvm->volumes[i].active;
}

static void try_program(struct lvm *lvm, struct devices *devices, bool degraded)
{
	if (!lvm_is_there(devices->root_fd)) {
		text_copy(lvm->trouble, sizeof(lvm->trouble),
			  "lvm, which alone could activate this, is not in the image");
		return;
	}
	log_info("running lvm: %s", lvm->complaint);
	lvm->complaint[0] = '\0';
	need_no_legs(lvm);
	lvm_program_activate(lvm, degraded ? "degraded" : "complete");
	lvm->path_taken = "lvm";
	judge_groups(lvm, devices);
	lvm_judge(lvm, devices);
	if (degraded)
		judge_legs(lvm, devices->root_fd);
	else
		need_no_legs(lvm);
}

/* Something new: a physical volume, or leave to do without legs. */
static bool is_worth_a_try(struct lvm *lvm, const struct devices *devices, bool degraded)
{
	bool changed = lvm->tried_changes != devices->pv_changes;

	if (!changed && (lvm->tried_degraded || !degraded || lvm->trouble[0]))
		return false;
	lvm->tried_changes = devices->pv_changes;
	lvm->tried_degraded = degraded;
	return true;
}

bool lvm_activate(struct lvm *lvm, struct devices *devices, int64_t waited_ms)
{
	int64_t due_ms = lvm_degraded_due_ms(lvm);
	bool degraded = due_ms >= 0 && waited_ms >= due_ms, for_lvm = false;

	if (!lvm_is_wanting(lvm))
		return false;
	devices_find_pvs(devices);
	if (!devices_have_pvs(devices) || !is_worth_a_try(lvm, devices, degraded))
		return false;
	if (lvm->program_only)
		text_copy(lvm->complaint, sizeof(lvm->complaint),
			  "it is to do all of it");
	for (size_t i = 0; i < lvm->count; i++) {
		if (!lvm->volumes[i].active)
			for_lvm |= lvm->program_only ||
				   try_native(lvm, devices, &lvm->volumes[i]);
	}
	/* At the deadline lvm has a say in everything: it may know what is unknown here. */
	if (lvm_is_wanting(lvm) &&
	    (for_lvm || (degraded && lvm->degraded == LVM_DEGRADED_AT_DEADLINE)))
		try_program(lvm, devices, degraded);
	if (!lvm_is_wanting(lvm))
		lvm->complaint[0] = '\0';
	return true;
}
