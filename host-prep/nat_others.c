/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat_others.c: chains of others that refuse what they do not know, and our rules in them. */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/nat_others.h"

static const char comment[] = "bedplate", own_table[] = "bedplate";

static const char *family_word(uint8_t family)
{
	return family == NFPROTO_IPV4 ? "ip" : family == NFPROTO_IPV6 ? "ip6" : "inet";
}

static bool is_family(uint8_t family)
{
	return family == NFPROTO_IPV4 || family == NFPROTO_IPV6 || family == NFPROTO_INET;
}

/* ---- reading ---- */

static int dump(struct netlink *nl, uint16_t type, struct strbuf *out, struct err *err)
{
	const struct nfgenmsg fixed = { .nfgen_family = NFPROTO_UNSPEC,
					.version = NFNETLINK_V0 };
	_cleanup_netlink_batch_ struct netlink_batch batch;
	int result;

	netlink_batch_init(&batch);
	netlink_begin(&batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), NLM_F_DUMP,
		      &fixed, sizeof(fixed), NULL);
	result = netlink_query(nl, &batch, out, err);
	/* See nat_table_look. */
	if (result == -ENOENT || result == -EINVAL || result == -EOPNOTSUPP) {
		err_clear(err);
		return 0;
	}
	return result ? err_wrap(err, "looking at the firewall") : 0;
}

static uint32_t be32(const struct netlink_attribute *attribute, uint32_t otherwise)
{
	return ntohl(netlink_u32(attribute, htonl(otherwise)));
}

static uint32_t hook_number(const struct netlink_attribute *hook)
{
	struct netlink_attribute table[NFTA_HOOK_MAX + 1];

	if (!hook->data ||
	    !netlink_read(hook->data, hook->length, 0, table, NFTA_HOOK_MAX + 1))
		return UINT32_MAX;
	return be32(&table[NFTA_HOOK_HOOKNUM], UINT32_MAX);
}

/* firewalld's chains accept by policy, and reject by their last rule. */
static bool refuses(const struct nat_chain *chain, uint32_t policy)
{
	return policy == NF_DROP || strcmp(chain->table, "firewalld") == 0;
}

static void read_chain(struct nat_others *others, const struct netlink_message *message)
{
	struct netlink_attribute table[NFTA_CHAIN_MAX + 1];
	struct nat_chain chain = { .forward = false };
	char type[16];
	uint32_t hook;

	if (message->type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWCHAIN) ||
	    !netlink_read(message->data, message->length, sizeof(struct nfgenmsg), table,
			  NFTA_CHAIN_MAX + 1))
		return;
	chain.family = ((const struct nfgenmsg *)message->data)->nfgen_family;
	netlink_text(&table[NFTA_CHAIN_TABLE], chain.table, sizeof(chain.table));
	netlink_text(&table[NFTA_CHAIN_NAME], chain.name, sizeof(chain.name));
	netlink_text(&table[NFTA_CHAIN_TYPE], type, sizeof(type));
	hook = hook_number(&table[NFTA_CHAIN_HOOK]);
	chain.forward = hook == NF_INET_FORWARD;
	if (is_family(chain.family) && strcmp(chain.table, own_table) != 0 &&
	    strcmp(type, "filter") == 0 && (chain.forward || hook == NF_INET_LOCAL_IN) &&
	    refuses(&chain, be32(&table[NFTA_CHAIN_POLICY], NF_ACCEPT)) &&
	    others->chain_count < NAT_OTHERS_MAX)
		others->chains[others->chain_count++] = chain;
}

/* User data is a list of type, length, value; a rule's comment is type 0. */
static bool is_ours(const struct netlink_attribute *data)
{
	for (size_t at = 0; data->data && at + 2 <= data->length;) {
		uint8_t type = data->data[at], length = data->data[at + 1];

		if (at + 2 + length > data->length)
			return false;
		if (type == 0)
			return length == sizeof(comment) &&
			       memcmp(data->data + at + 2, comment, length) == 0;
		at += 2u + length;
	}
	return false;
}

