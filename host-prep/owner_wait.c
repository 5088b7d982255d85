/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner_wait.c: waits for who claims a link that is new. */
#include <poll.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "host-prep/net_step.h"
#include "host-prep/owner.h"
#include "host-prep/owner_wait.h"
#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/interrupt.h"
#include "lib/log.h"

/* The folder is looked at again at times: without inotify(7), too. */
enum { WAIT_MS = 30000, LOOK_MS = 200 };

/* The first new link that this owner is still to begin with; NULL. */
static const char *find_not_begun(struct netlink *nl, int root_fd,
				  const struct owner *owner, const struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++) {
		const struct net_step *step = net_step_of(&steps->items[i]);
		int index;

		if (!step || step->op != NET_MAKE || !step->was_made)
			continue;
		index = netlink_link_index(nl, step->link.name);
		if (index > 0 && owner->claims(root_fd, step->link.name) &&
		    !owner->has_begun(root_fd, index))
			return step->link.name;
	}
	return NULL;
}

static int watch(int root_fd, const char *folder)
{
	char path[128];
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", root_fd, folder);
	if (fd >= 0)
		inotify_add_watch(fd, path, IN_MOVED_TO | IN_CLOSE_WRITE);
	return fd;
}

static void wait_for_change(int fd, int64_t end_ms)
{
	struct pollfd events = { .fd = fd, .events = POLLIN };
	int64_t left = end_ms - clock_ms();
	char buffer[4096];

	poll(&events, 1, left < LOOK_MS ? (int)(left < 0 ? 0 : left) : LOOK_MS);
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
}

static void wait_for_owner(struct netlink *nl, int root_fd, const struct owner *owner,
			   const struct steps *steps)
{
	_cleanup_close_ int fd = watch(root_fd, owner->states);
	int64_t end_ms = clock_ms() + WAIT_MS;
	const char *link = find_not_begun(nl, root_fd, owner, steps);

	while (link && !interrupted && clock_ms() < end_ms) {
		wait_for_change(fd, end_ms);
		link = find_not_begun(nl, root_fd, owner, steps);
	}
	if (link && !interrupted)
		log_warning("%s has not begun with %s, and may take its addresses away "
			    "when it does",
			    owner->name, link);
}

void owner_wait(struct netlink *nl, int root_fd, const struct steps *steps)
{
	for (const struct owner *owner = owners; owner->name; owner++)
		if (owner->has_begun && owner->is_here(root_fd))
			wait_for_owner(nl, root_fd, owner, steps);
}
