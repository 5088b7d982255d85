/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch_usb.c: the nodes of the USB devices that a guest gets belong to QEMU's user for as long.
 *
 *	{"001/007": [UID, GID], ...}
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/log.h"
#include "qemu-launch/launch.h"

static int own(struct launch *launch, const struct setup_usb *usb, struct err *err)
{
	json_t *done = json_object_get(launch->state.done, "usb");
	char path[40];
	const char *name = path + strlen("dev/bus/usb/");
	struct stat st;
	int result;

	snprintf(path, sizeof(path), "dev/bus/usb/%03u/%03u", usb->bus, usb->address);
	if (fstatat(launch->root_fd, path, &st, 0) < 0 ||
	    st.st_uid == (uid_t)launch->user.uid)
		return 0;
	done = done ? json_incref(done) : json_object();
	json_object_set_new(
		done, name,
		json_pack("[I, I]", (json_int_t)st.st_uid, (json_int_t)st.st_gid));
	result = launch_note(launch, "usb", done, err);
	if (!result &&
	    fchownat(launch->root_fd, path, (uid_t)launch->user.uid, (gid_t)-1, 0) < 0)
		result = err_sys(err, errno, "giving /%s to QEMU's user", path);
	return result;
}

int launch_usb(struct launch *launch, struct err *err)
{
	int result = 0;

	if (launch->user.uid == SPAWN_SAME)
		return 0;
	for (size_t i = 0; !result && i < launch->setup->usb_count; i++)
		if (launch->setup->usb[i].present)
			result = own(launch, &launch->setup->usb[i], err);
	return result;
}

/* One that was pulled has no node any more. */
void launch_usb_undo(struct launch *launch, const json_t *done)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)done, key, value) {
		char path[40];

		snprintf(path, sizeof(path), "dev/bus/usb/%.16s", key);
		if (fchownat(launch->root_fd, path,
			     (uid_t)json_integer_value(json_array_get(value, 0)),
			     (gid_t)json_integer_value(json_array_get(value, 1)),
			     0) < 0 &&
		    errno != ENOENT)
			log_warning("%s: giving /%s back: %s", launch->name, path,
				    strerror(errno));
	}
}
