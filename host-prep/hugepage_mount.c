/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hugepage_mount.c: mounts of hugetlbfs, each of one size of pages. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "host-prep/hugepage.h"
#include "host-prep/want.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/format_text.h"
#include "lib/mounts.h"
#include "lib/origin.h"
#include "lib/value/units.h"

static const char fstype[] = "hugetlbfs";

struct owner {
	uid_t user;
	gid_t group;
	mode_t mode;
};

struct place {
	int root_fd;
	char *point, *options;
	bool made; /* the folder */
	struct owner before, after;
};

static void place_free(void *data)
{
	struct place *place = data;

	if (!place)
		return;
	free(place->point);
	free(place->options);
	free(place);
}

static struct place *place_new(const struct part_context *context, const char *point)
{
	struct place *place = calloc(1, sizeof(*place));

	if (!place)
		return NULL;
	place->root_fd = context->root_fd;
	place->point = strdup(point);
	if (place->point)
		return place;
	place_free(place);
	return NULL;
}

/* ---- doing ---- */

static int run_mount(const struct step *step, struct err *err)
{
	const struct place *place = step->data;
	_cleanup_close_ int fd =
		file_make_dirs_in_root(place->root_fd, place->point, err);
	char path[64];

	if (fd < 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (mount(fstype, path, fstype, MS_NOSUID | MS_NODEV, place->options) < 0)
		return err_sys(err, errno, "mounting %s with %s", fstype, place->options);
	return 0;
}

/* By the folder above it: a descriptor of the mount itself would keep it busy. A guest's
 * files do, too, and so it stays then. */
static int run_unmount(const struct step *step, struct err *err)
{
	const struct place *place = step->data;
	const char *slash = strrchr(place->point, '/');
	_cleanup_free_ char *above =
		strndup(place->point, (size_t)(slash - place->point) + 1);
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -1;

	if (!above)
		return err_sys(err, ENOMEM, "unmounting it");
	fd = file_open_in_root(place->root_fd, above, O_PATH | O_DIRECTORY, err);
	if (fd < 0)
		return fd;
	path = format_text("/proc/self/fd/%d%s", fd, slash);
	if (!path || umount2(path, UMOUNT_NOFOLLOW) < 0) {
		err_sys(err, path ? errno : ENOMEM, "unmounting it");
		return err_hint(err,
				"guests that have memory from there have to be stopped");
	}
	if (place->made)
		unlinkat(fd, slash + 1, AT_REMOVEDIR);
	return 0;
}

static int set_owner(const struct place *place, const struct owner *owner,
		     struct err *err)
{
	_cleanup_close_ int fd = file_open_in_root(place->root_fd, place->point,
						   O_RDONLY | O_DIRECTORY, err);

	if (fd < 0)
		return fd;
	if (fchown(fd, owner->user, owner->group) < 0 || fchmod(fd, owner->mode) < 0)
		return err_sys(err, errno, "changing its owner");
	return 0;
}

static int run_owner(const struct step *step, struct err *err)
{
	const struct place *place = step->data;

	return set_owner(place, &place->after, err);
}

static int undo_owner(const struct step *step, struct err *err)
{
	const struct place *place = step->data;

	return set_owner(place, &place->before, err);
}

/* ---- planning ---- */

static void owner_text(const struct owner *owner, char text[64])
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
			struct owner *owner, struct err *err)
{
	int64_t user, group;
	int result = want_user(context->root_fd, section->owner, &user, err);

	if (!result)
		result = want_group(context->root_fd, section->group, &group, err);
	if (result)
		return err_wrap(err, "%s", origin);
	owner->user = user < 0 ? 0 : (uid_t)user;
	owner->group = group < 0 ? 0 : (gid_t)group;
	owner->mode = (mode_t)strtoul(section->mode, NULL, 8);
	return 0;
}

