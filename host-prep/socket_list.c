/* SPDX-License-Identifier: GPL-2.0-or-later */
/* socket_list.c: reads UDP sockets and whose they are (proc_pid_net(5), proc_pid_fd(5)). */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/socket_list.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/names.h"

enum { PATH_SIZE = 320 };

bool socket_is_any(const struct udp_socket *socket)
{
	static const uint8_t zero[16];

	return !memcmp(socket->address.bytes, zero, sizeof(zero));
}

/* Addresses stand there as numbers of 32 bits as the machine has them, so their bytes are
 * in the right order in memory. */
static bool read_line(const char *line, uint16_t family, struct udp_socket *socket)
{
	unsigned words = family == AF_INET ? 1 : 4;
	char address[33], *end;

	*socket = (struct udp_socket){ .address.family = family };
	if (sscanf(line, " %*[0-9]: %32[0-9A-F]:%x %*s %*s %*s %*s %*s %*s %*s %lu",
		   address, &socket->port, &socket->inode) != 3 ||
	    strlen(address) != words * 8)
		return false;
	for (unsigned i = words; i-- > 0;) {
		uint32_t word = (uint32_t)strtoul(address + (size_t)i * 8, &end, 16);

		memcpy(socket->address.bytes + (size_t)i * 4, &word, sizeof(word));
		address[(size_t)i * 8] = '\0';
	}
	return true;
}

static int add(struct socket_list *list, const struct udp_socket *socket)
{
	struct udp_socket *items =
		reallocarray(list->items, list->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->count++] = *socket;
	return 0;
}

static int read_table(struct socket_list *list, int root_fd, const char *path,
		      uint16_t family, const unsigned *ports, size_t port_count)
{
	_cleanup_strbuf_ struct strbuf text;
	char *rest, *line;
	int result = 0;

	strbuf_init(&text, 0);
	file_read(root_fd, path, &text, NULL);
	rest = text.text;
	while (!result && (line = strsep(&rest, "\n"))) {
		struct udp_socket socket;
		bool asked = false;

		if (!read_line(line, family, &socket))
			continue;
		for (size_t i = 0; i < port_count; i++)
			asked |= socket.port == ports[i];
		if (asked)
			result = add(list, &socket);
	}
	return result;
}

static void read_process(struct udp_socket *socket, int root_fd, const char *pid)
{
	_cleanup_strbuf_ struct strbuf arguments;
	char path[PATH_SIZE];

	strbuf_init(&arguments, 0);
	snprintf(socket->pid, sizeof(socket->pid), "%.15s", pid);
	snprintf(path, sizeof(path), "proc/%.15s/comm", pid);
	if (file_read_line(root_fd, path, socket->name, sizeof(socket->name), NULL) < 0)
		socket->name[0] = '\0';
	snprintf(path, sizeof(path), "proc/%.15s/cmdline", pid);
	file_read(root_fd, path, &arguments, NULL);
	if (strlen(arguments.text) < arguments.length)
		snprintf(socket->first, sizeof(socket->first), "%.127s",
			 arguments.text + strlen(arguments.text) + 1);
}

static int find_owners(struct socket_list *list, int root_fd, const char *pid)
{
	_cleanup_names_ struct names files = NAMES_INIT;
	char path[PATH_SIZE], target[64];
	unsigned long inode;

	snprintf(path, sizeof(path), "proc/%s/fd", pid);
	if (names_read(&files, root_fd, path))
		return -ENOMEM;
	for (size_t i = 0; i < files.count; i++) {
		snprintf(path, sizeof(path), "proc/%s/fd/%s", pid, files.items[i]);
		if (file_read_link(root_fd, path, target, sizeof(target), NULL) < 0 ||
		    sscanf(target, "socket:[%lu]", &inode) != 1)
			continue;
		for (size_t j = 0; j < list->count; j++)
			if (list->items[j].inode == inode)
				read_process(&list->items[j], root_fd, pid);
	}
	return 0;
}

int socket_list_read(struct socket_list *list, int root_fd, const unsigned *ports,
		     size_t port_count)
{
	_cleanup_names_ struct names processes = NAMES_INIT;
	int result;

	*list = (struct socket_list)SOCKET_LIST_INIT;
	result = read_table(list, root_fd, "proc/net/udp", AF_INET, ports, port_count);
	if (!result)
		result = read_table(list, root_fd, "proc/net/udp6", AF_INET6, ports,
				    port_count);
	if (!result && list->count)
		result = names_read(&processes, root_fd, "proc");
	for (size_t i = 0; !result && i < processes.count; i++)
		if (processes.items[i][0] >= '1' && processes.items[i][0] <= '9')
			result = find_owners(list, root_fd, processes.items[i]);
	return result;
}

void socket_list_release(struct socket_list *list)
{
	free(list->items);
	*list = (struct socket_list)SOCKET_LIST_INIT;
}
