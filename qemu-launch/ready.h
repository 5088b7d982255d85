/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ready.h: waits for what shows that a guest is ready ([Guest] Ready=), without holding up
 * whoever waits: a descriptor for poll(2) and a time at which to look again.
 *
 * Each kind is a row: begin it, look, end it. A look never waits; a descriptor that stirred
 * or a time that has come are reasons to look.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_READY_H
#define BEDPLATE_QEMU_LAUNCH_READY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <linux/vm_sockets.h>

#include "lib/err.h"
#include "lib/schema/guest.h"
#include "lib/value/net.h"
#include "qemu-launch/qmp.h"

#define READY_CONSOLE_LOG "console.log"

/* Where a guest says READY=1 by vsock: at this port and its number (CID). */
enum { READY_VSOCK_PORT = 500000 };

enum { READY_LINE_MAX = 4096, READY_NETWORK_MAX = 64 };

/* What is looked at, and where. */
struct ready_want {
	enum guest_guest_ready kind;
	int root_fd, run_fd;       /* of the host; of the guest's sockets. Not owned */
	struct ip_address address; /* of Ready=port */
	unsigned port;             /* of Ready=port, and of vsock for Ready=notify */
	unsigned cid;              /* the guest's, of vsock */
	const char *line;          /* of Ready=console */
	uint64_t delay_ms;
	const char *network; /* of Ready=lease: whose leases */
	struct mac_address mac;
	bool is_under_way; /* it was started before, by another supervisor */
};

struct ready {
	struct ready_want want;
	int fd;          /* -1: none */
	short events;    /* of fd */
	int64_t look_at; /* clock_ms() */
	/* the kinds' own */
	struct qmp agent;
	uint64_t asked;
	int log_fd, listen_fd, peer_fd;
	int64_t old_lease;         /* when what it had before ends; -1 */
	char tail[READY_LINE_MAX]; /* of the console: what has not been left behind */
	size_t tail_length;
};

/* Begins to wait; `ready` must not be moved. */
int ready_begin(struct ready *ready, const struct ready_want *want, struct err *err);

/* 1: it is ready; 0: not yet; -errno: that will never be seen. */
int ready_look(struct ready *ready, struct err *err);

void ready_end(struct ready *ready);

/* What is waited for, in words. */
void ready_describe(const struct ready_want *want, char *text, size_t size);

/* Whether a connection by vsock is that guest's; any guest can reach any port of the host's. Pure. */
bool ready_is_from(const struct sockaddr_vm *peer, unsigned cid);

/* Adds what the console wrote; true once the line is in it, whatever the pieces. Pure. */
bool ready_take_console(struct ready *ready, const char *bytes, size_t length);

/* When the lease of this hardware address ends, in dnsmasq's leases (dnsmasq(8): "TIME MAC ADDRESS NAME CLIENT-ID"
 * a line); -1 where it has none. Pure. */
int64_t ready_lease_end(const char *leases, const struct mac_address *mac);

#endif
