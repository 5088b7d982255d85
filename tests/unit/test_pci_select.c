/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/value/pci_select.c lib/value/pci.c lib/strbuf.c lib/err.c */
/* test_pci_select.c: selectors are read, written back, and point where they say. */
#include "lib/cleanup.h"
#include "lib/value/pci_select.h"
#include "tests/unit/tap.h"

static void reads_and_writes(void)
{
	static const struct {
		const char *text, *normal;
	} rows[] = {
		{ "01:00.0", "0000:01:00.0" },
		{ "1:0.7", "0000:01:00.7" },
		{ "10000:e1:00.*", "10000:e1:00.*" },
		{ "10DE:1b80", "10de:1b80" },
		{ "10de:1b80@01:00.0", "10de:1b80@0000:01:00.0" },
		{ "10de:1b80@0000:01:00.*", "10de:1b80@0000:01:00.*" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_strbuf_ struct strbuf text;
		struct pci_select select;

		strbuf_init(&text, 0);
		is_int(pci_select_parse(rows[i].text, &select, NULL), 0, "%s is read",
		       rows[i].text);
		pci_select_format(&select, &text);
		is_str(text.text, rows[i].normal, "... and written");
	}
}

static void refuses(void)
{
	static const char *const texts[] = {
		"",          "01:00",      "10de",           "01:00.8",
		"01:20.0",   "10de:1b8",   "10de:1b80@",     "@01:00.0",
		"0000:0000", "10de:1b80 ", "0de:1b80@1:0.0", "10de:1b80@10de:1b80",
		"gg:00.0",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct pci_select select;
		struct err err = ERR_INIT;

		ok(pci_select_parse(texts[i], &select, &err) < 0 &&
			   strstr(err.text, texts[i]),
		   "\"%s\" is refused and named", texts[i]);
	}
}

static void has_place(void)
{
	struct pci_select slot, function, id;
	struct pci_address first, fourth, elsewhere;

	pci_select_parse("01:00.*", &slot, NULL);
	pci_select_parse("01:00.3", &function, NULL);
	pci_select_parse("10de:1b80", &id, NULL);
	pci_address_parse("01:00.0", &first, NULL);
	pci_address_parse("01:00.3", &fourth, NULL);
	pci_address_parse("0001:01:00.0", &elsewhere, NULL);
	ok(pci_select_has_place(&slot, &first) && pci_select_has_place(&slot, &fourth),
	   "a slot has all of its functions");
	ok(!pci_select_has_place(&slot, &elsewhere), "... of its own domain");
	ok(pci_select_has_place(&function, &fourth) &&
		   !pci_select_has_place(&function, &first),
	   "a function is one");
	ok(!pci_select_has_place(&id, &first), "an identity is no place");
	ok(pci_address_compare(&first, &fourth) < 0 &&
		   pci_address_compare(&elsewhere, &fourth) > 0 &&
		   pci_address_compare(&first, &first) == 0,
	   "addresses have an order");
}

int main(void)
{
	reads_and_writes();
	refuses();
	has_place();
	return done_testing();
}
