/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nat_table.c: what of the firewall is loaded: nf_tables by netlink. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host-prep/nat_table.h"
#include "host-prep/nft_read.h"
#include "lib/cleanup.h"
#include "lib/digest.h"
#include "lib/text_match.h"

static const char name[] = "bedplate";

/* What a table holds, kind by kind: the question, and the kind of its answers. Not each
 * kernel sorts out other tables' by itself. */
static const struct {
	uint16_t question, answer;
} kinds[] = { { NFT_MSG_GETCHAIN, NFT_MSG_NEWCHAIN },
	      { NFT_MSG_GETRULE, NFT_MSG_NEWRULE },
	      { NFT_MSG_GETSET, NFT_MSG_NEWSET } };

/* The table's name is the first of them all. */
enum { TABLE = NFTA_RULE_TABLE };
_Static_assert(TABLE == (int)NFTA_CHAIN_TABLE && TABLE == (int)NFTA_SET_TABLE &&
		       TABLE == (int)NFTA_TABLE_NAME,
	       "one attribute for the table's name");

/* The header before the attributes has the generation, which any change anywhere moves. */
static void mix_message(const struct netlink_message *message, uint16_t type,
			uint64_t *state)
{
	struct netlink_attribute table[TABLE + 1];
	char text[sizeof(name) + 1];

	if (nft_read(message, type, table, TABLE + 1) &&
	    strcmp(netlink_text(&table[TABLE], text, sizeof(text)), name) == 0)
		*state = digest_add(*state,
				    (const char *)message->data + sizeof(struct nfgenmsg),
				    message->length - sizeof(struct nfgenmsg));
}

static int mix_all(uint64_t *state, struct netlink *nl, uint8_t family, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		_cleanup_strbuf_ struct strbuf answer;
		struct netlink_message message;
		size_t offset = 0;
		int result;

		strbuf_init(&answer, 0);
		result = nft_query(nl, family, kinds[i].question, NLM_F_DUMP, TABLE, name,
				   &answer, err);
		if (result && result != -ENOENT)
			return result;
		while (netlink_next(answer.text, answer.length, &offset, &message))
			mix_message(&message, kinds[i].answer, state);
	}
	return 0;
}

int nat_table_look(struct nat_loaded *loaded, struct netlink *nl, uint8_t family,
		   struct err *err)
{
	struct netlink_attribute table[NFTA_TABLE_MAX + 1];
	_cleanup_strbuf_ struct strbuf answer;
	struct netlink_message message;
	uint64_t state = DIGEST_INIT;
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
	mix_message(&message, NFT_MSG_NEWTABLE, &state);
	result = mix_all(&state, nl, family, err);
	digest_write(state, loaded->state);
	return result;
}

unsigned nat_table_rules(const char *text, const char *family)
{
	char begin[40];
	const char *line;
	unsigned rules = 0;

	snprintf(begin, sizeof(begin), "table %s bedplate {\n", family);
	line = strstr(text, begin);
	for (; line && *line && *line != '}'; line = text_next_line(line))
		rules += strncmp(line, "\t\t", 2) == 0 &&
			 strncmp(line, "\t\ttype ", 7) != 0;
	return rules;
}
