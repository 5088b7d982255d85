/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/ready.c qemu-launch/ready_ask.c qemu-launch/qmp.c qemu-launch/qmp_message.c lib/interrupt.c lib/value/net.c lib/file.c lib/err.c lib/strbuf.c LIBS: jansson */
/* test_ql_ready.c: what shows that a guest is ready is seen, and nothing else. */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake_tree.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "qemu-launch/ready.h"
#include "tap.h"

static struct ready ready;

/* Looks whenever there is a reason to, up to so many milliseconds. */
static int await_for(int64_t limit_ms)
{
	int64_t end = clock_ms() + limit_ms;
	int result = 0;

	while (!result && clock_ms() < end) {
		struct pollfd polled = { .fd = ready.fd, .events = ready.events };
		int64_t until = clock_earlier(ready.look_at, end);

		if (poll(&polled, 1, clock_timeout(until)) || until == ready.look_at)
			result = ready_look(&ready, NULL);
	}
	return result;
}

static int await(void)
{
	return await_for(5000);
}

static void test_lease(void)
{
	static const char leases[] = "1 52:54:00:00:00:01 10.0.0.2 web *\n"
				     "2 52:54:00:00:00:02 10.0.0.3 52:54:00:00:00:03 *\n";
	struct mac_address mac;

	mac_address_parse("52:54:00:00:00:02", &mac, NULL);
	ok(ready_lease_end(leases, &mac) == 2, "a lease is found, and its end");
	mac_address_parse("52:54:00:00:00:03", &mac, NULL);
	ok(ready_lease_end(leases, &mac) < 0, "a name is no lease");
	ok(ready_lease_end("", &mac) < 0, "no leases are none");
	ok(ready_lease_end("1 52:54:00:00:00:03", &mac) < 0, "half a line is none");
}

static int look_again(const struct ready_want *want)
{
	int result;

	ready_begin(&ready, want, NULL);
	result = ready_look(&ready, NULL);
	ready_end(&ready);
	return result;
}

static void test_old_lease(int root)
{
	static const char path[] = "var/lib/bedplate/dnsmasq/lan.leases";
	struct ready_want want = { .kind = guest_guest_ready_lease,
				   .root_fd = root,
				   .network = "lan" };

	mac_address_parse("52:54:00:00:00:02", &want.mac, NULL);
	ready_begin(&ready, &want, NULL);
	is_int(ready_look(&ready, NULL), 0, "without leases it is not ready");
	fake_file(root, path, "5 52:54:00:00:00:02 10.0.0.3 web *\n");
	is_int(ready_look(&ready, NULL), 1, "with one it is");
	ready_end(&ready);
	is_int(look_again(&want), 0, "what it had when it was started is no sign");
	ready_begin(&ready, &want, NULL);
	fake_file(root, path, "9 52:54:00:00:00:02 10.0.0.3 web *\n");
	is_int(ready_look(&ready, NULL), 1, "one that it takes again is");
	ready_end(&ready);
	want.is_under_way = true;
	is_int(look_again(&want), 1, "of a guest that runs any is");
}

static void test_console(int root)
{
	struct ready_want want = { .kind = guest_guest_ready_console,
				   .run_fd = root,
				   .line = "login:" };
	char flood[3 * READY_LINE_MAX];

	memset(flood, 'x', sizeof(flood));
	ready_begin(&ready, &want, NULL);
	is_int(ready_look(&ready, NULL), 0, "a console without a log shows nothing");
	ok(!ready_take_console(&ready, flood, sizeof(flood)), "much is not enough");
	ok(!ready_take_console(&ready, "web log", 7), "half of it is not");
	ok(ready_take_console(&ready, "in: ", 4), "the other half is");
	ready_end(&ready);
	ready_begin(&ready, &want, NULL);
	ready_look(&ready, NULL);
	fake_file(root, READY_CONSOLE_LOG, "\r\nweb login: ");
	is_int(await(), 1, "a log that is made later is seen");
	ready_end(&ready);
}

static void test_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct ready_want want = { .kind = guest_guest_ready_port, .line = "" };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&address, size) ||
	    getsockname(fd, (struct sockaddr *)&address, &size))
		abort();
	ip_address_parse("127.0.0.1", &want.address, NULL);
	ok(ready_begin(&ready, &want, NULL) < 0, "without a port none can be looked at");
	ready_end(&ready);
	want.port = ntohs(address.sin_port);
	is_int(ready_begin(&ready, &want, NULL), 0, "a port is looked at");
	ready_look(&ready, NULL);
	is_int(ready_look(&ready, NULL), 0, "and not open");
	listen(fd, 1);
	is_int(await(), 1, "until it is");
	ready_end(&ready);
	close(fd);
}

