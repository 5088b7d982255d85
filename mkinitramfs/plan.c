/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.c: the list of an image's entries. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/cleanup.h"
#include "lib/image_id.h"
#include "lib/late_archive.h"
#include "mkinitramfs/plan.h"

enum { REASON_MAX = 400 };

static bool reason_has(const char *text, const char *reason)
{
	size_t length = strlen(reason);

	for (const char *at = text; at && *at;
	     at = strstr(at, "; ") ? strstr(at, "; ") + 2 : NULL)
		if (!strncmp(at, reason, length) && (!at[length] || at[length] == ';'))
			return true;
	return false;
}

char *reason_join(char *text, const char *more)
{
	char *joined;

	if (!text)
		return strdup(more);
	if (reason_has(text, more) || strlen(text) + strlen(more) > REASON_MAX)
		return text;
	joined = format_text("%s; %s", text, more);
	free(text);
	return joined;
}

static void plan_no_memory(struct plan *plan)
{
	if (!plan->failed.code)
		err_sys(&plan->failed, ENOMEM, "planning the image");
}

static struct entry *plan_add(struct plan *plan, const char *path, enum entry_kind kind,
			      mode_t mode, const char *reason)
{
	struct entry *items = plan->items, *entry;

	while (*path == '/')
		path++;
	if (plan->count == plan->room) {
		plan->room = plan->room ? plan->room * 2 : 256;
		items = reallocarray(items, plan->room, sizeof(*items));
		if (!items) {
			plan->room = plan->count;
			plan_no_memory(plan);
			return NULL;
		}
		plan->items = items;
	}
	entry = &items[plan->count++];
	*entry = (struct entry){ .path = strdup(path),
				 .kind = kind,
				 .mode = mode,
				 .dir_fd = -1,
				 .late = plan->late,
				 .early = plan->early,
				 .weak = plan->weak,
				 .reason = strdup(reason) };
	if (!entry->path || !entry->reason)
		plan_no_memory(plan);
	return entry;
}

void plan_add_dir(struct plan *plan, const char *path, const char *reason)
{
	plan_add(plan, path, ENTRY_DIR, S_IFDIR | 0755, reason);
}

void plan_add_text(struct plan *plan, const char *path, mode_t mode,
		   const struct strbuf *text, const char *reason)
{
	struct entry *entry = plan_add(plan, path, ENTRY_TEXT, S_IFREG | mode, reason);

	if (!entry)
		return;
	entry->text = text->overflow ? NULL : strndup(text->text, text->length);
	entry->size = text->length;
	if (!entry->text)
		plan_no_memory(plan);
}

void plan_add_data(struct plan *plan, const char *path, mode_t mode,
		   const struct strbuf *data, const char *reason)
{
	struct entry *entry = plan_add(plan, path, ENTRY_TEXT, S_IFREG | mode, reason);

	if (!entry)
		return;
	entry->text = data->overflow ? NULL : malloc(data->length + 1);
	entry->size = data->length;
	if (entry->text)
		memcpy(entry->text, data->text, data->length + 1);
	else
		plan_no_memory(plan);
}

void plan_add_link(struct plan *plan, const char *path, const char *target,
		   const char *reason)
{
	struct entry *entry = plan_add(plan, path, ENTRY_LINK, S_IFLNK | 0777, reason);

	if (!entry)
		return;
	entry->text = strdup(target);
	entry->size = strlen(target);
	if (!entry->text)
		plan_no_memory(plan);
}

void plan_add_node(struct plan *plan, const char *path, mode_t mode, unsigned major,
		   unsigned minor, const char *reason)
{
	struct entry *entry = plan_add(plan, path, ENTRY_NODE, S_IFCHR | mode, reason);

	if (!entry)
		return;
	entry->major = major;
	entry->minor = minor;
}

void plan_add_id(struct plan *plan)
{
	plan_add(plan, IMAGE_ID_FILE, ENTRY_ID, S_IFREG | 0644,
		 "tells which image the host was booted from");
}

static void plan_add_source(struct plan *plan, const struct entry *source,
			    const char *path, mode_t mode, const char *reason)
{
	struct entry *entry = plan_add(plan, path, ENTRY_FILE, S_IFREG | mode, reason);

	if (!entry)
		return;
	entry->dir_fd = source->dir_fd;
	entry->unpack = source->unpack;
	entry->unsign = source->unsign;
	entry->source = strdup(source->source);
	if (!entry->source)
		plan_no_memory(plan);
}

void plan_add_file(struct plan *plan, const char *path, mode_t mode, int dir_fd,
		   const char *source, bool unpack, const char *reason)
{
	const struct entry entry = { .dir_fd = dir_fd,
				     .source = (char *)source,
				     .unpack = unpack };

	plan_add_source(plan, &entry, path, mode, reason);
}

void plan_add_module(struct plan *plan, const char *path, int dir_fd, const char *source,
		     bool unpack, bool unsign, const char *reason)
{
	const struct entry entry = { .dir_fd = dir_fd,
				     .source = (char *)source,
				     .unpack = unpack,
				     .unsign = unsign };

	plan_add_source(plan, &entry, path, 0644, reason);
}

