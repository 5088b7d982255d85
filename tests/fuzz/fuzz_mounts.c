/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: lib/mounts.c lib/mount_text.c lib/file.c lib/strbuf.c lib/err.c init/fstab.c init/mount_options.c */
/* fuzz_mounts.c: no mountinfo, no fstab and no list of mount options makes its reader fail
 * otherwise than by an error. The first byte chooses: 'm', 'f' or 'o'. */
#include "init/fstab.h"
#include "init/mount_options.h"
#include "lib/mounts.h"
#include "tests/fuzz/fuzz.h"

static void read_mountinfo(const char *text)
{
	static const char *const points[] = { "/", "/boot", "/a b" };

	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		_cleanup_mount_ struct mount mount = { .point = NULL };
		struct err err = ERR_INIT;
		int result = mount_find(&mount, text, points[i], &err);

		must_tell(result, &err);
		if (result > 0)
			must(strcmp(mount.point, points[i]) == 0 && mount.fstype &&
			     mount.source && mount.subtree && mount.options);
	}
}

static void read_fstab(const char *text)
{
	struct fstab_entry entry;

	for (const char *dir = "/usr"; dir; dir = dir[1] ? "/" : NULL)
		if (fstab_find(text, dir, &entry)) {
			must(memchr(entry.spec, '\0', sizeof(entry.spec)) != NULL);
			must(memchr(entry.options, '\0', sizeof(entry.options)) != NULL);
			fstab_has_option(entry.options, "noauto");
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mount_options options;
	char *text;

	if (!size)
		return 0;
	text = fuzz_text(data + 1, size - 1);
	if (data[0] == 'm')
		read_mountinfo(text);
	else if (data[0] == 'f')
		read_fstab(text);
	else
		mount_options_parse(&options, text, data[0] & 1);
	free(text);
	return 0;
}
