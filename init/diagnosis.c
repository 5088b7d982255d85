/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diagnosis.c: words about a boot that waits or has failed. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/contents.h"
#include "init/diagnosis.h"
#include "init/driverless.h"
#include "init/text.h"
#include "lib/cleanup.h"
#include "lib/lvm_name.h"
#include "lib/nearest.h"

enum { LIST_MAX = 12, NEAREST_ROOM = 2 * SPEC_NAME_MAX + 16 };

/* What a device is called in the terms of the spec; "" where it has no such name. */
static const char *name_in_terms_of(struct devices *devices, struct device *device,
				    const struct spec *spec, char *buffer, size_t size)
{
	switch (spec->kind) {
	case SPEC_UUID:
	case SPEC_LABEL:
		device_probe(devices, device);
		return spec->kind == SPEC_UUID ? device->uuid : device->label;
	case SPEC_PARTUUID:
	case SPEC_PARTLABEL:
		device_probe_partition(devices, device);
		return spec->kind == SPEC_PARTUUID ? device->partuuid : device->partlabel;
	case SPEC_DEVNO:
		return "";
	case SPEC_VOLUME:
	case SPEC_MAPPER:
		text_copy(buffer, size, device->dm_name);
		return buffer;
	default:
		return device->node;
	}
}

static const char *spec_prefix(const struct spec *spec)
{
	static const char *const prefixes[] = {
		[SPEC_UUID] = "UUID=",          [SPEC_LABEL] = "LABEL=",
		[SPEC_PARTUUID] = "PARTUUID=",  [SPEC_PARTLABEL] = "PARTLABEL=",
		[SPEC_NODE] = "/dev/",          [SPEC_VOLUME] = "/dev/mapper/",
		[SPEC_MAPPER] = "/dev/mapper/",
	};

	if (spec->kind >= ARRAY_SIZE(prefixes) || !prefixes[spec->kind])
		return "";
	return prefixes[spec->kind];
}

/* The name that is there and looks most like the one asked for. */
static bool nearest_name(struct boot *boot, char *out, size_t size)
{
	char name_room[NEAREST_ROOM], best[NEAREST_ROOM], wanted[NEAREST_ROOM];
	struct nearest nearest = { .word = wanted };

	text_copy(wanted, sizeof(wanted), boot->wanted->value);
	if (boot->wanted->kind == SPEC_VOLUME)
		lvm_mapper_name(boot->wanted->group, boot->wanted->volume, wanted,
				sizeof(wanted));
	for (size_t i = 0; i < boot->devices.count; i++) {
		const char *name =
			name_in_terms_of(&boot->devices, boot->devices.items[i],
					 boot->wanted, name_room, sizeof(name_room));

		if (*name)
			nearest_offer(&nearest, name);
		if (nearest.best != name)
			continue;
		text_copy(best, sizeof(best), name);
		nearest.best = best;
	}
	if (!nearest.best)
		return false;
	snprintf(out, size, "%s%s", spec_prefix(boot->wanted), nearest.best);
	return true;
}

static void add_device(struct boot *boot, struct device *device, struct strbuf *out)
{
	char buffer[NEAREST_ROOM];
	const char *name = name_in_terms_of(&boot->devices, device, boot->wanted, buffer,
					    sizeof(buffer));

	strbuf_addf(out, " %s", device->node);
	if (device->is_pv || strcmp(device->type, "LVM2_member") == 0)
		strbuf_adds(out, " (physical volume)");
	else if (*name && strcmp(name, device->node) != 0)
		strbuf_addf(out, " (%s%s)", spec_prefix(boot->wanted), name);
}

static void add_no_device(struct boot *boot, struct strbuf *out)
{
	strbuf_adds(out, "there is no block device at all");
	if (boot->modules.loader.dir_fd < 0)
		strbuf_addf(out, "; the image has no modules for this kernel, %s",
			    boot->modules.version);
	else
		driverless_add(boot->root_fd, out);
}

