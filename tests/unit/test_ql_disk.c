/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clang-format off */
/* SOURCES: qemu-launch/disk_chain.c qemu-launch/qemu_img.c qemu-launch/block_nodes.c qemu-launch/qmp.c qemu-launch/qmp_message.c lib/interrupt.c qemu-launch/nbd.c lib/names.c lib/process.c lib/file.c lib/err.c lib/strbuf.c LIBS: jansson */
/* clang-format on */
/* test_ql_disk.c: which file is a disk now, and how tools are called for it. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fake_tree.h"
#include "lib/cleanup.h"
#include "qemu-launch/block_nodes.h"
#include "qemu-launch/disk_chain.h"
#include "qemu-launch/nbd.h"
#include "qemu-launch/qemu_img.h"
#include "tap.h"

/* A chain of a raw disk and overlays called by the letters of `names`. */
static json_t *make_chain(json_t *chains, const char *names)
{
	json_t *chain = disk_chain_get(chains, "/d/base", "raw");

	for (; *names; names++) {
		const char name[] = { *names, '\0' };
		char path[] = "/o/x";

		path[3] = *names;
		disk_chain_announce(chain, name, path, 1);
		disk_chain_push(chain, path);
	}
	return chain;
}

static json_t *no_chains(void)
{
	return json_pack("{s:i, s:[]}", "version", 1, "disks");
}

/* "abc|de|at:xy": overlays, those that are gone, those set aside. */
static const char *show(const json_t *chain)
{
	static char text[128];
	const json_t *aside = json_object_get(chain, "aside");
	const json_t *lists[] = { json_object_get(chain, "overlays"),
				  json_object_get(chain, "gone"),
				  json_object_get(aside, "overlays") };
	size_t at = 0, i;
	json_t *item;

	for (size_t list = 0; list < ARRAY_SIZE(lists); list++) {
		json_array_foreach(lists[list], i, item)
			text[at++] = json_string_value(json_object_get(item, "path"))[3];
		text[at++] = list < 2 ? '|' : '\0';
	}
	return text;
}

static void test_chain(void)
{
	json_t *chains = no_chains();
	json_t *chain = make_chain(chains, "ab");

	is_str(disk_chain_current(chain), "/o/b", "the last overlay is the disk");
	is_str(disk_chain_format(chain, 2), "qcow2", "which is a qcow2");
	is_str(disk_chain_image(chain, 0), "/d/base", "under all is the file");
	is_str(disk_chain_format(chain, 0), "raw", "in its own format");
	is_int(disk_chain_place(chain, "b"), 1, "an overlay has a place");
	is_int(disk_chain_place(chain, "c"), -1, "or none");
	disk_chain_announce(chain, "c", "/o/c", 1);
	is_str(show(chain), "ab|c|", "what is being made is not the disk yet");
	is_int(disk_chain_push(chain, "/o/c"), 0, "when it is made");
	is_str(show(chain), "abc||", "it is");
	is_int(disk_chain_push(chain, "/o/c"), -ENOENT, "once");
	is_int(disk_chain_cut(chain, 1), 0, "what is committed");
	is_str(show(chain), "a|bc|", "is gone");
	ok(disk_chain_find(chains, "/d/base") == chain, "it is found again");
	ok(!disk_chain_find(chains, "/d/other"), "and no other");
	json_decref(chains);
}

static void test_rollback(void)
{
	json_t *chains = no_chains();
	json_t *chain = make_chain(chains, "abc");

	disk_chain_announce(chain, "b", "/o/n", 1);
	is_int(disk_chain_roll_back(chain, 1, "/o/n"), 0, "rolled back");
	is_str(show(chain), "an||bc", "the old ones are aside");
	is_int(disk_chain_roll_back(chain, 0, "/o/n"), -EEXIST, "one at a time");
	is_int(disk_chain_undo(chain), 0, "taken back");
	is_str(show(chain), "abc||n", "they are there, and the new one is aside");
	is_int(disk_chain_undo(chain), 0, "and that taken back");
	is_str(show(chain), "an||bc", "is as before");
	is_int(disk_chain_forget(chain), 0, "forgotten");
	is_str(show(chain), "an|bc|", "they are gone");
	is_int(disk_chain_undo(chain), -ENOENT, "and do not come back");
	json_decref(chains);
}

static bool is_among(const char *path, void *data)
{
	return strchr(data, path[3]) != NULL;
}

