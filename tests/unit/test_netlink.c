/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/netlink.c lib/netlink_read.c lib/netlink_write.c lib/err.c lib/strbuf.c */
/* test_netlink.c: requests are laid out as the kernel wants them, what it answers is read
 * however broken, and a socket gives each failure to the request that it belongs to. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "lib/cleanup.h"
#include "lib/netlink.h"
#include "tests/unit/tap.h"

static void test_layout(void)
{
	const struct ifinfomsg fixed = { .ifi_family = AF_BRIDGE, .ifi_index = 7 };
	_cleanup_netlink_batch_ struct netlink_batch batch;
	struct netlink_attribute table[IFLA_LINKINFO + 1], info[3], data[8];
	struct netlink_message message;
	size_t offset = 0;
	char text[8];

	netlink_batch_init(&batch);
	netlink_begin(&batch, RTM_NEWLINK, NLM_F_CREATE, &fixed, sizeof(fixed), "a");
	netlink_add_text(&batch, IFLA_IFNAME, "br0");
	netlink_nest(&batch, IFLA_LINKINFO);
	netlink_add_text(&batch, 1, "bridge");
	netlink_nest(&batch, 2);
	netlink_add_u8(&batch, 7, 1);
	netlink_nest_end(&batch);
	netlink_nest_end(&batch);
	netlink_begin(&batch, RTM_DELLINK, 0, &fixed, sizeof(fixed), "b");
	ok(!batch.broken && batch.count == 2, "two requests are in the batch");

	ok(netlink_next(batch.bytes.text, batch.bytes.length, &offset, &message),
	   "the first request is read back");
	is_int(message.type, RTM_NEWLINK, "with its type");
	is_int(message.flags, NLM_F_CREATE | NLM_F_REQUEST, "and its flags");
	is_int(offset, batch.requests[1].offset, "its length reaches to the second");
	ok(netlink_read(message.data, message.length, sizeof(fixed), table,
			ARRAY_SIZE(table)),
	   "its attributes are read");
	is_str(netlink_text(&table[IFLA_IFNAME], text, sizeof(text)), "br0", "a text");
	netlink_read(table[IFLA_LINKINFO].data, table[IFLA_LINKINFO].length, 0, info, 3);
	is_str(netlink_text(&info[1], text, sizeof(text)), "bridge", "a nested text");
	netlink_read(info[2].data, info[2].length, 0, data, 8);
	is_int(netlink_u8(&data[7], 9), 1, "a number two levels down");
	ok(netlink_next(batch.bytes.text, batch.bytes.length, &offset, &message) &&
		   message.type == RTM_DELLINK,
	   "the second request is read back");
	ok(!netlink_next(batch.bytes.text, batch.bytes.length, &offset, &message),
	   "and then nothing");
}

static void test_too_much(void)
{
	_cleanup_netlink_batch_ struct netlink_batch batch;
	const struct rtgenmsg fixed = { .rtgen_family = 0 };
	char *large = calloc(1, 70000);

	netlink_batch_init(&batch);
	netlink_add_u8(&batch, 1, 1);
	ok(batch.broken, "an attribute without a request is refused");
	netlink_batch_clear(&batch);
	netlink_begin(&batch, RTM_GETLINK, 0, &fixed, sizeof(fixed), NULL);
	netlink_add(&batch, 1, large, 70000);
	ok(batch.broken, "an attribute beyond its length field is refused");
	netlink_batch_clear(&batch);
	netlink_begin(&batch, RTM_GETLINK, 0, &fixed, sizeof(fixed), NULL);
	netlink_nest(&batch, 1);
	netlink_add(&batch, 1, large, 40000);
	netlink_add(&batch, 1, large, 40000);
	netlink_nest_end(&batch);
	ok(batch.broken, "and so is a nested one");
	netlink_batch_clear(&batch);
	netlink_begin(&batch, RTM_GETLINK, 0, &fixed, sizeof(fixed), NULL);
	for (int i = 0; i <= NETLINK_DEPTH; i++)
		netlink_nest(&batch, 1);
	ok(batch.broken, "and attributes nested too deeply");
	free(large);
}

static void test_broken_answers(void)
{
	struct nlmsghdr header = { .nlmsg_len = 16, .nlmsg_type = NLMSG_DONE };
	struct netlink_attribute table[4];
	struct netlink_message message;
	uint8_t attributes[] = { 4, 0, 1, 0, 200, 0, 2, 0, 1, 2, 3, 4 };
	size_t offset = 0;

	header.nlmsg_len = 17;
	ok(!netlink_next(&header, 16, &offset, &message), "a cut message is none");
	header.nlmsg_len = 15;
	ok(!netlink_next(&header, 16, &offset, &message),
	   "and one shorter than its header");
	header.nlmsg_len = 16;
	ok(netlink_next(&header, 16, &offset, &message), "an empty one is one");
	ok(!netlink_read(attributes, 3, 4, table, 4), "a cut fixed part is told");
	ok(netlink_read(attributes, sizeof(attributes), 0, table, 4) && table[1].data &&
		   !table[1].length && !table[2].data,
	   "attributes behind one that is too long are not read");
	is_int(netlink_u32(&table[1], 42), 42,
	       "one that is too short for a number has the default");
}

struct answer {
	struct {
		struct nlmsghdr header;
		int code;
		struct nlmsghdr about;
		uint8_t attributes[12];
	} bytes;
};

static void test_errors(void)
{
	struct answer answer = { .bytes = {
					 .header = { .nlmsg_len = sizeof(answer.bytes),
						     .nlmsg_type = NLMSG_ERROR,
						     .nlmsg_flags = NLM_F_CAPPED |
								    NLM_F_ACK_TLVS },
					 .code = -ENOENT,
					 .about = { .nlmsg_len = 400 },
					 .attributes = { 10, 0, NLMSGERR_ATTR_MSG, 0, 'w',
							 'h', 'y', '!', '\0' },
				 } };
	struct netlink_message message;
	size_t offset = 0;
	char reason[32], little[3];

	netlink_next(&answer, sizeof(answer), &offset, &message);
	is_int(netlink_read_error(&message, reason, sizeof(reason)), ENOENT,
	       "an error has its number");
	is_str(reason, "why!", "and the kernel's reason");
	netlink_read_error(&message, little, sizeof(little));
	is_str(little, "wh", "which is cut to its room");
	message.flags = NLM_F_ACK_TLVS;
	is_int(netlink_read_error(&message, reason, sizeof(reason)), ENOENT,
	       "one whose request would reach beyond the end has no reason");
	is_str(reason, "", "and says none");
	message.length = 3;
	is_int(netlink_read_error(&message, reason, sizeof(reason)), EBADMSG,
	       "a cut error is an error");
}

/* ---- with the kernel: reading needs no rights ---- */

