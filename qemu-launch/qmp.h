/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qmp.h: the one owner of QEMU's machine protocol, and of its guest agent's, which has the
 * same wire.
 *
 * How it works: each line is a JSON object: a greeting, the reply to a command, or an event.
 * Commands carry numbers (`id`), so that replies are known whatever order they come in and
 * events between them are put aside. Nothing here waits without a deadline and nothing grows
 * without a bound: a message over QMP_MESSAGE_MAX ends the connection, of more than
 * QMP_EVENTS_MAX events the oldest are dropped and counted. Agents before 4.0 do not
 * repeat the number: what has none answers the command that has waited longest.
 *
 * Facts: QEMU docs/interop/qmp-spec.rst and qemu-ga-ref.
 */
#ifndef BEDPLATE_QEMU_LAUNCH_QMP_H
#define BEDPLATE_QEMU_LAUNCH_QMP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/strbuf.h"

enum {
	QMP_MESSAGE_MAX = 16 << 20,
	QMP_EVENTS_MAX = 256,
	QMP_WAITING_MAX = 16, /* commands whose reply somebody wants */
};

struct qmp_waiting {
	uint64_t id;   /* 0: free */
	json_t *reply; /* NULL: not come yet */
};

struct qmp {
	int fd;        /* -1: not connected. For poll(2), with qmp_poll_events() */
	bool is_agent; /* 0xff begins anew, as guest-sync-delimited has it */
	bool is_greeted;
	uint64_t last_id;
	struct strbuf in, out; /* the line that has not ended; what has not been sent */
	size_t searched;       /* of `in`: no end of a line in there */
	struct qmp_waiting waiting[QMP_WAITING_MAX];
	json_t *events[QMP_EVENTS_MAX]; /* a ring */
	size_t first_event, event_count;
	size_t events_lost;
	int64_t waited_us; /* for answers, in all */
};

/* The struct must not be moved afterwards. */
void qmp_init(struct qmp *qmp);
/* Closes it and drops what has come; it can be connected again. */
void qmp_close(struct qmp *qmp);
void qmp_release(struct qmp *qmp);
#define _cleanup_qmp_ __attribute__((cleanup(qmp_release)))

/* Connects to the socket of this name in a folder, without waiting: -ENOENT or -ECONNREFUSED
 * where nobody listens yet, -EAGAIN where its queue is full. */
int qmp_connect(struct qmp *qmp, int folder_fd, const char *name, struct err *err);
/* The same, but where the queue is full it waits for its turn: -ETIMEDOUT, -EINTR when the program is
 * to stop. QEMU speaks with one at a time, and one who was killed stands in the queue until it sees that. */
int qmp_connect_in_turn(struct qmp *qmp, int folder_fd, const char *name, int timeout_ms,
			struct err *err);
/* Takes a connected socket over; it is made non-blocking and is the qmp's to close. */
void qmp_attach(struct qmp *qmp, int fd);

/* Waits for the greeting and leaves the mode in which nothing else can be asked. */
int qmp_greet(struct qmp *qmp, int timeout_ms, struct err *err);
/* The same of an agent: drops what it said to others. -ETIMEDOUT where none runs. */
int qmp_sync_agent(struct qmp *qmp, int timeout_ms, struct err *err);

/* Queues a command; `arguments` may be NULL and is taken over. The reply is kept for
 * qmp_take_reply under *id; it is dropped when it comes where `id` is NULL. -EBUSY where
 * QMP_WAITING_MAX others wait. */
int qmp_send(struct qmp *qmp, const char *command, json_t *arguments, uint64_t *id,
	     struct err *err);
/* Sends and reads what can be without waiting. -ECONNRESET when the other end has gone,
 * -EBADMSG when it speaks something else, -EMSGSIZE; it is to be closed then, after the
 * events that have come have been looked at. */
int qmp_pump(struct qmp *qmp, struct err *err);
/* What poll(2) is to wait for. */
short qmp_poll_events(const struct qmp *qmp);

/* The whole reply, which the caller drops; NULL where it has not come. */
json_t *qmp_take_reply(struct qmp *qmp, uint64_t id);
/* Nobody wants it any more. */
void qmp_forget(struct qmp *qmp, uint64_t id);
/* What a reply says: 0 with the value of its "return" in *value (may be NULL; the caller
 * drops it), or -EREMOTEIO with QEMU's own words. Takes the reply over. */
int qmp_read_reply(json_t *reply, json_t **value, struct err *err);

/* Sends a command and waits for its reply; as qmp_send, qmp_pump and qmp_read_reply, and
 * -ETIMEDOUT. */
int qmp_execute(struct qmp *qmp, const char *command, json_t *arguments, int timeout_ms,
		json_t **value, struct err *err);

/* The oldest event, which the caller drops; NULL where there is none. */
json_t *qmp_take_event(struct qmp *qmp);

/* Takes bytes as they came from the socket; as qmp_pump. For tests. */
int qmp_feed(struct qmp *qmp, const void *bytes, size_t length, struct err *err);

#endif
