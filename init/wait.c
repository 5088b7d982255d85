/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wait.c: modules are loaded and the root device is waited for.
 *
 * How it works: one loop around poll(2). It wakes for device events, for modules that
 * were loaded, and for whatever is due next: a message, a look for modules that the plan
 * has not (fallback), a search through volumes that nobody named, the deadline. Each
 * round asks whether the root is there, and activates logical volumes when physical ones
 * have come.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "init/boot.h"
#include "init/btrfs.h"
#include "init/clock.h"
#include "init/diagnosis.h"
#include "init/modprobe.h"
#include "init/wait_lvm.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/text_match.h"

enum {
	FIRST_MESSAGE_MS = 3000,
	FALLBACK_AFTER_MS = 1000, /* of silence, in an image made for its host */
	TEND_EACH_MS = 500,       /* a look at modules that are being loaded */
	UEVENT_SIZE = 8192,
	LOOKS_MAX = 16, /* while events keep coming, before what is due has its turn */
	POLL_WITHOUT_EVENTS_MS = 100,
};

struct wait {
	struct boot *boot;
	const struct wait_request *request;
	struct device *found; /* a copy goes here */
	uint64_t delay_ms;
	int64_t start_us;
	int64_t last_event_us;
	int64_t next_message_ms;
	uint64_t timeout_ms;
	bool fallback_done;
	unsigned searched_changes; /* devices->pv_changes at the last search */
	struct err hopeless;       /* why waiting longer changes nothing */
};

static bool is_host_image(const struct boot *boot)
{
	return boot->settings->image.mode == init_image_mode_host;
}

