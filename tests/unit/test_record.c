/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/record.c lib/inputs.c lib/names.c lib/err.c */
/* SOURCES: lib/strbuf.c lib/file.c lib/log.c lib/sha512.c LIBS: jansson lzma */
/* test_record.c: what is kept beside an image, and when an input has changed. */
#include <errno.h>

#include "lib/cleanup.h"
#include "lib/record.h"
#include "tests/unit/fake_tree.h"
#include "tests/unit/tap.h"

static int root;

static bool changed(struct inputs *inputs, const char *path)
{
	for (size_t i = 0; i < inputs->count; i++)
		if (!strcmp(inputs->items[i].path, path))
			return input_has_changed(&inputs->items[i], root);
	return false;
}

static void touch(const char *path)
{
	const struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };

	if (utimensat(root, path, times, 0) < 0)
		abort();
}

static void test_inputs(void)
{
	_cleanup_inputs_ struct inputs inputs = INPUTS_INIT;
	struct err err = ERR_INIT;

	fake_file(root, "etc/conf", "one");
	fake_file(root, "etc/conf.d/a.conf", "a");
	inputs_add_path(&inputs, root, "configuration", "etc/conf", &err);
	inputs_add_path(&inputs, root, "configuration", "etc/conf", &err);
	inputs_add_path(&inputs, root, "configuration", "etc/conf.d", &err);
	inputs_add_path(&inputs, root, "firmware", "lib/firmware/x.bin", &err);
	is_int((int)inputs.count, 3, "what was added twice is there once");
	is_int(changed(&inputs, "etc/conf") || changed(&inputs, "etc/conf.d") ||
		       changed(&inputs, "lib/firmware/x.bin"),
	       0, "nothing has changed at first");
	touch("etc/conf");
	is_int(changed(&inputs, "etc/conf"), 0,
	       "a file that was only touched has not changed");
	fake_file(root, "etc/conf", "two");
	is_int(changed(&inputs, "etc/conf"), 1, "a file of the same size has");
	fake_file(root, "etc/conf.d/a.conf", "other");
	is_int(changed(&inputs, "etc/conf.d"), 0, "a folder is its names");
	fake_file(root, "etc/conf.d/b.conf", "b");
	is_int(changed(&inputs, "etc/conf.d"), 1, "a new name changes a folder");
	fake_file(root, "lib/firmware/x.bin", "x");
	is_int(changed(&inputs, "lib/firmware/x.bin"), 1,
	       "what was not there and is there now has changed");
	unlinkat(root, "etc/conf", 0);
	is_int(changed(&inputs, "etc/conf"), 1, "what is gone has changed");
	is_int(inputs_add_path(&inputs, root, "x", "/dev/null", &err), -EINVAL,
	       "a device is no input");
}

static void make(struct record *record)
{
	const struct record_facts facts = { .kernel = "6.1.0-x",
					    .mode = "host",
					    .made = "2026-05-04T10:20:30Z",
					    .made_by = "0.1",
					    .id = "0123456789abcdef",
					    .sha512 = "abc",
					    .size = 5 };
	_cleanup_inputs_ struct inputs inputs = INPUTS_INIT;

	inputs_add_text(&inputs, "root", "the root's devices", "UUID=1", NULL);
	fake_file(root, "etc/conf", "one");
	inputs_add_path(&inputs, root, "configuration", "etc/conf", NULL);
	record_make(record, &facts, &inputs, NULL);
}

static void test_record(void)
{
	_cleanup_record_ struct record record = RECORD_INIT, again = RECORD_INIT;
	_cleanup_inputs_ struct inputs inputs = INPUTS_INIT;
	struct err err = ERR_INIT;
	struct record_facts facts;

	is_int(record_read(&again, root, "boot/image", &err), 0,
	       "there is no record yet");
	make(&record);
	mkdirat(root, "boot", 0755);
	is_int(record_write(&record, root, "boot/image", &err), 0, "it is written");
	is_int(record_read(&again, root, "boot/image", &err), 1, "and read back");
	is_int(json_equal(record.json, again.json), 1, "the same");
	record_get(&again, &facts);
	is_str(facts.kernel, "6.1.0-x", "the kernel");
	is_str(facts.id, "0123456789abcdef", "the image's identity");
	is_int((int)facts.size, 5, "the image's size");
	is_int(record_get_inputs(&again, &inputs, &err), 0, "inputs are read");
	is_int((int)inputs.count, 2, "all of them");
	is_int(changed(&inputs, "etc/conf"), 0, "and know their files");
	is_int(inputs_find(&inputs, "root")->size, 6, "and texts");
	fake_file(root, "boot/image.json", "{ \"version\": 2 }");
	is_int(record_read(&again, root, "boot/image", &err), -EBADMSG,
	       "another format is refused");
}

static void test_verdict(void)
{
	const struct record_verdict boot = { "boot", "failed", "no root", "now" };
	_cleanup_record_ struct record record = RECORD_INIT;
	struct record_verdict verdict;

	make(&record);
	json_object_set_new(record.json, "others", json_true());
	is_int(record_get_verdict(&record, &verdict), 0, "nobody has tried yet");
	is_str(verdict.result, "", "which gives empty words");
	is_int(record_set_verdict(&record, &boot, NULL), 0, "a verdict is kept");
	is_int(record_write(&record, root, "boot/image", NULL), 0, "in the file");
	is_int(record_read(&record, root, "boot/image", NULL), 1, "to be read");
	is_int(record_get_verdict(&record, &verdict), 1, "it is there");
	is_str(verdict.reason, "no root", "with its reason");
	is_int(json_is_true(json_object_get(record.json, "others")), 1,
	       "keys of others stay");
}

static void test_about(void)
{
	_cleanup_record_ struct record record = RECORD_INIT;
	struct record_facts facts = {
		.kernel = "", .mode = "", .made = "", .made_by = "", .id = ""
	};
	const struct inputs none = INPUTS_INIT;
	_cleanup_close_ int fd = -1;
	char hash[129];
	struct stat st;

	fake_file(root, "boot/image", "image");
	fd = openat(root, "boot/image", O_RDONLY | O_CLOEXEC);
	is_int(record_hash(fd, hash, NULL), 0, "an image has a hash");
	is_int(strncmp(hash, "eb31d04da633dc9f", 16), 0, "which is its SHA-512");
	facts.sha512 = hash;
	facts.size = 5;
	record_make(&record, &facts, &none, NULL);
	is_int(record_is_about(&record, fd), 1, "the hash is enough");
	fstat(fd, &st);
	record_set_file(&record, &st, NULL);
	is_int(record_is_about(&record, fd), 1, "so are inode and time");
	fake_file(root, "boot/image", "imagE");
	touch("boot/image");
	is_int(record_is_about(&record, fd), 0, "another content is another image");
}

int main(void)
{
	root = fake_tree_open();
	test_inputs();
	test_record();
	test_verdict();
	test_about();
	fake_tree_remove();
	return done_testing();
}
