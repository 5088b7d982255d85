/* SPDX-License-Identifier: GPL-2.0-or-later */
/* argv_misc.c: [Rng], [Watchdog], [Vsock] and [Balloon]. */
#include "lib/cleanup.h"
#include "qemu-launch/argv_device.h"

static int add_rng(struct argv_build *b, size_t i, struct err *err)
{
	const struct guest_rng *row = &b->data->rng.items[i];
	_cleanup_props_ struct props p;

	argv_from(b->argv, b->guest, "Rng", "Source", i);
	props_begin(&p, "rng-random");
	props_add(&p, "id", "rng%zu", i);
	props_add(&p, "filename", "%s", row->source);
	argv_add_props(b->argv, "-object", &p);
	device_virtio(b, &p, "virtio-rng");
	props_add(&p, "rng", "rng%zu", i);
	props_add(&p, "id", "rng%zu", i);
	if (device_place(b, &p, &row->slot, PCI_REGION_OTHER, err))
		return device_fail(b, "Rng", "Source", i, err);
	if (row->max_bytes) {
		device_size(&p, "max-bytes", row->max_bytes);
		props_add(&p, "period", "%llu", (unsigned long long)row->period_ms);
	}
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

/* q35 has the TCO timer always, but it does not reset where it is told so by a strap. */
static int add_watchdog(struct argv_build *b, struct err *err)
{
	const struct guest_watchdog *row = &b->data->watchdog;
	_cleanup_props_ struct props p;
	int result = 0;

	props_begin(&p, device_key_word("Watchdog", "Model", row->model));
	argv_from(b->argv, b->guest, "Watchdog", "Model", 0);
	if (row->model == guest_watchdog_model_itco && b->setup->family != SETUP_Q35)
		return conf_fail(b->guest->conf, "Watchdog", "Model", 0, err,
				 "only q35 has it");
	argv_add(b->argv, "-action", "watchdog=%s",
		 device_key_word("Watchdog", "Action", row->action));
	if (row->model == guest_watchdog_model_itco) {
		argv_add(b->argv, "-global", "ICH9-LPC.noreboot=off");
		return 0;
	}
	props_add(&p, "id", "watchdog0");
	if (row->model == guest_watchdog_model_i6300esb)
		result = device_place(b, &p, &row->slot, PCI_REGION_OTHER, err);
	if (result)
		return device_fail(b, "Watchdog", "Model", 0, err);
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

static int add_vsock(struct argv_build *b, struct err *err)
{
	const struct guest_vsock *row = &b->data->vsock;
	_cleanup_props_ struct props p;

	argv_from(b->argv, b->guest, "Vsock", "Cid", 0);
	device_virtio(b, &p, "vhost-vsock");
	props_add(&p, "id", "vsock0");
	props_add(&p, "guest-cid", "%lld", (long long)row->cid);
	if (device_place(b, &p, &row->slot, PCI_REGION_OTHER, err))
		return device_fail(b, "Vsock", "Cid", 0, err);
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

static int add_balloon(struct argv_build *b, struct err *err)
{
	const struct guest_balloon *row = &b->data->balloon;
	_cleanup_props_ struct props p;

	argv_from(b->argv, b->guest, "Balloon", "Model", 0);
	device_virtio(b, &p, "virtio-balloon");
	props_add(&p, "id", "balloon0");
	if (device_place(b, &p, &row->slot, PCI_REGION_OTHER, err))
		return device_fail(b, "Balloon", "Model", 0, err);
	if (row->deflate_on_oom)
		props_add_switch(&p, "deflate-on-oom", true);
	if (row->free_page_reporting)
		props_add_switch(&p, "free-page-reporting", true);
	argv_add_props(b->argv, "-device", &p);
	return 0;
}

int argv_build_misc(struct argv_build *b, struct err *err)
{
	int result = 0;

	for (size_t i = 0; !result && i < b->data->rng.count; i++)
		result = add_rng(b, i, err);
	if (!result && b->data->watchdog.model != guest_watchdog_model_none)
		result = add_watchdog(b, err);
	if (!result && b->data->vsock.cid)
		result = add_vsock(b, err);
	if (!result && b->data->balloon.model != guest_balloon_model_none)
		result = add_balloon(b, err);
	return result;
}
