/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image_facts.h: what an image of ours holds, as plain data: read once, and judged
 * elsewhere. Memory is bounded by the largest module, not by the image.
 */
#ifndef BEDPLATE_MKINITRAMFS_IMAGE_FACTS_H
#define BEDPLATE_MKINITRAMFS_IMAGE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/err.h"
#include "lib/strbuf.h"

/* One module, by what its .modinfo says. */
struct image_module {
	char *name;    /* with '_' */
	char *path;    /* below lib/modules/VERSION */
	char *depends; /* names parted by commas; NULL where there is no .modinfo at all */
	char *vermagic; /* NULL where it says none */
	char *firmware; /* each name behind a '\n' */
	bool late;
};

/* The texts that are kept, in the order of the table in image_facts.c. */
enum image_text {
	IMAGE_INIT_CONF,
	IMAGE_MODULES_PLAN,
	IMAGE_VFIO_PLAN,
	IMAGE_KEYBOARDS,
	IMAGE_BUILTIN,
	IMAGE_TEXTS
};

struct image_facts {
	size_t entries;
	bool has_init;
	mode_t init_mode;
	bool init_is_program;
	char *init_interpreter;
	bool has_lvm;        /* sbin/lvm, wherever in the image */
	char *version;       /* the folder below lib/modules; NULL without modules */
	char *other_version; /* another such folder; NULL mostly */
	char *texts[IMAGE_TEXTS];
	struct image_module *modules;
	size_t module_count, module_room;
	struct strbuf files; /* paths below lib/firmware, each between two '\n' */
};

/* Reads an image to its end. Every archive and stream within is unpacked, so that 0 also
 * means that nothing of it is damaged. */
int image_facts_read(struct image_facts *facts, const char *path, struct err *err);
void image_facts_release(struct image_facts *facts);
#define _cleanup_image_facts_ __attribute__((cleanup(image_facts_release)))

/* The path of a text in the image ("etc/bedplate/init.conf"). */
const char *image_text_path(enum image_text text);

/* A module by its name, '-' and '_' being the same, or by its path; NULL. */
const struct image_module *image_module_find(const struct image_facts *facts,
					     const char *name);
const struct image_module *image_module_at(const struct image_facts *facts,
					   const char *path);

/* Whether the image's list of built-in modules has this name. */
bool image_has_builtin(const struct image_facts *facts, const char *name);

#endif
