/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/nft_read.c lib/netlink.c lib/netlink_read.c lib/netlink_write.c lib/strbuf.c lib/err.c */
/* fuzz_nft.c: whatever messages nf_tables sends, names and comments end, and expressions are
 * looked at within their message only. */
#include <linux/netlink.h>

#include "host-prep/nft_read.h"
#include "tests/fuzz/fuzz.h"

static void read_message(const struct netlink_message *message)
{
	struct nft_chain chain;
	struct nft_rule rule;
	char comment[32];

	if (nft_read_chain(message, &chain)) {
		must(memchr(chain.table, '\0', sizeof(chain.table)) != NULL);
		must(memchr(chain.name, '\0', sizeof(chain.name)) != NULL);
		must(memchr(chain.type, '\0', sizeof(chain.type)) != NULL);
	}
	if (nft_read_rule(message, &rule)) {
		must(memchr(rule.table, '\0', sizeof(rule.table)) != NULL);
		must(memchr(rule.chain, '\0', sizeof(rule.chain)) != NULL);
		nft_refuses(&rule);
		must(memchr(nft_comment(&rule.user_data, comment, sizeof(comment)), '\0',
			    sizeof(comment)) != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = (uint8_t *)fuzz_text(data, size);
	struct netlink_message message;
	size_t at = 0;

	while (netlink_next(bytes, size, &at, &message))
		read_message(&message);
	free(bytes);
	return 0;
}
