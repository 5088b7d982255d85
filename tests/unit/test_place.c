/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/place.c lib/format_text.c lib/record.c lib/inputs.c lib/names.c */
/* SOURCES: lib/err.c lib/strbuf.c lib/file.c lib/log.c lib/sha512.c LIBS: jansson lzma */
/* test_place.c: names in the folder of images. */
#include <fcntl.h>

#include "lib/cleanup.h"
#include "lib/place.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

static void is_name(char *name, const char *expected, const char *what)
{
	is_str(name, expected, "%s", what);
	free(name);
}

static void test_names(void)
{
	const struct place place = { .name = "a-%v.img" };
	size_t length = 0;

	is_name(place_image(&place, "6.1"), "a-6.1.img",
		"an image has its version inside");
	is_name(place_previous("a", 1), "a.prev", "the latest previous one");
	is_name(place_previous("a", 2), "a.prev2", "the one before it");
	is_name(place_staged("a"), ".a.bedplate-new", "what is written is hidden");
	is_int(place_previous_number("a.prev", &length), 1, "a previous one is known");
	is_int((int)length, 1, "with the image's name in front");
	is_int(place_previous_number("a.prev9", &length), 9, "so is an older one");
	is_int(place_previous_number("a.prev1", &length), 0, "nobody has that name");
	is_int(place_previous_number(".prev", &length), 0, "nor that");
	is_int(place_previous_number("initrd.img-6.1.2", &length), 0, "an image is none");
}

static void test_list(void)
{
	_cleanup_placed_list_ struct placed_list list = PLACED_LIST_INIT;
	int root = fake_tree_open();
	const struct place place = { .fd = root, .dir = "/boot" };

	fake_file(root, "config.json", "{ \"version\": \"text\" }");
	fake_file(root, "other.json", "not JSON");
	fake_file(root, "b", "image");
	fake_file(root, "b.json", "{ \"version\": 1, \"kernel\": \"6.1\" }");
	fake_file(root, "b.prev.json", "{ \"version\": 1 }");
	is_int(place_list(&place, &list, NULL), 0, "a folder is listed");
	is_int((int)list.count, 2, "files of others are passed over");
	is_str(list.items[0].name, "b", "in order");
	is_int(list.items[0].there, 1, "an image is there");
	is_int(list.items[0].whole, 0, "and not the one of the record");
	is_int(list.items[1].there, 0, "another is not there");
	is_int(list.items[1].previous, 1, "and would be a previous one");
	close(root);
	fake_tree_remove();
}

int main(void)
{
	test_names();
	test_list();
	return done_testing();
}
