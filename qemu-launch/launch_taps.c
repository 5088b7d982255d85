/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch_taps.c: taps and vhost, opened here and handed to QEMU: its user need not be allowed to
 * open either.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include "lib/cleanup.h"
#include "lib/file.h"
#include "qemu-launch/launch.h"

static int open_tap(int root_fd, const char *name, bool several, struct err *err)
{
	_cleanup_close_ int fd = file_open(root_fd, "dev/net/tun", O_RDWR, err);
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };

	if (fd < 0)
		return fd;
	if (several)
		request.ifr_flags |= IFF_MULTI_QUEUE;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &request) == 0)
		return steal_fd(&fd);
	err_sys(err, errno, "opening it");
	if (errno == EBUSY)
		err_hint(err, "another guest has it open");
	if (errno == EINVAL)
		err_hint(err, "it was made for %s",
			 several ? "one queue" : "several queues");
	return err ? err->code : -errno;
}

static int open_macvtap(int root_fd, unsigned index, struct err *err)
{
	char path[32];

	snprintf(path, sizeof(path), "dev/tap%u", index);
	return file_open(root_fd, path, O_RDWR, err);
}

static int open_queue(struct launch *launch, const struct guest_nic *nic,
		      struct setup_nic *setup, struct err *err)
{
	unsigned index = if_nametoindex(setup->tap);
	int fd, vhost;

	if (!index) {
		err_set(err, ENODEV, "there is no such interface");
		return err_hint(err, "`bedplate host-prep up` makes it");
	}
	fd = setup->type == guest_nic_type_macvtap
		     ? open_macvtap(launch->system_fd, index, err)
		     : open_tap(launch->system_fd, setup->tap, nic->queues > 1, err);
	if (fd < 0 || launch_add_fd(launch, fd, err))
		return fd < 0 ? fd : -EMFILE;
	setup->tap_fds[setup->fd_count] = fd;
	if (setup->vhost) {
		vhost = file_open(launch->system_fd, "dev/vhost-net", O_RDWR, err);
		if (vhost < 0)
			return err_hint(err, "is the kernel's module vhost_net loaded? "
					     "Vhost=off does without");
		if (launch_add_fd(launch, vhost, err))
			return -EMFILE;
		setup->vhost_fds[setup->fd_count] = vhost;
	}
	setup->fd_count++;
	return 0;
}

static bool is_opened_here(const struct setup_nic *setup)
{
	return setup->type == guest_nic_type_network ||
	       setup->type == guest_nic_type_tap || setup->type == guest_nic_type_macvtap;
}

static int open_nic(struct launch *launch, const struct guest_nic *nic,
		    struct setup_nic *setup, struct err *err)
{
	size_t queues = nic->queues > 0 ? (size_t)nic->queues : 1;
	int result = 0;

	setup->fd_count = 0;
	free(setup->tap_fds);
	free(setup->vhost_fds);
	setup->tap_fds = calloc(queues, sizeof(int));
	setup->vhost_fds = calloc(queues, sizeof(int));
	if (!setup->tap_fds || !setup->vhost_fds)
		return err_sys(err, ENOMEM, "opening %s", setup->tap);
	while (!result && setup->fd_count < queues)
		result = open_queue(launch, nic, setup, err);
	return result ? (err_wrap(err, "%s", setup->tap), result) : 0;
}

int launch_taps(struct launch *launch, struct err *err)
{
	const struct guest_conf *data = launch->guest->data;
	int result = 0;

	for (size_t i = 0; !result && i < launch->setup->nic_count; i++)
		if (is_opened_here(&launch->setup->nics[i]))
			result = open_nic(launch, &data->nic.items[i],
					  &launch->setup->nics[i], err);
	return result;
}
