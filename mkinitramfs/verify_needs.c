/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_needs.c: judges an image by its host: the root's chain, firmware, the kernel's own
 * image. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/schema/host.h"
#include "mkinitramfs/choose.h"
#include "mkinitramfs/kernel_image.h"
#include "mkinitramfs/modules.h"
#include "mkinitramfs/plan.h"
#include "mkinitramfs/verify_private.h"

/* ---- the root's chain ---- */

/* What the chain asks for stands in the set with all it needs; what is a file there has to
 * be in the image. */
static void compare(struct verify_result *result, const struct verify_image *image,
		    const struct module_set *set)
{
	size_t missing = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct module *module = &set->items[i];
		const struct image_module *other =
			image_module_find(&image->facts, module->name);

		if (!module->path || module_is_late(module) ||
		    !(module->flags & MODULE_NEEDED) ||
		    image_has_builtin(&image->facts, module->name))
			continue;
		if (other && !other->late)
			continue;
		missing++;
		verify_finding(result, "the root needs module %s, which is %s (%s)",
			       module->name,
			       other ? "in the late archive" : "not in the image",
			       module->reason);
	}
	if (!missing)
		verify_done(result,
			    "what the root stands on is in the image or built in");
}

static int check_chain(struct verify_result *result, const struct verify_image *image,
		       const struct verify_options *options, struct err *err)
{
	_cleanup_module_set_ struct module_set set = MODULE_SET_INIT;
	struct err wrong = ERR_INIT;
	int failed = module_set_open(&set, options->root_fd, image->kernel, &wrong);

	if (!failed)
		failed = choose_for_chain(&set, &image->chain, &wrong);
	if (failed == -ENOMEM)
		return err_sys(err, ENOMEM, "verifying an image");
	if (failed)
		verify_note(result,
			    "what the root needs of kernel %s was not looked at: %s",
			    image->kernel, wrong.text);
	else
		compare(result, image, &set);
	return 0;
}

/* What the chain says where nobody tells the root's UUID (to a person without rights). */
static bool is_passing_name(const char *root)
{
	return !strncmp(root, "/dev/", 5) && strncmp(root, "/dev/mapper/", 12) != 0;
}

static void check_root(struct verify_result *result, const struct verify_image *image)
{
	const struct init_conf *conf = conf_data(image->conf);

	if (is_passing_name(image->chain.root))
		verify_note(result, "the root's UUID could not be read");
	else if (strcmp(conf->root.device, image->chain.root) != 0)
		verify_finding(result, "the image looks for the root %s, but that is %s",
			       conf->root.device, image->chain.root);
	if (image->chain.needs_lvm && !image->facts.has_lvm)
		verify_finding(result, "the root needs lvm, which is not in the image");
	for (size_t i = 0; i < image->chain.volume_count; i++) {
		size_t k = 0;

		while (k < conf->lvm.volumes.count &&
		       strcmp(conf->lvm.volumes.items[k], image->chain.volumes[i]) != 0)
			k++;
		if (k == conf->lvm.volumes.count)
			verify_finding(result, "the image does not activate %s",
				       image->chain.volumes[i]);
	}
}

/* ---- firmware ---- */

/* As firmware.c puts it in: where the kernel looks, packed or not. */
static const char *const suffixes[] = { "", ".zst", ".xz" };

struct place {
	char *dirs[4];
};

static void place_release(struct place *place)
{
	for (size_t i = 0; i < ARRAY_SIZE(place->dirs); i++)
		free(place->dirs[i]);
}

static void place_fill(struct place *place, const char *version)
{
	place->dirs[0] = format_text("lib/firmware/updates/%s", version);
	place->dirs[1] = strdup("lib/firmware/updates");
	place->dirs[2] = format_text("lib/firmware/%s", version);
	place->dirs[3] = strdup("lib/firmware");
}

