/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nft_read.c: reads nf_tables' messages. */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/nft_read.h"

/* User data is a list of type, length, value (libnftnl, udata.h); nft keeps the comment of
 * tables and rules alike as the first type, with its '\0'. */
enum { UDATA_COMMENT = 0 };

int nft_open(struct netlink *nl, struct err *err)
{
	int result = netlink_open(nl, NETLINK_NETFILTER, err);

	if (result != -EPROTONOSUPPORT)
		return result;
	err_clear(err);
	return -ENOENT;
}

int nft_query(struct netlink *nl, uint8_t family, uint16_t type, uint16_t flags,
	      uint16_t attribute, const char *name, struct strbuf *out, struct err *err)
{
	const struct nfgenmsg fixed = { .nfgen_family = family, .version = NFNETLINK_V0 };
	_cleanup_netlink_batch_ struct netlink_batch batch;
	int result;

	netlink_batch_init(&batch);
	netlink_begin(&batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, &fixed,
		      sizeof(fixed), NULL);
	if (attribute)
		netlink_add_text(&batch, attribute, name);
	result = netlink_query(nl, &batch, out, err);
	/* -EINVAL is nfnetlink's word where nf_tables is not there to be asked. */
	if (result == -ENOENT || result == -EINVAL || result == -EOPNOTSUPP) {
		err_clear(err);
		return -ENOENT;
	}
	return result ? err_wrap(err, "looking at the firewall") : 0;
}

bool nft_read(const struct netlink_message *message, uint16_t type,
	      struct netlink_attribute *table, size_t count)
{
	return message->type == (NFNL_SUBSYS_NFTABLES << 8 | type) &&
	       netlink_read(message->data, message->length, sizeof(struct nfgenmsg),
			    table, count);
}

/* The first byte of struct nfgenmsg, which may stand anywhere. */
static uint8_t family_of(const struct netlink_message *message)
{
	return message->data[offsetof(struct nfgenmsg, nfgen_family)];
}

static uint32_t hook_number(const struct netlink_attribute *hook)
{
	struct netlink_attribute table[NFTA_HOOK_MAX + 1];

	if (!hook->data ||
	    !netlink_read(hook->data, hook->length, 0, table, NFTA_HOOK_MAX + 1))
		return NFT_NO_HOOK;
	return ntohl(netlink_u32(&table[NFTA_HOOK_HOOKNUM], NFT_NO_HOOK));
}

bool nft_read_chain(const struct netlink_message *message, struct nft_chain *chain)
{
	struct netlink_attribute table[NFTA_CHAIN_MAX + 1];

	if (!nft_read(message, NFT_MSG_NEWCHAIN, table, NFTA_CHAIN_MAX + 1))
		return false;
	chain->family = family_of(message);
	netlink_text(&table[NFTA_CHAIN_TABLE], chain->table, sizeof(chain->table));
	netlink_text(&table[NFTA_CHAIN_NAME], chain->name, sizeof(chain->name));
	netlink_text(&table[NFTA_CHAIN_TYPE], chain->type, sizeof(chain->type));
	chain->hook = hook_number(&table[NFTA_CHAIN_HOOK]);
	chain->policy = ntohl(netlink_u32(&table[NFTA_CHAIN_POLICY], htonl(NF_ACCEPT)));
	return true;
}

bool nft_read_rule(const struct netlink_message *message, struct nft_rule *rule)
{
	struct netlink_attribute table[NFTA_RULE_MAX + 1];
	uint64_t handle;

	if (!nft_read(message, NFT_MSG_NEWRULE, table, NFTA_RULE_MAX + 1) ||
	    !netlink_bytes(&table[NFTA_RULE_HANDLE], &handle, sizeof(handle)))
		return false;
	rule->family = family_of(message);
	rule->handle = be64toh(handle);
	rule->user_data = table[NFTA_RULE_USERDATA];
	rule->expressions = table[NFTA_RULE_EXPRESSIONS];
	netlink_text(&table[NFTA_RULE_TABLE], rule->table, sizeof(rule->table));
	netlink_text(&table[NFTA_RULE_CHAIN], rule->chain, sizeof(rule->chain));
	return true;
}

/* ---- what a rule does ---- */

/* immediate: a value into a register; with the verdict's register, what becomes of the packet. */
static bool is_drop(const struct netlink_attribute *immediate)
{
	struct netlink_attribute own[NFTA_IMMEDIATE_MAX + 1], data[NFTA_DATA_MAX + 1],
		verdict[NFTA_VERDICT_MAX + 1];

	return netlink_read(immediate->data, immediate->length, 0, own,
			    NFTA_IMMEDIATE_MAX + 1) &&
	       own[NFTA_IMMEDIATE_DATA].data &&
	       netlink_read(own[NFTA_IMMEDIATE_DATA].data,
			    own[NFTA_IMMEDIATE_DATA].length, 0, data,
			    NFTA_DATA_MAX + 1) &&
	       data[NFTA_DATA_VERDICT].data &&
	       netlink_read(data[NFTA_DATA_VERDICT].data, data[NFTA_DATA_VERDICT].length,
			    0, verdict, NFTA_VERDICT_MAX + 1) &&
	       ntohl(netlink_u32(&verdict[NFTA_VERDICT_CODE], htonl(NF_ACCEPT))) ==
		       NF_DROP;
}

/* target: one of xtables' extensions. */
static bool is_refusing_target(const struct netlink_attribute *target)
{
	struct netlink_attribute own[NFTA_TARGET_MAX + 1];
	char name[NFT_NAME_SIZE];

	return netlink_read(target->data, target->length, 0, own, NFTA_TARGET_MAX + 1) &&
	       !strcmp(netlink_text(&own[NFTA_TARGET_NAME], name, sizeof(name)),
		       "REJECT");
}

static bool refuses(const struct netlink_attribute *expression)
{
	struct netlink_attribute own[NFTA_EXPR_MAX + 1];
	const struct netlink_attribute *data = &own[NFTA_EXPR_DATA];
	char name[NFT_NAME_SIZE];

	if (!netlink_read(expression->data, expression->length, 0, own,
			  NFTA_EXPR_MAX + 1))
		return false;
	netlink_text(&own[NFTA_EXPR_NAME], name, sizeof(name));
	return !strcmp(name, "reject") ||
	       (data->data && !strcmp(name, "immediate") && is_drop(data)) ||
	       (data->data && !strcmp(name, "target") && is_refusing_target(data));
}

bool nft_refuses(const struct nft_rule *rule)
{
	struct netlink_attribute expression;
	size_t offset = 0;
	uint16_t type;

	while (rule->expressions.data &&
	       netlink_next_attribute(rule->expressions.data, rule->expressions.length,
				      &offset, &type, &expression))
		if (type == NFTA_LIST_ELEM && refuses(&expression))
			return true;
	return false;
}

/* ---- comments ---- */

char *nft_comment(const struct netlink_attribute *user_data, char *text, size_t size)
{
	const uint8_t *data = user_data->data;

	*text = '\0';
	for (size_t at = 0; data && at + 2 <= user_data->length;
	     at += 2u + data[at + 1]) {
		if (at + 2 + data[at + 1] > user_data->length)
			break;
		if (data[at] == UDATA_COMMENT) {
			snprintf(text, size, "%.*s", data[at + 1],
				 (const char *)data + at + 2);
			break;
		}
	}
	return text;
}
