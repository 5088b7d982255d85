/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/qmp.c qemu-launch/qmp_message.c lib/interrupt.c lib/err.c lib/strbuf.c LIBS: jansson */
/* fuzz_qmp.c: whatever QEMU or a guest's agent sends, and in whatever pieces, only fails in an
 * orderly way; what is understood does not depend on the pieces, and what waits is bounded.
 * The first byte says how long a piece is, and whether an agent speaks. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-launch/qmp.h"

enum { WAITING = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int feed(struct qmp *qmp, const uint8_t *data, size_t size, size_t piece,
		bool is_agent)
{
	struct err err = ERR_INIT;
	int result = 0;

	qmp_init(qmp);
	qmp->is_agent = is_agent;
	for (int i = 0; i < WAITING; i++)
		if (qmp_send(qmp, "query-status", NULL, &(uint64_t){ 0 }, &err))
			abort();
	for (size_t at = 0; at < size && !result; at += piece)
		result = qmp_feed(qmp, data + at, size - at < piece ? size - at : piece,
				  &err);
	if (result > 0 || (result < 0 && (err.code != result || !*err.text)))
		abort();
	if (qmp->event_count > QMP_EVENTS_MAX)
		abort();
	return result;
}

/* Parsed messages of both are the same. */
static void compare(struct qmp *one, struct qmp *other)
{
	if (one->event_count != other->event_count ||
	    one->events_lost != other->events_lost)
		abort();
	for (uint64_t id = 1; id <= WAITING; id++) {
		json_t *first = qmp_take_reply(one, id);
		json_t *second = qmp_take_reply(other, id);

		if (!first != !second || (first && !json_equal(first, second)))
			abort();
		if (first)
			qmp_read_reply(first, NULL, NULL);
		json_decref(second);
	}
	for (json_t *event; (event = qmp_take_event(one));) {
		json_t *second = qmp_take_event(other);

		if (!json_equal(event, second))
			abort();
		json_decref(event);
		json_decref(second);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct qmp pieces, whole;
	bool is_agent;
	int first, second;

	if (size < 1)
		return 0;
	is_agent = data[0] & 1;
	first = feed(&pieces, data + 1, size - 1, 1 + data[0] / 2, is_agent);
	second = feed(&whole, data + 1, size - 1, size, is_agent);
	/* A mark drops what came before it, unless that has been read already. */
	if (!is_agent && first != second)
		abort();
	if (!is_agent)
		compare(&pieces, &whole);
	qmp_release(&pieces);
	qmp_release(&whole);
	return 0;
}