static int plan_new(const struct part_context *context,
		    const struct host_huge_pages *section, const struct owner *owner,
		    const char *origin, struct steps *steps, struct err *err)
{
	struct place *place = place_new(context, section->mount);
	char limit[40] = "";

	if (section->mount_size)
		snprintf(limit, sizeof(limit), ",size=%" PRIu64, section->mount_size);
	if (place)
		place->options =
			format_text("pagesize=%" PRIu64 ",uid=%u,gid=%u,mode=%04o%s",
				    section->size, (unsigned)owner->user,
				    (unsigned)owner->group, (unsigned)owner->mode, limit);
	if (!place || !place->options) {
		place_free(place);
		return err_sys(err, ENOMEM, "planning %s", section->mount);
	}
	place->made = !file_exists(context->root_fd, section->mount);
	json_object_set_new(context->journal, section->mount,
			    json_pack("{s:b}", "made", place->made));
	steps_addf(steps,
		   &(struct step){ .part = hugepage_part.name,
				   .action = STEP_ADD,
				   .after = place->options,
				   .origin = (char *)origin,
				   .run = run_mount,
				   .undo = run_unmount,
				   .data = place,
				   .release_data = place_free },
		   "hugetlbfs %s", section->mount);
	return 0;
}

static void note_owner(const struct part_context *context, const char *point,
		       const struct owner *before)
{
	if (!json_object_get(context->journal, point))
		json_object_set_new(
			context->journal, point,
			json_pack("{s:i, s:i, s:i}", "user", (int)before->user, "group",
				  (int)before->group, "mode", (int)before->mode));
}

static int plan_owner(const struct part_context *context, const char *point,
		      const struct owner *after, const char *origin, struct steps *steps,
		      struct err *err)
{
	struct place *place;
	struct stat st;
	char from[64], to[64];

	if (fstatat(context->root_fd, point + 1, &st, 0) < 0)
		return err_sys(err, errno, "%s", point);
	if (st.st_uid == after->user && st.st_gid == after->group &&
	    (st.st_mode & 07777) == after->mode)
		return 0;
	place = place_new(context, point);
	if (!place)
		return err_sys(err, ENOMEM, "planning %s", point);
	place->before = (struct owner){ st.st_uid, st.st_gid, st.st_mode & 07777 };
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
				   .run = run_owner,
				   .undo = undo_owner,
				   .data = place,
				   .release_data = place_free },
		   "owner of %s", point);
	return 0;
}

static int check_mounted(const struct part_context *context,
			 const struct host_huge_pages *section, const struct mount *mount,
			 const char *origin, struct err *err)
{
	uint64_t size = option_size(mount->options, "pagesize");
	char text[24];

	if (strcmp(mount->fstype, fstype) != 0)
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

static int plan_mount(const struct part_context *context, size_t i, const char *mountinfo,
		      struct steps *steps, struct err *err)
{
	const struct host_huge_pages *section = &context->host->huge_pages.items[i];
	_cleanup_mount_ struct mount mount = { .point = NULL };
	struct owner owner;
	char origin[SETTING_ORIGIN];
	int result;

	origin_text(context->conf, "HugePages", "Mount", i, origin, sizeof(origin));
	result = wanted_owner(context, section, origin, &owner, err);
	if (!result)
		result = mount_find(&mount, mountinfo, section->mount, err);
	if (result < 0)
		return result;
	if (!result)
		return plan_new(context, section, &owner, origin, steps, err);
	result = check_mounted(context, section, &mount, origin, err);
	return result ? result
		      : plan_owner(context, section->mount, &owner, origin, steps, err);
}

/* ---- taking back ---- */

static int plan_unmount(const struct part_context *context, const char *point,
			const json_t *entry, struct steps *steps, struct err *err)
{
	struct place *place = place_new(context, point);

	if (!place)
		return err_sys(err, ENOMEM, "planning %s", point);
	place->made = json_is_true(json_object_get(entry, "made"));
	steps_addf(steps,
		   &(struct step){ .part = hugepage_part.name,
				   .action = STEP_REMOVE,
				   .run = run_unmount,
				   .data = place,
				   .release_data = place_free },
		   "hugetlbfs %s", point);
	return 0;
}

static unsigned entry_number(const json_t *entry, const char *key)
{
	return (unsigned)json_integer_value(json_object_get(entry, key));
}

static int take_back(const struct part_context *context, const char *point,
		     const json_t *entry, const char *mountinfo, struct steps *steps,
		     struct err *err)
{
	const struct owner owner = { entry_number(entry, "user"),
				     entry_number(entry, "group"),
				     entry_number(entry, "mode") };
	_cleanup_mount_ struct mount mount = { .point = NULL };
	int found = mount_find(&mount, mountinfo, point, err);

	if (found <= 0 || strcmp(mount.fstype, fstype) != 0)
		return found < 0 ? found : 0;
	if (json_object_get(entry, "made"))
		return plan_unmount(context, point, entry, steps, err);
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
