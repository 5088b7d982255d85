/* SPDX-License-Identifier: GPL-2.0-or-later */
/* needs.c: looks at the guests that another one requires. */
#include <errno.h>
#include <string.h>

#include "lib/cleanup.h"
#include "qemu-launch/needs.h"
#include "qemu-launch/state.h"

bool needs_is_ready(const char *guest, int root_fd)
{
	_cleanup_state_ struct state state = { .done = NULL };

	return !state_read(&state, root_fd, guest, NULL) && state.ready &&
	       process_id_is_alive(&state.qemu);
}

static int look(const char *name, int root_fd, struct err *err)
{
	_cleanup_state_ struct state state = { .done = NULL };
	const char *word;
	bool runs;
	int result = state_read(&state, root_fd, name, err);

	runs = !result && process_id_is_alive(&state.qemu);
	if (result || (state.ready && runs))
		return result;
	word = runs ? "not ready" : state_phase_word(state.phase);
	/* What is written down as running and does not run was lost with the host, or killed. */
	if (state.phase == STATE_RUNNING && !runs)
		word = "off";
	err_set(err, EAGAIN, "it requires %s, which is %s%s%s", name, word,
		*state.reason ? ": " : "", state.reason);
	return err_hint(err, "`bedplate qemu-launch start` starts what it requires, too");
}

int needs_ready(const struct guest *guest, int root_fd, struct err *err)
{
	const struct guest_guest *keys = &guest->data->guest;
	int result = 0;

	for (size_t i = 0; !result && i < keys->requires.count; i++)
		result = look(keys->requires.items[i], root_fd, err);
	return result;
}
