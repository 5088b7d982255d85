/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink.h: the one owner of netlink's bytes: requests in batches, dumps, answers.
 *
 * How it works: requests are written one behind the other into a batch, with nested
 * attributes, and leave together. Each has a number (its sequence number) and a tag of the
 * caller's. The kernel works through a batch in order and goes on behind a request that
 * failed; it answers each failure, and the last request with an acknowledgement that says
 * that no more answers come. So a batch of a hundred requests costs one sendmsg and one
 * recvmsg. Where it gives a reason in words (extended acknowledgement) that is kept.
 *
 * Facts: netlink(7), rtnetlink(7), kernel Documentation/userspace-api/netlink/intro.rst.
 */
#ifndef BEDPLATE_LIB_NETLINK_H
#define BEDPLATE_LIB_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/strbuf.h"

struct netlink {
	int fd;
	uint32_t sequence; /* of the next request */
	unsigned sends; /* how often something was sent, for tests and for the curious */
};

#define NETLINK_INIT     \
	{                \
		.fd = -1 \
	}

/* Opens a socket of a protocol: NETLINK_ROUTE, NETLINK_NETFILTER, NETLINK_GENERIC. */
int netlink_open(struct netlink *nl, int protocol, struct err *err);
void netlink_release(struct netlink *nl);
#define _cleanup_netlink_ __attribute__((cleanup(netlink_release)))

/* The index of a link of this name, or -errno (-ENODEV). */
int netlink_link_index(const struct netlink *nl, const char *name);

/* ---- writing requests ---- */

enum { NETLINK_DEPTH = 6 }; /* attributes in attributes */

struct netlink_request {
	size_t offset, length; /* in the batch */
	const void *tag;
};

struct netlink_batch {
	struct strbuf bytes;
	struct netlink_request *requests;
	size_t count, size;
	size_t open[NETLINK_DEPTH]; /* where the attributes that are open begin */
	unsigned depth;
	bool broken; /* memory ran out, or something was too long for its length field */
};

/* The struct must not be moved afterwards. */
void netlink_batch_init(struct netlink_batch *batch);
void netlink_batch_release(struct netlink_batch *batch);
#define _cleanup_netlink_batch_ __attribute__((cleanup(netlink_batch_release)))

/* Empties it, and keeps its memory. */
void netlink_batch_clear(struct netlink_batch *batch);

/* Begins a request: its type and flags (NLM_F_REQUEST is added), and the fixed part of its
 * kind (struct ifinfomsg ...). What follows up to the next netlink_begin is its attributes.
 */
void netlink_begin(struct netlink_batch *batch, uint16_t type, uint16_t flags,
		   const void *fixed, size_t size, const void *tag);

void netlink_add(struct netlink_batch *batch, uint16_t type, const void *data,
		 size_t size);
void netlink_add_u8(struct netlink_batch *batch, uint16_t type, uint8_t value);
void netlink_add_u16(struct netlink_batch *batch, uint16_t type, uint16_t value);
void netlink_add_u32(struct netlink_batch *batch, uint16_t type, uint32_t value);
/* A text with its '\0'. */
void netlink_add_text(struct netlink_batch *batch, uint16_t type, const char *text);

/* Attributes up to the netlink_nest_end that belongs to it stand in this one. */
void netlink_nest(struct netlink_batch *batch, uint16_t type);
void netlink_nest_end(struct netlink_batch *batch);

/* ---- sending ---- */

struct netlink_answer {
	const void *tag;  /* of the request that failed */
	int errnum;       /* positive errno */
	const char *text; /* the kernel's reason, or "" */
};

/* Sends a batch, in pieces of at most 64 KiB, and reads what comes back. `failed` is called
 * for each request that failed, in order, and may be NULL. 0 when all was understood and
 * sent, whether requests failed or not; -errno when the socket itself failed. An empty
 * batch is sent without a system call. */
int netlink_send(struct netlink *nl, struct netlink_batch *batch,
		 void (*failed)(const struct netlink_answer *answer, void *data),
		 void *data, struct err *err);

/* Sends a batch of one request and adds the messages that answer it to `out`, to be read
 * with netlink_next: one message mostly, or all of them with NLM_F_DUMP. A dump that was
 * interrupted by a change is taken again, some times. */
int netlink_query(struct netlink *nl, struct netlink_batch *batch, struct strbuf *out,
		  struct err *err);

/* ---- reading; pure, for bytes that nobody has looked at ---- */

struct netlink_message {
	uint16_t type, flags;
	uint32_t sequence;
	const uint8_t *data; /* behind the header */
	size_t length;
};

/* Reads the message at *offset and moves behind it. False at the end, and where the rest is
 * no message. */
bool netlink_next(const void *bytes, size_t length, size_t *offset,
		  struct netlink_message *message);

struct netlink_attribute {
	const uint8_t *data; /* NULL: there is none */
	size_t length;
};

/* Puts the attributes that stand behind the fixed part of `fixed` bytes (0 for nested ones)
 * into a table by their types; those above its end are left out, of several of one type the
 * last stays. False where the fixed part is not whole; attributes behind a broken one are
 * not read. */
bool netlink_read(const uint8_t *data, size_t length, size_t fixed,
		  struct netlink_attribute *table, size_t count);

/* Steps through attributes where their order or number counts. */
bool netlink_next_attribute(const uint8_t *data, size_t length, size_t *offset,
			    uint16_t *type, struct netlink_attribute *attribute);

/* The value, or `otherwise` where the attribute is absent or too short. */
uint8_t netlink_u8(const struct netlink_attribute *attribute, uint8_t otherwise);
uint16_t netlink_u16(const struct netlink_attribute *attribute, uint16_t otherwise);
uint32_t netlink_u32(const struct netlink_attribute *attribute, uint32_t otherwise);

/* Copies a text, cut to its room; "" where the attribute is absent. Returns `text`. */
char *netlink_text(const struct netlink_attribute *attribute, char *text, size_t size);

/* Copies exactly `size` bytes; false where the attribute has another size. */
bool netlink_bytes(const struct netlink_attribute *attribute, void *bytes, size_t size);

/* What an NLMSG_ERROR or NLMSG_DONE message says: positive errno, 0 for none, and the
 * kernel's words ("" where it gives none, cut to their room). */
int netlink_read_error(const struct netlink_message *message, char *text, size_t size);

#endif
