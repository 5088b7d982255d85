/* SPDX-License-Identifier: GPL-2.0-or-later */
/* usr_plan.c: what is to be mounted on /usr; see usr.h. */
#include <stdio.h>
#include <string.h>

#include "init/text.h"
#include "init/usr.h"
#include "lib/cleanup.h"

static const char *or_else(const char *text, const char *other)
{
	return text && *text ? text : other ? other : "";
}

/* The last of "ro" and "rw" counts, as for mount(8). */
static bool is_read_only(const char *options, bool fallback)
{
	for (const char *at = options; *at; at += strcspn(at, ","), at += *at == ',') {
		if (strncmp(at, "ro", 2) == 0 && (!at[2] || at[2] == ','))
			fallback = true;
		if (strncmp(at, "rw", 2) == 0 && (!at[2] || at[2] == ','))
			fallback = false;
	}
	return fallback;
}

static void plan_from_arguments(struct usr_plan *plan, const struct usr_arguments *arg)
{
	plan->wanted = true;
	plan->check = true;
	text_copy(plan->spec, sizeof(plan->spec), or_else(arg->device, arg->root_device));
	text_copy(plan->types, sizeof(plan->types), or_else(arg->type, arg->root_type));
	text_copy(plan->options, sizeof(plan->options),
		  or_else(arg->flags, arg->root_flags));
	plan->read_only = is_read_only(plan->options, arg->root_read_only);
}

static void plan_from_entry(struct usr_plan *plan, const struct fstab_entry *entry)
{
	/* noauto leaves it to an administrator, as it does on the running system. */
	if (fstab_has_option(entry->options, "noauto"))
		return;
	plan->wanted = true;
	plan->check = entry->pass > 0;
	plan->nofail = fstab_has_option(entry->options, "nofail");
	text_copy(plan->spec, sizeof(plan->spec), entry->spec);
	text_copy(plan->types, sizeof(plan->types), entry->type);
	text_copy(plan->options, sizeof(plan->options), entry->options);
	plan->read_only = is_read_only(plan->options, false);
}

void usr_plan_make(struct usr_plan *plan, const struct usr_arguments *arguments,
		   const struct fstab_entry *entry)
{
	*plan = (struct usr_plan){ .wanted = false };
	if (arguments->device || arguments->type || arguments->flags)
		plan_from_arguments(plan, arguments);
	else if (entry)
		plan_from_entry(plan, entry);
}
