/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlink_write.c: writes netlink requests, with nested attributes, one behind the other. */
#include <stdlib.h>
#include <string.h>

#include "lib/netlink.h"

void netlink_batch_init(struct netlink_batch *batch)
{
	*batch = (struct netlink_batch){ .count = 0 };
	strbuf_init(&batch->bytes, 0);
}

void netlink_batch_release(struct netlink_batch *batch)
{
	strbuf_release(&batch->bytes);
	free(batch->requests);
	*batch = (struct netlink_batch){ .count = 0 };
	strbuf_init(&batch->bytes, 0);
}

void netlink_batch_clear(struct netlink_batch *batch)
{
	strbuf_truncate(&batch->bytes, 0);
	batch->count = batch->depth = 0;
	batch->broken = false;
}

/* Fills up to the next multiple of four. */
static void pad(struct netlink_batch *batch)
{
	strbuf_add(&batch->bytes, "\0\0\0", -batch->bytes.length & 3);
}

static struct netlink_request *last_request(struct netlink_batch *batch)
{
	return &batch->requests[batch->count - 1];
}

/* The request grows with what was added; its header's length is written at once. */
static void set_length(struct netlink_batch *batch)
{
	struct netlink_request *request = last_request(batch);
	uint32_t length;

	if (batch->bytes.overflow || batch->bytes.length < request->offset) {
		batch->broken = true;
		return;
	}
	request->length = batch->bytes.length - request->offset;
	length = request->length;
	memcpy(batch->bytes.text + request->offset + offsetof(struct nlmsghdr, nlmsg_len),
	       &length, sizeof(length));
}

static bool add_request(struct netlink_batch *batch, const void *tag)
{
	if (batch->count == batch->size) {
		size_t size = batch->size ? 2 * batch->size : 32;
		void *grown = realloc(batch->requests, size * sizeof(*batch->requests));

		if (!grown)
			return false;
		batch->requests = grown;
		batch->size = size;
	}
	batch->requests[batch->count++] =
		(struct netlink_request){ .offset = batch->bytes.length, .tag = tag };
	return true;
}

void netlink_begin(struct netlink_batch *batch, uint16_t type, uint16_t flags,
		   const void *fixed, size_t size, const void *tag)
{
	const struct nlmsghdr header = { .nlmsg_type = type,
					 .nlmsg_flags = flags | NLM_F_REQUEST };

	if (batch->depth || !add_request(batch, tag)) {
		batch->broken = true;
		return;
	}
	strbuf_add(&batch->bytes, &header, sizeof(header));
	strbuf_add(&batch->bytes, fixed, size);
	pad(batch);
	set_length(batch);
}

static bool begin_attribute(struct netlink_batch *batch, uint16_t type, size_t size)
{
	const struct nlattr header = { .nla_len = sizeof(header) + size,
				       .nla_type = type };

	if (batch->broken || !batch->count || size > UINT16_MAX - sizeof(header)) {
		batch->broken = true;
		return false;
	}
	strbuf_add(&batch->bytes, &header, sizeof(header));
	return true;
}

void netlink_add(struct netlink_batch *batch, uint16_t type, const void *data,
		 size_t size)
{
	if (!begin_attribute(batch, type, size))
		return;
	strbuf_add(&batch->bytes, data, size);
	pad(batch);
	set_length(batch);
}

void netlink_add_u8(struct netlink_batch *batch, uint16_t type, uint8_t value)
{
	netlink_add(batch, type, &value, sizeof(value));
}

void netlink_add_u16(struct netlink_batch *batch, uint16_t type, uint16_t value)
{
	netlink_add(batch, type, &value, sizeof(value));
}

void netlink_add_u32(struct netlink_batch *batch, uint16_t type, uint32_t value)
{
	netlink_add(batch, type, &value, sizeof(value));
}

void netlink_add_text(struct netlink_batch *batch, uint16_t type, const char *text)
{
	netlink_add(batch, type, text, strlen(text) + 1);
}

void netlink_nest(struct netlink_batch *batch, uint16_t type)
{
	size_t begins = batch->bytes.length;

	if (batch->depth == NETLINK_DEPTH) {
		batch->broken = true;
		return;
	}
	if (begin_attribute(batch, type | NLA_F_NESTED, 0))
		set_length(batch);
	batch->open[batch->depth++] = begins;
}

void netlink_nest_end(struct netlink_batch *batch)
{
	size_t begins, size;
	uint16_t length;

	if (batch->broken || !batch->depth) {
		batch->broken = true;
		return;
	}
	begins = batch->open[--batch->depth];
	size = batch->bytes.length - begins;
	if (size > UINT16_MAX) {
		batch->broken = true;
		return;
	}
	length = size;
	memcpy(batch->bytes.text + begins, &length, sizeof(length));
}
