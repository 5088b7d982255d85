/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugepage_mount.c: mounts of hugetlbfs, each of one size of pages. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "host-prep/hugepage.h"
#include "host-prep/hugepage_place.h"
#include "host-prep/want.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/mounts.h"
#include "lib/names.h"
#include "lib/origin.h"
#include "lib/user.h"
#include "lib/value/units.h"

/* ---- planning ---- */

static unsigned entry_number(const json_t *entry, const char *key)
{
	return (unsigned)json_integer_value(json_object_get(entry, key));
}

static void owner_text(const struct hugepage_owner *owner, char text[64])
{
	snprintf(text, 64, "%u:%u %04o", (unsigned)owner->user, (unsigned)owner->group,
		 (unsigned)owner->mode);
}

/* An option's value as bytes: "pagesize=2M"; 0 where there is none. */
static uint64_t option_size(const char *options, const char *name)
{
	size_t length = strlen(name);
	uint64_t size = 0;

	for (const char *at = options; *at; at += strcspn(at, ","), at += *at == ',') {
		char value[32];

		if (strncmp(at, name, length) != 0 || at[length] != '=')
			continue;
		at += length + 1;
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, ","), at);
		size_parse(value, &size, NULL);
	}
	return size;
}

/* Root's where nobody is named. */
static int wanted_owner(const struct part_context *context,
			const struct host_huge_pages *section, const char *origin,
			struct hugepage_owner *owner, struct err *err)
{
	int64_t user, group;
	int result = user_number(context->root_fd, section->owner, &user, err);

	if (!result)
		result = group_number(context->root_fd, section->group, &group, err);
	if (result)
		return err_wrap(err, "%s", origin);
	owner->user = user < 0 ? 0 : (uid_t)user;
	owner->group = group < 0 ? 0 : (gid_t)group;
	owner->mode = (mode_t)strtoul(section->mode, NULL, 8);
	return 0;
}

/* How many folders of a path are not there. */
static unsigned count_missing(int root_fd, const char *point)
{
	_cleanup_free_ char *path = strdup(point);
	unsigned count = 0;

	while (path && strrchr(path, '/') && path[1] && !file_exists(root_fd, path)) {
		*strrchr(path, '/') = '\0';
		count++;
	}
	return count;
}

static char *options_text(uint64_t page, const struct hugepage_owner *owner,
			  uint64_t size)
{
	char limit[40] = "";

	if (size)
		snprintf(limit, sizeof(limit), ",size=%" PRIu64, size);
	return format_text("pagesize=%" PRIu64 ",uid=%u,gid=%u,mode=%04o%s", page,
			   (unsigned)owner->user, (unsigned)owner->group,
			   (unsigned)owner->mode, limit);
}

/* What a mount would hide, or cannot stand on. */
static int check_point(const struct part_context *context, const char *point,
		       const char *origin, struct err *err)
{
	_cleanup_names_ struct names names = NAMES_INIT;
	struct stat st;

	if (fstatat(context->root_fd, point + 1, &st, 0) < 0)
		return 0;
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ENOTDIR,
			       "%s: %s is no folder, nothing can be mounted there",
			       origin, point);
	if (names_read(&names, context->root_fd, point + 1))
		return err_sys(err, ENOMEM, "planning %s", point);
	if (names.count)
		part_note(context,
			  "%s is not empty: what is in it (%s) is out of sight while the "
			  "pages are mounted there (%s)",
			  point, names.items[0], origin);
	return 0;
}

static int plan_new(const struct part_context *context,
		    const struct host_huge_pages *section,
		    const struct hugepage_owner *owner, const char *origin,
		    struct steps *steps, struct err *err)
{
	struct hugepage_place *place = hugepage_place_new(context, section->mount);

	if (place)
		place->options = options_text(section->size, owner, section->mount_size);
	if (!place || !place->options) {
		hugepage_place_free(place);
		return err_sys(err, ENOMEM, "planning %s", section->mount);
	}
	place->made =
		entry_number(json_object_get(context->journal, section->mount), "made");
	if (!place->made)
		place->made = count_missing(context->root_fd, section->mount);
	json_object_set_new(context->journal, section->mount,
			    json_pack("{s:i}", "made", (int)place->made));
	steps_addf(steps,
		   &(struct step){ .part = hugepage_part.name,
				   .action = STEP_ADD,
				   .after = place->options,
				   .origin = (char *)origin,
				   .run = hugepage_run_mount,
				   .undo = hugepage_run_unmount,
				   .data = place,
				   .release_data = hugepage_place_free },
		   "hugetlbfs %s", section->mount);
	return 0;
}

