/* SPDX-License-Identifier: GPL-2.0-or-later */
/* image_facts.c: walks an image and keeps what its soundness is judged by. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "mkinitramfs/archive.h"
#include "mkinitramfs/elf_look.h"
#include "mkinitramfs/image_facts.h"
#include "mkinitramfs/plan.h"

static const char modules_dir[] = "lib/modules/";

static const struct {
	const char *path;
	bool in_modules; /* the path is below lib/modules/VERSION */
} texts[IMAGE_TEXTS] = {
	[IMAGE_INIT_CONF] = { "etc/bedplate/init.conf", false },
	[IMAGE_MODULES_PLAN] = { "etc/bedplate/modules.plan", false },
	[IMAGE_VFIO_PLAN] = { "etc/bedplate/vfio.plan", false },
	[IMAGE_KEYBOARDS] = { "etc/bedplate/keyboards.list", false },
	[IMAGE_BUILTIN] = { "modules.builtin", true },
};

const char *image_text_path(enum image_text text)
{
	return texts[text].path;
}

struct walk {
	struct image_facts *facts;
	struct archive archive;
	char *data; /* the present entry's content, ended by '\0' */
	size_t room, size;
};

static int no_memory(struct err *err)
{
	return err_sys(err, ENOMEM, "reading an image");
}

/* ---- content ---- */

static int walk_load(struct walk *walk, const struct cpio_entry *entry, struct err *err)
{
	ssize_t got = 1;

	if ((size_t)entry->size + 1 > walk->room) {
		free(walk->data);
		walk->room = (size_t)entry->size + 1;
		walk->data = malloc(walk->room);
		if (!walk->data) {
			walk->room = 0;
			return no_memory(err);
		}
	}
	walk->size = 0;
	while (got > 0 && walk->size < entry->size) {
		got = archive_read(&walk->archive, walk->data + walk->size,
				   entry->size - walk->size, err);
		walk->size += got > 0 ? (size_t)got : 0;
	}
	walk->data[walk->size] = '\0';
	return got < 0 ? (int)got : 0;
}

/* ---- modules ---- */

/* "kernel/a/b-c.ko" gives "b_c". */
static char *module_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	char *name = strndup(base, strcspn(base, "."));

	for (char *c = name; c && *c; c++)
		*c = *c == '-' ? '_' : *c;
	return name;
}

static void module_release(struct image_module *module)
{
	free(module->name);
	free(module->path);
	free(module->depends);
	free(module->vermagic);
	free(module->firmware);
}

/* A path that comes twice is what came last, as when the kernel unpacks it. */
static struct image_module *module_slot(struct image_facts *facts, const char *path)
{
	for (size_t i = 0; i < facts->module_count; i++)
		if (!strcmp(facts->modules[i].path, path)) {
			module_release(&facts->modules[i]);
			return &facts->modules[i];
		}
	if (facts->module_count == facts->module_room) {
		size_t room = facts->module_room ? facts->module_room * 2 : 64;
		struct image_module *more =
			reallocarray(facts->modules, room, sizeof(*more));

		if (!more)
			return NULL;
		facts->modules = more;
		facts->module_room = room;
	}
	return &facts->modules[facts->module_count++];
}

static char *firmware_names(const char *info, size_t length)
{
	_cleanup_strbuf_ struct strbuf names;

	strbuf_init(&names, 0);
	for (const char *name = NULL;
	     (name = elf_modinfo(info, length, "firmware", name));)
		strbuf_addf(&names, "\n%s", name);
	return strbuf_steal(&names);
}

static int walk_module(struct walk *walk, const char *path, struct err *err)
{
	struct image_module *module = module_slot(walk->facts, path);
	const char *info = NULL, *text;
	size_t length = 0;

	if (!module)
		return no_memory(err);
	*module = (struct image_module){ .name = module_name(path),
					 .path = strdup(path),
					 .late = walk->archive.late };
	if (elf_section(walk->data, walk->size, ".modinfo", &info, &length)) {
		text = elf_modinfo(info, length, "depends", NULL);
		module->depends = strdup(text ? text : "");
		text = elf_modinfo(info, length, "vermagic", NULL);
		module->vermagic = text ? strdup(text) : NULL;
	}
	module->firmware = firmware_names(info, length);
	return module->name && module->path && module->firmware ? 0 : no_memory(err);
}

static bool is_module(const char *path)
{
	size_t length = strlen(path);

	return length > 3 && !strcmp(path + length - 3, ".ko");
}

/* ---- entries ---- */

static int keep_version(struct image_facts *facts, const char *name, size_t length)
{
	char **place = facts->version ? &facts->other_version : &facts->version;

	if (!length || facts->other_version ||
	    (facts->version && !strncmp(facts->version, name, length) &&
	     !facts->version[length]))
		return 0;
	*place = strndup(name, length);
	return *place ? 0 : -ENOMEM;
}

