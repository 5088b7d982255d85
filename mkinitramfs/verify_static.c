/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify_static.c: judges an image by itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/module_plan.h"
#include "mkinitramfs/verify_private.h"

/* ---- /init ---- */

static void check_init(struct verify_result *result, const struct image_facts *facts)
{
	if (!facts->has_init)
		verify_finding(result, "/init is not in the image");
	else if (!(facts->init_mode & 0100))
		verify_finding(result, "/init is not executable (mode %04o)",
			       facts->init_mode & 07777);
	else if (!facts->init_is_program)
		verify_finding(result, "/init is no whole program for x86-64");
	else if (facts->init_interpreter)
		verify_finding(result, "/init is not static: it asks for %s",
			       facts->init_interpreter);
	else
		verify_done(result, "/init is there, executable and static");
}

/* ---- versions ---- */

static void check_version(struct verify_result *result, const struct verify_image *image)
{
	const struct image_facts *facts = &image->facts;
	const struct init_conf *conf = conf_data(image->conf);

	if (!image->kernel) {
		verify_note(result, "nothing says which kernel the image is for");
		return;
	}
	if (*conf->image.kernel && strcmp(conf->image.kernel, image->kernel) != 0)
		verify_finding(result, "the image is for kernel %s, not %s",
			       conf->image.kernel, image->kernel);
	if (facts->version && strcmp(facts->version, image->kernel) != 0)
		verify_finding(result, "the modules lie in lib/modules/%s, not %s",
			       facts->version, image->kernel);
	if (facts->other_version)
		verify_finding(result, "there are modules of two kernels: %s and %s",
			       facts->version, facts->other_version);
}

static bool version_fits(const char *vermagic, const char *kernel)
{
	size_t length = strlen(kernel);

	return !strncmp(vermagic, kernel, length) &&
	       (vermagic[length] == ' ' || !vermagic[length]);
}

/* The kernel loads a module only where its vermagic is its own (kernel
 * include/linux/vermagic.h); so all that were built with it agree. */
static void check_vermagic(struct verify_result *result, const struct verify_image *image,
			   const struct image_module *module, const char *usual)
{
	if (!module->depends)
		verify_finding(result, "%s is no kernel module", module->path);
	else if (!module->vermagic)
		verify_finding(result, "%s says no vermagic", module->path);
	else if (image->kernel && !version_fits(module->vermagic, image->kernel))
		verify_finding(result, "%s is not for kernel %s: its vermagic is \"%s\"",
			       module->path, image->kernel, module->vermagic);
	else if (strcmp(module->vermagic, usual) != 0)
		verify_finding(result,
			       "%s: its vermagic is \"%s\", but that of others \"%s\"",
			       module->path, module->vermagic, usual);
}

/* ---- modules ---- */

/* Calls `check` for each name in a module's list of dependencies. */
#define EACH_DEPENDENCY(module, name)                             \
	for (const char *name = (module)->depends; name && *name; \
	     name += strcspn(name, ","), name += *name == ',')

static int name_length(const char *name)
{
	return (int)strcspn(name, ",");
}

static bool is_builtin(const struct image_facts *facts, const char *name)
{
	_cleanup_free_ char *copy = strndup(name, strcspn(name, ","));

	return copy && image_has_builtin(facts, copy);
}

static void check_dependencies(struct verify_result *result,
			       const struct image_facts *facts,
			       const struct image_module *module)
{
	EACH_DEPENDENCY(module, name)
	{
		const struct image_module *other = image_module_find(facts, name);

		if (!other && !is_builtin(facts, name))
			verify_finding(
				result,
				"%s needs %.*s, which is neither in the image nor built in",
				module->path, name_length(name), name);
		else if (other && other->late && !module->late)
			verify_finding(result,
				       "%s needs %s, which lies in the late archive",
				       module->path, other->name);
	}
}

static void check_modules(struct verify_result *result, const struct verify_image *image)
{
	const struct image_facts *facts = &image->facts;
	const char *usual = NULL;

	for (size_t i = 0; i < facts->module_count && !usual; i++)
		if (facts->modules[i].vermagic &&
		    (!image->kernel ||
		     version_fits(facts->modules[i].vermagic, image->kernel)))
			usual = facts->modules[i].vermagic;
	for (size_t i = 0; i < facts->module_count; i++) {
		check_vermagic(result, image, &facts->modules[i], usual ? usual : "");
		check_dependencies(result, facts, &facts->modules[i]);
	}
}

/* ---- plans ---- */

/* The line that loads a module, or -1. */
static ssize_t line_of(const struct module_plan *plan, const struct image_module *module)
{
	for (size_t i = 0; i < plan->count; i++)
		if (!strcmp(plan->lines[i].path, module->path))
			return (ssize_t)i;
	return -1;
}

/* Modules are loaded several at a time: only what a line waits for, or what that waits for,
 * is sure to be there before. Lines name earlier ones only, so this ends. */
