/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat_table.c: what of the firewall is loaded: nf_tables by netlink. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/nat_table.h"
#include "host-prep/nft_read.h"

static const char name[] = "bedplate";

static int count_rules(struct nat_loaded *loaded, struct netlink *nl, uint8_t family,
		       struct err *err)
{
	_cleanup_strbuf_ struct strbuf answer;
	struct netlink_message message;
	struct nft_rule rule;
	size_t offset = 0;
	int result;

	strbuf_init(&answer, 0);
	result = nft_query(nl, family, NFT_MSG_GETRULE, NLM_F_DUMP, NFTA_RULE_TABLE, name,
			   &answer, err);
	while (!result && netlink_next(answer.text, answer.length, &offset, &message))
		loaded->rules +=
			nft_read_rule(&message, &rule) && strcmp(rule.table, name) == 0;
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
	result = nft_query(nl, family, NFT_MSG_GETTABLE, 0, NFTA_TABLE_NAME, name,
			   &answer, err);
	if (result)
		return result == -ENOENT ? 0 : result;
	if (!netlink_next(answer.text, answer.length, &offset, &message) ||
	    !nft_read(&message, NFT_MSG_NEWTABLE, table, NFTA_TABLE_MAX + 1))
		return 0;
	loaded->present = true;
	nft_comment(&table[NFTA_TABLE_USERDATA], loaded->digest, sizeof(loaded->digest));
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
