/* SPDX-License-Identifier: GPL-2.0-or-later */
/* socket_list.h: who listens on UDP ports: sockets of /proc/net/udp with their processes. */
#ifndef BEDPLATE_HOST_PREP_SOCKET_LIST_H
#define BEDPLATE_HOST_PREP_SOCKET_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/value/net.h"

struct udp_socket {
	struct ip_address address; /* all zero: any */
	unsigned port;
	unsigned long inode;
	char pid[16];    /* "" where it is not known */
	char name[32];   /* the process's, of /proc/PID/comm; "" */
	char first[128]; /* its first argument; "" */
};

struct socket_list {
	struct udp_socket *items;
	size_t count;
};

#define SOCKET_LIST_INIT      \
	{                     \
		.items = NULL \
	}

/* Reads those of these ports: 0, or -ENOMEM. */
int socket_list_read(struct socket_list *list, int root_fd, const unsigned *ports,
		     size_t port_count);
void socket_list_release(struct socket_list *list);
#define _cleanup_socket_list_ __attribute__((cleanup(socket_list_release)))

/* Whether the socket takes what comes for any address. */
bool socket_is_any(const struct udp_socket *socket);

#endif
