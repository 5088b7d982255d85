/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lvm_search.c: which volume holds a file system that root= names by UUID or label.
 *
 * How it works: lvm lists the volumes. Each is mapped read-only, without lvm where it is
 * simple, looked at, and taken away again before the next, so that no two copies of a
 * file system are there at once. Only when exactly one has it, that one is activated as
 * usual: where a copy may be the newer one, nobody but the administrator can tell.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "init/lvm.h"
#include "init/lvm_native.h"
#include "init/lvm_program.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/log.h"

enum { REFERENCE_MAX = 2 * SPEC_NAME_MAX, MATCHES_TOLD_MAX = 6 };

struct search {
	struct lvm *lvm;
	struct devices *devices;
	const struct spec *spec;
	char group[SPEC_NAME_MAX], volume[SPEC_NAME_MAX]; /* the first that matched */
	unsigned matches;
	char list[ERR_MAX / 2];
};

static bool looks_right(struct search *search, const char *group, const char *volume)
{
	struct device *device;

	devices_scan(search->devices);
	device = devices_find_volume(search->devices, group, volume);
	if (!device)
		return false;
	device->probed = device->probed_for_hint = false;
	device_probe(search->devices, device);
	return spec_matches(search->spec, search->spec->kind == SPEC_UUID
						  ? device->uuid
						  : device->label);
}

/* 1 and 0 for a volume that was looked at, negative where lvm must do it. */
static int look_natively(struct search *search, const char *group, const char *volume)
{
	_cleanup_lvm_mapping_ struct lvm_mapping mapping;
	int result;

	lvm_mapping_init(&mapping);
	result = lvm_native_plan(search->devices, group, volume, &mapping, NULL);
	if (result < 0)
		return result;
	mapping.read_only = true;
	result = lvm_native_apply(search->devices->root_fd, &mapping, NULL);
	if (result < 0)
		return result;
	result = looks_right(search, group, volume);
	lvm_native_undo(&mapping);
	return result;
}

static bool look_by_lvm(struct search *search, const char *group, const char *volume)
{
	char reference[REFERENCE_MAX], config[REFERENCE_MAX + 64];
	bool found;

	snprintf(reference, sizeof(reference), "%s/%s", group, volume);
	snprintf(config, sizeof(config), "activation/read_only_volume_list=[\"%s\"]",
		 reference);
	lvm_program_change(search->devices->root_fd, reference, "y", config);
	found = looks_right(search, group, volume);
	lvm_program_change(search->devices->root_fd, reference, "n", NULL);
	return found;
}

static void take_match(struct search *search, const char *group, const char *volume)
{
	size_t used = strlen(search->list);

	if (!search->matches++) {
		text_copy(search->group, sizeof(search->group), group);
		text_copy(search->volume, sizeof(search->volume), volume);
	}
	if (search->matches <= MATCHES_TOLD_MAX)
		snprintf(search->list + used, sizeof(search->list) - used, "%s%s/%s",
			 used ? ", " : "", group, volume);
}

/* A volume that is active already was looked at by others. */
static void look_at(struct search *search, const char *group, const char *volume)
{
	int found;

	if (devices_find_volume(search->devices, group, volume))
		return;
	log_info("looking for %s on volume %s/%s", search->spec->text, group, volume);
	found = look_natively(search, group, volume);
	if (found < 0)
		found = look_by_lvm(search, group, volume);
	if (found)
		take_match(search, group, volume);
	devices_forget_mapped(search->devices);
}

/* Lines "GROUP/VOLUME", with blanks before. */
static void look_at_all(struct search *search, char *lines)
{
	char *line, *volume;

	while ((line = strsep(&lines, "\n"))) {
		line += strspn(line, " ");
		volume = strchr(line, '/');
		if (!volume || strchr(line, ' '))
			continue;
		*volume++ = '\0';
		look_at(search, line, volume);
	}
}

int lvm_search(struct lvm *lvm, struct devices *devices, const struct spec *spec,
	       struct err *err)
{
	static const char *const argv[] = {
		"/sbin/lvm",       "lvs", "--noheadings",    "--separator", "/", "-o",
		"vg_name,lv_name", "-S",  "lv_layout!=pool", NULL,
	};
	struct search search = { .lvm = lvm, .devices = devices, .spec = spec };
	_cleanup_strbuf_ struct strbuf output;

	strbuf_init(&output, 1 << 20);
	devices_find_pvs(devices);
	if ((spec->kind != SPEC_UUID && spec->kind != SPEC_LABEL) ||
	    !devices_have_pvs(devices))
		return 0;
	lvm_query(devices->root_fd, argv, &output);
	look_at_all(&search, output.text);
	if (search.matches > 1) {
		err_set(err, ENOTUNIQ, "%s is on more than one volume: %s", spec->text,
			search.list);
		return err_hint(err, "rd.lvm.lv=GROUP/VOLUME or root=/dev/GROUP/VOLUME "
				     "tells which one is meant");
	}
	if (!search.matches)
		return 0;
	lvm_want(lvm, search.group, search.volume);
	lvm->tried_changes = 0;
	return lvm_activate(lvm, devices, 0) && !lvm_is_waiting(lvm);
}