static void test_delay(void)
{
	struct ready_want want = { .kind = guest_guest_ready_delay, .delay_ms = 30 };
	int64_t begin = clock_ms();

	ready_begin(&ready, &want, NULL);
	is_int(ready_look(&ready, NULL), 0, "a delay has not passed at once");
	is_int(await(), 1, "but then");
	ok(clock_ms() - begin >= 30, "not before its time");
	ready_end(&ready);
	want.kind = guest_guest_ready_none;
	ready_begin(&ready, &want, NULL);
	is_int(ready_look(&ready, NULL), 1, "nothing is ready at once");
	ready_end(&ready);
}

/* An agent in a child: it is slow, has old words to say, and then answers. */
static void run_agent(int listening)
{
	int fd = accept(listening, NULL, NULL);
	char text[512];
	ssize_t got = recv(fd, text, sizeof(text) - 1, 0);
	const char *id;

	text[got < 0 ? 0 : got] = '\0';
	id = strstr(text, "\"arguments\":{\"id\":");
	dprintf(fd, "{\"return\": 77}\n\xff{\"return\": %d}\n", id ? atoi(id + 18) : 0);
	pause();
}

static void test_agent(int root)
{
	struct ready_want want = { .kind = guest_guest_ready_agent, .run_fd = root };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t agent;

	ready_begin(&ready, &want, NULL);
	is_int(ready_look(&ready, NULL), 0, "an agent without a socket does not answer");
	snprintf(address.sun_path, sizeof(address.sun_path),
		 "/proc/self/fd/%d/agent.sock", root);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1))
		abort();
	agent = fork();
	if (!agent)
		run_agent(fd);
	is_int(await(), 1, "one that answers our question is ready");
	ready_end(&ready);
	kill(agent, SIGKILL);
	close(fd);
}

/* Whoever connects next, in place of the kernel: a machine of its own is a guest, too. */
static struct {
	int fd;
	unsigned cid;
} caller = { .fd = -1 };

int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags)
{
	struct sockaddr_vm from = { .svm_family = AF_VSOCK, .svm_cid = caller.cid };
	int taken = caller.fd;

	(void)fd, (void)flags;
	caller.fd = -1;
	if (taken >= 0 && address && *size >= sizeof(from)) {
		memcpy(address, &from, sizeof(from));
		*size = sizeof(from);
	}
	return taken;
}

/* What is seen of a guest that says this. */
static int look_at_call(unsigned cid, const char *text)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) ||
	    write(ends[1], text, strlen(text)) < 0)
		abort();
	close(ends[1]);
	caller.fd = ends[0];
	caller.cid = cid;
	return ready_look(&ready, NULL);
}

/* The guest's end of a connection that is to be accepted. */
static int call(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends))
		abort();
	caller.fd = ends[0];
	caller.cid = 7;
	return ends[1];
}

static void put(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		abort();
}

static void test_notify_parts(void)
{
	int fd = call();
	char answer;

	is_int(ready_look(&ready, NULL), 0, "a guest that says nothing yet");
	put(fd, "STATUS=starting\n");
	is_int(await_for(50), 0, "says something else");
	shutdown(fd, SHUT_WR);
	is_int(await_for(50), 0, "and no more");
	is_int(read(fd, &answer, 1), 0, "sees by the end that it was read");
	close(fd);
	fd = call();
	put(fd, "STATUS=up\n");
	is_int(ready_look(&ready, NULL), 0, "the first half of its message");
	put(fd, "READY=1\n");
	is_int(await(), 1, "and the other one");
	close(fd);
}

static void test_notify_next(void)
{
	int first = call(), next;

	is_int(ready_look(&ready, NULL), 0, "a guest that says nothing yet again");
	put(first, "READY=1\n");
	next = call();
	is_int(ready_look(&ready, NULL), 1,
	       "what it said counts when it calls once more");
	close(first);
	close(next);
}

static void test_notify_call(void)
{
	is_int(ready_look(&ready, NULL), 0, "nobody says anything yet");
	is_int(look_at_call(7, "STATUS=booting\n"), 0, "the guest says something else");
	is_int(look_at_call(8, "READY=1\n"), 0, "another guest's READY=1 is not ours");
	is_int(look_at_call(VMADDR_CID_HOST, "READY=1\n"), 0, "nor is the host's");
	is_int(look_at_call(7, "X=READY=1\nREADY=10\n"), 0,
	       "nor what only looks like it");
	is_int(look_at_call(7, "STATUS=up\nREADY=1\n"), 1, "the guest's own is");
}

static void test_notify(void (*test)(void))
{
	const struct ready_want want = { .kind = guest_guest_ready_notify,
					 .port = READY_VSOCK_PORT + 7,
					 .cid = 7 };
	struct err err = ERR_INIT;

	if (ready_begin(&ready, &want, &err))
		ok(true, "a message by vsock # SKIP %s", err.text);
	else
		test();
	ready_end(&ready);
}

int main(void)
{
	int root = fake_tree_open();

	test_lease();
	test_old_lease(root);
	test_console(root);
	test_port();
	test_delay();
	test_agent(root);
	test_notify(test_notify_call);
	test_notify(test_notify_parts);
	test_notify(test_notify_next);
	fake_tree_remove();
	return done_testing();
}