static const struct {
	const char *overlays, *gone, *open, *after, *promise;
} rows[] = {
	{ "ab", "", "ab", "ab||", "what QEMU has open stays" },
	{ "abc", "", "ab", "ab|c|", "an overlay that it never wrote to is gone" },
	{ "a", "b", "ab", "ab||", "one that it still writes to is not" },
	{ "", "ab", "ab", "ab||", "nor are two" },
	{ "ab", "c", "a", "a|bc|", "committed ones are gone" },
};

static void test_reconcile(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t *chains = no_chains(),
		       *chain = make_chain(chains, rows[i].overlays);

		for (const char *c = rows[i].gone; *c; c++) {
			char path[] = "/o/x";

			path[3] = *c;
			disk_chain_announce(chain, path + 3, path, 1);
		}
		disk_chain_reconcile(chain, is_among, (void *)rows[i].open);
		is_str(show(chain), rows[i].after, "%s", rows[i].promise);
		json_decref(chains);
	}
}

static void test_file(int root)
{
	struct flock lock = {
		.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 201, .l_len = 1
	};
	int fd;
	json_t *chains = no_chains(), *again = NULL;
	struct err err = ERR_INIT;
	char path[128];

	make_chain(chains, "ab");
	is_int(disk_chains_write(chains, root, "web", &err), 0, "it is written");
	is_int(disk_chains_read(&again, root, "web", &err), 0, "and read");
	ok(json_equal(chains, again), "as it was");
	json_decref(again);
	is_int(disk_chains_read(&again, root, "other", &err), 0, "another guest");
	is_int(json_array_size(json_object_get(again, "disks")), 0, "has none");
	json_decref(again);
	fake_file(root, "var/lib/bedplate/guests/bad.disks.json", "{\"version\": 2}");
	is_int(disk_chains_read(&again, root, "bad", &err), -EBADMSG,
	       "another version is refused");
	json_decref(chains);

	chains = no_chains();
	fake_file(root, "gone.qcow2", "");
	snprintf(path, sizeof(path), "%s/gone.qcow2", fake_root);
	disk_chain_announce(disk_chain_get(chains, "/d/a", "raw"), "a", path, 1);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	is_int(fcntl(fd, F_OFD_SETLK, &lock), 0, "what a QEMU has open");
	ok(!disk_chains_sweep(chains), "is kept, whatever is believed");
	is_int(access(path, F_OK), 0, "for it may be a guest's disk");
	close(fd);
	ok(disk_chains_sweep(chains), "what is gone");
	ok(access(path, F_OK) < 0, "is removed");
	is_int(json_array_size(json_object_get(chains, "disks")), 0,
	       "and the disk is a plain one again");
	ok(!disk_chains_sweep(chains), "nothing changes without a reason");
	json_decref(chains);
}

static void test_check(void)
{
	json_t *chains = no_chains(), *chain = make_chain(chains, "a");
	json_t *good = json_pack("[{s:s, s:s}, {s:s, s:s}]", "filename", "/o/a", "format",
				 "qcow2", "filename", "/d/base", "format", "raw");
	json_t *bad = json_pack("[{s:s, s:s}, {s:s, s:s}]", "filename", "/o/a", "format",
				"qcow2", "filename", "/etc/shadow", "format", "raw");
	struct err err = ERR_INIT;

	is_int(disk_chain_check(chain, good, &err), 0, "a header as we wrote it");
	is_int(disk_chain_check(chain, bad, &err), -ESTALE, "and one as we did not");
	is_str(err.text,
	       "/o/a lies over /etc/shadow, and not over /d/base as it did when it was made",
	       "in words");
	json_decref(good);
	json_decref(bad);
	json_decref(chains);
}

static const char *line(const struct qemu_img *call)
{
	static char text[512];
	size_t at = 0;

	for (int i = 0; i < call->count; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", i ? " " : "",
				       call->argv[i]);
	ok(!call->argv[call->count], "a call ends");
	return text;
}

