/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat_others.c: chains of others that refuse what they do not know, and our rules in them. */
#include <errno.h>
#include <inttypes.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/nat_others.h"
#include "host-prep/nft_read.h"

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

bool nat_chain_is_firewalld(const struct nat_chain *chain)
{
	return strcmp(chain->table, "firewalld") == 0;
}

/* firewalld's chains accept by policy, and reject by their last rule. */
static bool refuses(const struct nat_chain *chain, uint32_t policy)
{
	return policy == NF_DROP || nat_chain_is_firewalld(chain);
}

static void read_chain(struct nat_others *others, const struct netlink_message *message)
{
	struct nft_chain found;
	struct nat_chain chain;

	if (!nft_read_chain(message, &found))
		return;
	chain = (struct nat_chain){ .family = found.family,
				    .forward = found.hook == NF_INET_FORWARD };
	memcpy(chain.table, found.table, sizeof(chain.table));
	memcpy(chain.name, found.name, sizeof(chain.name));
	if (is_family(chain.family) && strcmp(chain.table, own_table) != 0 &&
	    strcmp(found.type, "filter") == 0 &&
	    (chain.forward || found.hook == NF_INET_LOCAL_IN) &&
	    refuses(&chain, found.policy) && others->chain_count < NAT_OTHERS_MAX)
		others->chains[others->chain_count++] = chain;
}

static bool is_same_chain(const struct nat_before *before, const struct nft_rule *rule)
{
	return before->family == rule->family && !strcmp(before->table, rule->table) &&
	       !strcmp(before->chain, rule->chain);
}

/* The kernel tells of a chain's rules in their order. Those that accept, or jump to chains as
 * Docker's do whenever it starts, are nothing to tell of. */
static void pass(struct nat_others *others, const struct nft_rule *rule)
{
	struct nat_before *passed = &others->passed;

	if (!is_same_chain(passed, rule)) {
		*passed = (struct nat_before){ .family = rule->family };
		memcpy(passed->table, rule->table, sizeof(passed->table));
		memcpy(passed->chain, rule->chain, sizeof(passed->chain));
	}
	passed->count++;
}

static void note_before(struct nat_others *others, const struct nft_rule *own)
{
	size_t count = others->before_count;

	if (!is_same_chain(&others->passed, own))
		return;
	if (count && is_same_chain(&others->before[count - 1], own))
		others->before[count - 1] = others->passed;
	else if (count < NAT_OTHERS_MAX)
		others->before[others->before_count++] = others->passed;
}

static void read_rule(struct nat_others *others, const struct netlink_message *message)
{
	char text[sizeof(comment) + 1];
	struct nft_rule found;
	struct nat_rule rule;

	if (!nft_read_rule(message, &found) || !is_family(found.family) ||
	    strcmp(found.table, own_table) == 0)
		return;
	if (strcmp(nft_comment(&found.user_data, text, sizeof(text)), comment) != 0) {
		if (nft_refuses(&found))
			pass(others, &found);
		return;
	}
	note_before(others, &found);
	rule = (struct nat_rule){ .family = found.family, .handle = found.handle };
	memcpy(rule.table, found.table, sizeof(rule.table));
	memcpy(rule.chain, found.chain, sizeof(rule.chain));
	if (others->own_count < NAT_OWN_MAX)
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
	result = nft_query(nl, NFPROTO_UNSPEC, type, NLM_F_DUMP, 0, NULL, &answer, err);
	while (!result && netlink_next(answer.text, answer.length, &offset, &message))
		read(others, &message);
	return result == -ENOENT ? 0 : result;
}

int nat_others_read(struct nat_others *others, struct netlink *nl, struct err *err)
{
	int result;

	others->chain_count = others->own_count = others->before_count = 0;
	others->passed.count = 0;
	others->passed.family = NFPROTO_UNSPEC;
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

const char *nat_before_text(const struct nat_before *before, char text[NAT_CHAIN_TEXT])
{
	snprintf(text, NAT_CHAIN_TEXT, "%s %s %s", family_word(before->family),
		 before->table, before->chain);
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
		if (nat_chain_is_firewalld(&others->chains[i]))
			continue;
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
