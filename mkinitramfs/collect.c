/* SPDX-License-Identifier: GPL-2.0-or-later */
/* collect.c: lists what an image was made from. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/names.h"
#include "mkinitramfs/collect.h"
#include "mkinitramfs/cpu.h"
#include "mkinitramfs/kernel_image.h"

/* ---- what is no file ---- */

static int collect_settings(struct inputs *inputs, const struct args *args,
			    const struct settings *settings, struct err *err)
{
	_cleanup_free_ char *parts = realpath(observe_parts_dir(args), NULL);
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	conf_dump(settings->conf, CONF_DUMP_DEFAULTS, &text);
	strbuf_addf(&text, "%s\n", parts ? parts : "");
	return inputs_add_text(inputs, "settings",
			       "a value that the command line or a default gives",
			       text.text, err);
}

static const char *text_or_none(const char *text)
{
	return text ? text : "";
}

/* Not the devices' places, which may be others at each boot, nor the drivers' modules, which the
 * kernel that runs now may have built in: they make no other image. */
static void write_devices(const struct chain *chain, bool keyboards, struct strbuf *out)
{
	for (size_t i = 0; i < chain->device_count; i++) {
		const struct chain_device *device = &chain->devices[i];

		if (device->keyboard == keyboards)
			strbuf_addf(out, "%s %s\n", text_or_none(device->modalias),
				    text_or_none(device->driver));
	}
}

static int collect_chain(struct inputs *inputs, const struct chain *chain,
			 struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	int result;

	strbuf_init(&text, 0);
	strbuf_addf(&text, "%s %s %s %d\n", chain->root, chain->fstype, chain->options,
		    chain->needs_lvm);
	for (size_t i = 0; i < chain->volume_count; i++)
		strbuf_addf(&text, "%s\n", chain->volumes[i]);
	for (size_t i = 0; i < chain->module_count; i++)
		strbuf_addf(&text, "%s\n", chain->modules[i].name);
	write_devices(chain, false, &text);
	result = inputs_add_text(inputs, "root", "what the root stands on", text.text,
				 err);
	strbuf_truncate(&text, 0);
	write_devices(chain, true, &text);
	return result ? result
		      : inputs_add_text(inputs, "keyboards", "the keyboards", text.text,
					err);
}

static int collect_cpus(struct inputs *inputs, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf text;
	struct cpus cpus;
	int result = cpus_read(&cpus, root_fd, err);

	strbuf_init(&text, 0);
	strbuf_addf(&text, "%d\n", cpus.is_virtual);
	for (unsigned i = 0; i < cpus.count; i++)
		strbuf_addf(&text, "%d %08x\n", cpus.items[i].intel,
			    cpu_signature(&cpus.items[i]));
	return result ? result
		      : inputs_add_text(inputs, "processor", "the processor", text.text,
					err);
}

int collect_texts(struct inputs *inputs, const struct args *args,
		  const struct settings *settings, const struct chain *chain, int root_fd,
		  struct err *err)
{
	int result = collect_settings(inputs, args, settings, err);

	if (!result && chain)
		result = collect_cpus(inputs, root_fd, err);
	return result || !chain ? result : collect_chain(inputs, chain, err);
}

/* ---- files ---- */

struct collect {
	struct inputs *inputs;
	const struct build *build;
	const char *image_dir;
	const char *kernel_image; /* NULL: the one of its version */
	int root_fd;
};

/* A folder, whose names count, and what of it ends in .conf. */
static int collect_folder(const struct collect *c, const char *kind, const char *dir,
			  struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	int result = inputs_add_path(c->inputs, c->root_fd, kind, dir, err);

	if (!result)
		result = names_read(&names, c->root_fd, dir);
	for (size_t i = 0; !result && i < names.count; i++) {
		_cleanup_free_ char *path = format_text("%s/%s", dir, names.items[i]);
		size_t length = strlen(names.items[i]);

		if (!path)
			return err_sys(err, ENOMEM, "reading %s", dir);
		if (length > 5 && !strcmp(names.items[i] + length - 5, ".conf"))
			result = inputs_add_path(c->inputs, c->root_fd, kind, path, err);
	}
	return result;
}