/* What lies below lib/modules/VERSION, or NULL. */
static const char *below_modules(const char *path)
{
	const char *slash;

	if (strncmp(path, modules_dir, sizeof(modules_dir) - 1) != 0)
		return NULL;
	slash = strchr(path + sizeof(modules_dir) - 1, '/');
	return slash ? slash + 1 : NULL;
}

static int walk_init(struct walk *walk, const struct cpio_entry *entry, struct err *err)
{
	struct image_facts *facts = walk->facts;
	const char *interpreter;
	int result = walk_load(walk, entry, err);

	if (result)
		return result;
	facts->has_init = true;
	facts->init_mode = entry->mode;
	facts->init_is_program = elf_is_program(walk->data, walk->size, &interpreter);
	free(facts->init_interpreter);
	facts->init_interpreter = interpreter ? strdup(interpreter) : NULL;
	return 0;
}

/* Whether a path is that of a text which is kept; its number, or -1. */
static int text_number(const char *path, const char *in_modules)
{
	for (int i = 0; i < IMAGE_TEXTS; i++) {
		const char *name = texts[i].in_modules ? in_modules : path;

		if (name && !strcmp(name, texts[i].path))
			return i;
	}
	return -1;
}

static int walk_text(struct walk *walk, const struct cpio_entry *entry, int number,
		     struct err *err)
{
	int result = walk_load(walk, entry, err);

	if (result)
		return result;
	free(walk->facts->texts[number]);
	walk->facts->texts[number] = strdup(walk->data);
	return walk->facts->texts[number] ? 0 : no_memory(err);
}

static int walk_entry(struct walk *walk, const struct cpio_entry *entry, struct err *err)
{
	struct image_facts *facts = walk->facts;
	const char *path = entry->name + strspn(entry->name, "./");
	const char *in_modules = below_modules(path);
	int number = text_number(path, in_modules);

	facts->entries++;
	facts->has_lvm |= !strcmp(path, "sbin/lvm") && S_ISREG(entry->mode);
	if (in_modules && keep_version(facts, path + sizeof(modules_dir) - 1,
				       (size_t)(in_modules - path) - sizeof(modules_dir)))
		return no_memory(err);
	if (!strncmp(path, "lib/firmware/", 13))
		strbuf_addf(&facts->files, "%s\n", path);
	if (!strcmp(path, "init") && S_ISREG(entry->mode))
		return walk_init(walk, entry, err);
	if (number >= 0 && S_ISREG(entry->mode))
		return walk_text(walk, entry, number, err);
	if (!in_modules || !is_module(path) || !S_ISREG(entry->mode))
		return 0;
	number = walk_load(walk, entry, err);
	return number ? number : walk_module(walk, in_modules, err);
}

int image_facts_read(struct image_facts *facts, const char *path, struct err *err)
{
	struct walk walk = { .facts = facts };
	const struct cpio_entry *entry;
	int result;

	*facts = (struct image_facts){ .entries = 0 };
	strbuf_init(&facts->files, 0);
	strbuf_addc(&facts->files, '\n');
	result = archive_open_file(&walk.archive, path, err);
	if (result)
		return result;
	while ((result = archive_next(&walk.archive, &entry, err)) > 0) {
		result = walk_entry(&walk, entry, err);
		if (result)
			break;
	}
	archive_release(&walk.archive);
	free(walk.data);
	if (!result && facts->files.overflow)
		return no_memory(err);
	return result;
}

void image_facts_release(struct image_facts *facts)
{
	for (size_t i = 0; i < facts->module_count; i++)
		module_release(&facts->modules[i]);
	for (int i = 0; i < IMAGE_TEXTS; i++)
		free(facts->texts[i]);
	free(facts->modules);
	free(facts->init_interpreter);
	free(facts->version);
	free(facts->other_version);
	strbuf_release(&facts->files);
}

/* ---- questions ---- */

/* Compares module names up to the end of `b`, a '.' or a ','. */
static bool same_name(const char *a, const char *b)
{
	for (; *a && (*a == *b || (*a == '_' && *b == '-')); a++)
		b++;
	return !*a && (!*b || *b == '.' || *b == ',' || *b == '\n');
}

const struct image_module *image_module_find(const struct image_facts *facts,
					     const char *name)
{
	for (size_t i = 0; i < facts->module_count; i++)
		if (same_name(facts->modules[i].name, name))
			return &facts->modules[i];
	return NULL;
}

const struct image_module *image_module_at(const struct image_facts *facts,
					   const char *path)
{
	for (size_t i = 0; i < facts->module_count; i++)
		if (!strcmp(facts->modules[i].path, path))
			return &facts->modules[i];
	return NULL;
}

bool image_has_builtin(const struct image_facts *facts, const char *name)
{
	_cleanup_free_ char *wanted = module_name(name);
	const char *line = facts->texts[IMAGE_BUILTIN];

	for (const char *end; wanted && line && *line; line = *end ? end + 1 : end) {
		const char *slash;

		end = strchrnul(line, '\n');
		slash = memrchr(line, '/', (size_t)(end - line));
		if (slash && same_name(wanted, slash + 1))
			return true;
	}
	return false;
}
