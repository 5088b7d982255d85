/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preflight_user.c: whom a guest's QEMU runs as. Another machine's users are those of its files. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "lib/guest_user.h"
#include "lib/user.h"
#include "qemu-launch/preflight.h"

static bool is_running_machine(int machine_fd)
{
	struct stat machine, running;

	return fstat(machine_fd, &machine) < 0 || stat("/", &running) < 0 ||
	       (machine.st_dev == running.st_dev && machine.st_ino == running.st_ino);
}

static FILE *open_list(int machine_fd, const char *path)
{
	int fd = file_open(machine_fd, path, O_RDONLY, NULL);
	FILE *list = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !list)
		close(fd);
	return list;
}

/* The user's name and first group; a number need not be any user's. */
static void read_entry(int machine_fd, struct spawn_user *user, char name[64])
{
	FILE *list = open_list(machine_fd, "etc/passwd");
	const struct passwd *entry;

	*name = '\0';
	user->gid = user->uid;
	while (list && (entry = fgetpwent(list))) {
		if (entry->pw_uid != user->uid)
			continue;
		user->gid = entry->pw_gid;
		snprintf(name, 64, "%s", entry->pw_name);
		break;
	}
	if (list)
		fclose(list);
}

static bool has_member(char *const *members, const char *name)
{
	for (; *members; members++)
		if (!strcmp(*members, name))
			return true;
	return false;
}

static void read_groups(int machine_fd, struct spawn_user *user, const char *name)
{
	FILE *list = open_list(machine_fd, "etc/group");
	const struct group *entry;

	user->groups[0] = (gid_t)user->gid;
	user->group_count = 1;
	while (list && user->group_count < SPAWN_GROUPS_MAX && (entry = fgetgrent(list)))
		if (has_member(entry->gr_mem, name))
			user->groups[user->group_count++] = entry->gr_gid;
	if (list)
		fclose(list);
}

static int find(int machine_fd, struct spawn_user *user, const char *name,
		const char *group, struct err *err)
{
	char entry[64];
	int64_t gid;
	int result = user_number(machine_fd, name, &user->uid, err);

	if (!result)
		result = group_number(machine_fd, group, &gid, err);
	if (result)
		return result;
	if (*name) {
		read_entry(machine_fd, user, entry);
		read_groups(machine_fd, user, entry);
	}
	if (*group)
		user->gid = gid;
	return 0;
}

void preflight_find_user(const struct preflight *preflight, struct preflight_guest *guest)
{
	const struct guest_user own = guest_user(guest->guest, preflight->host->conf);
	struct spawn_user *user = &guest->user;

	*user = (struct spawn_user){ .uid = SPAWN_SAME, .gid = SPAWN_SAME };
	if (!*own.name)
		return;
	if (is_running_machine(preflight->machine_fd))
		spawn_user_find(user, own.name, own.group, &guest->no_user);
	else
		find(preflight->machine_fd, user, own.name, own.group, &guest->no_user);
}