static void read_rule(struct nat_others *others, const struct netlink_message *message)
{
	struct netlink_attribute table[NFTA_RULE_MAX + 1];
	struct nat_rule rule;
	uint64_t handle;

	if (message->type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE) ||
	    !netlink_read(message->data, message->length, sizeof(struct nfgenmsg), table,
			  NFTA_RULE_MAX + 1) ||
	    !is_ours(&table[NFTA_RULE_USERDATA]) ||
	    !netlink_bytes(&table[NFTA_RULE_HANDLE], &handle, sizeof(handle)))
		return;
	rule.family = ((const struct nfgenmsg *)message->data)->nfgen_family;
	rule.handle = be64toh(handle);
	netlink_text(&table[NFTA_RULE_TABLE], rule.table, sizeof(rule.table));
	netlink_text(&table[NFTA_RULE_CHAIN], rule.chain, sizeof(rule.chain));
	if (is_family(rule.family) && strcmp(rule.table, own_table) != 0 &&
	    others->own_count < NAT_OWN_MAX)
		others->own[others->own_count++] = rule;
}

static int read_all(struct nat_others *others, struct netlink *nl, uint16_t type,
		    void (*read)(struct nat_others *, const struct netlink_message *),
		    struct err *err)
{
	_cleanup_strbuf_ struct strbuf answer;
	struct netlink_message message;
	size_t offset = 0;
	int result;

	strbuf_init(&answer, 0);
	result = dump(nl, type, &answer, err);
	while (!result && netlink_next(answer.text, answer.length, &offset, &message))
		read(others, &message);
	return result;
}

int nat_others_read(struct nat_others *others, struct netlink *nl, struct err *err)
{
	int result;

	others->chain_count = others->own_count = 0;
	result = read_all(others, nl, NFT_MSG_GETCHAIN, read_chain, err);
	return result ? result : read_all(others, nl, NFT_MSG_GETRULE, read_rule, err);
}

/* ---- writing ---- */

const char *nat_chain_text(const struct nat_chain *chain, char text[NAT_CHAIN_TEXT])
{
	snprintf(text, NAT_CHAIN_TEXT, "%s %s %s", family_word(chain->family),
		 chain->table, chain->name);
	return text;
}

void nat_others_delete(const struct nat_others *others, struct strbuf *out)
{
	for (size_t i = 0; i < others->own_count; i++)
		strbuf_addf(out, "delete rule %s %s %s handle %" PRIu64 "\n",
			    family_word(others->own[i].family), others->own[i].table,
			    others->own[i].chain, others->own[i].handle);
}

static void insert(const struct nat_chain *chain, const char *key, const char *link,
		   const char *rest, struct strbuf *out)
{
	char text[NAT_CHAIN_TEXT];

	strbuf_addf(out, "insert rule %s %s \"%s\" %saccept comment \"%s\"\n",
		    nat_chain_text(chain, text), key, link, rest, comment);
}

static void insert_link(const struct nat_chain *chain, const char *link,
			struct strbuf *out)
{
	if (!*link)
		return;
	if (chain->forward) {
		insert(chain, "iifname", link, "", out);
		insert(chain, "oifname", link, "", out);
		return;
	}
	/* One port a rule: iptables takes a set for no ports at all. */
	insert(chain, "iifname", link, "udp dport 53 ", out);
	insert(chain, "iifname", link, "tcp dport 53 ", out);
	if (chain->family != NFPROTO_IPV6)
		insert(chain, "iifname", link, "udp dport 67 ", out);
	if (chain->family != NFPROTO_IPV4)
		insert(chain, "iifname", link, "udp dport 547 ", out);
}

static void insert_port(const struct nat_chain *chain, int64_t port, struct strbuf *out)
{
	char text[NAT_CHAIN_TEXT];

	if (!chain->forward && port)
		strbuf_addf(out, "insert rule %s udp dport %d accept comment \"%s\"\n",
			    nat_chain_text(chain, text), (int)port, comment);
}

void nat_others_insert(const struct nat_others *others, const struct want *want,
		       struct strbuf *out)
{
	for (size_t i = 0; i < others->chain_count; i++) {
		for (size_t j = 0; j < want->count; j++) {
			const struct want_network *network = &want->items[j];

			if (!network->data->firewall.coexist)
				continue;
			insert_link(&others->chains[i], network->bridge, out);
			insert_link(&others->chains[i], network->vpn, out);
			if (*network->vpn)
				insert_port(&others->chains[i],
					    network->data->wireguard.listen_port, out);
		}
	}
}