static int collect_configuration(const struct collect *c, struct err *err)
{
	int result = inputs_add_path(c->inputs, c->root_fd, "configuration",
				     "etc/bedplate/host.conf", err);

	if (!result)
		result = collect_folder(c, "configuration", "etc/bedplate/host.conf.d",
					err);
	if (!result)
		result = collect_folder(c, "guest", "etc/bedplate/guests", err);
	for (const char *const *dir = modprobe_conf_folders; !result && *dir; dir++)
		result = collect_folder(c, "modprobe", *dir, err);
	return result;
}

/* What libkmod and module_files look things up in. */
static const char *const indices[] = {
	"modules.dep.bin",     "modules.alias.bin",         "modules.softdep",
	"modules.builtin.bin", "modules.builtin.alias.bin", "modules.builtin.modinfo",
	"modules.order",
};

/* None of its bytes are in the image, but it is what the image was proved with. */
static int collect_kernel_file(const struct collect *c, struct err *err)
{
	_cleanup_free_ char *path = kernel_image_path(c->kernel_image, c->root_fd,
						      c->image_dir, c->build->o.version);

	return path ? inputs_add_path(c->inputs, c->root_fd, INPUT_KERNEL_FILE, path, err)
		    : 0;
}

static int collect_kernel(const struct collect *c, struct err *err)
{
	const struct observed *o = &c->build->o;
	_cleanup_free_ char *config = format_text("boot/config-%s", o->version);
	int result =
		config ? inputs_add_path(c->inputs, c->root_fd, "kernel", config, err)
		       : err_sys(err, ENOMEM, "recording an image");

	if (!result && o->config.path)
		result = inputs_add_path(c->inputs, c->root_fd, "kernel", o->config.path,
					 err);
	for (size_t i = 0; !result && i < ARRAY_SIZE(indices); i++) {
		_cleanup_free_ char *path =
			format_text("%s/%s", o->modules.dir, indices[i]);

		result =
			path ? inputs_add_path(c->inputs, c->root_fd, "kernel", path, err)
			     : err_sys(err, ENOMEM, "recording an image");
	}
	return result;
}

/* Where an entry's file lies: a program anywhere, a module in its folder, others below the
 * root. */
static char *entry_path(const struct collect *c, const struct entry *entry)
{
	const char *source = entry->source;

	if (entry->dir_fd == AT_FDCWD)
		return realpath(source, NULL);
	if (entry->dir_fd == c->build->o.modules.dir_fd)
		return format_text("%s/%s", c->build->o.modules.dir, source);
	return strdup(source + (*source == '/'));
}

static const char *entry_kind(const struct collect *c, const struct entry *entry,
			      const char *path)
{
	const char *modules = c->build->o.modules.dir;

	if (entry->dir_fd == AT_FDCWD)
		return "program";
	if (!strncmp(path, modules, strlen(modules)))
		return "module";
	return strncmp(path, "lib/firmware/", 13) ? "file" : "firmware";
}

static int collect_plan(const struct collect *c, struct err *err)
{
	const struct plan *plan = &c->build->plan;
	int result = 0;

	for (size_t i = 0; !result && i < plan->count; i++) {
		_cleanup_free_ char *path = NULL;

		if (plan->items[i].kind != ENTRY_FILE)
			continue;
		path = entry_path(c, &plan->items[i]);
		result =
			path ? inputs_add_path(c->inputs, c->root_fd,
					       entry_kind(c, &plan->items[i], path), path,
					       err)
			     : err_sys(err, errno, "recording %s", plan->items[i].source);
	}
	for (size_t i = 0; !result && i < plan->watched.count; i++)
		result = inputs_add_path(c->inputs, c->root_fd, "firmware",
					 plan->watched.items[i], err);
	return result;
}

int collect_inputs(struct inputs *inputs, const struct args *args,
		   const struct settings *settings, const struct build *build,
		   int root_fd, struct err *err)
{
	const struct collect c = { inputs, build, settings->host->image.directory,
				   args->kernel_image, root_fd };
	int result =
		collect_texts(inputs, args, settings,
			      build->o.has_chain ? &build->o.chain : NULL, root_fd, err);

	if (!result)
		result = collect_configuration(&c, err);
	if (!result)
		result = collect_kernel_file(&c, err);
	if (!result)
		result = collect_kernel(&c, err);
	return result ? result : collect_plan(&c, err);
}
