/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: qemu-launch/state.c qemu-launch/process_id.c qemu-launch/spawn.c qemu-launch/disk_chain.c */
/* SOURCES: qemu-launch/block_nodes.c qemu-launch/qmp.c qemu-launch/qmp_message.c lib/interrupt.c lib/nearest.c */
/* SOURCES: lib/process.c lib/names.c lib/file.c lib/err.c lib/pidfd.c lib/strbuf.c LIBS: jansson */
/* fuzz_guest_state.c: a guest's state and its disks' chains are read back from any file, and
 * whatever qemu-img and QEMU say of images is compared with them. The input is one file; that
 * and, behind a byte 0x01, the answer. */
#include "qemu-launch/block_nodes.h"
#include "qemu-launch/disk_chain.h"
#include "qemu-launch/state.h"
#include "tests/fuzz/fuzz.h"

static void read_state(void)
{
	_cleanup_state_ struct state state = { .done = NULL };
	struct err err = ERR_INIT;
	int result = state_read(&state, fuzz_tree(), "web", &err);

	must_tell(result, &err);
	if (!result) {
		must(state_phase_word(state.phase) && json_is_object(state.done));
		must(memchr(state.reason, '\0', sizeof(state.reason)) != NULL);
	}
}

static bool is_open(const char *path, void *data)
{
	*(size_t *)data += strlen(path);
	return strlen(path) & 1;
}

static void use_chain(json_t *chain, const json_t *answer)
{
	struct err err = ERR_INIT;
	size_t length = 0;

	for (size_t i = 0; i <= disk_chain_count(chain); i++)
		must(disk_chain_image(chain, i) && disk_chain_format(chain, i));
	must(disk_chain_current(chain) != NULL);
	must_tell(disk_chain_check(chain, answer, &err), &err);
	disk_chain_place(chain, "before");
	disk_chain_announce(chain, "new", "/o/new", 1);
	disk_chain_push(chain, "/o/new");
	disk_chain_reconcile(chain, is_open, &length);
	disk_chain_roll_back(chain, 0, "/o/new");
	disk_chain_undo(chain);
	disk_chain_forget(chain);
	disk_chain_cut(chain, 0);
}

static void read_chains(const json_t *answer)
{
	struct err err = ERR_INIT;
	json_t *chains = NULL, *chain;
	int result = disk_chains_read(&chains, fuzz_tree(), "web", &err);
	size_t i;

	must_tell(result, &err);
	if (!result) {
		json_array_foreach(json_object_get(chains, "disks"), i, chain)
			use_chain(chain, answer);
	}
	json_decref(chains);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 1, size) : NULL;
	size_t length = end ? (size_t)(end - data) : size;
	json_t *answer =
		end ? json_loadb((const char *)end + 1, size - length - 1, 0, NULL)
		    : NULL;

	fuzz_file("run/bedplate/guests/web.json", data, length);
	read_state();
	fuzz_file("var/lib/bedplate/guests/web.disks.json", data, length);
	read_chains(answer);
	block_nodes_name(answer, "/o/new");
	block_nodes_have(answer, "disk0");
	json_decref(answer);
	return 0;
}
