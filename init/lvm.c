/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lvm.c: activation of logical volumes through the lvm program; see lvm.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init/late.h"
#include "init/lvm.h"
#include "init/lvm_native.h"
#include "init/lvm_node.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/process.h"
#include "lib/strbuf.h"

enum { LVM_ARGS_MAX = 64, LVM_REFERENCE_MAX = 2 * SPEC_NAME_MAX };

static const char *const lvm_environment[] = {
	"PATH=/sbin:/bin",
	"DM_DISABLE_UDEV=1",
	"LVM_SUPPRESS_FD_WARNINGS=1",
	"LC_ALL=C",
	NULL,
};

int lvm_want(struct lvm *lvm, const char *group, const char *volume)
{
	struct lvm_volume *volumes;

	for (size_t i = 0; i < lvm->count; i++) {
		if (strcmp(lvm->volumes[i].group, group) == 0 &&
		    strcmp(lvm->volumes[i].name, volume) == 0)
			return 0;
	}
	volumes = realloc(lvm->volumes, (lvm->count + 1) * sizeof(*volumes));
	if (!volumes)
		return -ENOMEM;
	lvm->volumes = volumes;
	volumes[lvm->count] = (struct lvm_volume){ .active = false };
	text_copy(volumes[lvm->count].group, SPEC_NAME_MAX, group);
	text_copy(volumes[lvm->count].name, SPEC_NAME_MAX, volume);
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

static int lvm_run(const char *const *argv, struct strbuf *output, struct err *err)
{
	struct process process = {
		.argv = argv,
		.envp = lvm_environment,
		.output = output,
		.errors = output,
		.timeout_ms = LVM_TIMEOUT_MS,
	};

	return process_run(&process, err);
}

bool lvm_is_there(int root_fd)
{
	return late_need_at(root_fd, "sbin/lvm", NULL) == 0;
}

void lvm_query(int root_fd, const char *const *argv, struct strbuf *output)
{
	if (lvm_is_there(root_fd))
		lvm_run(argv, output, NULL);
}

/* Fills the arguments with "GROUP/VOLUME" for all that is wanting. */
static void add_references(const struct lvm *lvm, char (*references)[LVM_REFERENCE_MAX],
			   const char **argv, size_t argc)
{
	for (size_t i = 0; i < lvm->count && argc + 1 < LVM_ARGS_MAX; i++) {
		const struct lvm_volume *volume = &lvm->volumes[i];

		if (volume->active)
			continue;
		snprintf(references[i], LVM_REFERENCE_MAX, "%s%s%s", volume->group,
			 volume->name[0] ? "/" : "", volume->name);
		argv[argc++] = references[i];
	}
	argv[argc] = NULL;
}

/* A group asked for as a whole (rd.lvm.vg=) counts as soon as lvm had no complaint about
 * it. */
static void judge(struct lvm *lvm, struct devices *devices, bool clean)
{
	char name[2 * SPEC_NAME_MAX];

	devices_scan(devices);
	for (size_t i = 0; i < lvm->count; i++) {
		struct lvm_volume *volume = &lvm->volumes[i];
		struct device *device;

		if (volume->active)
			continue;
		if (!volume->name[0]) {
			volume->active = clean;
			continue;
		}
		spec_mapper_name(volume->group, volume->name, name, sizeof(name));
		device = devices_find_mapped(devices, name);
		volume->active = device != NULL;
		if (device)
			lvm_node_announce(devices->root_fd, volume->group, volume->name,
					  device);
	}
}

static void keep_complaint(struct lvm *lvm, struct strbuf *output)
{
	char *line, *rest = output->text;

	while ((line = strsep(&rest, "\n"))) {
		line += strspn(line, " ");
		if (!*line)
			continue;
		log_info("lvm: %s", line);
		text_copy(lvm->complaint, sizeof(lvm->complaint), line);
	}
}

/* Runs lvm once for all that is wanting. */
static void try_program(struct lvm *lvm, struct devices *devices, const char *mode)
{
	_cleanup_free_ char(*references)[LVM_REFERENCE_MAX] =
		calloc(lvm->count, sizeof(*references));
	_cleanup_strbuf_ struct strbuf output;
	const char *argv[LVM_ARGS_MAX] = {
		"/sbin/lvm", "lvchange",         "--activate", "y",
		"--sysinit", "--activationmode", mode,
	};
	struct err err = ERR_INIT;
	bool clean;

	strbuf_init(&output, 1 << 16);
	if (!references || !lvm_is_there(devices->root_fd))
		return;
	add_references(lvm, references, argv, 7);
	clean = lvm_run(argv, &output, &err) == 0;
	lvm->path_taken = "lvm";
	judge(lvm, devices, clean);
	if (!lvm_is_wanting(lvm))
		lvm->complaint[0] = '\0';
	else if (output.length)
		keep_complaint(lvm, &output);
	else if (!clean)
		text_copy(lvm->complaint, sizeof(lvm->complaint), err.text);
}

/* Activates without lvm what is simple enough. False where lvm should have a look: then
 * everything that is there is more than lvm_native.h knows. */
static bool try_native(struct lvm *lvm, struct devices *devices)
{
	bool enough = true;

	for (size_t i = 0; i < lvm->count; i++) {
		struct lvm_volume *volume = &lvm->volumes[i];
		struct err err = ERR_INIT;
		int result;

		if (volume->active)
			continue;
		result = !volume->name[0] ? err_set(&err, EOPNOTSUPP, "%s: a whole group",
						    volume->group)
					  : lvm_native_activate(devices, volume->group,
								volume->name, &err);
		log_debug("volume %s/%s: %s", volume->group, volume->name,
			  result ? err.text : "activated");
		if (!result)
			lvm->path_taken = "native";
		else if (result != -ENXIO && result != -ENOENT)
			enough = false;
		text_copy(lvm->complaint, sizeof(lvm->complaint), err.text);
	}
	judge(lvm, devices, false);
	return enough;
}

bool lvm_activate(struct lvm *lvm, struct devices *devices, int64_t waited_ms)
{
	bool degraded = waited_ms >= LVM_DEGRADED_AFTER_MS;

	if (!lvm_is_wanting(lvm))
		return false;
	devices_find_pvs(devices);
	if (!devices_have_pvs(devices) || (lvm->tried_changes == devices->pv_changes &&
					   (!degraded || lvm->tried_degraded)))
		return false;
	lvm->tried_changes = devices->pv_changes;
	lvm->tried_degraded = degraded;
	if (!try_native(lvm, devices) || degraded)
		try_program(lvm, devices, degraded ? "degraded" : "complete");
	return true;
}

static int lvm_change(const char *reference, const char *activate, const char *config)
{
	_cleanup_strbuf_ struct strbuf output;
	const char *const argv[] = {
		"/sbin/lvm",
		"lvchange",
		"--sysinit",
		"--activate",
		activate,
		reference,
		config ? "--config" : NULL,
		config,
		NULL,
	};

	strbuf_init(&output, 1 << 16);
	return lvm_run(argv, &output, NULL);
}

/* Activates one volume so that nothing can write to it, and looks whether it is the one.
 */
static bool search_volume(struct lvm *lvm, struct devices *devices,
			  const struct spec *spec, const char *group, const char *volume)
{
	char reference[LVM_REFERENCE_MAX], config[LVM_REFERENCE_MAX + 64];
	char name[2 * SPEC_NAME_MAX];
	struct device *device;

	spec_mapper_name(group, volume, name, sizeof(name));
	if (devices_find_mapped(devices, name))
		return false;
	snprintf(reference, sizeof(reference), "%s/%s", group, volume);
	snprintf(config, sizeof(config), "activation/read_only_volume_list=[\"%s\"]",
		 reference);
	log_info("looking for %s on volume %s", spec->text, reference);
	lvm_change(reference, "y", config);
	devices_scan(devices);
	device = devices_find_mapped(devices, name);
	if (device)
		device_probe(devices, device);
	if (device &&
	    spec_matches(spec, spec->kind == SPEC_UUID ? device->uuid : device->label)) {
		lvm_change(reference, "n", NULL);
		lvm_change(reference, "y", NULL);
		lvm_want(lvm, group, volume);
		judge(lvm, devices, true);
		lvm->path_taken = "lvm";
		return true;
	}
	lvm_change(reference, "n", NULL);
	return false;
}

bool lvm_search(struct lvm *lvm, struct devices *devices, const struct spec *spec)
{
	static const char *const argv[] = {
		"/sbin/lvm",       "lvs", "--noheadings",    "--separator", "/", "-o",
		"vg_name,lv_name", "-S",  "lv_layout!=pool", NULL,
	};
	_cleanup_strbuf_ struct strbuf output;
	char *rest, *line, *volume;

	strbuf_init(&output, 1 << 20);
	if (spec->kind != SPEC_UUID && spec->kind != SPEC_LABEL)
		return false;
	devices_find_pvs(devices);
	if (!devices_have_pvs(devices))
		return false;
	lvm_query(devices->root_fd, argv, &output);
	for (rest = output.text; (line = strsep(&rest, "\n"));) {
		line += strspn(line, " ");
		volume = strchr(line, '/');
		if (!volume || strchr(line, ' '))
			continue;
		*volume++ = '\0';
		if (search_volume(lvm, devices, spec, line, volume))
			return true;
	}
	return false;
}
