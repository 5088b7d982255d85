/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot entries of the Boot Loader Specification: counters in names, options in texts. */
/* SOURCES: boot/bls.c lib/strbuf.c */
#include <stdlib.h>

#include "boot/bls.h"
#include "tests/unit/tap.h"

/* "length left done", or "none". */
static const char *parsed(const char *name)
{
	static char text[64];
	struct bls_name found;

	if (!bls_name_parse(&found, name))
		return "none";
	snprintf(text, sizeof(text), "%zu %d %d", found.length, found.left, found.done);
	return text;
}

static void test_names(void)
{
	is_str(parsed("id-6.1.conf"), "6 -1 0", "a name without a counter");
	is_str(parsed("id-6.1+3.conf"), "6 3 0", "three tries left");
	is_str(parsed("id-6.1+2-1.conf"), "6 2 1", "two left, one done");
	is_str(parsed("id-6.1+0-3.conf"), "6 0 3", "none left");
	is_str(parsed("id-6.1+deb.conf"), "10 -1 0", "a '+' of the version");
	is_str(parsed("id-6.1+deb-2+1-2.conf"), "12 1 2",
	       "a '+' of the version and a counter");
	is_str(parsed("id-6.1+1-.conf"), "9 -1 0", "half a counter is none");
	is_str(parsed("+3.conf"), "2 -1 0", "a counter without a name is a name");
	is_str(parsed("id-6.1+2-1.efi"), "6 2 1", "a unified image has the same counter");
	is_str(parsed("id-6.1+3"), "none", "another suffix is no entry");
	is_str(parsed(".conf"), "none", "a suffix alone is no entry");
}

static const char *with(const char *text, const char *options)
{
	static struct strbuf out;

	strbuf_init(&out, 0);
	bls_set_options(text, options, &out);
	return out.text;
}

static void test_options(void)
{
	char *value = bls_value("title x\nversion\t6.1\nversions 2\n", "version");

	is_str(value, "6.1", "a key's value");
	free(value);
	is_str(bls_value("title x\nversionx 1", "version"), NULL, "no other key's");
	is_str(with("title  x\noptions  a b\nlinux /l\n", "c"),
	       "title  x\noptions  c\nlinux /l\n",
	       "options are replaced where they stand");
	is_str(with("options a\nlinux /l\noptions b\n", "c"), "options c\nlinux /l\n",
	       "several lines become one");
	is_str(with("# options x\nlinux /l", "c"),
	       "# options x\nlinux /l\noptions    c\n",
	       "without any they come at the end");
}

int main(void)
{
	test_names();
	test_options();
	return done_testing();
}