static void add_devices(struct boot *boot, struct strbuf *out)
{
	size_t shown = 0;

	for (size_t i = 0; i < boot->devices.count; i++) {
		if (!device_size(&boot->devices, boot->devices.items[i]))
			continue;
		if (shown++ >= LIST_MAX)
			continue;
		strbuf_adds(out, shown > 1 ? "," : "there are");
		add_device(boot, boot->devices.items[i], out);
	}
	if (shown > LIST_MAX)
		strbuf_addf(out, " and %zu more", shown - LIST_MAX);
	if (!shown)
		add_no_device(boot, out);
}

static void add_physical_volumes(struct boot *boot, struct strbuf *out)
{
	const char *separator = "physical volumes are on";

	for (size_t i = 0; i < boot->devices.count; i++) {
		if (!boot->devices.items[i]->is_pv)
			continue;
		strbuf_addf(out, "%s %s", separator, boot->devices.items[i]->node);
		separator = ",";
	}
}

static void missing_volume(struct boot *boot, struct strbuf *out)
{
	if (!lvm_is_there(boot->root_fd)) {
		strbuf_adds(out, "it is a logical volume, and lvm is not in the image");
		return;
	}
	devices_find_pvs(&boot->devices);
	if (!devices_have_pvs(&boot->devices)) {
		strbuf_adds(out, "no physical volume is there; ");
		add_devices(boot, out);
		return;
	}
	add_physical_volumes(boot, out);
	if (boot->lvm.complaint[0])
		strbuf_addf(out, "; %s", boot->lvm.complaint);
}

/* What the root may be behind of. */
static void add_hidden(struct boot *boot, struct strbuf *out)
{
	const struct contents *contents;
	size_t shown = 0;

	for (size_t i = 0; i < boot->devices.count && shown < LIST_MAX; i++) {
		struct device *device = boot->devices.items[i];

		device_probe(&boot->devices, device);
		contents = contents_find(device->type);
		if (!contents || !contents->hides)
			continue;
		strbuf_addf(out, "; %s is %s", device->node, contents->what);
		shown++;
	}
}

static void add_empty(struct boot *boot, struct strbuf *out)
{
	const struct device *device = devices_find(&boot->devices, boot->wanted);

	if (device && !device_size(&boot->devices, device))
		strbuf_addf(out, "; %s is there, but its size is 0 (no medium?)",
			    device->node);
}

void diagnosis_missing(struct boot *boot, struct strbuf *out)
{
	char nearest[NEAREST_ROOM];
	const char *busy;

	if (boot->btrfs_missing[0]) {
		strbuf_adds(out, boot->btrfs_missing);
		return;
	}

	if (boot->wanted->kind == SPEC_VOLUME)
		missing_volume(boot, out);
	else
		add_devices(boot, out);
	busy = loader_busy_with(&boot->modules.loader);
	if (busy)
		strbuf_addf(out, "; module %s is still being loaded", busy);
	add_empty(boot, out);
	add_hidden(boot, out);
	if (nearest_name(boot, nearest, sizeof(nearest)))
		strbuf_addf(out, "; the nearest is %s", nearest);
}

static void add_size(struct strbuf *out, uint64_t bytes)
{
	static const char units[] = "KMGTP";
	double size = (double)bytes / 1024;
	size_t unit = 0;

	for (; size >= 1024 && unit + 2 < sizeof(units); unit++)
		size /= 1024;
	strbuf_addf(out, "%7.1f%c", size, units[unit]);
}

static void add_device_table(struct boot *boot, struct strbuf *out)
{
	strbuf_addf(out, "\nBlock devices\n  %-14s %8s  %-12s %-16s %s\n", "name", "size",
		    "type", "label", "UUID");
	for (size_t i = 0; i < boot->devices.count; i++) {
		struct device *device = boot->devices.items[i];
		uint64_t size = device_size(&boot->devices, device);

		if (!size)
			continue;
		device_probe(&boot->devices, device);
		strbuf_addf(out, "  %-14s ",
			    device->dm_name[0] ? device->dm_name : device->node);
		add_size(out, size);
		strbuf_addf(out, "  %-12s %-16s %s\n",
			    device->type[0] ? device->type : "-",
			    device->label[0] ? device->label : "-",
			    device->uuid[0] ? device->uuid : "-");
	}
	if (!boot->devices.count)
		strbuf_adds(out, "  none\n");
}