/* Whether the host (root_fd) or else the image has a firmware in one of the places. */
static bool has_firmware(const struct place *place, const char *name, size_t length,
			 int root_fd, const struct image_facts *facts)
{
	for (size_t i = 0; i < ARRAY_SIZE(place->dirs) * ARRAY_SIZE(suffixes); i++) {
		const char *dir = place->dirs[i / ARRAY_SIZE(suffixes)];
		const char *suffix = suffixes[i % ARRAY_SIZE(suffixes)];
		_cleanup_free_ char *line = format_text("\n%s/%.*s%s\n", dir ? dir : "",
							(int)length, name, suffix);

		if (!line)
			continue;
		if (facts && strstr(facts->files.text, line))
			return true;
		line[strlen(line) - 1] = '\0';
		if (!facts) {
			_cleanup_close_ int fd =
				file_open_in_root(root_fd, line + 1, O_PATH, NULL);

			if (fd >= 0)
				return true;
		}
	}
	return false;
}

/* Most modules name much that no machine has; only what the host has is missed. */
static void check_firmware(struct verify_result *result, const struct verify_image *image,
			   int root_fd)
{
	const struct image_facts *facts = &image->facts;
	__attribute__((cleanup(place_release))) struct place place = { .dirs = { NULL } };

	place_fill(&place, image->kernel);
	for (size_t i = 0; i < facts->module_count; i++) {
		const char *next = facts->modules[i].firmware;

		while (*next) {
			const char *name = next + 1;
			size_t length = strcspn(name, "\n");

			next = name + length;
			if (memmem(name, length, "..", 2) || memchr(name, '*', length) ||
			    has_firmware(&place, name, length, -1, facts) ||
			    !has_firmware(&place, name, length, root_fd, NULL))
				continue;
			verify_finding(
				result,
				"module %s names the firmware %.*s, which the host "
				"has and the image has not",
				facts->modules[i].name, (int)length, name);
		}
	}
}

/* The configuration may leave firmware out; one that cannot be read leaves nothing out. */
static bool wants_firmware(int root_fd)
{
	_cleanup_conf_ struct conf *conf = conf_new(&host_schema);
	const struct host_conf *host = conf ? conf_data(conf) : NULL;

	if (!conf || conf_read_file(conf, root_fd, "etc/bedplate/host.conf", NULL) < 0 ||
	    conf_read_dropins(conf, root_fd, "etc/bedplate/host.conf.d", NULL) < 0)
		return true;
	return host->image.firmware;
}

/* ---- the kernel's own image ---- */

static void check_kernel(struct verify_result *result, const struct verify_image *image,
			 const struct verify_options *options)
{
	_cleanup_free_ char *where = NULL, *release = NULL;
	struct err wrong = ERR_INIT;
	_cleanup_close_ int fd =
		kernel_image_open(options->kernel_image, options->root_fd,
				  options->image_dir, image->kernel, &where, &wrong);

	if (fd >= 0)
		release = kernel_image_release(fd, where, &wrong);
	if (release && strcmp(release, image->kernel) != 0)
		verify_finding(result, "the kernel image %s is of %s, not %s", where,
			       release, image->kernel);
	else if (release)
		verify_done(result, "the kernel image %s is of %s", where, release);
	else if (options->kernel_image)
		verify_finding(result, "%s", wrong.text);
	else
		verify_note(result, "the kernel's own image was not looked at: %s",
			    wrong.text);
}

int verify_needs(struct verify_result *result, const struct verify_image *image,
		 const struct verify_options *options, struct err *err)
{
	const struct init_conf *conf = conf_data(image->conf);
	int failed = 0;

	if (!image->kernel)
		return 0;
	check_kernel(result, image, options);
	if (conf->image.mode == init_image_mode_host && image->has_chain) {
		check_root(result, image);
		failed = check_chain(result, image, options, err);
	}
	if (!failed && wants_firmware(options->root_fd))
		check_firmware(result, image, options->root_fd);
	return failed;
}