static void test_calls(void)
{
	struct qemu_img call;

	qemu_img_create(&call, "/d/a", "vmdk", 4096, NULL, NULL);
	is_str(line(&call), "qemu-img create -q -f vmdk -- /d/a 4096", "create");
	qemu_img_overlay(&call, "/o/a", 4096, "/d/a", "raw");
	is_str(line(&call), "qemu-img create -qu -f qcow2 -b /d/a -F raw -- /o/a 4096",
	       "an overlay over what may be in use");
	qemu_img_resize(&call, "-a", "raw", 512, true);
	is_str(line(&call), "qemu-img resize -q --shrink -f raw -- -a 512", "resize");
	qemu_img_commit(&call, "/o/b", "/d/a");
	is_str(line(&call), "qemu-img commit -q -d -f qcow2 -b /d/a -- /o/b", "commit");
	qemu_img_convert(&call, "/a", "raw", "/b", "qcow2", true, false);
	is_str(line(&call), "qemu-img convert -q -c -f raw -O qcow2 -- /a /b", "convert");
	qemu_img_convert(&call, "/a", "qcow2", "/dev/b", "raw", false, true);
	is_str(line(&call), "qemu-img convert -q -n -f qcow2 -O raw -- /a /dev/b",
	       "convert into a device");
	qemu_img_check(&call, "/a", "qcow2", "leaks");
	is_str(line(&call), "qemu-img check -r leaks --output json -f qcow2 -- /a",
	       "check");
}

static void test_nodes(void)
{
	json_t *nodes =
		json_pack("[{s:s, s:s, s:s}, {s:s, s:s, s:s}, {s:s, s:s, s:s}]",
			  "node-name", "#block1", "drv", "file", "file", "/d/a",
			  "node-name", "disk0-limit", "drv", "throttle", "file", "/d/a",
			  "node-name", "disk0", "drv", "raw", "file", "/d/a");

	is_str(block_nodes_name(nodes, "/d/a"), "disk0",
	       "an image is the node that reads its format");
	ok(!block_nodes_name(nodes, "/d/b"), "another is not open");
	ok(block_nodes_have(nodes, "disk0-limit"), "a limit is there");
	ok(!block_nodes_have(nodes, "disk1-limit"), "for this disk only");
	json_decref(nodes);
}

static void test_nbd(int root)
{
	_cleanup_names_ struct names taken = NAMES_INIT;
	const char *argv[NBD_ARGS];
	char name[NBD_NAME_MAX];
	struct err err = ERR_INIT;

	is_int(nbd_find_free(root, &taken, name, &err), -ENODEV, "no device");
	is_str(err.hint, "modprobe nbd max_part=16", "and what to do");
	fake_file(root, "sys/block/nbd0/pid", "1");
	fake_file(root, "sys/block/nbd1/size", "0");
	fake_file(root, "sys/block/nbd2/size", "0");
	is_int(nbd_find_free(root, &taken, name, &err), 0, "a device");
	is_str(name, "nbd1", "that nobody has connected");
	names_add(&taken, "nbd1");
	is_int(nbd_find_free(root, &taken, name, &err), 0, "nor we");
	is_str(name, "nbd2", "is another");
	names_add(&taken, "nbd2");
	is_int(nbd_find_free(root, &taken, name, &err), -EBUSY, "until there is none");
	is_int(nbd_find_part(root, "nbd1", "", name, &err), 0, "without partitions");
	is_str(name, "nbd1", "it is the whole");
	fake_file(root, "sys/block/nbd1/nbd1p2/partition", "2");
	is_int(nbd_find_part(root, "nbd1", "", name, &err), 0, "the only partition");
	is_str(name, "nbd1p2", "is the one");
	fake_file(root, "sys/block/nbd1/nbd1p3/partition", "3");
	is_int(nbd_find_part(root, "nbd1", "", name, &err), -EINVAL, "of two");
	is_int(nbd_find_part(root, "nbd1", "3", name, &err), 0, "one is to be named");
	is_str(name, "nbd1p3", "by its number");
	is_int(nbd_find_part(root, "nbd1", "4", name, &err), -ENOENT, "that is there");
	nbd_connect_argv(argv, "/dev/nbd1", "/d/a", "qcow2", false);
	is_str(argv[5], "--read-only", "nothing is written unasked");
	nbd_connect_argv(argv, "/dev/nbd1", "/d/a", "qcow2", true);
	is_str(argv[5], "--", "but asked");
}

int main(void)
{
	int root = fake_tree_open();

	test_chain();
	test_rollback();
	test_reconcile();
	test_file(root);
	test_check();
	test_calls();
	test_nodes();
	test_nbd(root);
	fake_tree_remove();
	return done_testing();
}
