/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ready.c: the kinds of readiness that need no other machine: delay, console, lease, and the table of all. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/strbuf.h"
#include "qemu-launch/ready_private.h"

enum { LEASE_MS = 500, CONSOLE_MS = 1000 };

/* ---- none, delay ---- */

static int look_none(struct ready *ready, struct err *err)
{
	(void)ready;
	(void)err;
	return 1;
}

static int begin_delay(struct ready *ready, struct err *err)
{
	(void)err;
	ready->look_at = clock_ms() + (int64_t)ready->want.delay_ms;
	return 0;
}

static int look_delay(struct ready *ready, struct err *err)
{
	(void)err;
	return clock_ms() >= ready->look_at;
}

/* ---- console ---- */

/* The log is QEMU's, which may make it only later than we look: the folder is watched, not the
 * file. Where inotify is not to be had, the clock does. */
static int begin_console(struct ready *ready, struct err *err)
{
	char path[64];

	(void)err;
	ready->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	snprintf(path, sizeof(path), "/proc/self/fd/%d/.", ready->want.run_fd);
	if (ready->fd >= 0)
		inotify_add_watch(ready->fd, path, IN_MODIFY | IN_CREATE);
	ready->events = POLLIN;
	return 0;
}

bool ready_take_console(struct ready *ready, const char *bytes, size_t length)
{
	const size_t keep = strlen(ready->want.line);

	while (length) {
		size_t room = sizeof(ready->tail) - ready->tail_length;
		size_t part = length < room ? length : room;
		size_t left;

		memcpy(ready->tail + ready->tail_length, bytes, part);
		ready->tail_length += part;
		bytes += part;
		length -= part;
		if (memmem(ready->tail, ready->tail_length, ready->want.line, keep))
			return true;
		/* The text may be cut anywhere. */
		left = ready->tail_length < keep ? ready->tail_length : keep;
		memmove(ready->tail, ready->tail + ready->tail_length - left, left);
		ready->tail_length = left;
	}
	return false;
}

static int look_console(struct ready *ready, struct err *err)
{
	char chunk[READY_LINE_MAX];
	ssize_t got;

	(void)err;
	while (ready->fd >= 0 && read(ready->fd, chunk, sizeof(chunk)) > 0)
		;
	if (ready->log_fd < 0)
		ready->log_fd = openat(ready->want.run_fd, READY_CONSOLE_LOG,
				       O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	while (ready->log_fd >= 0 &&
	       (got = read(ready->log_fd, chunk, sizeof(chunk))) > 0)
		if (ready_take_console(ready, chunk, (size_t)got))
			return 1;
	ready->look_at = clock_ms() + CONSOLE_MS;
	return 0;
}

/* ---- lease ---- */

int64_t ready_lease_end(const char *leases, const struct mac_address *mac)
{
	_cleanup_strbuf_ struct strbuf wanted;

	strbuf_init(&wanted, 0);
	mac_address_format(mac, &wanted);
	while (wanted.length && *leases) {
		size_t length = strcspn(leases, "\n"), word = strcspn(leases, " \n");

		if (word + 1 + wanted.length < length && leases[word] == ' ' &&
		    !strncmp(leases + word + 1, wanted.text, wanted.length) &&
		    leases[word + 1 + wanted.length] == ' ')
			return strtoll(leases, NULL, 10);
		leases += length + (leases[length] == '\n');
	}
	return -1;
}

static int64_t read_lease(const struct ready *ready)
{
	_cleanup_strbuf_ struct strbuf leases;
	char path[128];

	strbuf_init(&leases, 0);
	snprintf(path, sizeof(path), "var/lib/bedplate/dnsmasq/%.63s.leases",
		 ready->want.network);
	return file_read(ready->want.root_fd, path, &leases, NULL)
		       ? -1
		       : ready_lease_end(leases.text, &ready->want.mac);
}

/* What it had before it was started says nothing; one that is taken again ends later. */
static int begin_lease(struct ready *ready, struct err *err)
{
	(void)err;
	ready->old_lease = ready->want.is_under_way ? -1 : read_lease(ready);
	return 0;
}

static int look_lease(struct ready *ready, struct err *err)
{
	int64_t end = read_lease(ready);

	(void)err;
	ready->look_at = clock_ms() + LEASE_MS;
	return end >= 0 && end != ready->old_lease;
}

/* ---- all ---- */

static const struct {
	int (*begin)(struct ready *ready, struct err *err);
	int (*look)(struct ready *ready, struct err *err);
	const char *words;
} kinds[] = {
	[guest_guest_ready_none] = { NULL, look_none, "nothing" },
	[guest_guest_ready_agent] = { ready_begin_agent, ready_look_agent,
				      "an answer of its guest agent" },
	[guest_guest_ready_port] = { ready_begin_port, ready_look_port, "its TCP port" },
	[guest_guest_ready_lease] = { begin_lease, look_lease, "its DHCP lease" },
	[guest_guest_ready_console] = { begin_console, look_console,
					"a line of its console" },
	[guest_guest_ready_notify] = { ready_begin_notify, ready_look_notify,
				       "READY=1 by vsock" },
	[guest_guest_ready_delay] = { begin_delay, look_delay, "its delay" },
};

void ready_describe(const struct ready_want *want, char *text, size_t size)
{
	if (want->kind == guest_guest_ready_console)
		snprintf(text, size, "\"%s\" on its console", want->line);
	else if (want->kind == guest_guest_ready_port)
		snprintf(text, size, "its TCP port %u", want->port);
	else
		snprintf(text, size, "%s", kinds[want->kind].words);
}

int ready_begin(struct ready *ready, const struct ready_want *want, struct err *err)
{
	memset(ready, 0, sizeof(*ready));
	ready->want = *want;
	ready->fd = ready->log_fd = ready->listen_fd = ready->peer_fd = -1;
	qmp_init(&ready->agent);
	ready->look_at = clock_ms();
	return kinds[want->kind].begin ? kinds[want->kind].begin(ready, err) : 0;
}

int ready_look(struct ready *ready, struct err *err)
{
	return kinds[ready->want.kind].look(ready, err);
}

void ready_end(struct ready *ready)
{
	/* The agent's socket is closed by its own. */
	if (ready->fd != ready->agent.fd)
		cleanup_close(&ready->fd);
	cleanup_close(&ready->log_fd);
	cleanup_close(&ready->listen_fd);
	cleanup_close(&ready->peer_fd);
	qmp_release(&ready->agent);
	ready->fd = ready->log_fd = ready->listen_fd = ready->peer_fd = -1;
}
