/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tap.c: makes and changes persistent taps. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/tap.h"

static int open_tun(int root_fd, struct err *err)
{
	struct err own = ERR_INIT;
	int fd = file_open(root_fd, "dev/net/tun", O_RDWR, &own);

	if (fd >= 0)
		return fd;
	err_set(err, -fd, "%s", own.text);
	return err_hint(err, "is the kernel's module tun loaded?");
}

/* Opens the tap of this name for the one moment; a name that is not there is made. */
static int attach(int fd, const char *name, const struct tap *tap, unsigned extra,
		  struct err *err)
{
	struct ifreq request = { .ifr_flags = 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	request.ifr_flags = IFF_TAP | IFF_NO_PI | extra;
	if (tap->multi_queue)
		request.ifr_flags |= IFF_MULTI_QUEUE;
	if (tap->vnet_header)
		request.ifr_flags |= IFF_VNET_HDR;
	if (ioctl(fd, TUNSETIFF, &request) == 0)
		return 0;
	if (errno == EBUSY) {
		err_sys(err, EBUSY, "opening it");
		/* Before 6.x the kernel says the same of a name that another has. */
		return err_hint(err, "stop the guest that has it open");
	}
	return err_sys(err, errno, "opening it");
}

static int set_owners(int fd, const struct tap *tap, struct err *err)
{
	if (tap->owner >= 0 && ioctl(fd, TUNSETOWNER, (unsigned long)tap->owner) < 0)
		return err_sys(err, errno, "giving it to user %lld",
			       (long long)tap->owner);
	if (tap->group >= 0 && ioctl(fd, TUNSETGROUP, (unsigned long)tap->group) < 0)
		return err_sys(err, errno, "giving it to group %lld",
			       (long long)tap->group);
	return 0;
}

int tap_make(const char *name, const struct tap *tap, int root_fd, struct err *err)
{
	_cleanup_close_ int fd = open_tun(root_fd, err);
	int result;

	if (fd < 0)
		return fd;
	/* Closing the descriptor takes away what is not persistent: a tap that failed half
	 * way leaves nothing. */
	result = attach(fd, name, tap, IFF_TUN_EXCL, err);
	if (!result)
		result = set_owners(fd, tap, err);
	if (!result && ioctl(fd, TUNSETPERSIST, 1UL) < 0)
		result = err_sys(err, errno, "making it persistent");
	return result;
}

int tap_change(const char *name, const struct tap *tap, int root_fd, struct err *err)
{
	_cleanup_close_ int fd = open_tun(root_fd, err);
	int result;

	if (fd < 0)
		return fd;
	result = attach(fd, name, tap, 0, err);
	return result ? result : set_owners(fd, tap, err);
}

int tap_own_node(const struct tap *tap, int index, int root_fd, struct err *err)
{
	uid_t owner = tap->owner >= 0 ? (uid_t)tap->owner : (uid_t)-1;
	gid_t group = tap->group >= 0 ? (gid_t)tap->group : (gid_t)-1;
	char path[32];

	if (tap->owner < 0 && tap->group < 0)
		return 0;
	snprintf(path, sizeof(path), "dev/tap%d", index);
	if (fchownat(root_fd, path, owner, group, 0) < 0 ||
	    (tap->group >= 0 && fchmodat(root_fd, path, 0660, 0) < 0))
		return err_sys(err, errno, "giving away /%s", path);
	return 0;
}
