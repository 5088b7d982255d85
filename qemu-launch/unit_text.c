/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unit_text.c: writes guests' drop-ins. */
#include <inttypes.h>

#include "lib/text_match.h"
#include "qemu-launch/stop.h"
#include "qemu-launch/unit_text.h"

/* The launch's own time: QEMU is asked what it knows, disks are made, memory is put together. And
 * what giving things back takes. */
enum { LAUNCH_S = 600, GIVE_BACK_S = 30 };

/* systemd's specifiers begin with a percent sign (systemd.unit(5)). */
static void add_escaped(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '%')
			strbuf_addc(out, '%');
		strbuf_addc(out, *text);
	}
}

static void add_seconds(struct strbuf *out, const char *key, uint64_t span_ms,
			uint64_t more_s)
{
	if (span_ms > INT32_MAX)
		strbuf_addf(out, "%s=infinity\n", key);
	else
		strbuf_addf(out, "%s=%" PRIu64 "\n", key,
			    (span_ms + 999) / 1000 + more_s);
}

static bool requires(const struct order *order, size_t guest, size_t other)
{
	for (size_t i = 0; i < order->edge_count; i++)
		if (order->edges[i].guest == guest && order->edges[i].needs == other &&
		    order->edges[i].is_required)
			return true;
	return false;
}

static void add_order(struct strbuf *out, const struct order *order, size_t guest,
		      const bool *in_circle)
{
	for (size_t i = 0; i < order->edge_count; i++) {
		const struct order_edge *edge = &order->edges[i];

		if (edge->guest != guest || edge->needs == ORDER_NOBODY ||
		    edge->needs == guest)
			continue;
		/* Both keys may have it. */
		if (!edge->is_required && requires(order, guest, edge->needs))
			continue;
		if (edge->is_required)
			strbuf_addf(out, "Wants=bedplate-guest@%s.service\n", edge->name);
		if (!in_circle[guest] || !in_circle[edge->needs])
			strbuf_addf(out, "After=bedplate-guest@%s.service\n", edge->name);
	}
}

static bool add_cpus(struct cpu_list *cpus, const struct cpu_list *more)
{
	for (size_t i = 0; i < sizeof(cpus->bits) / sizeof(*cpus->bits); i++)
		cpus->bits[i] |= more->bits[i];
	return cpu_list_count(more) > 0;
}

bool unit_text_cpus(const struct guest_cpu *cpu, struct cpu_list *cpus)
{
	bool all = cpu->pin.count && add_cpus(cpus, &cpu->emulator_pin);

	for (size_t i = 0; i < cpu->pin.count; i++)
		all &= add_cpus(cpus, &cpu->pin.items[i]);
	for (size_t i = 0; i < cpu->iothread_pin.count; i++)
		all &= add_cpus(cpus, &cpu->iothread_pin.items[i]);
	/* Empty: as the emulator's. */
	add_cpus(cpus, &cpu->vhost_pin);
	return all && (!cpu->iothreads || cpu->iothread_pin.count);
}

static void add_resources(struct strbuf *out, const struct guest_conf *data)
{
	const struct guest_guest *keys = &data->guest;
	struct cpu_list cpus = { .bits = { 0 } };

	if (*keys->slice) {
		strbuf_adds(out, "Slice=");
		add_escaped(out, keys->slice);
		strbuf_adds(out, text_ends_in(keys->slice, ".slice") ? "\n" : ".slice\n");
	}
	if (keys->cpu_weight)
		strbuf_addf(out, "CPUWeight=%lld\n", (long long)keys->cpu_weight);
	if (keys->io_weight)
		strbuf_addf(out, "IOWeight=%lld\n", (long long)keys->io_weight);
	if (!unit_text_cpus(&data->cpu, &cpus))
		return;
	strbuf_adds(out, "AllowedCPUs=");
	cpu_list_format(&cpus, out);
	strbuf_addc(out, '\n');
}

/* The stages of stop.h, up to SIGKILL. */
static uint64_t stop_ms(const struct guest_guest *keys)
{
	if (keys->stop_timeout_ms > INT32_MAX || keys->kill_timeout_ms > INT32_MAX)
		return UINT64_MAX;
	return keys->stop_timeout_ms + 2 * keys->kill_timeout_ms;
}

void unit_text_add(struct strbuf *out, const struct order *order, size_t guest,
		   const bool *in_circle)
{
	const struct guest *file = &order->guests[guest];
	const struct guest_guest *keys = &file->data->guest;

	strbuf_addf(out,
		    "# Made of the guest's file at each boot and daemon-reload.\n"
		    "[Unit]\n"
		    "SourcePath=/etc/bedplate/guests/%s.conf\n",
		    file->name);
	if (*keys->description) {
		strbuf_addf(out, "Description=Guest %s: ", file->name);
		add_escaped(out, keys->description);
		strbuf_addc(out, '\n');
	}
	add_order(out, order, guest, in_circle);
	strbuf_adds(out, "\n[Service]\n");
	add_seconds(out, "TimeoutStartSec", keys->ready_timeout_ms, LAUNCH_S);
	add_seconds(out, "TimeoutStopSec", stop_ms(keys),
		    STOP_STUCK_MS / 1000 + GIVE_BACK_S);
	add_resources(out, file->data);
}
