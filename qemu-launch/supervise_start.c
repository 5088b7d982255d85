/* SPDX-License-Identifier: GPL-2.0-or-later */
/* supervise_start.c: starts a guest, again where only a port was lost. */
#include <errno.h>

#include "lib/log.h"
#include "qemu-launch/notify.h"
#include "qemu-launch/supervise.h"

enum { PORT_TRIES = 8 };

/* Between the look at which ports are free and QEMU's taking them somebody else may have taken one. */
static int launch_elsewhere(struct supervisor *sup, unsigned lost, struct err *err)
{
	struct launch *launch = &sup->launch;
	int result;

	log_warning("%s: port %u was free and is somebody else's now; trying the next",
		    launch->name, lost);
	err_clear(err);
	sup->context.host.first_port = lost + 1;
	setup_release(&sup->setup);
	sup->setup = (struct guest_setup)SETUP_INIT;
	result = setup_resolve(&sup->setup, launch->guest, &sup->context.host, err);
	return result ? result : launch_up(launch, NULL, err);
}

int supervise_start(struct supervisor *sup, struct err *err)
{
	struct launch *launch = &sup->launch;
	int result;

	notify("STATUS=starting");
	state_begin(&launch->state, launch->began_us);
	result = launch_up(launch, NULL, err);
	for (int i = 0; i < PORT_TRIES && result == -ECHILD; i++) {
		unsigned lost = setup_lost_port(&sup->setup, launch->guest);

		if (!lost)
			break;
		result = launch_elsewhere(sup, lost, err);
	}
	if (!result)
		log_info("%s: running, as process %d", launch->name,
			 (int)launch->state.qemu.pid);
	return result;
}
