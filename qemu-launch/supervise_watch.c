/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise_watch.c: what happens beside QEMU while a guest runs: a helper ends, a USB device
 * comes or goes.
 *
 * QEMU itself takes devices that it was told of by identity or port, whenever they come; only
 * their nodes are to be its user's. One that a serial number tells is not QEMU's to find: it is
 * plugged in by its number on the bus, which is another one each time.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/uevent.h"
#include "qemu-launch/setup_private.h"
#include "qemu-launch/supervise.h"

enum {
	UEVENT_SIZE = 8192,
	COMMAND_MS = 2000,
	AGAIN_MS = 2000,
	AGAIN_MAX_MS = 64000,
	QEMU_END_MS = 200
};

static void watch(struct supervisor *sup, int fd, uint64_t what)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = what };

	epoll_ctl(sup->watch_fd, EPOLL_CTL_ADD, fd, &event);
}

/* ---- helpers ---- */

/* Number 0 is the kernel's socket; helpers follow in the state's order. */
static void watch_helpers(struct supervisor *sup)
{
	json_t *helpers = json_object_get(sup->launch.state.done, "helpers"), *value;
	const char *name;

	json_object_foreach(helpers, name, value) {
		struct process_id id = process_id_from_json(value);

		if (sup->helper_count == SUPERVISE_HELPERS)
			break;
		sup->helper_fds[sup->helper_count++] = process_id_open(&id, NULL);
		watch(sup, sup->helper_fds[sup->helper_count - 1], sup->helper_count);
	}
}

static const char *helper_name(const struct supervisor *sup, size_t number)
{
	json_t *helpers = json_object_get(sup->launch.state.done, "helpers"), *value;
	const char *name;
	size_t i = 0;

	json_object_foreach(helpers, name, value)
		if (i++ == number)
			return name;
	return "helper";
}

/* They end with QEMU, too, and a little before it. */
static void take_helper(struct supervisor *sup, size_t number)
{
	epoll_ctl(sup->watch_fd, EPOLL_CTL_DEL, sup->helper_fds[number], NULL);
	if (sup->stop.stage != STOP_NOT ||
	    launch_wait(&sup->launch, sup->launch.qemu_fd, QEMU_END_MS) == -ECHILD)
		return;
	log_error("%s: its %s has ended: the guest goes on without, until it is started "
		  "again",
		  sup->launch.name, helper_name(sup, number));
}

/* ---- USB ---- */

static bool property_is(struct supervisor *sup, size_t i, const char *name,
			unsigned wanted)
{
	char path[64];
	json_t *value = NULL;
	bool is;

	snprintf(path, sizeof(path), "/machine/peripheral/usbdev%zu", i);
	is = !qmp_execute(&sup->launch.qmp, "qom-get",
			  json_pack("{s:s, s:s}", "path", path, "property", name),
			  COMMAND_MS, &value, NULL) &&
	     json_integer_value(value) == (json_int_t)wanted;
	json_decref(value);
	return is;
}

/* What went away has left its place behind, which is taken out first. */
static int plug(struct supervisor *sup, size_t i, struct err *err)
{
	const struct guest_usb *row = &sup->launch.guest->data->usb.items[i];
	const struct setup_usb *usb = &sup->setup.usb[i];
	char id[32];

	snprintf(id, sizeof(id), "usbdev%zu", i);
	qmp_execute(&sup->launch.qmp, "device_del", json_pack("{s:s}", "id", id),
		    COMMAND_MS, NULL, NULL);
	return qmp_execute(&sup->launch.qmp, "device_add",
			   json_pack("{s:s, s:s, s:s, s:i, s:i, s:b}", "driver",
				     "usb-host", "id", id, "bus", "usb0.0", "hostbus",
				     (int)usb->bus, "hostaddr", (int)usb->address,
				     "guest-reset", (int)row->guest_reset),
			   COMMAND_MS, NULL, err);
}

