/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qmp.c: connections to QEMU and to guest agents, commands and their replies. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/interrupt.h"
#include "lib/json_text.h"
#include "qemu-launch/qmp_private.h"

void qmp_init(struct qmp *qmp)
{
	memset(qmp, 0, sizeof(*qmp));
	qmp->fd = -1;
	strbuf_init(&qmp->in, QMP_MESSAGE_MAX);
	strbuf_init(&qmp->out, QMP_MESSAGE_MAX);
}

void qmp_close(struct qmp *qmp)
{
	json_t *event;

	cleanup_close(&qmp->fd);
	qmp->fd = -1;
	qmp->is_greeted = false;
	for (size_t i = 0; i < QMP_WAITING_MAX; i++)
		qmp_forget(qmp, qmp->waiting[i].id);
	while ((event = qmp_take_event(qmp)))
		json_decref(event);
	strbuf_release(&qmp->in);
	strbuf_release(&qmp->out);
	qmp->searched = 0;
}

void qmp_release(struct qmp *qmp)
{
	qmp_close(qmp);
}

void qmp_attach(struct qmp *qmp, int fd)
{
	qmp_close(qmp);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	qmp->fd = fd;
}

/* The folder's own path may be longer than an address can be. */
static int connect_to(int fd, int folder_fd, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s",
		 folder_fd, name);
	return connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0
		       ? -errno
		       : 0;
}

int qmp_connect(struct qmp *qmp, int folder_fd, const char *name, struct err *err)
{
	_cleanup_close_ int fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int result;

	if (fd < 0)
		return err_sys(err, errno, "opening a socket");
	result = connect_to(fd, folder_fd, name);
	if (result)
		return err_sys(err, -result, "connecting to %s", name);
	qmp_attach(qmp, steal_fd(&fd));
	return 0;
}

/* poll(2) does not tell when there is room in the queue, but connect(2) waits for it, as long as SO_SNDTIMEO says:
 * net/unix/af_unix.c, unix_stream_connect(). */
static void limit_connect(int fd, int ms)
{
	const struct timeval limit = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

static int connect_until(int fd, int folder_fd, const char *name, int64_t end)
{
	int result;

	do {
		int left = clock_timeout(end);

		if (!left)
			return -ETIMEDOUT;
		limit_connect(fd, left);
		result = interrupted ? -EINTR : connect_to(fd, folder_fd, name);
	} while (result == -EAGAIN || (result == -EINTR && !interrupted));
	return result;
}

int qmp_connect_in_turn(struct qmp *qmp, int folder_fd, const char *name, int timeout_ms,
			struct err *err)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int result;

	if (fd < 0)
		return err_sys(err, errno, "opening a socket");
	result = connect_until(fd, folder_fd, name, clock_ms() + timeout_ms);
	if (result == -ETIMEDOUT)
		return err_set(err, ETIMEDOUT,
			       "%s: others have been in front of us for %d ms", name,
			       timeout_ms);
	if (result)
		return err_sys(err, -result, "connecting to %s", name);
	limit_connect(fd, 0);
	qmp_attach(qmp, steal_fd(&fd));
	return 0;
}

static bool is_transient(int errnum)
{
	return errnum == EAGAIN || errnum == EWOULDBLOCK || errnum == EINTR;
}

static int push(struct qmp *qmp, struct err *err)
{
	size_t done = 0;

	while (done < qmp->out.length) {
		ssize_t sent = send(qmp->fd, qmp->out.text + done, qmp->out.length - done,
				    MSG_NOSIGNAL);

		if (sent < 0 && !is_transient(errno))
			return err_set(err, ECONNRESET, "the connection is gone: %s",
				       strerror(errno));
		if (sent < 0)
			break;
		done += (size_t)sent;
	}
	memmove(qmp->out.text, qmp->out.text + done, qmp->out.length - done);
	strbuf_truncate(&qmp->out, qmp->out.length - done);
	return 0;
}

/* What has come is read even where nothing can be sent any more: QEMU's last events say why.
 * One who sends without end does not keep us for ever: what is left is read next time. */
static int pull(struct qmp *qmp, struct err *err)
{
	char chunk[16384];

	for (unsigned chunks = 0; chunks < 64; chunks++) {
		ssize_t got = recv(qmp->fd, chunk, sizeof(chunk), 0);
		int result;

		if (got < 0 && is_transient(errno))
			return 0;
		if (got <= 0)
			return err_set(err, ECONNRESET, "the connection is gone: %s",
				       got ? strerror(errno) : "closed");
		result = qmp_feed(qmp, chunk, (size_t)got, err);
		if (result)
			return result;
	}
	return 0;
}

int qmp_pump(struct qmp *qmp, struct err *err)
{
	int result;

	if (qmp->fd < 0)
		return err_set(err, ECONNRESET, "not connected");
	result = push(qmp, err);
	return result ? (pull(qmp, NULL), result) : pull(qmp, err);
}

short qmp_poll_events(const struct qmp *qmp)
{
	return qmp->out.length ? POLLIN | POLLOUT : POLLIN;
}