static void note_owner(const struct part_context *context, const char *point,
		       const struct hugepage_owner *before)
{
	if (!json_object_get(context->journal, point))
		json_object_set_new(
			context->journal, point,
			json_pack("{s:i, s:i, s:i}", "user", (int)before->user, "group",
				  (int)before->group, "mode", (int)before->mode));
}

static int plan_owner(const struct part_context *context, const char *point,
		      const struct hugepage_owner *after, const char *origin,
		      struct steps *steps, struct err *err)
{
	struct hugepage_place *place;
	struct stat st;
	char from[64], to[64];

	if (fstatat(context->root_fd, point + 1, &st, 0) < 0)
		return err_sys(err, errno, "%s", point);
	if (st.st_uid == after->user && st.st_gid == after->group &&
	    (st.st_mode & 07777) == after->mode)
		return 0;
	place = hugepage_place_new(context, point);
	if (!place)
		return err_sys(err, ENOMEM, "planning %s", point);
	place->before =
		(struct hugepage_owner){ st.st_uid, st.st_gid, st.st_mode & 07777 };
	place->after = *after;
	owner_text(&place->before, from);
	owner_text(&place->after, to);
	note_owner(context, point, &place->before);
	steps_addf(steps,
		   &(struct step){ .part = hugepage_part.name,
				   .action = STEP_CHANGE,
				   .before = from,
				   .after = to,
				   .origin = (char *)origin,
				   .run = hugepage_run_owner,
				   .undo = hugepage_undo_owner,
				   .data = place,
				   .release_data = hugepage_place_free },
		   "owner of %s", point);
	return 0;
}

static int check_mounted(const struct part_context *context,
			 const struct host_huge_pages *section, const struct mount *mount,
			 const char *origin, struct err *err)
{
	uint64_t size = option_size(mount->options, "pagesize");
	char text[24];

	if (strcmp(mount->fstype, hugepage_fstype) != 0)
		return err_set(err, EBUSY, "%s: %s is mounted on %s", origin,
			       mount->fstype, section->mount);
	if (size != section->size)
		return err_set(err, EBUSY, "%s: %s is a mount of pages of %s", origin,
			       section->mount, hugepage_size_text(size, text));
	if (option_size(mount->options, "size") != section->mount_size)
		part_note(context, "%s: MountSize= holds once it is mounted anew (%s)",
			  section->mount, origin);
	return 0;
}

static int plan_mounted(const struct part_context *context,
			const struct host_huge_pages *section, const struct mount *mount,
			const struct hugepage_owner *owner, const char *origin,
			struct steps *steps, struct err *err)
{
	int result = check_mounted(context, section, mount, origin, err);

	return result ? result
		      : plan_owner(context, section->mount, owner, origin, steps, err);
}

static int plan_mount(const struct part_context *context, size_t i, const char *mountinfo,
		      struct steps *steps, struct err *err)
{
	const struct host_huge_pages *section = &context->host->huge_pages.items[i];
	_cleanup_mount_ struct mount mount = { .point = NULL };
	struct hugepage_owner owner;
	char origin[SETTING_ORIGIN];
	int result;

	origin_text(context->conf, "HugePages", "Mount", i, origin, sizeof(origin));
	result = wanted_owner(context, section, origin, &owner, err);
	if (!result)
		result = mount_find(&mount, mountinfo, section->mount, err);
	if (result < 0)
		return result;
	if (!result)
		result = check_point(context, section->mount, origin, err);
	else
		return plan_mounted(context, section, &mount, &owner, origin, steps, err);
	return result ? result : plan_new(context, section, &owner, origin, steps, err);
}

/* ---- taking back ---- */

static int plan_unmount(const struct part_context *context, const char *point,
			const json_t *entry, const struct mount *mount,
			struct steps *steps, struct err *err)
{
	struct hugepage_place *place = hugepage_place_new(context, point);
	struct stat st;

