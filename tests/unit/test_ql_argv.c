/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/argv.c qemu-launch/argv_pci.c lib/origin.c lib/schema/guest*.c lib/guest_*.c lib/conf.c */
/* SOURCES: lib/conf_read.c lib/conf_reader.c lib/conf_type.c lib/conf_value.c lib/conf_quote.c */
/* SOURCES: lib/conf_dump.c lib/nearest.c lib/file.c lib/strbuf.c lib/err.c */
/* SOURCES: lib/value/cpu_list.c lib/value/net.c lib/value/link.c lib/value/port.c */
/* SOURCES: lib/value/pci.c lib/value/units.c LIBS: inih */
/* test_ql_argv.c: options with their places, and values as QemuOpts reads them. */
#include <errno.h>
#include <stdlib.h>

#include "lib/cleanup.h"
#include "qemu-launch/argv.h"
#include "tests/unit/tap.h"

/* The builders of this test. */
static int build_one(struct argv_build *build, struct err *err)
{
	(void)err;
	argv_from(build->argv, build->guest, "Memory", "Size", 0);
	argv_add(build->argv, "-m", "%d", 7);
	return 0;
}

static int build_always(struct argv_build *build, struct err *err)
{
	(void)err;
	argv_add(build->argv, "-S", NULL);
	return 0;
}

static int build_failing(struct argv_build *build, struct err *err)
{
	if (build->data->memory.size == 1 << 20)
		return err_set(err, EINVAL, "too small");
	return 0;
}

const struct argv_builder argv_builders[] = { { "one", build_one },
					      { "always", build_always },
					      { "failing", build_failing },
					      { NULL, NULL } };

static struct guest read_guest(const char *text)
{
	struct guest guest = { .name = (char *)"web", .conf = conf_new(&guest_schema) };

	conf_read_text(guest.conf, "etc/bedplate/guests/web.conf", text, NULL);
	guest.data = conf_data(guest.conf);
	return guest;
}

static void check_list(void)
{
	_cleanup_argv_ struct argv argv = ARGV_INIT;
	struct guest guest = read_guest("[Memory]\n\nSize=2G\n");
	struct guest_setup setup = SETUP_INIT;
	_cleanup_free_ char **vector = NULL;

	is_int(guest_argv(&argv, &guest, &setup, NULL), 0, "a command line is made");
	is_int(argv.count, 2, "of every builder's options");
	is_str(argv.items[0].origin, "guests/web.conf:3", "with the line of the key");
	is_str(argv.items[1].origin, "", "or none, whatever the builder before said");
	vector = argv_vector(&argv, "qemu");
	is_str(vector[0], "qemu", "the program comes first");
	is_str(vector[1], "-m", "then options");
	is_str(vector[2], "7", "and their values");
	is_str(vector[3], "-S", "or none");
	ok(!vector[4], "and an end");
	conf_free(guest.conf);
}

static void check_default(void)
{
	_cleanup_argv_ struct argv argv = ARGV_INIT;
	struct guest guest = read_guest("[Memory]\nLocked=yes\n");

	argv_from(&argv, &guest, "Memory", "Size", 0);
	is_str(argv.origin, "guests/web.conf:2", "a default comes from its section");
	conf_free(guest.conf);
}

static void check_failure(void)
{
	_cleanup_argv_ struct argv argv = ARGV_INIT;
	struct guest guest = read_guest("[Memory]\nSize=1M\n");
	struct guest_setup setup = SETUP_INIT;
	struct err err = ERR_INIT;

	is_int(guest_argv(&argv, &guest, &setup, &err), -EINVAL,
	       "a builder's failure is all's");
	is_str(err.text, "too small", "with its words");
	conf_free(guest.conf);
}

static void check_props(void)
{
	static const char *const words[] = { NULL, "on", "off" };
	_cleanup_argv_ struct argv argv = ARGV_INIT;
	_cleanup_props_ struct props props;
	char name[600];

	props_begin(&props, "virtio-blk-pci");
	props_add(&props, "file", "/srv/a,b,,c");
	props_add_switch(&props, "share-rw", true);
	props_add_word(&props, "acpi", words, 0);
	props_add_word(&props, "vmport", words, 2);
	props_add_raw(&props, "x=1,y=2");
	argv_add_props(&argv, "-device", &props);
	is_str(argv.items[0].value,
	       "virtio-blk-pci,file=/srv/a,,b,,,,c,share-rw=on,vmport=off,x=1,y=2",
	       "commas in values are doubled, words that are not given left out");
	props_begin(&props, NULL);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	props_add(&props, "a", "%s", name);
	props_add(&props, "b", "%d", 2);
	argv_add_props(&argv, "-x", &props);
	is_int(strlen(argv.items[1].value), 2 + 599 + 4, "a long value is whole");
	ok(!strncmp(argv.items[1].value, "a=x", 3),
	   "without a head it begins with a name");
	ok(!argv.failed, "and nothing failed");
}

int main(void)
{
	check_list();
	check_default();
	check_failure();
	check_props();
	return done_testing();
}