struct failures {
	unsigned count;
	int errnum;
	const char *tag;
};

static void count_failure(const struct netlink_answer *answer, void *data)
{
	struct failures *failures = data;

	failures->count++;
	failures->errnum = answer->errnum;
	failures->tag = answer->tag;
}

static void test_socket(void)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	_cleanup_netlink_batch_ struct netlink_batch batch;
	_cleanup_strbuf_ struct strbuf out;
	struct ifinfomsg fixed = { .ifi_index = 1 };
	struct netlink_message message;
	struct failures failures = { .count = 0 };
	size_t offset = 0;

	netlink_batch_init(&batch);
	strbuf_init(&out, 0);
	is_int(netlink_open(&nl, NETLINK_ROUTE, NULL), 0, "a socket is opened");
	is_int(netlink_link_index(&nl, "lo"), 1, "lo has an index");
	is_int(netlink_link_index(&nl, "nobody-here"), -ENODEV, "nobody has not");
	netlink_begin(&batch, RTM_GETLINK, 0, &fixed, sizeof(fixed), NULL);
	is_int(netlink_query(&nl, &batch, &out, NULL), 0, "the first link is asked for");
	ok(netlink_next(out.text, out.length, &offset, &message) &&
		   message.type == RTM_NEWLINK,
	   "and answered");
	ok(!netlink_next(out.text, out.length, &offset, &message),
	   "the acknowledgement is not among the answers");

	netlink_batch_clear(&batch);
	strbuf_truncate(&out, 0);
	fixed.ifi_index = 0;
	netlink_begin(&batch, RTM_GETLINK, NLM_F_DUMP, &fixed, sizeof(fixed), NULL);
	is_int(netlink_query(&nl, &batch, &out, NULL), 0, "all links are asked for");
	ok(out.length > 0, "and answered");

	/* 600 requests are three pieces; one in the middle asks for what is not there. */
	netlink_batch_clear(&batch);
	for (int i = 0; i < 600; i++) {
		fixed.ifi_index = i == 300 ? 0x7ffffff0 : 1;
		netlink_begin(&batch, RTM_GETLINK, 0, &fixed, sizeof(fixed),
			      i == 300 ? "wrong" : "right");
	}
	nl.sends = 0;
	is_int(netlink_send(&nl, &batch, count_failure, &failures, NULL), 0,
	       "a long batch is sent");
	is_int(nl.sends, 3, "in pieces");
	is_int(failures.count, 1, "one of its requests fails");
	is_int(failures.errnum, ENODEV, "with its error");
	is_str(failures.tag, "wrong", "and it is the right one");
}

int main(void)
{
	test_layout();
	test_too_much();
	test_broken_answers();
	test_errors();
	test_socket();
	return done_testing();
}
