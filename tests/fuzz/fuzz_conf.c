/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/nearest.c lib/conf.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c lib/conf_reader.c lib/conf_read.c lib/conf_dump.c lib/value/units.c lib/value/pci.c lib/value/pci_select.c lib/value/net.c lib/value/link.c lib/value/port.c lib/value/cpu_list.c tests/unit/conf_all.c lib/schema/host.c lib/schema/host_prepare.c lib/schema/init.c lib/schema/network.c lib/schema/network_ip.c lib/schema/network_nat.c lib/schema/network_vpn.c lib/schema/rule.c lib/kernel_rule.c lib/password_hash.c LIBS: inih */
/* clang-format on */
/* fuzz_conf.c: any bytes are read or refused; what was read is dumped and read again
 * the same. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/conf_private.h"
#include "lib/schema/host.h"
#include "lib/schema/init.h"
#include "lib/schema/network.h"
#include "tests/unit/conf_all.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fail(const char *what, const char *first, const char *second)
{
	fprintf(stderr, "%s\n--- first\n%s\n--- second\n%s\n", what, first, second);
	abort();
}

static void check_dump(const struct conf *conf, unsigned flags)
{
	_cleanup_conf_ struct conf *again = conf_new(conf->schema);
	_cleanup_strbuf_ struct strbuf first, second;
	struct err err = ERR_INIT;

	strbuf_init(&first, 0);
	strbuf_init(&second, 0);
	conf_dump(conf, flags, &first);
	if (conf_read_text(again, "dump", first.text, &err))
		fail("the dump is refused", first.text, err.text);
	/* Origins differ by nature: that dump is compared without them. */
	conf_dump(again, flags & CONF_DUMP_DEFAULTS, &second);
	if (flags & CONF_DUMP_ORIGINS) {
		strbuf_truncate(&first, 0);
		conf_dump(conf, flags & CONF_DUMP_DEFAULTS, &first);
	}
	if (strcmp(first.text, second.text) != 0)
		fail("the dump reads back to something else", first.text, second.text);
}

static void check_schema(const struct conf_schema *schema, const char *text, size_t size)
{
	_cleanup_conf_ struct conf *conf = conf_new(schema);
	struct err err = ERR_INIT;

	if (conf_read_bytes(conf, "fuzz.conf", text, size, &err)) {
		if (err.code >= 0 || strncmp(err.text, "fuzz.conf", 9) != 0)
			fail("an error without its place", text, err.text);
		return;
	}
	conf_check(conf, &err);
	for (unsigned flags = 0; flags < 4; flags++)
		check_dump(conf, flags);
}

/* The first byte chooses the table. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct conf_schema *const schemas[] = { &all_schema, &host_schema,
							     &init_schema,
							     &network_schema };

	if (size)
		check_schema(schemas[data[0] % ARRAY_SIZE(schemas)],
			     (const char *)data + 1, size - 1);
	return 0;
}
