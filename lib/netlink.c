/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlink.c: sends netlink requests in batches and gathers what the kernel answers. */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "lib/netlink.h"

enum {
	PIECE_BYTES =
		64 << 10,     /* below the kernel's smallest send buffer, with its cost */
	PIECE_REQUESTS = 256, /* the answers to so many fit into the receive buffer */
	RECEIVE_BYTES =
		32 << 10, /* what the kernel fills at most in one message of a dump */
	RECEIVE_BUFFER = 1 << 20,
	DUMP_TRIES = 8,
	ANSWER_SECONDS = 20,
	REASON_MAX = 256,
};

static void set_option(int fd, int level, int option, int value)
{
	/* All of them are comforts: without one, messages have fewer words. */
	setsockopt(fd, level, option, &value, sizeof(value));
}

int netlink_open(struct netlink *nl, int protocol, struct err *err)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = ANSWER_SECONDS };

	*nl = (struct netlink){ .sequence = 1 };
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (nl->fd < 0)
		return err_sys(err, errno, "opening a netlink socket");
	set_option(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
	set_option(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
	set_option(nl->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
	set_option(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER);
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(nl->fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		int errnum = errno;

		netlink_release(nl);
		return err_sys(err, errnum, "binding a netlink socket");
	}
	return 0;
}

void netlink_release(struct netlink *nl)
{
	if (nl->fd >= 0)
		close(nl->fd);
	*nl = (struct netlink)NETLINK_INIT;
}

int netlink_link_index(const struct netlink *nl, const char *name)
{
	struct ifreq request = { .ifr_ifindex = 0 };

	if (strlen(name) >= sizeof(request.ifr_name))
		return -ENODEV;
	strcpy(request.ifr_name, name);
	if (ioctl(nl->fd, SIOCGIFINDEX, &request) < 0)
		return -errno;
	return request.ifr_ifindex;
}

/* A run of requests that leaves in one piece. */
struct piece {
	size_t first, count;
	size_t offset, length;
	uint32_t sequence; /* of its first request */
};

static struct piece next_piece(const struct netlink_batch *batch, size_t first)
{
	struct piece piece = { .first = first, .offset = batch->requests[first].offset };

	while (first + piece.count < batch->count && piece.count < PIECE_REQUESTS) {
		const struct netlink_request *request =
			&batch->requests[first + piece.count];

		if (piece.count && piece.length + request->length > PIECE_BYTES)
			break;
		piece.length += request->length;
		piece.count++;
	}
	return piece;
}

/* Numbers the requests; the last one asks for an acknowledgement. */
static void number_requests(struct netlink *nl, struct netlink_batch *batch,
			    struct piece *piece)
{
	piece->sequence = nl->sequence;
	for (size_t i = 0; i < piece->count; i++) {
		char *at = batch->bytes.text + batch->requests[piece->first + i].offset;
		struct nlmsghdr header;

		memcpy(&header, at, sizeof(header));
		header.nlmsg_seq = nl->sequence++;
		if (i + 1 == piece->count)
			header.nlmsg_flags |= NLM_F_ACK;
		memcpy(at, &header, sizeof(header));
	}
}

static int send_piece(struct netlink *nl, const struct netlink_batch *batch,
		      const struct piece *piece, struct err *err)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t sent;

	do
		sent = sendto(nl->fd, batch->bytes.text + piece->offset, piece->length, 0,
			      (struct sockaddr *)&kernel, sizeof(kernel));
	while (sent < 0 && errno == EINTR);
	nl->sends++;
	if (sent < 0)
		return err_sys(err, errno, "sending to netlink");
	return 0;
}

/* What one datagram brought: on the stack, as the heap maps a piece of this size anew each time. */
struct datagram {
	char bytes[RECEIVE_BYTES];
	size_t length;
};

/* Anybody may send to a netlink socket: only the kernel (port 0) is listened to. */
static int receive(struct netlink *nl, struct datagram *in, struct err *err)
{
	struct sockaddr_nl from = { .nl_pid = 1 };
	struct iovec room = { in->bytes, sizeof(in->bytes) };
	struct msghdr message = { .msg_name = &from, .msg_iov = &room, .msg_iovlen = 1 };
	ssize_t got;

	do {
		message.msg_namelen = sizeof(from);
		got = recvmsg(nl->fd, &message, 0);
	} while ((got < 0 && errno == EINTR) || (got >= 0 && from.nl_pid != 0));
	if (got < 0)
		return err_sys(err, errno == EAGAIN ? ETIMEDOUT : errno,
			       "reading from netlink");
	if (message.msg_flags & MSG_TRUNC)
		return err_sys(err, EMSGSIZE, "reading from netlink");
	in->length = (size_t)got;
	return 0;
}

struct listener {
	const struct netlink_batch *batch;
	const struct piece *piece;
	void (*failed)(const struct netlink_answer *answer, void *data);
	void *data;
};

/* True when the answer was to the piece's last request. */
static bool hear(const struct listener *to, const struct netlink_message *message)
{
	uint32_t number = message->sequence - to->piece->sequence;
	char reason[REASON_MAX];
	int errnum;

	/* What is left of an earlier, broken-off exchange is passed over. */
	if (number >= to->piece->count || message->type != NLMSG_ERROR)
		return false;
	errnum = netlink_read_error(message, reason, sizeof(reason));
	if (errnum && to->failed)
		to->failed(
			&(struct netlink_answer){
				.tag = to->batch->requests[to->piece->first + number].tag,
				.errnum = errnum,
				.text = reason },
			to->data);
	return number + 1 == to->piece->count;
}

static int hear_piece(struct netlink *nl, const struct listener *to, struct err *err)
{
	struct netlink_message message;
	struct datagram in;
	bool done = false;

	while (!done) {
		int result = receive(nl, &in, err);
		size_t offset = 0;

		if (result)
			return result;
		while (netlink_next(in.bytes, in.length, &offset, &message))
			done |= hear(to, &message);
	}
	return 0;
}

static int check_batch(const struct netlink_batch *batch, struct err *err)
{
	if (batch->broken || batch->bytes.overflow || batch->depth)
		return err_set(err, ENOBUFS, "a netlink request is too large");
	return 0;
}

int netlink_send(struct netlink *nl, struct netlink_batch *batch,
		 void (*failed)(const struct netlink_answer *answer, void *data),
		 void *data, struct err *err)
{
	int result = check_batch(batch, err);

	for (size_t first = 0; !result && first < batch->count;) {
		struct piece piece = next_piece(batch, first);
		const struct listener listener = { batch, &piece, failed, data };

		number_requests(nl, batch, &piece);
		result = send_piece(nl, batch, &piece, err);
		if (!result)
			result = hear_piece(nl, &listener, err);
		first += piece.count;
	}
	return result;
}

/* ---- asking ---- */

enum heard { HEARD_MORE, HEARD_END, HEARD_INTERRUPTED };

/* Looks through what one datagram brought, which begins at `offset` of `out`; the end of
 * the answer is cut off. */
static int look_through(struct strbuf *out, size_t offset, uint32_t sequence,
			bool *interrupted, struct err *err)
{
	struct netlink_message message;
	size_t begins = offset;

	for (; netlink_next(out->text, out->length, &offset, &message); begins = offset) {
		char reason[REASON_MAX];
		int errnum;

		if (message.sequence != sequence)
			continue;
		*interrupted |= message.flags & NLM_F_DUMP_INTR;
		if (message.type != NLMSG_ERROR && message.type != NLMSG_DONE)
			continue;
		errnum = netlink_read_error(&message, reason, sizeof(reason));
		strbuf_truncate(out, begins);
		if (errnum == EINTR)
			*interrupted = true;
		else if (errnum)
			return err_set(err, errnum, "%s%s%s", strerror(errnum),
				       *reason ? ": " : "", reason);
		return HEARD_END;
	}
	return HEARD_MORE;
}

static int query_once(struct netlink *nl, struct netlink_batch *batch, struct strbuf *out,
		      struct err *err)
{
	struct piece piece = next_piece(batch, 0);
	bool interrupted = false;
	struct datagram in;
	int result;

	number_requests(nl, batch, &piece);
	result = send_piece(nl, batch, &piece, err);
	while (!result) {
		size_t begins = out->length;

		result = receive(nl, &in, err);
		if (result)
			return result;
		strbuf_add(out, in.bytes, in.length);
		if (out->overflow)
			return err_sys(err, ENOMEM, "reading from netlink");
		result = look_through(out, begins, piece.sequence, &interrupted, err);
	}
	return result == HEARD_END && interrupted ? HEARD_INTERRUPTED : result;
}

int netlink_query(struct netlink *nl, struct netlink_batch *batch, struct strbuf *out,
		  struct err *err)
{
	size_t begins = out->length;
	int result = check_batch(batch, err);

	if (result)
		return result;
	if (batch->count != 1)
		return err_set(err, EINVAL, "a netlink query is one request");
	for (int i = 0; i < DUMP_TRIES; i++) {
		strbuf_truncate(out, begins);
		result = query_once(nl, batch, out, err);
		if (result < 0)
			return result;
		if (result == HEARD_END)
			return 0;
	}
	/* What is there changes faster than it can be read. */
	return err_sys(err, EAGAIN, "reading a list from the kernel");
}
