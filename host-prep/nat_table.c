/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat_table.c: what of the firewall is loaded: nf_tables by netlink. */
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/nat_table.h"

static const char name[] = "bedplate";

/* A table's user data is a list of type, length, value (libnftnl, udata.h); nft keeps the
 * comment as the first type, with its '\0'. */
enum { UDATA_COMMENT = 0 };

static void read_comment(const struct netlink_attribute *data,
			 char digest[DIGEST_TEXT_SIZE])
{
	for (size_t at = 0; data->data && at + 2 <= data->length;) {
		uint8_t type = data->data[at], length = data->data[at + 1];

		if (at + 2 + length > data->length)
			return;
		if (type == UDATA_COMMENT)
			snprintf(digest, DIGEST_TEXT_SIZE, "%.*s", length,
				 (const char *)data->data + at + 2);
		at += 2u + length;
	}
}

static int query(struct netlink *nl, uint8_t family, uint16_t type, uint16_t flags,
		 uint16_t attribute, struct strbuf *out, struct err *err)
{
	const struct nfgenmsg fixed = { .nfgen_family = family, .version = NFNETLINK_V0 };
	_cleanup_netlink_batch_ struct netlink_batch batch;

	netlink_batch_init(&batch);
	netlink_begin(&batch, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, &fixed,
		      sizeof(fixed), NULL);
	netlink_add_text(&batch, attribute, name);
	return netlink_query(nl, &batch, out, err);
}

static bool is_rule_of_table(const struct netlink_message *message)
{
	struct netlink_attribute table[NFTA_RULE_TABLE + 1];
	char text[sizeof(name) + 1];

	return message->type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE) &&
	       netlink_read(message->data, message->length, sizeof(struct nfgenmsg),
			    table, NFTA_RULE_TABLE + 1) &&
	       strcmp(netlink_text(&table[NFTA_RULE_TABLE], text, sizeof(text)), name) ==
		       0;
}

static int count_rules(struct nat_loaded *loaded, struct netlink *nl, uint8_t family,
		       struct err *err)
{
	_cleanup_strbuf_ struct strbuf answer;
	struct netlink_message message;
	size_t offset = 0;
	int result;

	strbuf_init(&answer, 0);
	result = query(nl, family, NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE, &answer,
		       err);
	while (!result && netlink_next(answer.text, answer.length, &offset, &message))
		loaded->rules += is_rule_of_table(&message);
	return result;
}

int nat_table_look(struct nat_loaded *loaded, struct netlink *nl, uint8_t family,
		   struct err *err)
{
	struct netlink_attribute table[NFTA_TABLE_MAX + 1];
	_cleanup_strbuf_ struct strbuf answer;
	struct netlink_message message;
	size_t offset = 0;
	int result;

	*loaded = (struct nat_loaded){ .present = false };
	strbuf_init(&answer, 0);
	result = query(nl, family, NFT_MSG_GETTABLE, 0, NFTA_TABLE_NAME, &answer, err);
	/* -EINVAL is nfnetlink's word where nf_tables is not there to be asked. */
	if (result == -ENOENT || result == -EINVAL || result == -EOPNOTSUPP) {
		err_clear(err);
		return 0;
	}
	if (result)
		return err_wrap(err, "looking at the firewall");
	if (!netlink_next(answer.text, answer.length, &offset, &message) ||
	    !netlink_read(message.data, message.length, sizeof(struct nfgenmsg), table,
			  NFTA_TABLE_MAX + 1))
		return 0;
	loaded->present = true;
	read_comment(&table[NFTA_TABLE_USERDATA], loaded->digest);
	return count_rules(loaded, nl, family, err);
}

unsigned nat_table_rules(const char *text, const char *family)
{
	char begin[40];
	const char *line;
	unsigned rules = 0;

	snprintf(begin, sizeof(begin), "table %s bedplate {\n", family);
	line = strstr(text, begin);
	for (; line && *line && *line != '}';
	     line += strcspn(line, "\n"), line += !!*line)
		rules += strncmp(line, "\t\t", 2) == 0 &&
			 strncmp(line, "\t\ttype ", 7) != 0;
	return rules;
}
