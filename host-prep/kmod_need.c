/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kmod_need.c: loads what a part needs, and unloads it where nobody uses it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-prep/kmod.h"
#include "host-prep/kmod_need.h"
#include "lib/file.h"
#include "lib/log.h"

enum { NAME_SIZE = 64 };

struct need {
	int root_fd, lock_fd;
	char name[NAME_SIZE], option[NAME_SIZE];
};

static int modprobe(const struct need *need, const char *first, const char *second,
		    struct err *err)
{
	const char *const argv[] = { "modprobe", first, second, NULL };

	return kmod_run(argv, need->lock_fd, err);
}

static int run_load(const struct step *step, struct err *err)
{
	const struct need *need = step->data;

	return modprobe(need, need->name, *need->option ? need->option : NULL, err);
}

/* It may be gone with another that it was loaded with; it may have found users since. */
static int run_unload(const struct step *step, struct err *err)
{
	const struct need *need = step->data;
	struct err why = ERR_INIT;
	uint64_t users = 0;
	char path[128];

	(void)err;
	if (!kmod_is_there(need->root_fd, need->name))
		return 0;
	snprintf(path, sizeof(path), "sys/module/%s/refcnt", need->name);
	file_read_u64(need->root_fd, path, &users, NULL);
	if (users)
		log_info("module %s stays: it is in use", need->name);
	else if (modprobe(need, "-r", need->name, &why))
		log_info("module %s stays: %s", need->name, why.text);
	return 0;
}

static int add_step(const struct part_context *context, const struct step *step,
		    const char *name, const char *option, struct steps *steps,
		    struct err *err)
{
	struct need *need = calloc(1, sizeof(*need));
	struct step own = *step;

	if (!need)
		return err_sys(err, ENOMEM, "planning the module %s", name);
	need->root_fd = context->root_fd;
	need->lock_fd = context->lock_fd;
	snprintf(need->name, sizeof(need->name), "%s", name);
	snprintf(need->option, sizeof(need->option), "%s", option ? option : "");
	own.data = need;
	steps_addf(steps, &own, "module %s", name);
	return 0;
}

static bool is_planned(const struct steps *steps, const char *name)
{
	for (size_t i = 0; i < steps->count; i++) {
		const struct need *need = steps->items[i].data;

		if (steps->items[i].run == run_load && !strcmp(need->name, name))
			return true;
	}
	return false;
}

int kmod_need(const struct part_context *context, const char *part, const char *name,
	      const char *option, struct steps *steps, struct err *err)
{
	if (kmod_is_there(context->root_fd, name) || is_planned(steps, name))
		return 0;
	json_object_set_new(context->loaded, name, json_string(part));
	return add_step(context,
			&(struct step){ .part = part,
					.action = STEP_ADD,
					.after = (char *)option,
					.run = run_load,
					.undo = run_unload },
			name, option, steps, err);
}

static bool is_for(const json_t *value, const char *part)
{
	const char *text = json_string_value(value);

	return text && !strcmp(text, part);
}

int kmod_need_no_more(const struct part_context *context, const char *part,
		      struct steps *steps, struct err *err)
{
	const char *name;
	json_t *value;
	void *next;
	int result = 0;

	json_object_foreach_safe(context->loaded, next, name, value)
	{
		if (result || !is_for(value, part))
			continue;
		if (kmod_is_there(context->root_fd, name))
			result = add_step(context,
					  &(struct step){ .part = part,
							  .action = STEP_REMOVE,
							  .run = run_unload },
					  name, NULL, steps, err);
		if (!result)
			json_object_del(context->loaded, name);
	}
	return result;
}

void kmod_need_forget(json_t *after, const json_t *before, const char *part)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(after, next, name, value)
	{
		if (is_for(value, part))
			json_object_del(after, name);
	}
	json_object_foreach((json_t *)before, name, value) {
		if (is_for(value, part))
			json_object_set(after, name, value);
	}
}
