/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup_display.c: on which ports a guest's displays listen. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "qemu-launch/setup_private.h"

enum { FIRST_PORT = 5900, LAST_PORT = 5999, LISTENING = 0x0a };

/* The ports from FIRST_PORT on that somebody listens on. */
struct ports {
	bool taken[LAST_PORT - FIRST_PORT + 1];
};

static void take(struct ports *ports, unsigned port)
{
	if (port >= FIRST_PORT && port <= LAST_PORT)
		ports->taken[port - FIRST_PORT] = true;
}

/* Lines of /proc/net/tcp: number, local address and port, remote ones, state, all in
 * hexadecimal (kernel Documentation/networking/proc_net_tcp.rst). */
static void read_table(struct ports *ports, int root_fd, const char *path)
{
	_cleanup_strbuf_ struct strbuf text;
	char *line, *rest;

	strbuf_init(&text, 0);
	if (file_read(root_fd, path, &text, NULL))
		return;
	for (line = strtok_r(text.text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		unsigned port, state;

		if (sscanf(line, " %*u: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &port,
			   &state) == 2 &&
		    state == LISTENING)
			take(ports, port);
	}
}

static bool listens(const struct guest_display *row)
{
	return !*row->socket && (row->type == guest_display_type_vnc ||
				 row->type == guest_display_type_spice);
}

static int open_claims(int root_fd)
{
	_cleanup_close_ int folder =
		file_make_dirs_in_root(root_fd, "run/bedplate", NULL);

	return folder < 0 ? -1
			  : openat(folder, "ports.lock",
				   O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* Guests that start at once would all find the same port free, as long as no QEMU listens on it: each takes
 * the lock of its number. */
static bool claim(const struct setup_host *host, unsigned port)
{
	struct flock lock = { .l_type = F_WRLCK,
			      .l_whence = SEEK_SET,
			      .l_start = (off_t)port,
			      .l_len = 1 };

	if (!host->ports_fd)
		return true;
	if (*host->ports_fd < 0)
		*host->ports_fd = open_claims(host->root_fd);
	return *host->ports_fd < 0 || fcntl(*host->ports_fd, F_OFD_SETLK, &lock) == 0 ||
	       (errno != EAGAIN && errno != EACCES);
}

static unsigned first_free(struct ports *ports, const struct setup_host *host)
{
	unsigned first = host->first_port > FIRST_PORT ? host->first_port : FIRST_PORT;

	for (unsigned port = first; port <= LAST_PORT; port++)
		if (!ports->taken[port - FIRST_PORT] && claim(host, port)) {
			take(ports, port);
			return port;
		}
	return FIRST_PORT;
}

/* The kernel looks through all connections for these tables, so they are read only where a
 * port is to be found. */
static void read_taken(struct ports *ports, const struct guest_display *rows,
		       size_t count, const struct setup_host *host)
{
	bool is_wanted = false;

	for (size_t i = 0; i < count; i++) {
		take(ports, (unsigned)rows[i].port);
		take(ports, (unsigned)rows[i].tls_port);
		is_wanted |= listens(&rows[i]) && !rows[i].port && !rows[i].tls_port;
	}
	if (!is_wanted || host->any_port)
		return;
	read_table(ports, host->root_fd, "proc/net/tcp");
	read_table(ports, host->root_fd, "proc/net/tcp6");
}

int setup_resolve_displays(struct guest_setup *setup, const struct guest *guest,
			   const struct setup_host *host)
{
	size_t count = guest->data->display.count;
	const struct guest_display *rows = guest->data->display.items;
	struct ports ports = { .taken = { false } };

	setup->displays = calloc(count + 1, sizeof(*setup->displays));
	if (!setup->displays)
		return -ENOMEM;
	setup->display_count = count;
	read_taken(&ports, rows, count, host);
	for (size_t i = 0; i < count; i++) {
		/* SPICE may be there by TLS only. */
		bool plain = rows[i].port || !rows[i].tls_port;

		if (listens(&rows[i]) && plain)
			setup->displays[i].port = rows[i].port ? (unsigned)rows[i].port
							       : first_free(&ports, host);
	}
	return 0;
}

/* As QEMU would take it. */
static bool is_somebodys(const struct ip_address *address, unsigned port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
				    .sin6_port = htons((uint16_t)port) };
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_port = htons((uint16_t)port) };
	bool is_six = address->family == AF_INET6;
	_cleanup_close_ int fd =
		socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	memcpy(&six.sin6_addr, address->bytes, sizeof(six.sin6_addr));
	memcpy(&four.sin_addr, address->bytes, sizeof(four.sin_addr));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return fd >= 0 &&
	       bind(fd, is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four,
		    is_six ? sizeof(six) : sizeof(four)) < 0 &&
	       errno == EADDRINUSE;
}

unsigned setup_lost_port(const struct guest_setup *setup, const struct guest *guest)
{
	const struct guest_display *rows = guest->data->display.items;
	unsigned lost = 0;

	for (size_t i = 0; i < setup->display_count; i++) {
		unsigned port = setup->displays[i].port;

		if (port > lost && !rows[i].port && is_somebodys(&rows[i].address, port))
			lost = port;
	}
	return lost;
}
