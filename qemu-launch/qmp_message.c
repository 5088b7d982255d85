/* SPDX-License-Identifier: GPL-2.0-or-later */
/* qmp_message.c: bytes to messages, and messages to those who wait for them. */
#include <errno.h>
#include <string.h>

#include "lib/json_text.h"
#include "qemu-launch/qmp_private.h"

enum { AGENT_MARK = 0xff };

struct qmp_waiting *qmp_find_waiting(struct qmp *qmp, uint64_t id)
{
	for (size_t i = 0; i < QMP_WAITING_MAX; i++)
		if (qmp->waiting[i].id == id)
			return &qmp->waiting[i];
	return NULL;
}

/* Numbers grow, so the smallest has waited longest. */
static struct qmp_waiting *find_oldest(struct qmp *qmp)
{
	struct qmp_waiting *oldest = NULL;

	for (size_t i = 0; i < QMP_WAITING_MAX; i++) {
		struct qmp_waiting *waiting = &qmp->waiting[i];

		if (waiting->id && !waiting->reply &&
		    (!oldest || waiting->id < oldest->id))
			oldest = waiting;
	}
	return oldest;
}

static void take_reply(struct qmp *qmp, json_t *message)
{
	const json_t *id = json_object_get(message, "id");
	struct qmp_waiting *waiting = NULL;
	double number = json_number_value(id);

	/* Those before 1 and those that no command of ours can have are nobody's. */
	if (json_is_number(id) && number >= 1 && number <= (double)qmp->last_id)
		waiting = qmp_find_waiting(qmp, (uint64_t)number);
	else if (!id && qmp->is_agent)
		waiting = find_oldest(qmp);
	if (waiting && !waiting->reply)
		waiting->reply = message;
	else
		json_decref(message);
}

static void take_event(struct qmp *qmp, json_t *event)
{
	if (qmp->event_count == QMP_EVENTS_MAX) {
		json_decref(qmp_take_event(qmp));
		qmp->events_lost++;
	}
	qmp->events[(qmp->first_event + qmp->event_count++) % QMP_EVENTS_MAX] = event;
}

void qmp_take_message(struct qmp *qmp, json_t *message)
{
	if (*json_text(message, "event")) {
		take_event(qmp, message);
	} else if (json_object_get(message, "return") ||
		   json_object_get(message, "error")) {
		take_reply(qmp, message);
	} else {
		if (json_object_get(message, "QMP"))
			qmp->is_greeted = true;
		json_decref(message);
	}
}

json_t *qmp_take_event(struct qmp *qmp)
{
	json_t *event;

	if (!qmp->event_count)
		return NULL;
	event = qmp->events[qmp->first_event];
	qmp->first_event = (qmp->first_event + 1) % QMP_EVENTS_MAX;
	qmp->event_count--;
	return event;
}

/* Whole numbers of QEMU's go to 2^64, jansson's to 2^63: such a message is read with all of
 * its numbers as floating-point ones. */
static json_t *parse(const char *line, size_t length, json_error_t *error)
{
	json_t *message = json_loadb(line, length, 0, error);

	if (!message && json_error_code(error) == json_error_numeric_overflow)
		message = json_loadb(line, length, JSON_DECODE_INT_AS_REAL, error);
	return message;
}

static int take_line(struct qmp *qmp, const char *line, size_t length, struct err *err)
{
	json_error_t error;
	json_t *message;

	while (length && (line[length - 1] == '\r' || line[length - 1] == ' '))
		length--;
	if (!length)
		return 0;
	message = parse(line, length, &error);
	if (!message)
		return err_set(err, EBADMSG, "a message that is no JSON: %s", error.text);
	if (!json_is_object(message)) {
		json_decref(message);
		return err_set(err, EBADMSG, "a message that is no object");
	}
	qmp_take_message(qmp, message);
	return 0;
}

/* Moves what stands behind the first `count` bytes to the front. */
static void drop_front(struct strbuf *sb, size_t count)
{
	memmove(sb->text, sb->text + count, sb->length - count);
	strbuf_truncate(sb, sb->length - count);
}

/* What an agent was asked by others, or said half way when the guest went down, ends at the
 * mark, which no JSON text can hold. */
static void drop_to_mark(struct qmp *qmp)
{
	const char *mark = memrchr(qmp->in.text + qmp->searched, AGENT_MARK,
				   qmp->in.length - qmp->searched);

	if (!mark)
		return;
	drop_front(&qmp->in, (size_t)(mark - qmp->in.text) + 1);
	qmp->searched = 0;
}

static int take_lines(struct qmp *qmp, struct err *err)
{
	size_t start = 0;
	int result = 0;
	char *end;

	while (!result && (end = memchr(qmp->in.text + qmp->searched, '\n',
					qmp->in.length - qmp->searched))) {
		size_t next = (size_t)(end - qmp->in.text) + 1;

		result = take_line(qmp, qmp->in.text + start, next - 1 - start, err);
		start = qmp->searched = next;
	}
	drop_front(&qmp->in, start);
	qmp->searched = qmp->in.length;
	return result;
}

int qmp_feed(struct qmp *qmp, const void *bytes, size_t length, struct err *err)
{
	int result;

	strbuf_add(&qmp->in, bytes, length);
	if (qmp->in.overflow)
		return err_set(err, EMSGSIZE, "a message of more than %d bytes",
			       QMP_MESSAGE_MAX);
	if (qmp->is_agent)
		drop_to_mark(qmp);
	result = take_lines(qmp, err);
	/* Most messages are short; the room for a long one is given back. */
	if (!qmp->in.length && qmp->in.size > (64 << 10))
		strbuf_release(&qmp->in);
	return result;
}
