/* SPDX-License-Identifier: GPL-2.0-or-later */
/* supervise_stop.c: takes the stages of a guest's end (stop.h), whatever its file has become. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/json_text.h"
#include "lib/log.h"
#include "qemu-launch/notify.h"
#include "qemu-launch/supervise.h"

enum { STATUS_MS = 5000, TURN_MS = 2000, PRESS_AGAIN_MS = 1000 };

/* The shutdown stands behind the mark and the synchronisation: an agent that comes to life
 * reads both, one that is there answers the first at once. */
static int ask_agent(struct supervisor *sup, struct err *err)
{
	struct qmp *agent = &sup->agent;
	int result;

	/* Whoever waits for the guest to be ready has the only connection. */
	if (sup->awaits_ready)
		ready_end(&sup->ready);
	sup->awaits_ready = false;
	result = qmp_connect_in_turn(agent, sup->launch.run_fd, "agent.sock", TURN_MS,
				     err);
	if (result)
		return result;
	agent->is_agent = true;
	strbuf_addc(&agent->out, (char)0xff);
	result = qmp_send(agent, "guest-sync-delimited",
			  json_pack("{s:I}", "id", (json_int_t)agent->last_id + 1),
			  &sup->agent_asked, err);
	if (!result)
		result = qmp_send(agent, "guest-shutdown",
				  json_pack("{s:s}", "mode", "powerdown"), NULL, err);
	return result ? result : qmp_pump(agent, err);
}

/* Only whether it was sent: a QEMU that does as it is told may have ended before we look, and its end of the
 * connection with it. */
static int command(struct supervisor *sup, const char *word, struct err *err)
{
	struct qmp *qmp = &sup->launch.qmp;
	int result = qmp->fd < 0 ? err_set(err, ENOTCONN, "QMP is not connected")
				 : qmp_send(qmp, word, NULL, NULL, err);

	if (result)
		return result;
	result = qmp_pump(qmp, err);
	if (result && qmp->out.length)
		return result;
	err_clear(err);
	return 0;
}

/* A lost connection is found again by the loop: the guest is asked then, and has its time. */
static void press(struct supervisor *sup)
{
	struct err err = ERR_INIT;
	int result = command(sup, "system_powerdown", &err);

	sup->press_at = clock_ms() + (result ? PRESS_AGAIN_MS : STOP_PRESS_MS);
	if (result)
		log_info("%s: its power button cannot be pressed yet: %s",
			 sup->launch.name, err.text);
}

/* A QEMU that obeys at once may be gone before its answer. */
static int quit(struct supervisor *sup, struct err *err)
{
	int result;

	if (sup->launch.qmp.fd < 0)
		return err_set(err, ENOTCONN, "QMP is not connected");
	result = qmp_send(&sup->launch.qmp, "quit", NULL, NULL, err);
	if (!result && qmp_pump(&sup->launch.qmp, NULL))
		log_debug("%s: QEMU has hung up", sup->launch.name);
	return result;
}

static int take_stage(struct supervisor *sup, struct err *err)
{
	sup->press_at = CLOCK_NEVER;
	switch (sup->stop.stage) {
	case STOP_AGENT:
		return ask_agent(sup, err);
	case STOP_ACPI:
		return press(sup), 0;
	case STOP_QUIT:
		return quit(sup, err);
	case STOP_TERM:
		return process_id_signal(&sup->launch.state.qemu, SIGTERM, err);
	case STOP_KILL:
		return process_id_signal(&sup->launch.state.qemu, SIGKILL, err);
	default:
		return 0;
	}
}

/* A stage that cannot be taken makes room for the next. */
static void enter_stage(struct supervisor *sup)
{
	const struct guest_guest *guest = &sup->launch.guest->data->guest;

	for (;;) {
		struct err err = ERR_INIT;
		int result = take_stage(sup, &err);

		if (result != -ESRCH)
			log_info("%s: %s%s%s", sup->launch.name,
				 stop_stage_word(sup->stop.stage), result ? ": " : "",
				 result ? err.text : "");
		notify("STATUS=%s", stop_stage_word(sup->stop.stage));
		/* It has ended: the loop sees that. */
		if (!result || result == -ESRCH || sup->stop.stage == STOP_STUCK)
			return;
		stop_next(&sup->stop, guest, clock_ms());
	}
}

/* One that is paused is woken up to shut down; one that stands for another reason cannot. A
 * QEMU that does not say so in time may only be slow: the stages have deadlines. */
static bool can_answer(struct supervisor *sup)
{
	json_t *value = NULL;
	char status[32];

	if (qmp_execute(&sup->launch.qmp, "query-status", NULL, STATUS_MS, &value, NULL))
		return true;
	snprintf(status, sizeof(status), "%s", json_text(value, "status"));
	json_decref(value);
	if (!strcmp(status, "paused"))
		return !qmp_send(&sup->launch.qmp, "cont", NULL, NULL, NULL);
	return !strcmp(status, "running") || !strcmp(status, "suspended");
}

static bool has_agent(const struct guest_conf *data)
{
	for (size_t i = 0; i < data->channel.count; i++)
		if (data->channel.items[i].type == guest_channel_type_agent)
			return true;
	return false;
}

void supervise_stop(struct supervisor *sup)
{
	const struct guest_conf *data = sup->launch.guest->data;

	if (sup->stop.stage != STOP_NOT)
		return;
	notify("STOPPING=1");
	state_set_phase(&sup->launch.state, STATE_STOPPING);
	launch_write_state(&sup->launch);
	stop_begin(&sup->stop, &data->guest, has_agent(data), can_answer(sup),
		   clock_ms());
	enter_stage(sup);
}

/* What it answers: that it is there, or that it will not. */
static void look_at_agent(struct supervisor *sup)
{
	const struct guest_guest *guest = &sup->launch.guest->data->guest;
	json_t *reply;

	if (sup->agent.fd < 0)
		return;
	if (qmp_pump(&sup->agent, NULL))
		qmp_close(&sup->agent);
	reply = qmp_take_reply(&sup->agent, sup->agent_asked);
	if (!reply)
		return;
	json_decref(reply);
	sup->agent_asked = 0;
	log_info("%s: its agent shuts it down", sup->launch.name);
	stop_give_time(&sup->stop, guest);
}

void supervise_step_stop(struct supervisor *sup)
{
	const struct guest_guest *guest = &sup->launch.guest->data->guest;

	if (sup->stop.stage == STOP_NOT)
		return;
	look_at_agent(sup);
	if (sup->stop.until != CLOCK_NEVER && clock_ms() >= sup->stop.until) {
		stop_next(&sup->stop, guest, clock_ms());
		enter_stage(sup);
	} else if (sup->press_at != CLOCK_NEVER && clock_ms() >= sup->press_at) {
		press(sup);
	}
}

bool supervise_is_lenient(const struct supervisor *sup)
{
	_cleanup_state_ struct state state = { .done = NULL };
	_cleanup_close_ int root_fd = file_open_root(sup->args->root, NULL);

	if (sup->only_stop)
		return true;
	return root_fd >= 0 && !state_read(&state, root_fd, sup->launch.name, NULL) &&
	       process_id_is_alive(&state.qemu);
}
