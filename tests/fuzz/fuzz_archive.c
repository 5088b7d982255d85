/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: mkinitramfs/archive.c mkinitramfs/unpack.c mkinitramfs/image_facts.c mkinitramfs/elf_look.c mkinitramfs/plan.c */
/* SOURCES: init/late_unpack.c lib/cpio.c lib/names.c lib/format_text.c lib/file.c lib/strbuf.c lib/err.c LIBS: zstd lzma z lz4 */
/* fuzz_archive.c: any file that is said to be an image, made by whatever, is walked to its end
 * or refused with a reason; so are the facts that it is judged by. */
#include <stdio.h>

#include "mkinitramfs/archive.h"
#include "mkinitramfs/image_facts.h"
#include "tests/fuzz/fuzz.h"

/* What an input may unpack to: more only takes time. */
enum { CONTENT_MAX = 1 << 22, ENTRIES_MAX = 10000 };

/* Whether it is small enough to be read a second time. */
static int walk(const uint8_t *data, size_t size)
{
	_cleanup_archive_ struct archive archive = ARCHIVE_INIT;
	const struct cpio_entry *entry;
	struct err err = ERR_INIT;
	static uint8_t content[4096];
	size_t total = 0, entries = 0;
	ssize_t got = 0;
	int result;

	archive_open_memory(&archive, data, size);
	while ((result = archive_next(&archive, &entry, &err)) > 0) {
		must(entry->name != NULL && archive_method(&archive));
		if (archive_is_late_archive(entry))
			continue;
		while ((got = archive_read(&archive, content, sizeof(content), &err)) > 0)
			if ((total += (size_t)got) > CONTENT_MAX)
				return 0;
		if (got < 0 || ++entries > ENTRIES_MAX)
			break;
	}
	must(result >= 0 || *err.text);
	must(got >= 0 || *err.text);
	return entries <= ENTRIES_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_image_facts_ struct image_facts facts = { .entries = 0 };
	struct err err = ERR_INIT;
	char path[256];

	if (!walk(data, size))
		return 0;
	fuzz_file("image", data, size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d/image", fuzz_tree());
	must_tell(image_facts_read(&facts, path, &err), &err);
	return 0;
}
