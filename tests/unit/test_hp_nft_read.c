/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/nft_read.c lib/netlink.c lib/netlink_read.c lib/netlink_write.c lib/strbuf.c lib/err.c host-prep/netfilter.c lib/file.c */
/* test_hp_nft_read.c: nf_tables' messages are read as they are meant, and broken ones are not. */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "host-prep/netfilter.h"
#include "host-prep/nft_read.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

static void begin(struct netlink_batch *batch, uint16_t type)
{
	const struct nfgenmsg fixed = { .nfgen_family = NFPROTO_IPV4 };

	netlink_batch_init(batch);
	netlink_begin(batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), 0, &fixed,
		      sizeof(fixed), NULL);
}

static struct netlink_message message_of(const struct netlink_batch *batch)
{
	struct netlink_message message = { .type = 0 };
	size_t offset = 0;

	netlink_next(batch->bytes.text, batch->bytes.length, &offset, &message);
	return message;
}

static void test_chains(void)
{
	_cleanup_netlink_batch_ struct netlink_batch batch, plain;
	struct netlink_message message;
	struct nft_chain chain;
	struct nft_rule rule;

	begin(&batch, NFT_MSG_NEWCHAIN);
	netlink_add_text(&batch, NFTA_CHAIN_TABLE, "filter");
	netlink_add_text(&batch, NFTA_CHAIN_NAME, "FORWARD");
	netlink_add_text(&batch, NFTA_CHAIN_TYPE, "filter");
	netlink_add_u32(&batch, NFTA_CHAIN_POLICY, htonl(NF_DROP));
	netlink_nest(&batch, NFTA_CHAIN_HOOK);
	netlink_add_u32(&batch, NFTA_HOOK_HOOKNUM, htonl(NF_INET_FORWARD));
	netlink_nest_end(&batch);
	message = message_of(&batch);
	ok(nft_read_chain(&message, &chain), "a chain is one");
	ok(!nft_read_rule(&message, &rule), "and no rule");
	is_int(chain.family, NFPROTO_IPV4, "of its family");
	is_str(chain.table, "filter", "in its table");
	is_str(chain.name, "FORWARD", "with its name");
	is_str(chain.type, "filter", "and its type");
	is_int(chain.hook, NF_INET_FORWARD, "is asked about what is forwarded");
	is_int(chain.policy, NF_DROP, "and drops it");

	begin(&plain, NFT_MSG_NEWCHAIN);
	netlink_add_text(&plain, NFTA_CHAIN_NAME, "DOCKER-USER");
	message = message_of(&plain);
	ok(nft_read_chain(&message, &chain), "one that rules jump to is one, too");
	ok(chain.hook == NFT_NO_HOOK && chain.policy == NF_ACCEPT && !*chain.type,
	   "without a hook, a policy or a type");
	message.length = 3;
	ok(!nft_read_chain(&message, &chain), "one that is cut off is none");
}

static void test_rules(void)
{
	static const char with_other[] = "\1\2xy\0\011bedplate", cut[] = "\0\011bed";
	const uint64_t handle = htobe64(0x100000007);
	_cleanup_netlink_batch_ struct netlink_batch batch, bare;
	struct netlink_attribute data;
	struct netlink_message message;
	struct nft_rule rule;
	char text[9];

	begin(&batch, NFT_MSG_NEWRULE);
	netlink_add_text(&batch, NFTA_RULE_TABLE, "filter");
	netlink_add_text(&batch, NFTA_RULE_CHAIN, "INPUT");
	netlink_add(&batch, NFTA_RULE_HANDLE, &handle, sizeof(handle));
	netlink_add(&batch, NFTA_RULE_USERDATA, with_other, sizeof(with_other));
	message = message_of(&batch);
	ok(nft_read_rule(&message, &rule), "a rule is one");
	ok(rule.handle == 0x100000007, "with a handle of 64 bits");
	is_str(rule.chain, "INPUT", "in its chain");
	is_str(nft_comment(&rule.user_data, text, sizeof(text)), "bedplate",
	       "its comment is found behind other data");

	begin(&bare, NFT_MSG_NEWRULE);
	netlink_add_text(&bare, NFTA_RULE_TABLE, "filter");
	message = message_of(&bare);
	ok(!nft_read_rule(&message, &rule), "one without a handle is none");
	data = (struct netlink_attribute){ (const uint8_t *)cut, sizeof(cut) };
	is_str(nft_comment(&data, text, sizeof(text)), "",
	       "a comment that goes beyond its data is none");
	data = (struct netlink_attribute){ NULL, 0 };
	is_str(nft_comment(&data, text, sizeof(text)), "", "nor is one of no data");
}

