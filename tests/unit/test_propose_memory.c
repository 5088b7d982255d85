/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: bedplate/proposal.c bedplate/pass_set.c bedplate/pin_plan.c bedplate/topology.c bedplate/subnet.c lib/show_json.c lib/names.c lib/file.c */
/* SOURCES: bedplate/machine_list.c lib/value/net.c lib/value/pci.c lib/value/pci_select.c lib/value/cpu_list.c lib/value/units.c lib/strbuf.c lib/err.c LIBS: jansson */
/* clang-format on */
/* test_propose_memory.c: how memory is shared out, and what can be passed through together. */
#include <inttypes.h>
#include <stdint.h>

#include "bedplate/pass_set.h"
#include "lib/cleanup.h"
#include "tests/unit/tap.h"

#define MB (UINT64_C(1) << 20)

static const struct {
	uint64_t memory, guests, first; /* MiB */
	const char *promise;
} rows[] = {
	{ 0, 0, 512, "memory that is not known" },
	{ 1024, 512, 512, "1G: half of it, in steps of 256M" },
	{ 2000, 768, 512, "2G that the kernel has taken a bit of" },
	{ 4096, 2048, 1024, "4G: the host keeps two" },
	{ 8192, 6144, 2048, "8G, too" },
	{ 16384, 12288, 4096, "16G: a quarter" },
	{ 65536, 49152, 8192, "64G: the first guest gets 8G at most" },
	{ 64117, 47104, 8192, "in whole G" },
};

static void memory(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct memory_plan plan;

		memory_plan_make(&plan, rows[i].memory * MB);
		is_int((int)(plan.guests / MB), (int)rows[i].guests, "%s",
		       rows[i].promise);
		is_int((int)(plan.first / MB), (int)rows[i].first, "... the first guest");
		ok(plan.host + plan.guests == rows[i].memory * MB,
		   "... and nothing is lost");
	}
}

static struct machine_function function(const char *address, const char *id,
					unsigned class_code, int group)
{
	struct machine_function row = { .class_code = class_code,
					.group = group,
					.can_pass = true };

	snprintf(row.address, sizeof(row.address), "%s", address);
	snprintf(row.id, sizeof(row.id), "%s", id);
	return row;
}

/* A graphics card with its sound, a network card that is used, one that is not, a disk's. */
static void sets(void)
{
	struct machine_function functions[] = {
		function("0000:00:1f.6", "8086:15b8", 0x020000, 4),
		function("0000:01:00.0", "10de:1b80", 0x030000, 1),
		function("0000:01:00.1", "10de:10f0", 0x040300, 1),
		function("10000:02:00.0", "8086:1521", 0x020000, 6),
		function("0000:03:00.0", "144d:a808", 0x010802, 8),
	};
	struct machine_nic nics[] = {
		{ .name = "eno1",
		  .pci = "0000:00:1f.6",
		  .is_default = true,
		  .is_routed = true },
		{ .name = "ens1", .pci = "10000:02:00.0" },
	};
	struct machine machine = { .functions = functions,
				   .function_count = ARRAY_SIZE(functions),
				   .nics = nics,
				   .nic_count = ARRAY_SIZE(nics) };
	struct proposal proposal = PROPOSAL_INIT;
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 0);
	functions[4].can_pass = false;
	names_add(&functions[1].with, "0000:01:00.1");
	names_add(&functions[2].with, "0000:01:00.0");
	is_int(pass_sets_make(&proposal, &machine), 0, "sets are made");
	is_int((int)proposal.set_count, 3, "of what can be passed through");
	pass_set_write(&proposal.sets[0], &text);
	is_str(text.text, "10de:1b80@01:00.0 10de:10f0@01:00.1",
	       "a card with its sound, once");
	ok(proposal.sets[0].is_screen, "the only graphics card is the host's screen");
	ok(proposal.sets[1].is_reached && proposal.sets[1].is_used,
	   "the card with the default route");
	strbuf_truncate(&text, 0);
	pass_set_write(&proposal.sets[2], &text);
	is_str(text.text, "8086:1521@10000:02:00.0", "another domain is named");
	ok(proposal.best == &proposal.sets[2],
	   "a first guest gets what the host does not miss");
	names_release(&functions[1].with);
	names_release(&functions[2].with);
	proposal_release(&proposal);
}

int main(void)
{
	memory();
	sets();
	return done_testing();
}