/* Serves the connection until `is_done`, or the deadline. */
static int serve(struct qmp *qmp, bool (*is_done)(struct qmp *qmp, uint64_t id),
		 uint64_t id, int timeout_ms, struct err *err)
{
	int64_t deadline = clock_ms() + timeout_ms;

	for (;;) {
		int result = qmp_pump(qmp, err);
		struct pollfd polled = { .fd = qmp->fd, .events = qmp_poll_events(qmp) };
		int64_t left = deadline - clock_ms(), began;

		/* The last reply may come together with the end. */
		if (is_done(qmp, id)) {
			err_clear(err);
			return 0;
		}
		if (result)
			return result;
		if (left <= 0)
			return err_set(err, ETIMEDOUT, "no answer within %d ms",
				       timeout_ms);
		began = clock_us();
		if (poll(&polled, 1, (int)left) < 0 && errno != EINTR)
			return err_sys(err, errno, "waiting for an answer");
		qmp->waited_us += clock_us() - began;
	}
}

static bool is_greeted(struct qmp *qmp, uint64_t id)
{
	(void)id;
	return qmp->is_greeted;
}

static bool is_replied(struct qmp *qmp, uint64_t id)
{
	const struct qmp_waiting *waiting = qmp_find_waiting(qmp, id);

	return waiting && waiting->reply;
}

int qmp_greet(struct qmp *qmp, int timeout_ms, struct err *err)
{
	int64_t end = clock_ms() + timeout_ms;
	int result = serve(qmp, is_greeted, 0, timeout_ms, err);

	if (result)
		return err_wrap(err, "waiting for QEMU's greeting"), result;
	return qmp_execute(qmp, "qmp_capabilities", NULL, (int)(end - clock_ms()), NULL,
			   err);
}

int qmp_sync_agent(struct qmp *qmp, int timeout_ms, struct err *err)
{
	uint64_t number = qmp->last_id + 1;
	json_t *value = NULL;
	int result;

	/* The agent's own parser starts anew, too. */
	strbuf_addc(&qmp->out, (char)0xff);
	result = qmp_execute(qmp, "guest-sync-delimited",
			     json_pack("{s:I}", "id", (json_int_t)number), timeout_ms,
			     &value, err);
	if (!result && json_integer_value(value) != (json_int_t)number)
		result = err_set(err, EBADMSG, "guest-sync-delimited: another's answer");
	json_decref(value);
	return result;
}

static bool write_command(struct qmp *qmp, const char *command, json_t *arguments,
			  uint64_t id)
{
	json_t *message =
		json_pack("{s:s, s:I}", "execute", command, "id", (json_int_t)id);
	char *text;

	if (message && arguments)
		json_object_set(message, "arguments", arguments);
	text = message ? json_dumps(message, JSON_COMPACT) : NULL;
	json_decref(message);
	if (!text)
		return false;
	strbuf_adds(&qmp->out, text);
	strbuf_addc(&qmp->out, '\n');
	free(text);
	return !qmp->out.overflow;
}

int qmp_send(struct qmp *qmp, const char *command, json_t *arguments, uint64_t *id,
	     struct err *err)
{
	struct qmp_waiting *waiting = id ? qmp_find_waiting(qmp, 0) : NULL;
	int result = 0;

	if (id && !waiting)
		result = err_set(err, EBUSY, "%s: %d other commands wait", command,
				 QMP_WAITING_MAX);
	else if (!write_command(qmp, command, arguments, qmp->last_id + 1))
		result = err_sys(err, ENOMEM, "%s", command);
	json_decref(arguments);
	if (result)
		return result;
	qmp->last_id++;
	if (id)
		*id = waiting->id = qmp->last_id;
	return 0;
}

json_t *qmp_take_reply(struct qmp *qmp, uint64_t id)
{
	struct qmp_waiting *waiting = id ? qmp_find_waiting(qmp, id) : NULL;
	json_t *reply = waiting ? waiting->reply : NULL;

	if (reply)
		*waiting = (struct qmp_waiting){ .id = 0 };
	return reply;
}

void qmp_forget(struct qmp *qmp, uint64_t id)
{
	struct qmp_waiting *waiting = id ? qmp_find_waiting(qmp, id) : NULL;

	if (!waiting)
		return;
	json_decref(waiting->reply);
	*waiting = (struct qmp_waiting){ .id = 0 };
}

int qmp_read_reply(json_t *reply, json_t **value, struct err *err)
{
	const json_t *error = json_object_get(reply, "error");
	int result = 0;

	if (error)
		result = err_set(err, EREMOTEIO, "%s", json_text(error, "desc"));
	else if (value)
		*value = json_incref(json_object_get(reply, "return"));
	json_decref(reply);
	return result;
}

int qmp_execute(struct qmp *qmp, const char *command, json_t *arguments, int timeout_ms,
		json_t **value, struct err *err)
{
	uint64_t id = 0;
	int result = qmp_send(qmp, command, arguments, &id, err);

	if (result)
		return result;
	result = serve(qmp, is_replied, id, timeout_ms, err);
	if (!result)
		result = qmp_read_reply(qmp_take_reply(qmp, id), value, err);
	qmp_forget(qmp, id);
	return result ? (err_wrap(err, "%s", command), result) : 0;
}
