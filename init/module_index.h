/* SPDX-License-Identifier: GPL-2.0-or-later */
/* module_index.h: what depmod and modprobe.d say about the modules in the image. */
#ifndef BEDPLATE_INIT_MODULE_INDEX_H
#define BEDPLATE_INIT_MODULE_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "init/alias.h"
#include "lib/module_plan.h"

/* A module that has a file: a line of modules.dep. */
struct index_entry {
	char name[MODULE_NAME_MAX];
	const char *path;
	const char *depends; /* paths parted by blanks */
	int number;          /* the loader's, -1 before it was asked for */
};

/* `softdep NAME pre: A B post: C` */
struct index_softdep {
	const char *name;
	char *pre; /* blank-parted; "" for none */
	char *post;
};

/* `options NAME TEXT` and `blacklist NAME` (then text is NULL) */
struct index_rule {
	const char *name;
	const char *text;
};

struct module_index {
	char *dep_text, *alias_text, *softdep_text, *rule_text, *builtin_text;
	struct index_entry *entries; /* sorted by name */
	size_t entry_count;
	struct alias_table aliases;
	struct index_softdep *softdeps;
	size_t softdep_count;
	struct index_rule *rules;
	size_t rule_count;
};

#define MODULE_INDEX_INIT        \
	{                        \
		.dep_text = NULL \
	}

/* Texts of modules.dep, modules.alias, modules.softdep, modules.builtin and modprobe.d;
 * NULL for one that is absent. The index takes them over and parts them in place. False
 * without memory. */
bool module_index_parse(struct module_index *index, char *dep, char *alias, char *softdep,
			char *builtin, char *rules);
void module_index_release(struct module_index *index);

/* The entry of a module by its name, '-' and '_' being the same, or NULL. */
struct index_entry *module_index_find(const struct module_index *index, const char *name);

bool module_index_is_builtin(const struct module_index *index, const char *name);

bool module_index_is_blacklisted(const struct module_index *index, const char *name);

/* The softdep lines of this module, one after the other: `after` is the one before, or
 * NULL. */
const struct index_softdep *module_index_softdep(const struct module_index *index,
						 const char *name,
						 const struct index_softdep *after);

/* The next options line of this module, as above. */
const struct index_rule *module_index_options(const struct module_index *index,
					      const char *name,
					      const struct index_rule *after);

#endif