/* ---- what rules do ---- */

static void add_verdict(struct netlink_batch *batch, int verdict)
{
	netlink_nest(batch, NFTA_LIST_ELEM);
	netlink_add_text(batch, NFTA_EXPR_NAME, "immediate");
	netlink_nest(batch, NFTA_EXPR_DATA);
	netlink_nest(batch, NFTA_IMMEDIATE_DATA);
	netlink_nest(batch, NFTA_DATA_VERDICT);
	netlink_add_u32(batch, NFTA_VERDICT_CODE, htonl((uint32_t)verdict));
	for (int i = 0; i < 4; i++)
		netlink_nest_end(batch);
}

static void add_target(struct netlink_batch *batch, const char *name)
{
	netlink_nest(batch, NFTA_LIST_ELEM);
	netlink_add_text(batch, NFTA_EXPR_NAME, "target");
	netlink_nest(batch, NFTA_EXPR_DATA);
	netlink_add_text(batch, NFTA_TARGET_NAME, name);
	netlink_nest_end(batch);
	netlink_nest_end(batch);
}

static void add_expression(struct netlink_batch *batch, const char *name)
{
	netlink_nest(batch, NFTA_LIST_ELEM);
	netlink_add_text(batch, NFTA_EXPR_NAME, name);
	netlink_nest_end(batch);
}

enum { NONE = 1000 };

static bool does_refuse(const char *expression, const char *target, int verdict)
{
	const uint64_t handle = htobe64(7);
	_cleanup_netlink_batch_ struct netlink_batch batch;
	struct netlink_message message;
	struct nft_rule rule;

	begin(&batch, NFT_MSG_NEWRULE);
	netlink_add(&batch, NFTA_RULE_HANDLE, &handle, sizeof(handle));
	netlink_nest(&batch, NFTA_RULE_EXPRESSIONS);
	add_expression(&batch, "counter");
	if (expression)
		add_expression(&batch, expression);
	if (target)
		add_target(&batch, target);
	if (verdict != NONE)
		add_verdict(&batch, verdict);
	netlink_nest_end(&batch);
	message = message_of(&batch);
	return nft_read_rule(&message, &rule) && nft_refuses(&rule);
}

static void test_refuses(void)
{
	ok(does_refuse(NULL, NULL, NF_DROP), "a rule that drops refuses");
	ok(does_refuse("reject", NULL, NONE), "one that rejects does");
	ok(does_refuse(NULL, "REJECT", NONE), "by xtables, too");
	ok(!does_refuse(NULL, NULL, NF_ACCEPT), "one that accepts does not");
	ok(!does_refuse(NULL, NULL, NFT_JUMP), "one that jumps does not");
	ok(!does_refuse(NULL, "LOG", NONE), "nor one that only logs");
	ok(!does_refuse(NULL, NULL, NONE), "nor one that only counts");
	ok(!does_refuse("immediate", NULL, NONE), "nor one that cannot be read");
}

/* From here on the kernel has no nfnetlink: socket(2) says so. */
static bool lose_netfilter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_NETFILTER, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(*code),
				      .filter = code };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void test_no_netfilter(void)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	_cleanup_netfilter_ struct netfilter netfilter = NETFILTER_INIT;
	struct err err = ERR_INIT;
	int root = fake_tree_open();

	if (!lose_netfilter()) {
		ok(true, "a kernel without netfilter # skip no seccomp here");
		return;
	}
	is_int(nft_open(&nl, &err), -ENOENT, "a kernel without netfilter has nothing");
	is_int(err.code, 0, "which is no failure");
	is_int(netfilter_read(&netfilter, root, &err), 0, "nor has it chains");
	is_int(netfilter.count, 0, "none");
	close(root);
	fake_tree_remove();
}

int main(void)
{
	test_chains();
	test_rules();
	test_refuses();
	test_no_netfilter();
	return done_testing();
}
