/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/qmp.c qemu-launch/qmp_message.c lib/interrupt.c lib/err.c lib/strbuf.c LIBS: jansson */
/* test_ql_qmp.c: replies find those who wait for them, however and whenever they come. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/json_text.h"
#include "qemu-launch/qmp.h"
#include "tap.h"

enum { SHORT_MS = 50, LONG_MS = 5000 };

static struct qmp qmp;
static int far_end; /* QEMU's */

static void begin(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		abort();
	qmp_init(&qmp);
	qmp_attach(&qmp, ends[0]);
	far_end = ends[1];
}

static void end(void)
{
	qmp_release(&qmp);
	if (far_end >= 0)
		close(far_end);
}

static void say(const char *text)
{
	if (write(far_end, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
}

/* What we have sent. */
static const char *heard(void)
{
	static char text[4096];
	ssize_t got = recv(far_end, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[got < 0 ? 0 : got] = '\0';
	return text;
}

static void test_greeting(void)
{
	struct err err = ERR_INIT;
	int status = -1;
	bool right;
	pid_t qemu;

	begin();
	qemu = fork();
	if (!qemu) {
		say("{\"QMP\": {\"version\": {}, \"capabilities\": []}}\r\n");
		poll(&(struct pollfd){ .fd = far_end, .events = POLLIN }, 1, LONG_MS);
		right = !strcmp(heard(), "{\"execute\":\"qmp_capabilities\",\"id\":1}\n");
		say("{\"return\": {}, \"id\": 1}\r\n");
		_exit(right ? 0 : 1);
	}
	is_int(qmp_greet(&qmp, LONG_MS, &err), 0, "a greeting is answered");
	waitpid(qemu, &status, 0);
	is_int(status, 0, "by qmp_capabilities, with a number");
	end();

	begin();
	is_int(qmp_greet(&qmp, SHORT_MS, &err), -ETIMEDOUT,
	       "a greeting that never comes ends at the deadline");
	end();
}

static void test_split(void)
{
	static const char reply[] =
		"{\"return\": \"caf\\u00e9 \xc3\xa9\", \"id\": 1}\r\n";
	struct err err = ERR_INIT;
	uint64_t id = 0;
	json_t *value = NULL, *whole = NULL;

	begin();
	qmp_send(&qmp, "query-name", NULL, &id, &err);
	for (size_t i = 0; reply[i]; i++) {
		char byte[2] = { reply[i], '\0' };

		whole = qmp_take_reply(&qmp, id);
		if (whole)
			break;
		say(byte);
		if (qmp_pump(&qmp, &err))
			break;
	}
	ok(!whole, "no reply before its last byte");
	whole = qmp_take_reply(&qmp, id);
	ok(whole != NULL, "a reply in pieces of one byte is put together");
	is_int(qmp_read_reply(whole, &value, &err), 0, "and says what it says");
	is_str(json_string_value(value), "caf\xc3\xa9 \xc3\xa9", "whole");
	json_decref(value);
	end();
}

static void test_order(void)
{
	struct err err = ERR_INIT;
	uint64_t first = 0, second = 0;
	json_t *event, *value = NULL;

	begin();
	qmp_send(&qmp, "query-status", NULL, &first, &err);
	qmp_send(&qmp, "query-cpus-fast", json_pack("{s:b}", "x", 1), &second, &err);
	say("{\"event\": \"RESUME\"}\r\n{\"return\": 2, \"id\": 2}\r\n"
	    "{\"event\": \"STOP\"}\r\n{\"return\": 1, \"id\": 1}\r\n{\"return\": 7, \"id\": 7}\r\n");
	is_int(qmp_pump(&qmp, &err), 0, "replies out of order, events in front");
	is_str(heard(),
	       "{\"execute\":\"query-status\",\"id\":1}\n"
	       "{\"execute\":\"query-cpus-fast\",\"id\":2,\"arguments\":{\"x\":true}}\n",
	       "commands go out in order");
	is_int(qmp_read_reply(qmp_take_reply(&qmp, first), &value, &err), 0, "the first");
	is_int(json_integer_value(value), 1, "has its own reply");
	json_decref(value);
	is_int(qmp_read_reply(qmp_take_reply(&qmp, second), &value, &err), 0,
	       "the second");
	is_int(json_integer_value(value), 2, "has its own reply");
	json_decref(value);
	event = qmp_take_event(&qmp);
	is_str(json_text(event, "event"), "RESUME", "events are kept");
	json_decref(event);
	event = qmp_take_event(&qmp);
	is_str(json_text(event, "event"), "STOP", "in their order");
	json_decref(event);
	ok(!qmp_take_event(&qmp), "and no more than came");
	end();
}

static void test_execute(void)
{
	struct err err = ERR_INIT;

	begin();
	say("{\"id\": 1, \"error\": {\"class\": \"DeviceNotFound\", \"desc\": \"Device 'x' not found\"}}\n");
	is_int(qmp_execute(&qmp, "device_del", json_pack("{s:s}", "id", "x"), LONG_MS,
			   NULL, &err),
	       -EREMOTEIO, "a refusal is a failure");
	is_str(err.text, "device_del: Device 'x' not found", "in QEMU's words");
	err_clear(&err);
	is_int(qmp_execute(&qmp, "stop", NULL, SHORT_MS, NULL, &err), -ETIMEDOUT,
	       "a reply that never comes ends at the deadline");
	say("{\"return\": \"late\", \"id\": 2}\n{\"return\": {}, \"id\": 3}\n");
	is_int(qmp_execute(&qmp, "cont", NULL, LONG_MS, NULL, &err), 0,
	       "one that comes too late is not taken for the next one's");
	close(far_end);
	far_end = -1;
	is_int(qmp_execute(&qmp, "quit", NULL, LONG_MS, NULL, &err), -ECONNRESET,
	       "a command to one who has gone fails");
	end();
}

/* QEMU answers `quit` and closes. */
static void test_last_reply(void)
{
	struct err err = ERR_INIT;
	uint64_t id = 0;

	begin();
	qmp_send(&qmp, "quit", NULL, &id, &err);
	qmp_pump(&qmp, &err);
	say("{\"return\": {}, \"id\": 1}\n{\"event\": \"SHUTDOWN\"}\n{\"trunc");
	shutdown(far_end, SHUT_RDWR);
	is_int(qmp_pump(&qmp, &err), -ECONNRESET, "the end is noticed");
	ok(qmp.waiting[0].reply != NULL, "what was said before the end is known");
	is_int(qmp.event_count, 1, "the last event, too");
	end();
}

static void test_huge(void)
{
	struct err err = ERR_INIT;
	char *block = malloc(1 << 20);
	int result = 0, blocks = 0;
	json_t *value;
	uint64_t id = 0;

	if (!block)
		abort();
	memset(block, 'x', 1 << 20);
	begin();
	qmp_feed(&qmp, "\"", 1, &err);
	while (!result && blocks < 64) {
		result = qmp_feed(&qmp, block, 1 << 20, &err);
		blocks++;
	}
	is_int(result, -EMSGSIZE, "a message without end is given up");
	is_int(blocks, 16, "at 16 MiB");
	end();

	begin();
	qmp_send(&qmp, "query-qmp-schema", NULL, &id, &err);
	qmp_feed(&qmp, "{\"id\": 1, \"return\": \"", 21, &err);
	for (blocks = 0; blocks < 8; blocks++)
		qmp_feed(&qmp, block, 1 << 20, &err);
	is_int(qmp_feed(&qmp, "\"}\n", 3, &err), 0, "one of 8 MiB is taken");
	is_int(qmp_read_reply(qmp_take_reply(&qmp, id), &value, &err), 0, "and read");
	is_int(json_string_length(value), 8 << 20, "whole");
	json_decref(value);
	ok(qmp.in.size < (1 << 20), "its room is given back");
	end();
	free(block);
}

static void test_nonsense(void)
{
	static const char *const nonsense[] = { "hello\n", "[1]\n", "{\"return\": \n",
						"{\"a\": \"\xff\xfe\"}\n", "{} {}\n" };
	static const char big[] = "{\"return\": 18446744073709551615, \"id\": 1}\n";
	struct err err = ERR_INIT;
	uint64_t id = 0;

	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		begin();
		is_int(qmp_feed(&qmp, nonsense[i], strlen(nonsense[i]), &err), -EBADMSG,
		       "nonsense %zu is no message", i);
		end();
	}
	begin();
	is_int(qmp_feed(&qmp, "\r\n\n{\"new\": 1}\n", 14, &err), 0,
	       "what later versions may say is passed over");
	is_int(qmp_send(&qmp, "a", NULL, &id, &err), 0, "a command");
	is_int(qmp_feed(&qmp, big, strlen(big), &err), 0, "a number of 2^64 - 1");
	qmp_forget(&qmp, 77);
	ok(qmp.waiting[0].reply != NULL, "hides no reply");
	end();
}

static void test_bounds(void)
{
	struct err err = ERR_INIT;
	json_t *event;
	uint64_t id = 0;

	begin();
	for (int i = 0; i < QMP_EVENTS_MAX + 3; i++) {
		char text[64];

		snprintf(text, sizeof(text), "{\"event\": \"E%d\"}\n", i);
		qmp_feed(&qmp, text, strlen(text), &err);
	}
	is_int(qmp.event_count, QMP_EVENTS_MAX, "events that nobody takes are bounded");
	is_int(qmp.events_lost, 3, "and those lost are counted");
	event = qmp_take_event(&qmp);
	is_str(json_text(event, "event"), "E3", "the oldest go first");
	json_decref(event);
	for (int i = 0; i < QMP_WAITING_MAX; i++)
		qmp_send(&qmp, "x", NULL, &id, &err);
	is_int(qmp_send(&qmp, "x", json_object(), &id, &err), -EBUSY,
	       "commands that wait are bounded");
	is_int(qmp_send(&qmp, "x", NULL, NULL, &err), 0,
	       "one whose reply nobody wants goes through");
	qmp_forget(&qmp, id);
	is_int(qmp_send(&qmp, "x", NULL, &id, &err), 0, "what is forgotten makes room");
	end();
}

static void test_agent(void)
{
	struct err err = ERR_INIT;
	json_t *value = NULL;

	begin();
	qmp.is_agent = true;
	say("{\"return\": {\"another's\": 1}}\n{\"half\xff{\"return\": 1}\n");
	is_int(qmp_sync_agent(&qmp, LONG_MS, &err), 0, "an agent is brought into step");
	is_str(heard(),
	       "\xff{\"execute\":\"guest-sync-delimited\",\"id\":1,\"arguments\":{\"id\":1}}\n",
	       "by its own number, behind a mark");
	say("{\"return\": {\"version\": \"2.0\"}}\n");
	is_int(qmp_execute(&qmp, "guest-info", NULL, LONG_MS, &value, &err), 0,
	       "an agent that repeats no number answers the one command");
	is_str(json_text(value, "version"), "2.0", "with what it says");
	json_decref(value);
	is_int(qmp_sync_agent(&qmp, SHORT_MS, &err), -ETIMEDOUT,
	       "an agent that is not there does not hang us");
	end();

	begin();
	qmp.is_agent = true;
	say("\xff{\"return\": 99}\n");
	is_int(qmp_sync_agent(&qmp, LONG_MS, &err), -EBADMSG,
	       "another's number is not ours");
	end();
}

int main(void)
{
	test_greeting();
	test_split();
	test_order();
	test_execute();
	test_last_reply();
	test_huge();
	test_nonsense();
	test_bounds();
	test_agent();
	return done_testing();
}
