/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ready_ask.c: readiness that the guest itself shows: its agent, a TCP port, a message by vsock. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "qemu-launch/ready_private.h"

enum { AGENT_MS = 1000, PORT_AGAIN_MS = 250, PORT_MS = 2000 };

/* ---- agent ---- */

/* QEMU lets one in at a time: `stop` waits for us, or we for it. */
static void ask_agent(struct ready *ready)
{
	struct qmp *agent = &ready->agent;

	if (agent->fd < 0 && qmp_connect(agent, ready->want.run_fd, "agent.sock", NULL))
		return;
	agent->is_agent = true;
	qmp_forget(agent, ready->asked);
	strbuf_addc(&agent->out, (char)0xff);
	qmp_send(agent, "guest-sync-delimited",
		 json_pack("{s:I}", "id", (json_int_t)agent->last_id + 1), &ready->asked,
		 NULL);
}

int ready_begin_agent(struct ready *ready, struct err *err)
{
	(void)err;
	ready->agent.is_agent = true;
	return 0;
}

static bool is_answered(struct ready *ready)
{
	json_t *value = NULL, *reply = qmp_take_reply(&ready->agent, ready->asked);
	bool is_ours;

	if (!reply || qmp_read_reply(reply, &value, NULL))
		return false;
	is_ours = json_integer_value(value) == (json_int_t)ready->asked;
	json_decref(value);
	return is_ours;
}

int ready_look_agent(struct ready *ready, struct err *err)
{
	(void)err;
	if (clock_ms() >= ready->look_at) {
		/* What an absent agent has not read stays in the socket: a new one has room. */
		if (ready->agent.out.length)
			qmp_close(&ready->agent);
		ask_agent(ready);
		ready->look_at = clock_ms() + AGENT_MS;
	}
	if (ready->agent.fd >= 0 && qmp_pump(&ready->agent, NULL)) {
		if (is_answered(ready))
			return 1;
		qmp_close(&ready->agent);
	}
	ready->fd = ready->agent.fd;
	ready->events = qmp_poll_events(&ready->agent);
	return is_answered(ready);
}

/* ---- port ---- */

int ready_begin_port(struct ready *ready, struct err *err)
{
	if (ready->want.address.family && ready->want.port)
		return 0;
	return err_set(err, EINVAL, "Ready=port: no address or port to look at");
}

static int connect_port(const struct ready_want *want)
{
	const struct ip_address *ip = &want->address;
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
				    .sin6_port = htons((uint16_t)want->port) };
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_port = htons((uint16_t)want->port) };
	bool is_six = ip->family == AF_INET6;
	int fd = socket(ip->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(&six.sin6_addr, ip->bytes, sizeof(six.sin6_addr));
	memcpy(&four.sin_addr, ip->bytes, sizeof(four.sin_addr));
	if (fd >= 0 &&
	    connect(fd,
		    is_six ? (const struct sockaddr *)&six
			   : (const struct sockaddr *)&four,
		    is_six ? sizeof(six) : sizeof(four)) < 0 &&
	    errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

/* 1: connected; 0: not yet; -1: refused. */
static int look_at_socket(int fd)
{
	struct pollfd polled = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int errnum = 0;

	if (poll(&polled, 1, 0) == 0)
		return 0;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &errnum, &size);
	return errnum || polled.revents & (POLLERR | POLLHUP) ? -1 : 1;
}

int ready_look_port(struct ready *ready, struct err *err)
{
	int state = ready->fd < 0 ? -1 : look_at_socket(ready->fd);
	bool is_over = clock_ms() >= ready->look_at;

	(void)err;
	if (state > 0)
		return 1;
	if (state < 0 && ready->fd >= 0) {
		cleanup_close(&ready->fd);
		ready->fd = -1;
		ready->look_at = clock_ms() + PORT_AGAIN_MS;
	} else if (is_over) {
		cleanup_close(&ready->fd);
		ready->fd = connect_port(&ready->want);
		ready->events = POLLOUT;
		ready->look_at = clock_ms() + (ready->fd < 0 ? PORT_AGAIN_MS : PORT_MS);
	}
	return 0;
}

/* ---- notify: sd_notify(3) with vmm.notify_socket= ---- */

static int watch(const struct ready *ready, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(ready->fd, EPOLL_CTL_ADD, fd, &event);
}

int ready_begin_notify(struct ready *ready, struct err *err)
{
	const struct sockaddr_vm address = { .svm_family = AF_VSOCK,
					     .svm_cid = VMADDR_CID_ANY,
					     .svm_port = ready->want.port };

	ready->fd = epoll_create1(EPOLL_CLOEXEC);
	ready->listen_fd =
		socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (ready->fd < 0 || ready->listen_fd < 0 ||
	    bind(ready->listen_fd, (const struct sockaddr *)&address, sizeof(address)) <
		    0 ||
	    listen(ready->listen_fd, 4) < 0 || watch(ready, ready->listen_fd) < 0)
		return err_sys(err, errno, "Ready=notify: listening at vsock port %u",
			       ready->want.port);
	ready->events = POLLIN;
	ready->look_at = CLOCK_NEVER;
	return 0;
}

static bool has_line(const char *text, const char *line)
{
	size_t length = strlen(line);

	for (; text; text = strchr(text, '\n'), text = text ? text + 1 : NULL)
		if (!strncmp(text, line, length) &&
		    (text[length] == '\n' || !text[length]))
			return true;
	return false;
}

bool ready_is_from(const struct sockaddr_vm *peer, unsigned cid)
{
	return peer->svm_family == AF_VSOCK && peer->svm_cid == cid;
}

/* The guest's next connection; -1: there is none. */
static int accept_guest(const struct ready *ready)
{
	struct sockaddr_vm peer = { .svm_family = AF_UNSPEC };
	socklen_t size = sizeof(peer);
	int fd = accept4(ready->listen_fd, (struct sockaddr *)&peer, &size,
			 SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0 && !ready_is_from(&peer, ready->want.cid)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Whether READY=1 is in what there is of the message. Who has sent one waits until we close. */
static bool read_message(struct ready *ready)
{
	ssize_t got = 1;

	while (ready->peer_fd >= 0 && got > 0) {
		got = read(ready->peer_fd, ready->tail + ready->tail_length,
			   sizeof(ready->tail) - 1 - ready->tail_length);
		if (got > 0)
			ready->tail_length += (size_t)got;
	}
	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
		cleanup_close(&ready->peer_fd);
		ready->peer_fd = -1;
	}
	ready->tail[ready->tail_length] = '\0';
	return has_line(ready->tail, "READY=1");
}

/* A message a connection, which is short. The guest's next one takes the place of the last one, of which all has
 * come by then: read it after the other is there. */
int ready_look_notify(struct ready *ready, struct err *err)
{
	_cleanup_close_ int next = accept_guest(ready);

	(void)err;
	if (read_message(ready))
		return 1;
	if (next < 0)
		return 0;
	cleanup_close(&ready->peer_fd);
	ready->peer_fd = next;
	next = -1;
	ready->tail_length = 0;
	watch(ready, ready->peer_fd);
	return read_message(ready);
}
