/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/record.c lib/failure.c lib/inputs.c lib/names.c lib/place.c lib/format_text.c lib/kernel_file.c lib/boot_mark.c */
/* SOURCES: boot/state.c boot/line.c lib/strbuf.c lib/file.c lib/log.c lib/sha512.c lib/show_json.c lib/err.c LIBS: jansson lzma */
/* fuzz_record.c: records of images, kept failures and what bedplate boot remembers are read
 * back from any file; what is written after that is read again the same. */
#include "boot/state.h"
#include "lib/failure.h"
#include "lib/record.h"
#include "tests/fuzz/fuzz.h"

static void read_record(void)
{
	_cleanup_record_ struct record record = RECORD_INIT;
	_cleanup_inputs_ struct inputs inputs = INPUTS_INIT;
	struct record_verdict verdict;
	struct record_facts facts;
	struct err err = ERR_INIT;
	int result = record_read(&record, fuzz_tree(), "image", &err);

	must_tell(result, &err);
	if (result <= 0)
		return;
	record_get(&record, &facts);
	must(facts.kernel && facts.mode && facts.made && facts.id && facts.sha512);
	if (record_get_verdict(&record, &verdict))
		must(verdict.method && verdict.result && verdict.reason && verdict.when);
	record_is_about(&record, fuzz_tree());
	record_get_inputs(&record, &inputs, &err);
}

static void read_failure(void)
{
	const struct place place = { .fd = fuzz_tree(), .root_fd = fuzz_tree() };

	json_decref(failure_read(&place, "image"));
}

static void read_state(void)
{
	struct state state = { .json = NULL };
	struct booted booted = { .image = "i", .version = "6.1", .cmdline = "quiet" };
	struct err err = ERR_INIT;
	bool failed;
	char *text;

	if (state_read(&state, fuzz_tree(), &err) == 0) {
		for (size_t i = 0; state_good(&state, i, &booted); i++)
			must(booted.image && booted.version);
		state_trial(&state, &booted, &failed);
		state_good_line(&state);
		state_lacks_root(&state);
		state_add_root(&state, "root=/dev/sda1");
		state_was_written(&state, "etc/kernel/cmdline", "quiet");
		booted =
			(struct booted){ .image = "i", .version = "6.1", .cmdline = "q" };
		state_set_good(&state, &booted);
		must(state_is_good(&state, &booted));
		state_set_writing(&state, "etc/kernel/cmdline", "a", "b", true);
		must(state_was_written(&state, "etc/kernel/cmdline", "b") > 0);
		text = state_text(&state);
		free(text);
	}
	state_release(&state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_file("image.json", data, size);
	read_record();
	fuzz_file("image.failure", data, size);
	read_failure();
	fuzz_file(STATE_PATH, data, size);
	read_state();
	return 0;
}
