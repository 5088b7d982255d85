/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/spec.c lib/lvm_name.c lib/err.c */
/* Every form of root= is understood, and device-mapper names go both ways. */
#include <stdlib.h>
#include <sys/sysmacros.h>

#include "init/spec.h"
#include "lib/lvm_name.h"
#include "tests/unit/tap.h"

static void understands_identities(void)
{
	static const struct {
		const char *text;
		enum spec_kind kind;
		const char *value;
	} rows[] = {
		{ "UUID=1A2B-3C4D", SPEC_UUID, "1A2B-3C4D" },
		{ "LABEL=root disk", SPEC_LABEL, "root disk" },
		{ "LABEL=\"quoted\"", SPEC_LABEL, "quoted" },
		{ "PARTUUID=abc-02", SPEC_PARTUUID, "abc-02" },
		{ "PARTLABEL=root", SPEC_PARTLABEL, "root" },
		{ "/dev/disk/by-uuid/1234", SPEC_UUID, "1234" },
		{ "/dev/disk/by-partlabel/x", SPEC_PARTLABEL, "x" },
		{ "/dev/disk/by-label/my\\x20root\\x2f1", SPEC_LABEL, "my root/1" },
		{ "/dev/disk/by-label/a\\x2", SPEC_LABEL, "a\\x2" },
		{ "/dev/disk/by-label/a\\x00b\\xzz", SPEC_LABEL, "a\\x00b\\xzz" },
		{ "LABEL=a\\x20b", SPEC_LABEL, "a\\x20b" },
		{ "/dev/nvme0n1p2", SPEC_NODE, "nvme0n1p2" },
		{ "/dev/vg/root", SPEC_VOLUME, "vg/root" },
		{ "/dev/mapper/vg-root", SPEC_VOLUME, "vg/root" },
		{ "/dev/mapper/a--b-c", SPEC_VOLUME, "a-b/c" },
		{ "/dev/mapper/mpatha", SPEC_MAPPER, "mpatha" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct spec spec;

		is_int(spec_parse(&spec, rows[i].text, NULL), 0, "%s is understood",
		       rows[i].text);
		is_int(spec.kind, rows[i].kind, "... as what it is");
		is_str(spec.value, rows[i].value, "... with its value");
	}
}

static void understands_numbers(void)
{
	struct spec spec;

	is_int(spec_parse(&spec, "254:3", NULL), 0, "MAJOR:MINOR is understood");
	ok(spec.kind == SPEC_DEVNO && spec.devno == makedev(254, 3),
	   "... as that device");
	is_int(spec_parse(&spec, "0803", NULL), 0, "a hexadecimal number is understood");
	ok(spec.devno == makedev(8, 3), "... as the kernel takes it");
	is_int(spec_parse(&spec, "PARTUUID=ab/PARTNROFF=1", NULL), 0,
	       "PARTNROFF= is known");
	is_str(spec.value, "ab", "... and is no part of the identity");
	is_int(spec.part_offset, 1, "... but an offset");
}

static void refuses_nonsense(void)
{
	static const char *const rows[] = {
		"UUID=",
		"/dev/",
		"sda1",
		"/dev/disk/by-id/ata-x",
		"nfs:server:/",
		"12:x",
		"PARTUUID=/PARTNROFF=1",
		"PARTUUID=ab/PARTNROFF=x",
		"PARTUUID=ab/PARTNROFF=99999999999",
	};
	struct err err = ERR_INIT;
	struct spec spec;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(spec_parse(&spec, rows[i], &err) < 0 && err.text[0],
		   "\"%s\" is refused with a reason", rows[i]);
}

static void names_go_both_ways(void)
{
	static const char *const pairs[][3] = {
		{ "vg", "root", "vg-root" },
		{ "my-vg", "root-lv", "my--vg-root--lv" },
		{ "a-", "-b", "a-----b" },
	};
	char name[64], group[SPEC_NAME_MAX], volume[SPEC_NAME_MAX];

	for (size_t i = 0; i < 2; i++) {
		lvm_mapper_name(pairs[i][0], pairs[i][1], name, sizeof(name));
		is_str(name, pairs[i][2], "the name of %s/%s", pairs[i][0], pairs[i][1]);
		ok(spec_parse_mapper_name(name, group, volume), "%s is a volume's", name);
		is_str(group, pairs[i][0], "... its group");
		is_str(volume, pairs[i][1], "... its volume");
	}
	ok(!spec_parse_mapper_name("vg-thin-tpool", group, volume),
	   "a hidden layer is no volume");
	ok(!spec_parse_mapper_name("plain", group, volume), "a name without '-' is none");
	ok(!spec_parse_mapper_name("vg-", group, volume), "an empty volume is none");
}

static void compares_uuids_without_case(void)
{
	struct spec spec;

	spec_parse(&spec, "UUID=1a2b-3c4d", NULL);
	ok(spec_matches(&spec, "1A2B-3C4D"), "UUIDs match whatever their case");
	spec_parse(&spec, "LABEL=root", NULL);
	ok(!spec_matches(&spec, "ROOT"), "labels do not");
	ok(!spec_matches(&spec, ""), "nothing matches a device without identity");
}

int main(void)
{
	understands_identities();
	understands_numbers();
	refuses_nonsense();
	names_go_both_ways();
	compares_uuids_without_case();
	return done_testing();
}