/* Follows the modalias of every device that is there or will come. */
static void coldplug(struct boot *boot)
{
	_cleanup_close_ int sys_fd =
		openat(boot->root_fd, "sys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int64_t start = clock_us();
	unsigned count = modules_coldplug(&boot->modules, sys_fd);

	log_debug("%u devices asked for %zu modules in %d ms", count,
		  boot->modules.loader.count, (int)((clock_us() - start) / 1000));
}

/* Returns whether anything has come. */
static bool take_uevents(struct boot *boot)
{
	char buffer[UEVENT_SIZE];
	struct uevent event;
	bool any = false;
	size_t before = boot->devices.count;
	int got;

	if (boot->uevent_fd < 0) {
		devices_scan(&boot->devices);
		return boot->devices.count != before;
	}
	while ((got = uevent_receive(boot->uevent_fd, &event, buffer, sizeof(buffer)))) {
		any = true;
		if (got == -ENOBUFS)
			devices_scan(&boot->devices);
		else if (got < 0)
			break;
		else if (!devices_handle(&boot->devices, &event) &&
			 boot->modules.aliases_wanted && event.modalias[0] &&
			 event.action == UEVENT_ADD)
			modules_request(&boot->modules, event.modalias);
	}
	return any;
}

int step_modules(struct boot *boot, struct err *err)
{
	struct loader *loader = &boot->modules.loader;
	int result;

	modprobe_install(boot->root_fd);
	result = modules_load_plan(&boot->modules, err);
	devices_scan(&boot->devices);
	if (!is_host_image(boot))
		coldplug(boot);
	loader_run(loader);
	take_uevents(boot);
	loader_run(loader);
	return result;
}

static int64_t waited_ms(const struct wait *wait)
{
	return (clock_us() - wait->start_us) / 1000;
}

/* What the image's maker could not know is looked for when all that it knew is done with.
 */
static void try_fallback(struct wait *wait)
{
	struct boot *boot = wait->boot;

	if (wait->fallback_done || !is_host_image(boot) ||
	    !loader_idle(&boot->modules.loader) ||
	    (clock_us() - wait->last_event_us) / 1000 < FALLBACK_AFTER_MS)
		return;
	wait->fallback_done = true;
	log_info("the root device is not there yet; looking for drivers of all devices");
	coldplug(boot);
}

static void say_still_waiting(struct wait *wait)
{
	_cleanup_strbuf_ struct strbuf text;
	struct boot *boot = wait->boot;

	strbuf_init(&text, 4096);
	if (waited_ms(wait) < wait->next_message_ms)
		return;
	wait->next_message_ms *= 2;
	/* What an event may have failed to tell, and what the image's maker did not know.
	 */
	devices_scan(&boot->devices);
	boot->devices.type_hint[0] = '\0';
	diagnosis_missing(boot, &text);
	report_warning(&boot->report, "still waiting for %s (%d s): %s",
		       boot->wanted->text, (int)(waited_ms(wait) / 1000), text.text);
}

/* A device that was looked at for one file system type only may be part of something else that
 * shows the same content, as a leg of a mirror does. */
static bool is_what_it_seems(struct boot *boot, struct device *device)
{
	if (boot->wanted->kind != SPEC_UUID && boot->wanted->kind != SPEC_LABEL)
		return true;
	device_probe(&boot->devices, device);
	return spec_matches(boot->wanted, boot->wanted->kind == SPEC_UUID
						  ? device->uuid
						  : device->label);
}

/* All devices of a btrfs have to be there before it is mounted. */
static bool is_whole(struct wait *wait, const struct device *device)
{
	struct boot *boot = wait->boot;
	const char *types = wait->request->types;
	struct btrfs_count count;

	boot->btrfs_missing[0] = '\0';
	if ((device->probed && strcmp(device->type, "btrfs") != 0) ||
	    (types[0] && !text_has_word(types, ",", "btrfs") &&
	     !text_has_word(types, ",", "auto")))
		return true;
	count = btrfs_count_devices(&boot->devices, device);
	if (count.there >= count.wanted)
		return true;
	snprintf(boot->btrfs_missing, sizeof(boot->btrfs_missing),
		 "%d of the %d devices of the btrfs on %s are there", (int)count.there,
		 (int)count.wanted, device->node);
	return text_has_word(wait->request->options, ",", "degraded") &&
	       waited_ms(wait) >= BTRFS_DEGRADED_AFTER_MS;
}

static bool device_is_there(struct wait *wait)
{
	struct boot *boot = wait->boot;
	struct device *device;

	if (wait->hopeless.code || waited_ms(wait) < (int64_t)wait->delay_ms ||
	    boot->lvm.held)
		return false;
	device = devices_find(&boot->devices, boot->wanted);
	if (!device || !device_size(&boot->devices, device) ||
	    !is_what_it_seems(boot, device) || !is_whole(wait, device) ||
	    wait_lvm_is_held_up(boot, waited_ms(wait)))
		return false;
	*wait->found = *device;
	return true;
}

static int64_t until_next_ms(const struct wait *wait)
{
	const struct boot *boot = wait->boot;
	const int64_t now = waited_ms(wait);
	const int64_t due[] = {
		wait->next_message_ms,
		(int64_t)wait->delay_ms,
		wait->fallback_done || !is_host_image(boot)
			? -1
			: (wait->last_event_us - wait->start_us) / 1000 +
				  FALLBACK_AFTER_MS,
		LVM_SEARCH_AFTER_MS,
		BTRFS_DEGRADED_AFTER_MS,
		lvm_degraded_due_ms(&boot->lvm),
		(int64_t)wait->timeout_ms,
		boot->uevent_fd < 0 ? now + POLL_WITHOUT_EVENTS_MS : -1,
		loader_idle(&wait->boot->modules.loader) ? -1 : now + TEND_EACH_MS,
	};
	int64_t next = wait->next_message_ms;

	for (size_t i = 0; i < ARRAY_SIZE(due); i++) {
		if (due[i] > now && due[i] < next)
			next = due[i];
	}
	return next > now ? next - now : 0;
}

static void wait_for_something(struct wait *wait)
{
	struct boot *boot = wait->boot;
	struct pollfd polled[] = {
		{ .fd = boot->uevent_fd, .events = POLLIN },
		{ .fd = boot->modules.loader.event_fd, .events = POLLIN },
	};
	eventfd_t ignored;
	int64_t timeout = until_next_ms(wait);

	if (timeout > 60000)
		timeout = 60000;
	/* Rounded up: the last millisecond is not spent in a busy loop. */
	if (poll(polled, ARRAY_SIZE(polled), (int)timeout + 1) > 0)
		wait->last_event_us = clock_us();
	if (polled[1].revents)
		eventfd_read(polled[1].fd, &ignored);
}

/* What is refused with all that is there is not waited for, unless to wait for ever was
 * asked for. */
static bool is_hopeless(struct wait *wait)
{
	struct boot *boot = wait->boot;
	const char *refusal = boot->wanted->kind == SPEC_VOLUME
				      ? lvm_refusal(&boot->lvm, boot->wanted->group,
						    boot->wanted->volume)
				      : NULL;

	if (wait->timeout_ms == UINT64_MAX)
		return false;
	if (refusal)
		err_set(&wait->hopeless, ENODEV, "%s: %s", boot->wanted->text, refusal);
	return wait->hopeless.code != 0;
}

static int give_up(struct wait *wait, struct err *err)
{
	struct boot *boot = wait->boot;
	_cleanup_strbuf_ struct strbuf text;

	strbuf_init(&text, 4096);
	if (boot->wanted->kind == SPEC_NONE) {
		*err = boot->root_err;
		return err->code;
	}
	if (is_hopeless(wait)) {
		*err = wait->hopeless;
		return err->code;
	}
	diagnosis_missing(boot, &text);
	err_set(err, ETIMEDOUT, "%s did not appear within %d s: %s", boot->wanted->text,
		(int)(waited_ms(wait) / 1000), text.text);
	if (boot->btrfs_missing[0])
		err_hint(err,
			 "with redundant profiles, %s mounts it without the missing ones",
			 boot->wanted == &boot->root ? "rootflags=degraded"
						     : "the mount option degraded");
	return err->code;
}

static void try_lvm(struct wait *wait)
{
	wait_try_lvm(wait->boot, waited_ms(wait));
}

static void try_search(struct wait *wait)
{
	wait_search_lvm(wait->boot, waited_ms(wait), &wait->searched_changes,
			&wait->hopeless);
}

/* What is due is done with the devices that are known. True when the root is there. */
static bool look_once(struct wait *wait)
{
	void (*const efforts[])(struct wait *) = { try_lvm, try_fallback, try_search };
	struct loader *loader = &wait->boot->modules.loader;

	/* Volumes that were asked for come up even where the root is there already. */
	for (size_t i = 0; i < ARRAY_SIZE(efforts); i++) {
		if (i && device_is_there(wait))
			return true;
		efforts[i](wait);
		loader_run(loader);
	}
	return device_is_there(wait);
}

/* Asks whether drivers are done, and takes in what they had shown by then, until nothing
 * more has come since the question: in the other order a disk that came in between would
 * be missed. */
static void settle(struct boot *boot)
{
	for (int i = 0; i < LOOKS_MAX; i++) {
		boot->lvm.held = wait_holds_lvm(boot);
		if (!take_uevents(boot))
			return;
	}
}

/* What comes meanwhile has a look of its own. */
static bool look(struct wait *wait)
{
	struct boot *boot = wait->boot;
	bool there = false;

	take_uevents(boot);
	loader_run(&boot->modules.loader);
	loader_tend(&boot->modules.loader);
	for (int i = 0; i < LOOKS_MAX; i++) {
		settle(boot);
		there = look_once(wait);
		if (!take_uevents(boot))
			break;
	}
	modules_report_failures(&boot->modules);
	return there;
}

int wait_for_device(struct boot *boot, const struct wait_request *request,
		    struct device *device, struct err *err)
{
	struct wait wait = {
		.boot = boot,
		.request = request,
		.found = device,
		.start_us = clock_us(),
		.last_event_us = clock_us(),
		.next_message_ms = FIRST_MESSAGE_MS,
		.timeout_ms = request->timeout_ms,
	};

	if (boot->wanted == &boot->root)
		wait.delay_ms = boot->settings->root.delay_ms;
	if (wait.timeout_ms <= UINT64_MAX - wait.delay_ms)
		wait.timeout_ms += wait.delay_ms;
	boot->lvm.tried_changes = 0;
	boot->lvm.trouble[0] = '\0';
	devices_scan(&boot->devices);
	while (!look(&wait)) {
		if ((uint64_t)waited_ms(&wait) >= wait.timeout_ms || is_hopeless(&wait))
			return give_up(&wait, err);
		say_still_waiting(&wait);
		wait_for_something(&wait);
	}
	log_info("%s is /dev/%s", boot->wanted->text, device->node);
	return 0;
}