static void look_at_device(struct supervisor *sup, size_t i, bool was_present)
{
	const struct guest_usb *row = &sup->launch.guest->data->usb.items[i];
	const struct setup_usb *usb = &sup->setup.usb[i];
	struct err err = ERR_INIT;

	if (usb->present != was_present) {
		sup->usb_again_ms = AGAIN_MS;
		log_info("%s: USB device %zu %s", sup->launch.name, i + 1,
			 usb->present ? "has come" : "has gone");
	}
	if (!usb->present || !*row->serial ||
	    (property_is(sup, i, "hostaddr", usb->address) &&
	     property_is(sup, i, "hostbus", usb->bus)))
		return;
	if (!plug(sup, i, &err)) {
		log_info("%s: USB device %zu is plugged in (%u-%s)", sup->launch.name,
			 i + 1, usb->bus, usb->port);
		return;
	}
	log_warning("%s: plugging USB device %zu in: %s; trying again in %d s",
		    sup->launch.name, i + 1, err.text, sup->usb_again_ms / 1000);
	sup->usb_at = clock_earlier(sup->usb_at, clock_ms() + sup->usb_again_ms);
	if (sup->usb_again_ms < AGAIN_MAX_MS)
		sup->usb_again_ms *= 2;
}

void supervise_look_usb(struct supervisor *sup)
{
	size_t count = sup->setup.usb_count;
	_cleanup_free_ bool *present = calloc(count + 1, sizeof(*present));
	struct err err = ERR_INIT;

	sup->usb_at = CLOCK_NEVER;
	if (!count || !present)
		return;
	for (size_t i = 0; i < count; i++)
		present[i] = sup->setup.usb[i].present;
	if (setup_resolve_usb(&sup->setup, sup->launch.guest, &sup->context.host, &err) ||
	    launch_usb(&sup->launch, &err))
		log_err(&err);
	for (size_t i = 0; i < sup->setup.usb_count; i++)
		look_at_device(sup, i, present[i]);
}

/* Several events tell of one device; a lost one tells as much. */
static void take_uevents(struct supervisor *sup)
{
	char buffer[UEVENT_SIZE];
	struct uevent event;
	bool is_usb = false;
	int result;

	while ((result = uevent_receive(sup->uevent_fd, &event, buffer,
					sizeof(buffer))) != 0) {
		is_usb |= result < 0 || (!strcmp(event.subsystem, "usb") &&
					 !strcmp(event.devtype, "usb_device"));
		if (result < 0 && result != -ENOBUFS)
			break;
	}
	if (is_usb)
		supervise_look_usb(sup);
}

/* ---- all ---- */

void supervise_watch_begin(struct supervisor *sup)
{
	struct err err = ERR_INIT;

	sup->uevent_fd = -1;
	sup->helper_count = 0;
	sup->usb_at = CLOCK_NEVER;
	sup->usb_again_ms = AGAIN_MS;
	sup->watch_fd = epoll_create1(EPOLL_CLOEXEC);
	watch_helpers(sup);
	if (!sup->setup.usb_count)
		return;
	sup->uevent_fd = uevent_open(&err);
	if (sup->uevent_fd < 0)
		log_err(&err);
	else
		watch(sup, sup->uevent_fd, 0);
	supervise_look_usb(sup);
}

void supervise_watch_take(struct supervisor *sup)
{
	struct epoll_event events[8];
	int count = epoll_wait(sup->watch_fd, events, ARRAY_SIZE(events), 0);

	for (int i = 0; i < count; i++) {
		if (events[i].data.u64)
			take_helper(sup, events[i].data.u64 - 1);
		else
			take_uevents(sup);
	}
}

void supervise_watch_end(struct supervisor *sup)
{
	for (size_t i = 0; i < sup->helper_count; i++)
		cleanup_close(&sup->helper_fds[i]);
	cleanup_close(&sup->uevent_fd);
	cleanup_close(&sup->watch_fd);
	sup->helper_count = 0;
	sup->uevent_fd = sup->watch_fd = -1;
}
