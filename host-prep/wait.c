/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wait.c: hears that interfaces and devices come. */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host-prep/wait.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/interrupt.h"

enum {
	KERNEL_EVENTS = 1, /* groups of NETLINK_KOBJECT_UEVENT; the second is udev's */
	UDEV_EVENTS = 2,
	QUIET_MS = 20,  /* nothing came for so long: the flood is over, */
	FLOOD_MS = 250, /* and if it is not, this is long enough */
};

static int listen_to(int protocol, unsigned groups, int *kept, struct err *err)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK,
					     .nl_groups = groups };
	_cleanup_close_ int fd =
		socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return err_sys(err, errno, "listening for devices");
	*kept = steal_fd(&fd);
	return 0;
}

int waiter_open(struct waiter *waiter, struct err *err)
{
	int result;

	*waiter = (struct waiter)WAITER_INIT;
	result = listen_to(NETLINK_ROUTE,
			   RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
			   &waiter->link_fd, err);
	return result ? result
		      : listen_to(NETLINK_KOBJECT_UEVENT, KERNEL_EVENTS | UDEV_EVENTS,
				  &waiter->device_fd, err);
}

void waiter_release(struct waiter *waiter)
{
	cleanup_close(&waiter->link_fd);
	cleanup_close(&waiter->device_fd);
}

/* One whose buffer has run over (ENOBUFS) has lost events, and had some. */
static void drain(int fd)
{
	char byte;

	while (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) >= 0 || errno == ENOBUFS)
		;
}

/* 1 where something came within that time, 0 where not. */
static int poll_once(const struct waiter *waiter, int64_t ms, struct err *err)
{
	struct pollfd fds[] = { { .fd = waiter->link_fd, .events = POLLIN },
				{ .fd = waiter->device_fd, .events = POLLIN } };
	const struct timespec time = { .tv_sec = ms / 1000,
				       .tv_nsec = ms % 1000 * 1000000 };
	sigset_t before;
	int result;

	interrupt_hold(&before);
	result = interrupted ? -1 : ppoll(fds, ARRAY_SIZE(fds), &time, &before);
	interrupt_release(&before);
	if (interrupted)
		return err_set(err, EINTR, "waiting for devices: interrupted");
	drain(waiter->link_fd);
	drain(waiter->device_fd);
	return result > 0;
}

int waiter_wait(struct waiter *waiter, int64_t end_ms, struct err *err)
{
	int64_t now = clock_ms(), over;
	int result = 0;
	bool came;

	while (!result && now < end_ms) {
		result = poll_once(waiter, end_ms - now, err);
		now = clock_ms();
	}
	came = result > 0;
	over = now + FLOOD_MS;
	while (result > 0 && now < end_ms && now < over) {
		result = poll_once(waiter, QUIET_MS, err);
		now = clock_ms();
	}
	return result < 0 ? result : came;
}
