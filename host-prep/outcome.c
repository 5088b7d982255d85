/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outcome.c: which parts go on where others fail, and what is told of it. */
#include <errno.h>
#include <string.h>

#include "host-prep/outcome.h"
#include "lib/log.h"

struct outcome *outcomes_add(struct outcomes *outcomes, const struct part *part)
{
	struct outcome *outcome = &outcomes->items[outcomes->count++];

	*outcome = (struct outcome){ .part = part };
	return outcome;
}

static bool has_failed(const struct outcomes *outcomes, const char *name)
{
	for (size_t i = 0; i < outcomes->count; i++) {
		const struct outcome *outcome = &outcomes->items[i];

		if (strcmp(outcome->part->name, name) == 0)
			return outcome->failed || outcome->lacks;
	}
	return false;
}

const char *outcomes_lack(const struct outcomes *outcomes, const struct part *part)
{
	for (const char *const *name = part->needs; name && *name; name++)
		if (has_failed(outcomes, *name))
			return *name;
	return NULL;
}

const struct outcome *outcomes_find_failed(const struct outcomes *outcomes)
{
	const struct outcome *found = NULL;

	for (size_t i = 0; i < outcomes->count; i++) {
		const struct outcome *outcome = &outcomes->items[i];

		if (!outcome->failed)
			continue;
		if (outcome->why.mistake)
			return outcome;
		if (!found)
			found = outcome;
	}
	return found;
}

void outcomes_drop_group(struct outcomes *outcomes, const char *group)
{
	size_t kept = 0;

	for (size_t i = 0; i < outcomes->count; i++)
		if (!part_is_of(outcomes->items[i].part, group))
			outcomes->items[kept++] = outcomes->items[i];
	outcomes->count = kept;
}

/* What stopped each stands right before the sum of it. */
int outcomes_tell(const struct outcomes *outcomes, struct strbuf *names, int code,
		  struct err *err)
{
	for (size_t i = 0; i < outcomes->count; i++) {
		const struct outcome *outcome = &outcomes->items[i];
		struct err why = outcome->why;

		if (outcome->lacks)
			log_warning("%s is left out: it needs %s", outcome->part->name,
				    outcome->lacks);
		if (!outcome->failed)
			continue;
		err_wrap(&why, "%s", outcome->part->name);
		log_err(&why);
		strbuf_addf(names, "%s%s", names->length ? ", " : "",
			    outcome->part->name);
		code = code ? code : why.code;
	}
	if (!code)
		return 0;
	return err_set(err, -code, "%s: failed; what does not need it is done",
		       names->text);
}