static bool waits_for(const struct module_plan *plan, size_t line, size_t wanted)
{
	for (size_t i = 0; i < plan->lines[line].after_count; i++) {
		size_t before = plan->lines[line].after[i];

		if (before == wanted ||
		    (before > wanted && waits_for(plan, before, wanted)))
			return true;
	}
	return false;
}

struct plan_check {
	struct verify_result *result;
	const struct image_facts *facts;
	const char *path; /* of the plan */
	const struct module_plan *plan;
	const struct module_plan *earlier; /* a plan that is loaded before; or NULL */
};

static void check_order(const struct plan_check *check, size_t line,
			const struct image_module *module)
{
	EACH_DEPENDENCY(module, name)
	{
		const struct image_module *other = image_module_find(check->facts, name);
		ssize_t before = other ? line_of(check->plan, other) : -1;

		/* One that is missing altogether was told already. */
		if (!other ||
		    (before < 0 && check->earlier && line_of(check->earlier, other) >= 0))
			continue;
		if (before < 0)
			verify_finding(check->result,
				       "%s loads %s without %s, which it needs",
				       check->path, module->name, other->name);
		else if ((size_t)before >= line)
			verify_finding(check->result,
				       "%s loads %s before %s, which it needs",
				       check->path, module->name, other->name);
		else if (!waits_for(check->plan, line, (size_t)before))
			verify_finding(check->result,
				       "%s: %s does not wait for %s, which it needs",
				       check->path, module->name, other->name);
	}
}

static void check_plan_lines(const struct plan_check *check)
{
	for (size_t i = 0; i < check->plan->count; i++) {
		const char *path = check->plan->lines[i].path;
		const struct image_module *module = image_module_at(check->facts, path);

		if (!module)
			verify_finding(check->result,
				       "%s names %s, which is not in the image",
				       check->path, path);
		else if (module->late)
			verify_finding(check->result,
				       "%s names %s, which lies in the late archive",
				       check->path, path);
		else
			check_order(check, i, module);
	}
}

static bool plan_open(struct verify_result *result, const struct image_facts *facts,
		      enum image_text text, struct module_plan *plan)
{
	struct err wrong = ERR_INIT;

	if (!facts->texts[text])
		return false;
	if (!module_plan_parse(plan, facts->texts[text], &wrong))
		return true;
	verify_finding(result, "%s: %s", image_text_path(text), wrong.text);
	return false;
}

static void check_plans(struct verify_result *result, const struct image_facts *facts)
{
	struct module_plan vfio = MODULE_PLAN_INIT, plan = MODULE_PLAN_INIT;
	struct plan_check check = { .result = result, .facts = facts };

	if (plan_open(result, facts, IMAGE_VFIO_PLAN, &vfio)) {
		check.path = image_text_path(IMAGE_VFIO_PLAN);
		check.plan = &vfio;
		check_plan_lines(&check);
		check.earlier = &vfio;
	}
	if (!facts->texts[IMAGE_MODULES_PLAN]) {
		verify_finding(result, "%s is not in the image",
			       image_text_path(IMAGE_MODULES_PLAN));
	} else if (plan_open(result, facts, IMAGE_MODULES_PLAN, &plan)) {
		check.path = image_text_path(IMAGE_MODULES_PLAN);
		check.plan = &plan;
		check_plan_lines(&check);
	}
	module_plan_release(&vfio);
	module_plan_release(&plan);
}

/* Without it /init would leave the devices to whatever driver comes first. */
static void check_passthrough(struct verify_result *result,
			      const struct verify_image *image)
{
	const struct init_conf *conf = conf_data(image->conf);
	const struct image_facts *facts = &image->facts;

	if (!conf->vfio.count || image_has_builtin(facts, "vfio_pci"))
		return;
	if (!image_module_find(facts, "vfio_pci"))
		verify_finding(result,
			       "devices are passed through, but vfio-pci is not in "
			       "the image");
	else if (!facts->texts[IMAGE_VFIO_PLAN])
		verify_finding(result,
			       "devices are passed through, but %s is not in the "
			       "image",
			       image_text_path(IMAGE_VFIO_PLAN));
}

static void check_keyboards(struct verify_result *result, const struct image_facts *facts)
{
	const char *line = facts->texts[IMAGE_KEYBOARDS];

	for (const char *end; line && *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (end > line && !image_module_find(facts, line))
			verify_finding(result, "%s names %.*s, which is not in the image",
				       image_text_path(IMAGE_KEYBOARDS),
				       (int)(end - line), line);
	}
}

/* ---- all of it ---- */

void verify_static(struct verify_result *result, const struct verify_image *image)
{
	size_t before;

	check_init(result, &image->facts);
	check_version(result, image);
	before = result->step_count;
	check_modules(result, image);
	check_plans(result, &image->facts);
	check_passthrough(result, image);
	check_keyboards(result, &image->facts);
	if (result->step_count == before)
		verify_done(result,
			    "%zu modules fit kernel %s, with all they need, in order",
			    image->facts.module_count,
			    image->kernel ? image->kernel : "(unknown)");
}
