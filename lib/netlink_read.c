/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlink_read.c: takes apart what netlink has sent: messages, attributes, errors. */
#include <errno.h>
#include <string.h>

#include "lib/netlink.h"

/* Lengths in netlink are rounded up to four bytes, linux/netlink.h NLMSG_ALIGN. */
static size_t aligned(size_t length)
{
	return (length + 3) & ~(size_t)3;
}

bool netlink_next(const void *bytes, size_t length, size_t *offset,
		  struct netlink_message *message)
{
	const uint8_t *data = bytes;
	struct nlmsghdr header;

	if (*offset >= length || length - *offset < sizeof(header))
		return false;
	memcpy(&header, data + *offset, sizeof(header));
	if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > length - *offset)
		return false;
	*message =
		(struct netlink_message){ .type = header.nlmsg_type,
					  .flags = header.nlmsg_flags,
					  .sequence = header.nlmsg_seq,
					  .data = data + *offset + sizeof(header),
					  .length = header.nlmsg_len - sizeof(header) };
	*offset += aligned(header.nlmsg_len);
	return true;
}

bool netlink_next_attribute(const uint8_t *data, size_t length, size_t *offset,
			    uint16_t *type, struct netlink_attribute *attribute)
{
	struct nlattr header;

	if (*offset >= length || length - *offset < sizeof(header))
		return false;
	memcpy(&header, data + *offset, sizeof(header));
	if (header.nla_len < sizeof(header) || header.nla_len > length - *offset)
		return false;
	*type = header.nla_type & NLA_TYPE_MASK;
	*attribute =
		(struct netlink_attribute){ .data = data + *offset + sizeof(header),
					    .length = header.nla_len - sizeof(header) };
	*offset += aligned(header.nla_len);
	return true;
}

bool netlink_read(const uint8_t *data, size_t length, size_t fixed,
		  struct netlink_attribute *table, size_t count)
{
	struct netlink_attribute attribute;
	size_t offset = aligned(fixed);
	uint16_t type;

	memset(table, 0, count * sizeof(*table));
	if (length < fixed)
		return false;
	while (netlink_next_attribute(data, length, &offset, &type, &attribute))
		if (type < count)
			table[type] = attribute;
	return true;
}

uint8_t netlink_u8(const struct netlink_attribute *attribute, uint8_t otherwise)
{
	return attribute->data && attribute->length >= 1 ? attribute->data[0] : otherwise;
}

uint16_t netlink_u16(const struct netlink_attribute *attribute, uint16_t otherwise)
{
	if (attribute->data && attribute->length >= sizeof(otherwise))
		memcpy(&otherwise, attribute->data, sizeof(otherwise));
	return otherwise;
}

uint32_t netlink_u32(const struct netlink_attribute *attribute, uint32_t otherwise)
{
	if (attribute->data && attribute->length >= sizeof(otherwise))
		memcpy(&otherwise, attribute->data, sizeof(otherwise));
	return otherwise;
}

char *netlink_text(const struct netlink_attribute *attribute, char *text, size_t size)
{
	size_t length = attribute->data ? strnlen((const char *)attribute->data,
						  attribute->length)
					: 0;

	if (length >= size)
		length = size - 1;
	if (length)
		memcpy(text, attribute->data, length);
	text[length] = '\0';
	return text;
}

bool netlink_bytes(const struct netlink_attribute *attribute, void *bytes, size_t size)
{
	if (!attribute->data || attribute->length != size)
		return false;
	memcpy(bytes, attribute->data, size);
	return true;
}

/* The attributes stand behind the number and, in an NLMSG_ERROR, the request that it is
 * about: the header alone where NLM_F_CAPPED is set. */
static size_t error_attributes(const struct netlink_message *message)
{
	struct nlmsgerr answered;

	if (message->type != NLMSG_ERROR)
		return sizeof(int);
	if (message->length < sizeof(answered))
		return message->length;
	memcpy(&answered, message->data, sizeof(answered));
	if (message->flags & NLM_F_CAPPED ||
	    answered.msg.nlmsg_len <= sizeof(answered.msg))
		return sizeof(answered);
	return sizeof(int) + aligned(answered.msg.nlmsg_len);
}

int netlink_read_error(const struct netlink_message *message, char *text, size_t size)
{
	struct netlink_attribute table[NLMSGERR_ATTR_MSG + 1];
	int code;

	text[0] = '\0';
	/* A dump's end may do without a number. */
	if (message->length < sizeof(code))
		return message->type == NLMSG_ERROR ? EBADMSG : 0;
	memcpy(&code, message->data, sizeof(code));
	if (message->flags & NLM_F_ACK_TLVS &&
	    netlink_read(message->data, message->length, error_attributes(message), table,
			 NLMSGERR_ATTR_MSG + 1))
		netlink_text(&table[NLMSGERR_ATTR_MSG], text, size);
	return code < 0 && code > -4096 ? -code : code ? EBADMSG : 0;
}
