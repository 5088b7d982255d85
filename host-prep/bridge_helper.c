/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bridge_helper.c: looks at qemu-bridge-helper, and reads its list. */
#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <linux/capability.h>

#include "host-prep/bridge_helper.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/text_match.h"

static const char *const paths[] = {
	"usr/lib/qemu/qemu-bridge-helper",      "usr/libexec/qemu-bridge-helper",
	"usr/lib64/qemu/qemu-bridge-helper",    "usr/libexec/qemu/qemu-bridge-helper",
	"usr/local/libexec/qemu-bridge-helper",
};

static bool has_capability(int fd)
{
	struct vfs_ns_cap_data data = { .magic_etc = 0 };
	ssize_t length = fgetxattr(fd, "security.capability", &data, sizeof(data));

	/* Effective at once: the helper raises nothing by itself unless it is set-user-ID. */
	return length >= (ssize_t)(2 * sizeof(uint32_t)) &&
	       (le32toh(data.magic_etc) & VFS_CAP_FLAGS_EFFECTIVE) &&
	       (le32toh(data.data[0].permitted) & 1u << CAP_NET_ADMIN);
}

const char *bridge_helper_find(int root_fd, bool *may_plug)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		_cleanup_close_ int fd = file_open(root_fd, paths[i], O_RDONLY, NULL);
		struct stat status;

		if (fd < 0 || fstat(fd, &status) < 0)
			continue;
		*may_plug = (!status.st_uid && (status.st_mode & S_ISUID)) ||
			    has_capability(fd);
		return paths[i];
	}
	return NULL;
}

bool bridge_helper_says(const char *list, const char *word, const char *bridge)
{
	for (; *list; list = text_next_line(list)) {
		char first[16], name[64];

		if (sscanf(list, " %15[a-z]%*[ \t]%63[^ \t\n]", first, name) == 2 &&
		    !strcmp(first, word) &&
		    (!strcmp(name, bridge) || !strcmp(name, "all")))
			return true;
	}
	return false;
}
