/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOURCES: init/mount_options.c */
/* Mount options of fstab(5) and mount(8) come out as mount(2) takes them. */
#include <sys/mount.h>

#include "init/mount_options.h"
#include "lib/cleanup.h"
#include "tests/unit/tap.h"

int main(void)
{
	static const struct {
		const char *text;
		unsigned long flags;
		const char *data;
	} rows[] = {
		{ "", 0, "" },
		{ "defaults", 0, "" },
		/* What "defaults" stands for, spelt out as in many an fstab. */
		{ "rw,suid,dev,exec,auto,nouser,async", 0, "" },
		{ "noatime,errors=remount-ro,nodev", MS_NOATIME | MS_NODEV,
		  "errors=remount-ro" },
		{ "subvol=@,,compress=zstd:1", 0, "subvol=@,compress=zstd:1" },
		{ "nosuid,suid", 0, "" },
		{ "user", MS_NOEXEC | MS_NOSUID | MS_NODEV, "" },
		{ "user,exec", MS_NOSUID | MS_NODEV, "" },
		{ "owner,x-systemd.growfs,X-mount.mkdir", MS_NOSUID | MS_NODEV, "" },
		{ "comment=mine,nofail,_netdev,iversion,loud", MS_I_VERSION, "" },
	};
	struct mount_options options;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		mount_options_parse(&options, rows[i].text, false);
		is_int(options.flags, rows[i].flags, "flags of \"%s\"", rows[i].text);
		is_str(options.data, rows[i].data, "data of \"%s\"", rows[i].text);
		mount_options_parse(&options, rows[i].text, true);
		is_int(options.flags, rows[i].flags | MS_RDONLY,
		       "... read-only where that was decided");
	}
	return done_testing();
}
