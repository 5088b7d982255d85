/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch_taps.c: taps and vhost, opened here and handed to QEMU: its user need not be allowed to
 * open either. A tap of a network that is not there is made, and goes when the guest does; a macvtap
 * gets the card's address (launch_macvtap.c).
 *
 *	{"tap-web": "bedplate:network/lan.conf"}
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
#include "lib/log.h"
#include "lib/user.h"
#include "qemu-launch/guest_tap.h"
#include "qemu-launch/launch.h"
#include "qemu-launch/launch_macvtap.h"

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

/* ---- taps of our own ---- */

static int find_network(struct networks *networks, const struct network **network,
			int root_fd, const char *name, struct err *err)
{
	int result = networks_read(networks, root_fd, err);

	*network = result ? NULL : networks_find(networks, name);
	if (result || *network)
		return result;
	return err_set(err, ENOENT, "there is no network %s", name);
}

static int make_tap(struct launch *launch, size_t index, json_t *done, struct err *err)
{
	const struct guest_conf *data = launch->guest->data;
	const struct guest_nic *nic = &data->nic.items[index];
	_cleanup_networks_ struct networks networks = NETWORKS_INIT;
	const struct network *network;
	struct guest_tap plan;
	int64_t owner;
	int result =
		find_network(&networks, &network, launch->root_fd, nic->network, err);

	if (!result)
		result = user_number(launch->root_fd,
				     *nic->user ? nic->user : data->guest.user, &owner,
				     err);
	if (result)
		return result;
	guest_tap_plan(&plan, launch->guest, index, network, owner);
	json_object_set_new(done, plan.name, json_string(plan.alias));
	result = launch_note(launch, "taps", json_incref(done), err);
	return result ? result : guest_tap_make(&plan, launch->system_fd, err);
}

/* Taps of host-prep are there since the host was prepared. */
static int make_taps(struct launch *launch, struct err *err)
{
	json_t *done = json_object();
	int result = 0;

	for (size_t i = 0; !result && i < launch->setup->nic_count; i++) {
		const struct setup_nic *nic = &launch->setup->nics[i];

		if (nic->type == guest_nic_type_macvtap)
			result = launch_macvtap(launch, nic, done, err);
		else if (nic->type == guest_nic_type_network && !if_nametoindex(nic->tap))
			result = make_tap(launch, i, done, err);
		if (result)
			err_wrap(err, "%s", nic->tap);
	}
	json_decref(done);
	return result;
}

int launch_taps(struct launch *launch, struct err *err)
{
	const struct guest_conf *data = launch->guest->data;
	int result = make_taps(launch, err);

	for (size_t i = 0; !result && i < launch->setup->nic_count; i++)
		if (is_opened_here(&launch->setup->nics[i]))
			result = open_nic(launch, &data->nic.items[i],
					  &launch->setup->nics[i], err);
	return result;
}

void launch_taps_undo(struct launch *launch, const json_t *done)
{
	const char *name;
	json_t *how;

	json_object_foreach((json_t *)done, name, how) {
		struct err err = ERR_INIT;

		if (!(json_is_object(how) ? launch_macvtap_undo(name, how, &err)
					  : guest_tap_remove(name, json_string_value(how),
							     launch->system_fd, &err)))
			continue;
		err_wrap(&err, "%s: %s", launch->name, name);
		log_err(&err);
	}
}
