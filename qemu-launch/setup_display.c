/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup_display.c: on which ports a guest's displays listen. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static unsigned first_free(struct ports *ports)
{
	for (unsigned port = FIRST_PORT; port <= LAST_PORT; port++)
		if (!ports->taken[port - FIRST_PORT]) {
			take(ports, port);
			return port;
		}
	return FIRST_PORT;
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
	for (size_t i = 0; i < count; i++) {
		take(&ports, (unsigned)rows[i].port);
		take(&ports, (unsigned)rows[i].tls_port);
	}
	read_table(&ports, host->root_fd, "proc/net/tcp");
	read_table(&ports, host->root_fd, "proc/net/tcp6");
	for (size_t i = 0; i < count; i++) {
		/* SPICE may be there by TLS only. */
		bool plain = rows[i].port || !rows[i].tls_port;

		if (listens(&rows[i]) && plain)
			setup->displays[i].port = rows[i].port ? (unsigned)rows[i].port
							       : first_free(&ports);
	}
	return 0;
}
