/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest.c: guest_schema, made from guest.def, and the rules of [Guest]. */
#include <ctype.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/schema/guest_rule.h"

#define CONF_NAME guest
#define CONF_DEF  "lib/schema/guest.def"
#include "lib/conf_table.h"

static bool is_uuid(const char *text)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (strlen(text) != strlen(shape))
		return false;
	for (size_t i = 0; shape[i]; i++)
		if (shape[i] == 'x' ? !isxdigit((unsigned char)text[i])
				    : text[i] != shape[i])
			return false;
	return true;
}

static bool has_channel(const struct guest_conf *data, enum guest_channel_type type)
{
	for (size_t i = 0; i < data->channel.count; i++)
		if (data->channel.items[i].type == type)
			return true;
	return false;
}

static bool has_console(const struct guest_conf *data)
{
	for (size_t i = 0; i < data->serial.count; i++)
		if (data->serial.items[i].type == guest_serial_type_console)
			return true;
	return false;
}

static bool has_network(const struct guest_conf *data)
{
	for (size_t i = 0; i < data->nic.count; i++)
		if (*data->nic.items[i].network)
			return true;
	return false;
}

static bool has_address(const struct guest_conf *data)
{
	for (size_t i = 0; i < data->nic.count; i++)
		if (data->nic.items[i].address.count)
			return true;
	return data->guest.ready_address.family;
}

int guest_check_ready(const struct guest_conf *data, const struct conf *conf,
		      struct err *err)
{
	const struct guest_guest *keys = &data->guest;
	enum guest_guest_ready ready = keys->ready;
	const struct guest_rule rows[] = {
		{ ready == guest_guest_ready_agent &&
			  !has_channel(data, guest_channel_type_agent),
		  "Guest", "Ready", "there is no channel to the guest agent",
		  "[Channel] with Type=agent" },
		{ ready == guest_guest_ready_port && !keys->ready_port, "Guest",
		  "ReadyPort", "Ready=port does not say which", "ReadyPort=22" },
		{ ready == guest_guest_ready_port && !has_address(data), "Guest",
		  "ReadyAddress", "the guest's address is not known",
		  "Address= in [Nic], or ReadyAddress=" },
		{ ready == guest_guest_ready_lease && !has_network(data), "Guest",
		  "Ready", "no card of the guest's is in a network of ours",
		  "[Nic] with Network=" },
		{ ready == guest_guest_ready_console && !*keys->ready_line, "Guest",
		  "ReadyLine", "Ready=console does not say which line",
		  "ReadyLine=\"login:\"" },
		{ ready == guest_guest_ready_console && !has_console(data), "Guest",
		  "Ready", "the guest has no console", "[Serial] with Type=console" },
		{ ready == guest_guest_ready_notify && !data->vsock.cid, "Guest", "Ready",
		  "the guest has no vsock", "Cid=3 in [Vsock]" },
		{ ready == guest_guest_ready_delay && !keys->ready_delay_ms, "Guest",
		  "ReadyDelay", "Ready=delay does not say how long", "ReadyDelay=10s" },
	};

	return guest_judge(conf, 0, rows, ARRAY_SIZE(rows), err);
}

int guest_check_guest(const struct guest_conf *data, const struct conf *conf,
		      struct err *err)
{
	const struct guest_guest *keys = &data->guest;
	const struct guest_rule rows[] = {
		{ *keys->uuid && !is_uuid(keys->uuid), "Guest", "Uuid", "it is no UUID",
		  "such as that of uuidgen(1)" },
		{ keys->restart_delay_ms > keys->restart_delay_max_ms, "Guest",
		  "RestartDelay",
		  "it is longer than RestartDelayMax=", "a longer RestartDelayMax=" },
	};

	return guest_judge(conf, 0, rows, ARRAY_SIZE(rows), err);
}
