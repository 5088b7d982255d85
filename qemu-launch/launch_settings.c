/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch_settings.c: what QEMU is told by QMP before the guest runs, as it cannot stand on the
 * command line: passwords of displays, and cables that are out.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "lib/secret.h"
#include "qemu-launch/launch.h"

enum { COMMAND_MS = 10000, PASSWORD_MAX = 256 };

int launch_is_new(struct launch *launch, bool *is_new, struct err *err)
{
	json_t *value = NULL;
	int result =
		qmp_execute(&launch->qmp, "query-status", NULL, COMMAND_MS, &value, err);

	*is_new = !strcmp(json_text(value, "status"), "prelaunch");
	json_decref(value);
	return result;
}

/* QEMU calls the first VNC server "default" and further ones vnc2, vnc3, ... (ui/vnc.c,
 * vnc_auto_assign_id). Which one is meant it can be told since 7.0, so the first is not named. */
static json_t *password_arguments(const struct guest_display *rows, size_t index,
				  const char *password)
{
	bool is_vnc = rows[index].type == guest_display_type_vnc;
	json_t *arguments = json_pack("{s:s, s:s}", "protocol", is_vnc ? "vnc" : "spice",
				      "password", password);
	unsigned number = 1;
	char display[24];

	for (size_t i = 0; is_vnc && i < index; i++)
		number += rows[i].type == guest_display_type_vnc;
	snprintf(display, sizeof(display), "vnc%u", number);
	if (arguments && number > 1)
		json_object_set_new(arguments, "display", json_string(display));
	return arguments;
}

static int read_password(const struct launch *launch, const char *path,
			 char password[PASSWORD_MAX], struct err *err)
{
	int result = file_read_line(launch->system_fd, path, password, PASSWORD_MAX, err);

	if (result < 0)
		return result;
	return *password ? 0 : err_set(err, EINVAL, "%s: it is empty", path);
}

static int set_password(struct launch *launch, size_t index, struct err *err)
{
	const struct guest_display *rows = launch->guest->data->display.items;
	char password[PASSWORD_MAX] = "";
	json_t *arguments = NULL;
	int result;

	secret_hold();
	result = read_password(launch, rows[index].password_file, password, err);
	if (!result)
		arguments = password_arguments(rows, index, password);
	if (!result && !arguments)
		result = err_set(err, EINVAL, "%s: it is no UTF-8",
				 rows[index].password_file);
	explicit_bzero(password, sizeof(password));
	if (!result)
		result = qmp_execute(&launch->qmp, "set_password", arguments, COMMAND_MS,
				     NULL, err);
	return result ? err_wrap(err, "setting a display's password"), result : 0;
}

static int unplug_cable(struct launch *launch, size_t index, struct err *err)
{
	char name[24];
	int result;

	snprintf(name, sizeof(name), "nic%zu", index);
	result = qmp_execute(&launch->qmp, "set_link",
			     json_pack("{s:s, s:b}", "name", name, "up", 0), COMMAND_MS,
			     NULL, err);
	return result ? err_wrap(err, "taking the cable out of %s", name), result : 0;
}

static bool has_password(const struct guest_display *row)
{
	return *row->password_file && (row->type == guest_display_type_vnc ||
				       row->type == guest_display_type_spice);
}

static bool is_wanted(const struct guest_conf *data)
{
	for (size_t i = 0; i < data->display.count; i++)
		if (has_password(&data->display.items[i]))
			return true;
	for (size_t i = 0; i < data->nic.count; i++)
		if (!data->nic.items[i].link_up)
			return true;
	return false;
}

/* A guest that runs already keeps what somebody has set since. */
int launch_settings(struct launch *launch, struct err *err)
{
	const struct guest_conf *data = launch->guest->data;
	bool is_new = false;
	int result = is_wanted(data) ? launch_is_new(launch, &is_new, err) : 0;

	for (size_t i = 0; !result && is_new && i < data->display.count; i++)
		if (has_password(&data->display.items[i]))
			result = set_password(launch, i, err);
	for (size_t i = 0; !result && is_new && i < data->nic.count; i++)
		if (!data->nic.items[i].link_up)
			result = unplug_cable(launch, i, err);
	return result;
}
