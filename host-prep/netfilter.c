/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netfilter.c: reads chains out of nf_tables (by netlink) and iptables' legacy tables.
 *
 * A legacy table's rules come as one block of entries, in which each built-in chain ends with
 * a rule whose verdict is the chain's policy (linux/netfilter_ipv4/ip_tables.h).
 */
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host-prep/netfilter.h"
#include "host-prep/nft_read.h"
#include "lib/cleanup.h"
#include "lib/file.h"

int netfilter_add(struct netfilter *netfilter, const struct netfilter_chain *chain)
{
	struct netfilter_chain *items =
		reallocarray(netfilter->items, netfilter->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	netfilter->items = items;
	items[netfilter->count++] = *chain;
	return 0;
}

static const char *family_word(uint8_t family)
{
	static const char *const words[] = {
		[NFPROTO_INET] = "inet",     [NFPROTO_IPV4] = "ip",
		[NFPROTO_ARP] = "arp",       [NFPROTO_NETDEV] = "netdev",
		[NFPROTO_BRIDGE] = "bridge", [NFPROTO_IPV6] = "ip6",
	};

	return family < ARRAY_SIZE(words) && words[family] ? words[family] : "";
}

static bool is_ip(uint8_t family)
{
	return family == NFPROTO_INET || family == NFPROTO_IPV4 || family == NFPROTO_IPV6;
}

static struct netfilter_chain from_nft(const struct nft_chain *found)
{
	struct netfilter_chain chain = {
		.forwards = is_ip(found->family) && found->hook == NF_INET_FORWARD,
		.drops = found->policy == NF_DROP,
	};

	snprintf(chain.family, sizeof(chain.family), "%s", family_word(found->family));
	memcpy(chain.table, found->table, sizeof(chain.table));
	memcpy(chain.name, found->name, sizeof(chain.name));
	return chain;
}

static int read_tables(struct netfilter *netfilter, struct err *err)
{
	_cleanup_netlink_ struct netlink nl = NETLINK_INIT;
	_cleanup_strbuf_ struct strbuf answer;
	struct netlink_message message;
	size_t offset = 0;
	int result = nft_open(&nl, err);

	strbuf_init(&answer, 0);
	if (!result)
		result = nft_query(&nl, NFPROTO_UNSPEC, NFT_MSG_GETCHAIN, NLM_F_DUMP, 0,
				   NULL, &answer, err);
	while (!result && netlink_next(answer.text, answer.length, &offset, &message)) {
		struct netfilter_chain chain;
		struct nft_chain found;

		if (!nft_read_chain(&message, &found))
			continue;
		chain = from_nft(&found);
		if (netfilter_add(netfilter, &chain))
			result = err_sys(err, ENOMEM, "reading the firewall");
	}
	return result == -ENOENT ? 0 : result;
}

/* The verdict of the rule that a built-in chain ends with: -NF_DROP - 1, ... */
static bool ends_with_drop(const struct ipt_get_entries *entries, unsigned underflow)
{
	const char *bytes = (const char *)entries->entrytable;
	const struct ipt_entry *entry;
	const struct xt_standard_target *target;

	if (underflow > entries->size ||
	    sizeof(*entry) + sizeof(*target) > entries->size - underflow)
		return false;
	entry = (const struct ipt_entry *)(bytes + underflow);
	if (entry->target_offset + sizeof(*target) > entries->size - underflow)
		return false;
	target = (const struct xt_standard_target *)(bytes + underflow +
						     entry->target_offset);
	return target->verdict == -NF_DROP - 1;
}

/* In a table without rules each of its three chains is its policy alone, and an end of all follows. */
enum { LEGACY_EMPTY_ENTRIES = 4 };

static int add_legacy(struct netfilter *netfilter, const char *name, bool drops,
		      bool has_rules)
{
	struct netfilter_chain chain = { .family = "ip",
					 .table = "filter",
					 .legacy = true,
					 .forwards = !strcmp(name, "FORWARD"),
					 .drops = drops,
					 .has_rules = has_rules };

	snprintf(chain.name, sizeof(chain.name), "%s", name);
	return netfilter_add(netfilter, &chain);
}

static int read_legacy_filter(struct netfilter *netfilter)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	_cleanup_free_ struct ipt_get_entries *entries = NULL;
	struct ipt_getinfo info = { .name = "filter" };
	socklen_t size = sizeof(info);

	if (fd < 0 || getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, &info, &size) < 0)
		return 0;
	size = (socklen_t)(sizeof(*entries) + info.size);
	entries = calloc(1, size);
	if (!entries)
		return -ENOMEM;
	strcpy(entries->name, "filter");
	entries->size = info.size;
	if (getsockopt(fd, IPPROTO_IP, IPT_SO_GET_ENTRIES, entries, &size) < 0)
		return 0;
	/* A user's chain is known by its name alone. */
	if (memmem(entries->entrytable, entries->size, "DOCKER-USER", 12) &&
	    add_legacy(netfilter, "DOCKER-USER", false, true))
		return -ENOMEM;
	return add_legacy(netfilter, "FORWARD",
			  ends_with_drop(entries, info.underflow[NF_INET_FORWARD]),
			  info.num_entries > LEGACY_EMPTY_ENTRIES);
}

int netfilter_read_legacy(struct netfilter *netfilter, int root_fd, struct err *err)
{
	_cleanup_strbuf_ struct strbuf names;

	strbuf_init(&names, 0);
	file_read(root_fd, "proc/net/ip_tables_names", &names, NULL);
	if (strstr(names.text, "filter") && read_legacy_filter(netfilter))
		return err_sys(err, ENOMEM, "reading the firewall");
	return 0;
}

int netfilter_read(struct netfilter *netfilter, int root_fd, struct err *err)
{
	int result;

	*netfilter = (struct netfilter)NETFILTER_INIT;
	result = read_tables(netfilter, err);
	return result ? result : netfilter_read_legacy(netfilter, root_fd, err);
}

void netfilter_release(struct netfilter *netfilter)
{
	free(netfilter->items);
	*netfilter = (struct netfilter)NETFILTER_INIT;
}