static void add_lvm(struct boot *boot, struct strbuf *out)
{
	static const char *const queries[][10] = {
		{ "/sbin/lvm", "pvs", "-o", "pv_name,vg_name,pv_size,pv_missing", NULL },
		{ "/sbin/lvm", "lvs", "-o", "vg_name,lv_name,lv_size,lv_active", NULL },
	};

	devices_find_pvs(&boot->devices);
	if (!devices_have_pvs(&boot->devices) && !lvm_is_wanting(&boot->lvm))
		return;
	strbuf_adds(out, "\nLVM\n");
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++)
		lvm_query(boot->root_fd, queries[i], out);
}

static void add_modules(struct boot *boot, struct strbuf *out)
{
	const struct loader *loader = &boot->modules.loader;
	const char *title = "\nModules that were not loaded\n";

	for (size_t i = 0; i < loader->count; i++) {
		const struct module *module = loader->modules[i];

		if (!module->error)
			continue;
		strbuf_addf(out, "%s  %s: %s\n", title, module->name,
			    module_error_text(module->error));
		title = "";
	}
}

/* Of all volumes that lvm knows, active or not, the one that looks most like the root's.
 */
static bool nearest_volume(struct boot *boot, char *out, size_t size)
{
	static const char *const argv[] = {
		"/sbin/lvm", "lvs", "--noheadings",    "--separator",
		"/",         "-o",  "vg_name,lv_name", NULL,
	};
	struct nearest nearest = { .word = boot->wanted->value };
	_cleanup_strbuf_ struct strbuf volumes;
	char *rest, *line;

	strbuf_init(&volumes, 0);
	if (boot->wanted->kind != SPEC_VOLUME || !devices_have_pvs(&boot->devices))
		return false;
	lvm_query(boot->root_fd, argv, &volumes);
	for (rest = volumes.text; (line = strsep(&rest, "\n"));)
		nearest_offer(&nearest, line + strspn(line, " "));
	/* What is there by that very name, and is refused, is no advice. */
	if (!nearest.best || strcmp(nearest.best, boot->root.value) == 0)
		return false;
	snprintf(out, size, "/dev/%s", nearest.best);
	return true;
}

/* What a root that is behind something else would take; once, whatever there are. */
static void add_hidden_advice(struct boot *boot, struct strbuf *out)
{
	for (size_t i = 0; i < boot->devices.count; i++) {
		const struct contents *contents =
			contents_find(boot->devices.items[i]->type);

		if (!contents || !contents->hides || !contents->hint)
			continue;
		strbuf_addf(out, "  %s\n", contents->hint);
		return;
	}
}

static void add_advice(struct boot *boot, const struct err *err, struct strbuf *out)
{
	char nearest[NEAREST_ROOM];

	strbuf_adds(out, "\nWhat to try\n");
	if (err->hint[0])
		strbuf_addf(out, "  %s\n", err->hint);
	if (!boot->device.node[0] && (nearest_volume(boot, nearest, sizeof(nearest)) ||
				      nearest_name(boot, nearest, sizeof(nearest))))
		strbuf_addf(out, "  boot with root=%s\n", nearest);
	if (!boot->device.node[0])
		add_hidden_advice(boot, out);
	if (!boot->settings->rescue.shell) {
		strbuf_adds(out, "  boot without rd.shell=0 to look around in a shell\n");
		return;
	}
	strbuf_adds(out, "  dmesg shows what the kernel and bedplate said\n");
	if (!boot->device.node[0])
		strbuf_adds(out,
			    "  make the device appear (modprobe, lvm vgchange -ay), then "
			    "leave the shell\n");
	strbuf_adds(out, "  \"exit\" tries again; \"reboot -f\" restarts the machine\n");
}

void diagnosis_full(struct boot *boot, const struct err *err, struct strbuf *out)
{
	strbuf_addf(out, "\nbedplate: the boot has stopped: %s\n", err->text);
	devices_scan(&boot->devices);
	add_device_table(boot, out);
	add_lvm(boot, out);
	add_modules(boot, out);
	add_advice(boot, err, out);
	strbuf_addc(out, '\n');
}