static int entry_compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = strcmp(left->path, right->path);

	return order ? order : strcmp(left->reason, right->reason);
}

static void entry_release(struct entry *entry)
{
	free(entry->path);
	free(entry->text);
	free(entry->source);
	free(entry->reason);
}

static bool entry_same(const struct entry *a, const struct entry *b)
{
	if (a->kind != b->kind || a->mode != b->mode || a->size != b->size)
		return false;
	if (a->text && memcmp(a->text, b->text, a->size) != 0)
		return false;
	if (a->source && (a->dir_fd != b->dir_fd || strcmp(a->source, b->source) != 0))
		return false;
	return a->major == b->major && a->minor == b->minor;
}

/* Adds the folders above an entry; those that are there already are merged afterwards. */
static void plan_add_parents(struct plan *plan, size_t index)
{
	_cleanup_free_ char *copy = strdup(plan->items[index].path);

	if (!copy)
		plan_no_memory(plan);
	plan->weak = false;
	plan->late = plan->items[index].late;
	plan->early = plan->items[index].early;
	for (char *slash = copy ? strchr(copy, '/') : NULL; slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		plan_add(plan, copy, ENTRY_DIR, S_IFDIR | 0755, "");
		*slash = '/';
	}
}

/* Of two entries the one that is not weak stays; `other` is gone afterwards. */
static int entry_yield(struct entry *kept, struct entry *other)
{
	struct entry strong = kept->weak ? *other : *kept;

	entry_release(kept->weak ? kept : other);
	*kept = strong;
	return 0;
}

/* Makes one entry of two with the same path; `other` is gone afterwards, unless that
 * fails. */
static int entry_merge(struct entry *kept, struct entry *other, struct err *err)
{
	if (kept->weak != other->weak)
		return entry_yield(kept, other);
	if (!entry_same(kept, other))
		return err_set(err, EEXIST, "%s is to be in the image twice: %s; and: %s",
			       kept->path, kept->reason, other->reason);
	if (!*kept->reason) {
		char *reason = kept->reason;

		kept->reason = other->reason;
		other->reason = reason;
	} else if (*other->reason) {
		kept->reason = reason_join(kept->reason, other->reason);
	}
	if (!kept->reason)
		return err_sys(err, ENOMEM, "planning the image");
	kept->late = kept->late && other->late;
	kept->early = kept->early && other->early;
	entry_release(other);
	return 0;
}

static int plan_merge(struct plan *plan, struct err *err)
{
	size_t kept = 0;
	int result = 0;

	for (size_t i = 0; i < plan->count; i++) {
		struct entry *entry = &plan->items[i];

		if (!result && kept && !strcmp(plan->items[kept - 1].path, entry->path)) {
			result = entry_merge(&plan->items[kept - 1], entry, err);
			if (!result)
				continue;
		}
		plan->items[kept++] = *entry;
	}
	plan->count = kept;
	return result;
}

static int entry_rank(const struct entry *entry)
{
	if (entry->early)
		return 0;
	if (entry->late)
		return 3;
	return entry->kind == ENTRY_ID ? 4 : entry->kind == ENTRY_LATE ? 2 : 1;
}

static int entry_compare_rank(const void *a, const void *b)
{
	int order = entry_rank(a) - entry_rank(b);

	return order ? order : entry_compare(a, b);
}

/* The archive that the late entries lie in comes behind those that are not late. */
static int plan_order(struct plan *plan, struct err *err)
{
	size_t late = 0;

	while (late < plan->count && !plan->items[late].late)
		late++;
	if (late < plan->count)
		plan_add(plan, LATE_ARCHIVE, ENTRY_LATE, S_IFREG | 0644,
			 "holds what only a failing or unusual boot needs");
	if (plan->count)
		qsort(plan->items, plan->count, sizeof(*plan->items), entry_compare_rank);
	if (plan->failed.code && err)
		*err = plan->failed;
	return plan->failed.code;
}

/* Folders that nobody asked for say what they are for. */
static int plan_explain_parents(struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct entry *entry = &plan->items[i];

		if (*entry->reason)
			continue;
		free(entry->reason);
		entry->reason = strdup("holds what is below it");
		if (!entry->reason)
			return err_sys(err, ENOMEM, "planning the image");
	}
	return 0;
}

int plan_finish(struct plan *plan, struct err *err)
{
	size_t count = plan->count;
	int result;

	for (size_t i = 0; i < count && !plan->failed.code; i++)
		plan_add_parents(plan, i);
	plan->late = plan->early = plan->weak = false;
	if (plan->failed.code) {
		if (err)
			*err = plan->failed;
		return plan->failed.code;
	}
	qsort(plan->items, plan->count, sizeof(*plan->items), entry_compare);
	result = plan_merge(plan, err);
	if (!result)
		result = plan_order(plan, err);
	return result ? result : plan_explain_parents(plan, err);
}

void plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		entry_release(&plan->items[i]);
	free(plan->items);
	names_release(&plan->watched);
	*plan = (struct plan)PLAN_INIT;
}