	if (place && fstatat(context->root_fd, point + 1, &st, 0) == 0)
		place->options =
			options_text(option_size(mount->options, "pagesize"),
				     &(struct hugepage_owner){ st.st_uid, st.st_gid,
							       st.st_mode & 07777 },
				     option_size(mount->options, "size"));
	if (!place || !place->options) {
		hugepage_place_free(place);
		return err_sys(err, ENOMEM, "planning %s", point);
	}
	place->made = entry_number(entry, "made");
	steps_addf(steps,
		   &(struct step){ .part = hugepage_part.name,
				   .action = STEP_REMOVE,
				   .run = hugepage_run_unmount,
				   .undo = hugepage_run_mount,
				   .data = place,
				   .release_data = hugepage_place_free },
		   "hugetlbfs %s", point);
	return 0;
}

/* Made for a mount that did not come about. */
static int plan_remove_folders(const struct part_context *context, const char *point,
			       const json_t *entry, struct steps *steps, struct err *err)
{
	struct hugepage_place *place;

	if (!entry_number(entry, "made") || !file_exists(context->root_fd, point))
		return 0;
	place = hugepage_place_new(context, point);
	if (!place)
		return err_sys(err, ENOMEM, "planning %s", point);
	place->made = entry_number(entry, "made");
	steps_addf(steps,
		   &(struct step){ .part = hugepage_part.name,
				   .action = STEP_REMOVE,
				   .run = hugepage_run_remove_folders,
				   .data = place,
				   .release_data = hugepage_place_free },
		   "folder %s", point);
	return 0;
}

static int take_back(const struct part_context *context, const char *point,
		     const json_t *entry, const char *mountinfo, struct steps *steps,
		     struct err *err)
{
	const struct hugepage_owner owner = { entry_number(entry, "user"),
					      entry_number(entry, "group"),
					      entry_number(entry, "mode") };
	_cleanup_mount_ struct mount mount = { .point = NULL };
	int found = mount_find(&mount, mountinfo, point, err);

	if (!found)
		return plan_remove_folders(context, point, entry, steps, err);
	if (found < 0 || strcmp(mount.fstype, hugepage_fstype) != 0)
		return found < 0 ? found : 0;
	if (json_object_get(entry, "made"))
		return plan_unmount(context, point, entry, &mount, steps, err);
	return plan_owner(context, point, &owner, "", steps, err);
}

static bool is_configured(const struct part_context *context, const char *point)
{
	for (size_t i = 0; i < context->host->huge_pages.count; i++)
		if (!strcmp(context->host->huge_pages.items[i].mount, point))
			return true;
	return false;
}

static int take_back_all(const struct part_context *context, bool all,
			 const char *mountinfo, struct steps *steps, struct err *err)
{
	const char *point;
	json_t *entry;
	void *next;
	int result = 0;

	json_object_foreach_safe(context->journal, next, point, entry)
	{
		if (!all && is_configured(context, point))
			continue;
		if (!result)
			result = take_back(context, point, entry, mountinfo, steps, err);
		if (!result)
			json_object_del(context->journal, point);
	}
	return result;
}

int hugepage_plan_mounts(const struct part_context *context, struct steps *steps,
			 struct err *err)
{
	_cleanup_strbuf_ struct strbuf mountinfo;
	int result;

	strbuf_init(&mountinfo, 0);
	file_read(context->root_fd, "proc/self/mountinfo", &mountinfo, NULL);
	result = take_back_all(context, false, mountinfo.text, steps, err);
	for (size_t i = 0; !result && i < context->host->huge_pages.count; i++)
		if (*context->host->huge_pages.items[i].mount)
			result = plan_mount(context, i, mountinfo.text, steps, err);
	return result;
}

int hugepage_down_mounts(const struct part_context *context, struct steps *steps,
			 struct err *err)
{
	_cleanup_strbuf_ struct strbuf mountinfo;

	strbuf_init(&mountinfo, 0);
	file_read(context->root_fd, "proc/self/mountinfo", &mountinfo, NULL);
	return take_back_all(context, true, mountinfo.text, steps, err);
}
