/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch_vfio.c: passed-through devices go to vfio-pci where that is left for the guest's start
 * (Bind=start), and /dev/vfio/GROUP to QEMU's user; both go back.
 *
 *	{"functions": {"0000:01:00.0": "nvidia"}, "groups": {"12": [UID, GID]}}
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/vfio_bind.h"
#include "qemu-launch/launch.h"

static json_t *section(json_t *done, const char *name)
{
	json_t *object = json_object_get(done, name);

	if (!object) {
		object = json_object();
		json_object_set_new(done, name, object);
	}
	return object;
}

static int bind_late(struct launch *launch, json_t *done, const char *name,
		     struct err *err)
{
	char driver[PCI_DRIVER_MAX];
	int result;

	vfio_read_driver(launch->root_fd, name, driver);
	if (!strcmp(driver, VFIO_DRIVER))
		return 0;
	json_object_set_new(section(done, "functions"), name, json_string(driver));
	result = launch_note(launch, "vfio", json_incref(done), err);
	return result ? result : vfio_bind(launch->root_fd, name, err);
}

static int check_bound(struct launch *launch, const char *name, struct err *err)
{
	char driver[PCI_DRIVER_MAX];

	vfio_read_driver(launch->root_fd, name, driver);
	if (!strcmp(driver, VFIO_DRIVER))
		return 0;
	err_set(err, EBUSY, "%s has it, not vfio-pci", *driver ? driver : "no driver");
	return err_hint(err, "Bind=start gives it to vfio-pci when the guest starts");
}

/* The group's number is its folder's name. */
static int read_group(int root_fd, const char *name, char group[16])
{
	char path[128], target[256];
	const char *slash;

	snprintf(path, sizeof(path), "sys/bus/pci/devices/%.24s/iommu_group", name);
	if (file_read_link(root_fd, path, target, sizeof(target), NULL) < 0)
		return -ENOENT;
	slash = strrchr(target, '/');
	snprintf(group, 16, "%.15s", slash ? slash + 1 : target);
	return 0;
}

/* After the bind only: the node is made by it. */
static int own_group(struct launch *launch, json_t *done, const char *name,
		     struct err *err)
{
	const struct spawn_user *user = &launch->user;
	char group[16], path[32];
	struct stat st;
	int result;

	if (read_group(launch->root_fd, name, group)) {
		err_set(err, ENODEV, "it is in no IOMMU group");
		return err_hint(err, "the IOMMU is off: `bedplate host-prep check`");
	}
	snprintf(path, sizeof(path), "dev/vfio/%s", group);
	if (fstatat(launch->root_fd, path, &st, 0) < 0)
		return err_sys(err, errno, "/%s", path);
	if (user->uid == SPAWN_SAME || st.st_uid == (uid_t)user->uid)
		return 0;
	json_object_set_new(
		section(done, "groups"), group,
		json_pack("[I, I]", (json_int_t)st.st_uid, (json_int_t)st.st_gid));
	result = launch_note(launch, "vfio", json_incref(done), err);
	if (!result &&
	    fchownat(launch->root_fd, path, (uid_t)user->uid, (gid_t)-1, 0) < 0)
		result = err_sys(err, errno, "giving /%s to QEMU's user", path);
	return result;
}

int launch_vfio(struct launch *launch, struct err *err)
{
	const struct guest_conf *data = launch->guest->data;
	json_t *done = json_object();
	int result = 0;

	for (size_t i = 0; !result && i < launch->setup->passthrough_count; i++) {
		const struct setup_passthrough *row = &launch->setup->passthrough[i];
		bool is_late =
			data->passthrough.items[i].bind == guest_passthrough_bind_start;

		for (size_t f = 0; !result && f < row->count; f++) {
			_cleanup_strbuf_ struct strbuf name;

			strbuf_init(&name, 0);
			pci_address_format(&row->functions[f].address, &name);
			result = is_late ? bind_late(launch, done, name.text, err)
					 : check_bound(launch, name.text, err);
			if (!result)
				result = own_group(launch, done, name.text, err);
			if (result)
				err_wrap(err, "%s", name.text);
		}
	}
	json_decref(done);
	return result;
}

/* Each by itself: what hangs does not keep the others. */
void launch_vfio_undo(struct launch *launch, const json_t *done)
{
	const char *key;
	json_t *value;

	json_object_foreach(json_object_get(done, "groups"), key, value) {
		char path[32];

		snprintf(path, sizeof(path), "dev/vfio/%.15s", key);
		if (fchownat(launch->root_fd, path,
			     (uid_t)json_integer_value(json_array_get(value, 0)),
			     (gid_t)json_integer_value(json_array_get(value, 1)), 0) < 0)
			log_warning("%s: giving /%s back: %s", launch->name, path,
				    strerror(errno));
	}
	json_object_foreach(json_object_get(done, "functions"), key, value) {
		struct err err = ERR_INIT;

		if (!vfio_release(launch->root_fd, key, json_string_value(value), &err))
			continue;
		err_wrap(&err, "giving %s back to %s", key,
			 *json_string_value(value) ? json_string_value(value)
						   : "no driver");
		log_err(&err);
	}
}
