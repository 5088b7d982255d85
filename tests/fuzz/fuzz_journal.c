/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: host-prep/journal.c host-prep/net.c host-prep/net_text.c host-prep/net_json.c host-prep/net_saved.c */
/* SOURCES: host-prep/links_journal.c host-prep/keeper.c host-prep/child.c lib/names.c lib/file.c lib/show_json.c */
/* SOURCES: lib/err.c lib/pidfd.c lib/strbuf.c LIBS: jansson */
/* fuzz_journal.c: host-prep's journal, its saved network states and its keepers' reports are
 * read back from any file; a state that is taken is written and read again the same. */
#include "host-prep/journal.h"
#include "host-prep/keeper.h"
#include "host-prep/links_journal.h"
#include "tests/fuzz/fuzz.h"

static void read_net(const json_t *json)
{
	struct net net = { .link_count = 0 }, again = { .link_count = 0 };
	struct err err = ERR_INIT;
	json_t *first, *second;

	if (!net_from_json(&net, json, &err)) {
		first = net_to_json(&net);
		must(first && !net_from_json(&again, first, &err));
		second = net_to_json(&again);
		must(json_equal(first, second));
		json_decref(first);
		json_decref(second);
	} else {
		must(err.code < 0 && *err.text);
	}
	net_release(&net);
	net_release(&again);
}

static void read_links(const json_t *section)
{
	struct net took = { .link_count = 0 }, have = { .link_count = 0 };
	struct err err = ERR_INIT;

	must_tell(links_journal_read(section, &took, &have, &err), &err);
	net_release(&took);
	net_release(&have);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keeper_report report;
	struct err err = ERR_INIT;
	json_t *journal = NULL;

	fuzz_file("run/bedplate/host-prep.json", data, size);
	if (journal_read(&journal, fuzz_tree(), &err) == 0) {
		read_links(json_object_get(journal, "links"));
		read_net(json_object_get(json_object_get(journal, "links"), "took"));
		journal_keep(journal_section(journal, "nat"),
			     json_object_get(journal, "links"));
	} else {
		must(err.code < 0 && *err.text);
	}
	json_decref(journal);
	fuzz_file("run/bedplate/keeper", data, size);
	if (keeper_read_report(fuzz_tree(), "run/bedplate/keeper", &report))
		must(memchr(report.words, '\0', sizeof(report.words)) != NULL);
	return 0;
}
