/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uevent.c: kernel device events; the only file that knows their netlink format. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>

#include "lib/cleanup.h"
#include "lib/uevent.h"

/* A big machine's cold plug comes to some thousand events of about 300 bytes. */
enum { UEVENT_SOCKET_BUFFER = 16 << 20, UEVENT_GROUP_KERNEL = 1 };

static const char *const action_names[] = {
	[UEVENT_ADD] = "add",
	[UEVENT_CHANGE] = "change",
	[UEVENT_REMOVE] = "remove",
};

static enum uevent_action action_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(action_names); i++) {
		if (strcmp(name, action_names[i]) == 0)
			return (enum uevent_action)i;
	}
	return UEVENT_OTHER;
}

static void uevent_clear(struct uevent *event)
{
	*event = (struct uevent){
		.action = UEVENT_ADD,
		.devpath = "",
		.subsystem = "",
		.devname = "",
		.devtype = "",
		.modalias = "",
		.partname = "",
		.partuuid = "",
	};
}

static void uevent_set(struct uevent *event, char *pair)
{
	const struct {
		const char *key;
		const char **text;
		unsigned *number;
	} fields[] = {
		{ "DEVPATH", &event->devpath, NULL },
		{ "SUBSYSTEM", &event->subsystem, NULL },
		{ "DEVNAME", &event->devname, NULL },
		{ "DEVTYPE", &event->devtype, NULL },
		{ "MODALIAS", &event->modalias, NULL },
		{ "PARTNAME", &event->partname, NULL },
		{ "PARTUUID", &event->partuuid, NULL },
		{ "MAJOR", NULL, &event->major },
		{ "MINOR", NULL, &event->minor },
		{ "PARTN", NULL, &event->partn },
	};
	size_t length = strcspn(pair, "=");

	if (!pair[length])
		return;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (strncmp(pair, fields[i].key, length) != 0 || fields[i].key[length])
			continue;
		if (fields[i].text)
			*fields[i].text = pair + length + 1;
		else
			*fields[i].number =
				(unsigned)strtoul(pair + length + 1, NULL, 10);
		return;
	}
	if (strncmp(pair, "ACTION=", 7) == 0)
		event->action = action_of(pair + 7);
}

int uevent_parse(struct uevent *event, char *message, size_t size)
{
	char *end = message + size, *pair = message + strlen(message) + 1;

	uevent_clear(event);
	if (!strchr(message, '@'))
		return -EINVAL;
	for (; pair < end; pair += strlen(pair) + 1)
		uevent_set(event, pair);
	return event->devpath[0] ? 0 : -EINVAL;
}

void uevent_parse_lines(struct uevent *event, char *lines)
{
	char *line, *rest = lines;

	uevent_clear(event);
	while ((line = strsep(&rest, "\n")))
		uevent_set(event, line);
}

int uevent_open(struct err *err)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = UEVENT_GROUP_KERNEL,
	};
	int size = UEVENT_SOCKET_BUFFER;
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return err_sys(err, errno, "opening the kernel's device event socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	err_sys(err, errno, "binding the kernel's device event socket");
	close(fd);
	return err ? err->code : -EIO;
}

int uevent_receive(int fd, struct uevent *event, char *buffer, size_t size)
{
	struct sockaddr_nl from = { .nl_pid = 0 };
	socklen_t from_size = sizeof(from);
	ssize_t got;

	for (;;) {
		got = recvfrom(fd, buffer, size - 1, 0, (struct sockaddr *)&from,
			       &from_size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN ? 0 : -errno;
		buffer[got] = '\0';
		/* Whoever is not the kernel (port 0) has nothing to tell us. */
		if (from.nl_pid == 0 && uevent_parse(event, buffer, (size_t)got) == 0)
			return 1;
	}
}
